// SPDX-License-Identifier: Apache-2.0
// Every mapping that ships is simulated, and read again through itself.
#include "adapter/loader.h"
#include "core/unit.h"
#include "mapping/mapping.h"
#include "mapping/point.h"
#include "simulator/mapped_battery.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace retrocan::simulator {
namespace {

using namespace std::chrono_literals;
using mapping::count_of;

std::vector<std::filesystem::path> mapping_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{RETROCAN_SOURCE_DIR "/mappings"})
        if (entry.path().extension() == ".toml")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

class EachMapping : public testing::TestWithParam<std::filesystem::path> {
protected:
    EachMapping() {
        Faults faults;
        mapping_ = mapping::load(GetParam(), faults);
        const auto adapter = loader_.load(mapping_->adapter());
        adapter_ = *adapter;
    }
    MappingBase base() {
        Faults faults;
        auto base = mapping_base(mapping_, *adapter_, {"settings", {}, {}}, {}, faults);
        for (const Fault& fault : faults)
            ADD_FAILURE() << to_text(fault);
        return std::move(*base);
    }
    /// What the mapping makes of lines, by the same source that made them (or by the recording's, whose
    /// models have places).
    static BatteryState read(const MappedBattery& battery, Duration time) {
        return mapping::update_of(*battery.base().bound, battery.raws(time)).state;
    }

    adapter::Loader loader_{{ADAPTER_FOLDER}};
    std::shared_ptr<const mapping::Mapping> mapping_;
    std::shared_ptr<adapter::Adapter> adapter_;
};

TEST_P(EachMapping, HasABaseThatWorks) {
    const MappingBase base = this->base();
    const Update update = mapping::update_of(*base.bound, base.raws);
    EXPECT_NE(update.identity, Identity::differs) << update.identity_fault;
    EXPECT_EQ(update.sign_contradiction, "");
    EXPECT_TRUE(update.state.voltage) << base.test;
    EXPECT_TRUE(update.state.current) << base.test;
    EXPECT_TRUE(update.state.soc) << base.test;
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        if (update.state.alarms[i] && update.state.alarms[i]->value)
            RecordProperty("alarm", std::string{to_text(static_cast<AlarmKind>(i))});
    EXPECT_FALSE(base.served->encode(mapping::readings_of(base.raws)).empty());
}

TEST_P(EachMapping, TellsWhatTheModelWantsWithinOneCount) {
    const MappedBattery battery{base(), false, 16, 10min};
    const BatteryState of_base = mapping::update_of(*battery.base().bound, battery.base().raws).state;
    EXPECT_FALSE(battery.modelled().empty() && battery.cells() == 0);
    std::string modelled;
    for (const std::size_t signal : battery.modelled())
        modelled += signal_name(signal) + " ";
    std::printf("%s: %s, %zu cells\n", GetParam().filename().c_str(), modelled.c_str(), battery.cells());
    for (const Duration time : {Duration{0s}, Duration{7s}, Duration{200s}, Duration{450s}}) {
        const Update update = mapping::update_of(*battery.base().bound, battery.raws(time));
        EXPECT_NE(update.identity, Identity::differs) << update.identity_fault;
        EXPECT_EQ(update.sign_contradiction, "") << time.count();
        for (std::size_t signal = 0; signal < plain_signals; ++signal) {
            const auto now = count_of(update.state, signal);
            EXPECT_EQ(now.has_value(), count_of(of_base, signal).has_value())
                << signal_name(signal) << " at " << time.count();
            const auto wanted = battery.wanted(signal, time);
            if (now && wanted) {
                EXPECT_NEAR(static_cast<double>(*now), static_cast<double>(*wanted),
                            static_cast<double>(battery.inverse().resolution(signal)))
                    << signal_name(signal) << " at " << time.count();
            }
        }
    }
}

/// The raw values that a source makes of lines.
mapping::RawValues decoded(const adapter::Source& source, const std::vector<std::string>& lines,
                           std::size_t n) {
    mapping::RawValues raws(n);
    for (const std::string& line : lines) {
        const auto answer = source.decode(line);
        EXPECT_TRUE(answer) << line;
        if (answer)
            for (const adapter::Reading& reading : answer->readings)
                if (const auto* value = std::get_if<adapter::RawValue>(&reading.content))
                    raws.at(reading.slot) = *value;
    }
    return raws;
}

TEST_P(EachMapping, ShowsThatInItsRegisters) {
    const MappedBattery battery{base(), false, 16, 10min};
    if (mapping_->tests().front().transport.keys.size() == 1 &&
        mapping_->tests().front().transport.keys.front().key == "found")
        GTEST_SKIP() << "models: tests/e2e reads them where the link finds them";
    const auto raws = decoded(*battery.base().served, battery.lines(7s), battery.base().raws.size());
    const mapping::RawValues wanted = battery.raws(7s);
    for (std::size_t slot = 0; slot < wanted.size(); ++slot) {
        if (wanted[slot] && raws[slot] && std::holds_alternative<double>(*wanted[slot]))
            EXPECT_FLOAT_EQ(static_cast<float>(std::get<double>(*raws[slot])), // f32, mostly
                            static_cast<float>(std::get<double>(*wanted[slot])));
        else
            EXPECT_EQ(raws[slot], wanted[slot]) << battery.base().bound->slots()[slot].point->name;
    }
}

TEST_P(EachMapping, StandsStillWhenFrozen) {
    const MappedBattery battery{base(), true, 16, 10min};
    const auto at = [&](Duration time) {
        mapping::RawValues raws = battery.raws(time);
        for (const std::size_t slot : battery.inverse().heartbeats())
            raws[slot].reset();
        return raws;
    };
    EXPECT_EQ(at(0s), at(100s));
    EXPECT_EQ(read(battery, 5s).voltage->value,
              mapping::update_of(*battery.base().bound, battery.base().raws).state.voltage->value);
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
    std::string name = info.param.parent_path().filename().string() + "_" + info.param.stem().string();
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0)
            c = '_';
    return name;
}
INSTANTIATE_TEST_SUITE_P(Library, EachMapping, testing::ValuesIn(mapping_files()), name_of);

} // namespace
} // namespace retrocan::simulator
