// SPDX-License-Identifier: Apache-2.0
// Every mapping that ships, through its real adapter: each [[test]], and what all mappings have in common.
#include "adapter/loader.h"
#include "core/unit.h"
#include "mapping/bound.h"
#include "mapping/mapping.h"
#include "mapping/vector.h"
#include "victron/encode.h"
#include "victron/message.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

namespace retrocan::mapping {
namespace {

std::vector<std::filesystem::path> mapping_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{RETROCAN_SOURCE_DIR "/mappings"})
        if (entry.path().extension() == ".toml")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

std::shared_ptr<const Mapping> loaded(const std::filesystem::path& file) {
    Faults faults;
    auto mapping = load(file, faults);
    for (const Fault& fault : faults)
        ADD_FAILURE() << to_text(fault);
    return mapping;
}

template <class T>
std::optional<T> value(const Maybe<T>& signal) {
    return signal ? std::optional<T>{signal->value} : std::nullopt;
}

victron::Pair pair(const Maybe<bool>& alarm) {
    if (!alarm)
        return victron::Pair::unsupported;
    return alarm->value ? victron::Pair::active : victron::Pair::inactive;
}

/// What the battery says, with no policy between.
victron::Values plain_values(const BatteryState& b) {
    victron::Values v;
    v.cvl = value(b.cvl);
    v.ccl = value(b.ccl);
    v.dcl = value(b.dcl);
    v.discharge_voltage = value(b.discharge_voltage);
    v.soc = value(b.soc);
    v.soh = value(b.soh);
    v.voltage = value(b.voltage);
    v.current = value(b.current);
    v.temperature = value(b.temperature);
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        v.alarms[i] = pair(b.alarms[i]);
        v.warnings[i] = pair(b.warnings[i]);
    }
    if (b.online)
        v.system_status = b.online->value ? victron::Pair::inactive : victron::Pair::active;
    v.manufacturer = value(b.manufacturer);
    v.name = value(b.name);
    v.family = value(b.family);
    v.firmware = value(b.firmware);
    v.capacity_online = value(b.capacity_online);
    v.cell_voltage_min = value(b.cell_voltage_min);
    v.cell_voltage_max = value(b.cell_voltage_max);
    v.cell_temperature_min = value(b.cell_temperature_min);
    v.cell_temperature_max = value(b.cell_temperature_max);
    v.cell_voltage_min_id = value(b.cell_voltage_min_id);
    v.cell_voltage_max_id = value(b.cell_voltage_max_id);
    v.cell_temperature_min_id = value(b.cell_temperature_min_id);
    v.cell_temperature_max_id = value(b.cell_temperature_max_id);
    v.energy_in = value(b.energy_in);
    v.energy_out = value(b.energy_out);
    v.capacity = value(b.capacity);
    v.serial = value(b.serial);
    return v;
}

std::optional<CanFrame> frame_of(const BatteryState& state, std::uint32_t id) {
    for (const victron::Message& message : victron::messages())
        if (message.id == id)
            return victron::encode(message, plain_values(state));
    return std::nullopt;
}

TEST(Mappings, PassTheirOwnTests) {
    const adapter::Loader loader{{ADAPTER_FOLDER}};
    for (const auto& file : mapping_files()) {
        const auto mapping = loaded(file);
        if (!mapping)
            continue;
        const auto adapter = loader.load(mapping->adapter());
        ASSERT_TRUE(adapter) << adapter.error();
        for (const TestVector& test : mapping->tests())
            for (const std::string& difference : run_test(mapping, test, **adapter, frame_of))
                ADD_FAILURE() << file << ", \"" << test.name << "\": " << difference;
    }
}

TEST(Mappings, HaveTests) {
    ASSERT_FALSE(mapping_files().empty());
    for (const auto& file : mapping_files())
        if (const auto mapping = loaded(file)) {
            EXPECT_FALSE(mapping->tests().empty()) << file << " has no [[test]]: it does not ship";
        }
}

TEST(Mappings, AreOfOneBatteryEach) {
    std::set<std::pair<std::string, std::string>> seen;
    for (const auto& file : mapping_files())
        if (const auto mapping = loaded(file)) {
            EXPECT_TRUE(seen.emplace(mapping->vendor(), mapping->model()).second)
                << file << ": another mapping is of " << mapping->vendor() << " " << mapping->model()
                << " too";
        }
}

TEST(Mappings, ArePlannedByTheirAdapter) {
    const adapter::Loader loader{{ADAPTER_FOLDER}};
    for (const auto& file : mapping_files()) {
        const auto mapping = loaded(file);
        if (!mapping)
            continue;
        const auto adapter = loader.load(mapping->adapter());
        ASSERT_TRUE(adapter) << adapter.error();
        Faults faults;
        const auto bound = bind(mapping, {"shed", {}, {}, std::chrono::seconds{1}, {}}, faults);
        ASSERT_TRUE(bound) << file;
        const auto source = (*adapter)->source(bound->source(), faults);
        ASSERT_TRUE(source) << to_text(faults.front());
        EXPECT_NE(source->plan(), "") << file;
    }
}

TEST(Mappings, ExampleOfTheReadmeIsOne) {
    std::ostringstream readme;
    readme << std::ifstream{RETROCAN_SOURCE_DIR "/mappings/README.md"}.rdbuf();
    const std::string text = readme.str();
    const std::string fence = "```toml\n";
    const std::size_t begin = text.find(fence) + fence.size();
    Faults faults;
    const auto mapping = parse(text.substr(begin, text.find("```", begin) - begin), "README.md", faults);
    ASSERT_TRUE(mapping) << to_text(faults.front());
    const auto adapter = adapter::Loader{{ADAPTER_FOLDER}}.load("modbus");
    ASSERT_TRUE(adapter) << adapter.error();
    for (const TestVector& test : mapping->tests())
        for (const std::string& difference : run_test(mapping, test, **adapter, frame_of))
            ADD_FAILURE() << difference;
}

} // namespace
} // namespace retrocan::mapping
