// SPDX-License-Identifier: Apache-2.0
#include "victron/decode.h"
#include "victron/encode.h"

#include <random>

#include <gtest/gtest.h>

namespace retrocan::victron {
namespace {

using namespace literals;

// Whatever a battery says, what its frames say is encoded to the same frames again.
class RandomBattery {
public:
    explicit RandomBattery(std::uint32_t seed) : random_{seed} {}

    Values values() {
        Values v;
        maybe(v.cvl, 100, 7'000'000);
        maybe(v.ccl, 0, 4'000'000);
        maybe(v.dcl, 0, 4'000'000);
        maybe(v.discharge_voltage, 100, 60'000);
        maybe(v.soc, 0, 10'500);
        maybe(v.soh, 0, 10'500);
        maybe(v.voltage, -400'000, 400'000);
        maybe(v.current, -4'000'000, 4'000'000);
        maybe(v.temperature, -100'000, 100'000);
        for (std::size_t i = 0; i < alarm_kinds; ++i) {
            v.alarms[i] = pair();
            v.warnings[i] = pair();
        }
        v.system_status = pair();
        maybe(v.manufacturer, 10);
        maybe(v.name, 20);
        maybe(v.family, 10);
        v.battery_type = static_cast<std::uint16_t>(number(0, 2));
        if (coin())
            v.firmware = Firmware{static_cast<std::uint8_t>(number(0, 255)), 7};
        maybe(v.capacity_online, 500, 100'000'000);
        if (coin())
            v.force_charge = coin();
        maybe(v.modules_online, 0, 70'000);
        maybe(v.modules_offline, 0, 20);
        maybe(v.cell_voltage_min, 1, 70'000);
        maybe(v.cell_voltage_max, 1, 5'000);
        maybe(v.cell_temperature_min, -60'000, 100'000);
        maybe(v.cell_temperature_max, -60'000, 100'000);
        maybe(v.cell_voltage_min_id, 9);
        maybe(v.energy_in, 0, 1'000'000'000'000);
        maybe(v.energy_out, 0, 1'000'000'000'000);
        maybe(v.capacity, 500, 100'000'000);
        maybe(v.serial, 24);
        return v;
    }

private:
    bool coin() { return number(0, 2) != 0; }
    std::int64_t number(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
    }
    Pair pair() { return static_cast<Pair>(number(0, 2)); }
    template <class Unit>
    void maybe(std::optional<Quantity<Unit>>& value, std::int64_t low, std::int64_t high) {
        if (coin())
            value = Quantity<Unit>{number(low, high)};
    }
    void maybe(std::optional<std::string>& value, std::int64_t longest) {
        if (!coin())
            return;
        value.emplace();
        for (auto n = number(0, longest); n > 0; --n)
            *value += static_cast<char>(number(1, 255)); // any byte
    }

    std::mt19937 random_;
};

TEST(RoundTrip, FramesComeBackTheSame) {
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
        const Values values = RandomBattery{seed}.values();
        Values seen;
        for (const Message& message : messages())
            if (const auto frame = encode(message, values))
                decode_into(*frame, seen);
        for (const Message& message : messages()) {
            const auto before = encode(message, values);
            if (!before)
                continue;
            const auto after = encode(message, seen);
            ASSERT_TRUE(after) << seed << ": " << to_text(*before);
            // A neutral first half is followed by zeros, and what is 8 characters long needs no second half.
            ASSERT_EQ(to_text(*after), to_text(*before)) << seed;
        }
    }
}

TEST(RoundTrip, ExactValuesComeBackTheSame) {
    const Values values{
        .cvl = 56'800_mV,
        .ccl = 100_A,
        .dcl = 120_A,
        .discharge_voltage = 48_V,
        .soc = 7950_cpct,
        .soh = 98_pct,
        .voltage = 53'280_mV,
        .current = -12'300_mA,
        .temperature = 21'500_mdegC,
        .system_status = Pair::inactive,
        .manufacturer = "Garden s",
        .name = "Garden shed 16S",
        .family = "LFP 280",
        .battery_type = 7,
        .firmware = Firmware{2, 14},
        .capacity_online = 140_Ah,
        .force_charge = true,
        .modules_online = Count{2},
        .cell_voltage_min = 3325_mV,
        .cell_temperature_max = -5_degC,
        .cell_voltage_min_id = "1-07",
        .energy_in = 1'234'500_Wh,
        .energy_out = 1'100'000_Wh,
        .capacity = 280_Ah,
        .serial = "SN202611240001",
    };
    Values seen;
    for (const Message& message : messages())
        if (const auto frame = encode(message, values))
            decode_into(*frame, seen);
    EXPECT_EQ(seen, values);
}

TEST(DecodeInto, ForgetsWhatIsNoLongerSupportedAndKeepsTheRest) {
    Values values{.discharge_voltage = 48_V, .voltage = 53_V, .cell_voltage_max = 3337_mV};
    decode_into(*parse_frame("351#3802E803E8030000"), values);
    decode_into(*parse_frame("373#FD0CFFFF"), values);
    decode_into(*parse_frame("355#33006400"), values);
    EXPECT_EQ(values.discharge_voltage, std::nullopt);
    EXPECT_EQ(values.cell_voltage_max, std::nullopt);
    EXPECT_EQ(values.cell_voltage_min, 3325_mV);
    EXPECT_EQ(values.voltage, 53_V);
    EXPECT_EQ(values.soc, 51_pct);
    const Values before = values;
    decode_into(*parse_frame("306#0102030405060708"), values);
    decode_into(*parse_frame("00000351#0102030405060708"), values);
    decode_into(*parse_frame("371#4142434400000000"), values); // without 0x370
    EXPECT_EQ(values, before);
}

} // namespace
} // namespace retrocan::victron
