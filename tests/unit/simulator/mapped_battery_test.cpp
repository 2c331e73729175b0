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

/// The alarms that a battery tells, and that are quiet.
std::vector<std::size_t> quiet_alarms(const BatteryState& state) {
    std::vector<std::size_t> quiet;
    for (std::size_t i = plain_signals; i < signal_count; ++i)
        if (count_of(state, i) == 0)
            quiet.push_back(i);
    return quiet;
}

TEST_P(EachMapping, RaisesAnAlarmByItsNameAndTakesItBack) {
    MappedBattery battery{base(), true, 1, 24h};
    const std::vector<std::size_t> quiet = quiet_alarms(read(battery, 0s));
    for (const std::size_t alarm : quiet) {
        if (!battery.set(signal_name(alarm), "yes", 0s))
            continue;
        EXPECT_EQ(count_of(read(battery, 1s), alarm), 1) << signal_name(alarm);
        ASSERT_TRUE(battery.set(signal_name(alarm), "no", 1s)) << signal_name(alarm);
        EXPECT_EQ(count_of(read(battery, 2s), alarm), 0) << signal_name(alarm);
        return; // one is enough
    }
    const bool in_words = GetParam().parent_path().filename() == "battery-emulator"; // a list of events
    EXPECT_TRUE(quiet.empty() || in_words) << "none of " << quiet.size() << " alarms";
}

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
    if (mapping_->adapter() != "modbus")
        return; // has none; what it publishes is read again in mappings_test.cpp
    const MappedBattery battery{base(), false, 16, 10min};
    if (battery.lines(7s).front().find("\"address\":40000,\"registers\":[21365") != std::string::npos)
        return; // a chain of models, which has to be walked: served_test.cpp does
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

/// Seplos V3 with the faults of values.
struct Spoilt : testing::Test {
    MappedBattery battery(bool frozen = false) {
        Faults faults;
        const auto mapping = mapping::load(RETROCAN_SOURCE_DIR "/mappings/seplos/v3.toml", faults);
        auto base = mapping_base(mapping, **loader.load("modbus"), {"settings", {}, {}}, {}, faults);
        return MappedBattery{std::move(*base), frozen, 16, 10min};
    }
    static BatteryState read(const MappedBattery& battery, Duration time) {
        return mapping::update_of(*battery.base().bound, battery.raws(time)).state;
    }
    static ValueFault fault(const char* text) {
        return std::get<ValueFault>(*parse_fault(text, {}, Framing::tcp));
    }
    adapter::Loader loader{{ADAPTER_FOLDER}};
};

TEST_F(Spoilt, FrozenStandsStillAndGoesOnAfterwards) {
    MappedBattery b = battery();
    EXPECT_NE(read(b, 10s).voltage, read(b, 100s).voltage);
    b.set_faults({fault("frozen@10s..100s")});
    EXPECT_EQ(b.raws(10s), b.raws(99s));
    EXPECT_NE(b.raws(10s), b.raws(100s));
}

TEST_F(Spoilt, JumpIsForASecond) {
    MappedBattery b = battery();
    b.set_faults({fault("jump@10s")});
    EXPECT_LT(read(b, 9s).voltage->value.count, 60'000);
    const mapping::RawValues raws = b.raws(10s);
    EXPECT_NE(raws, b.raws(9s));
    // Past what the mapping takes for a voltage, or half as large again.
    const auto jumped = read(b, 10s).voltage;
    EXPECT_TRUE(!jumped || jumped->value.count > 70'000);
    EXPECT_LT(read(b, 11s).voltage->value.count, 60'000);
}

TEST_F(Spoilt, SentinelMeansNoValueAndNegativeLimitsAreNone) {
    MappedBattery b = battery(true);
    const std::int64_t ccl = read(b, 0s).ccl->value.count;
    b.set_faults({fault("negative")});
    const auto negative = read(b, 0s).ccl;
    EXPECT_TRUE(!negative || negative->value.count < 0 || negative->value.count > ccl);
    std::size_t differ = 0;
    b.set_faults({});
    const mapping::RawValues good = b.raws(0s);
    b.set_faults({fault("sentinel:voltage")});
    for (std::size_t slot = 0; slot < good.size(); ++slot)
        differ += good[slot] != b.raws(0s)[slot] ? 1U : 0U;
    EXPECT_EQ(differ, 1U);
}

TEST_F(Spoilt, WhatIsSetByHandStays) {
    MappedBattery b = battery();
    EXPECT_TRUE(b.set("voltage", "52.1 V", 0s));
    EXPECT_TRUE(b.set("discharge_allowed", "no", 0s));
    for (const Duration time : {Duration{0s}, Duration{100s}}) {
        EXPECT_EQ(read(b, time).voltage->value.count, 52'100);
        EXPECT_FALSE(read(b, time).discharge_allowed->value);
    }
    EXPECT_FALSE(b.set("voltage", "fifty", 0s));
    EXPECT_FALSE(b.set("nothing", "1", 0s));
    EXPECT_FALSE(b.set("voltage", "900 V", 0s)); // its register ends at 655.35 V
    b.forget();
    EXPECT_NE(read(b, 0s).voltage->value.count, 52'100);
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
