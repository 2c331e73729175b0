// SPDX-License-Identifier: Apache-2.0
// Every mapping that ships, through its real adapter: each [[test]], and what all mappings have in common.
#include "adapter/loader.h"
#include "core/unit.h"
#include "mapping/bound.h"
#include "mapping/mapping.h"
#include "mapping/vector.h"
#include "victron/plain.h"

#include <filesystem>
#include <fstream>
#include <map>
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

TEST(Mappings, PassTheirOwnTests) {
    const adapter::Loader loader{{ADAPTER_FOLDER}};
    for (const auto& file : mapping_files()) {
        const auto mapping = loaded(file);
        if (!mapping)
            continue;
        const auto adapter = loader.load(mapping->adapter());
        ASSERT_TRUE(adapter) << adapter.error();
        for (const TestVector& test : mapping->tests())
            for (const std::string& difference : run_test(mapping, test, **adapter, victron::plain_frame))
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
        // The settings of the first test, as a mapping may require some.
        const adapter::Settings owner =
            mapping->tests().empty() ? adapter::Settings{} : mapping->tests().front().settings;
        const auto bound = bind(mapping, {"shed", owner, {}, std::chrono::seconds{1}, {}}, faults);
        ASSERT_TRUE(bound) << file;
        const auto source = (*adapter)->source(bound->source(), faults);
        ASSERT_TRUE(source) << to_text(faults.front());
        EXPECT_NE(source->plan(), "") << file;
    }
}

/// What a source makes of lines: values by slot.
std::map<std::size_t, adapter::RawValue> values_in(const adapter::Source& source,
                                                   const std::vector<std::string>& lines) {
    std::map<std::size_t, adapter::RawValue> values;
    for (const std::string& line : lines)
        if (const auto answer = source.decode(line))
            for (const adapter::Reading& reading : answer->readings)
                if (const auto* value = std::get_if<adapter::RawValue>(&reading.content))
                    values[reading.slot] = *value;
    return values;
}

// A simulator shows a battery the registers that encode() makes: they must say the same.
TEST(Mappings, ReadTheSameFromWhatIsEncodedAgain) {
    const adapter::Loader loader{{ADAPTER_FOLDER}};
    for (const auto& file : mapping_files()) {
        const auto mapping = loaded(file);
        if (!mapping)
            continue;
        const auto adapter = loader.load(mapping->adapter());
        ASSERT_TRUE(adapter) << adapter.error();
        for (const TestVector& test : mapping->tests()) {
            Faults faults;
            const auto bound =
                bind(mapping, {"shed", test.settings, {}, std::chrono::seconds{1}, {}}, faults);
            ASSERT_TRUE(bound) << file;
            const auto source = (*adapter)->source(recorded_source(*bound, test.transport), faults);
            ASSERT_TRUE(source) << to_text(faults.front());
            std::vector<std::string> recorded;
            for (const TestVector::CaptureLine& line : test.capture)
                recorded.push_back(line.text);
            const auto values = values_in(*source, recorded);
            std::vector<adapter::Reading> readings;
            for (const auto& [slot, value] : values)
                readings.push_back({slot, value});
            EXPECT_EQ(values_in(*source, source->encode(readings)), values)
                << file << ", \"" << test.name << "\"";
        }
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
        for (const std::string& difference : run_test(mapping, test, **adapter, victron::plain_frame))
            ADD_FAILURE() << difference;
}

} // namespace
} // namespace retrocan::mapping
