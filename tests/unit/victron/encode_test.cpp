// SPDX-License-Identifier: Apache-2.0
#include "victron/encode.h"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// The expected bytes are worked out by hand from the tables of chapter 2.

namespace retrocan::victron {
namespace {

using namespace literals;

std::string wire(std::uint32_t id, const Values& values, NameRule rule = NameRule::guarded) {
    const auto frame = encode(*find_message(id), values, rule);
    return frame ? to_text(*frame) : "nothing";
}

struct Case {
    const char* name;
    std::uint32_t id;
    Values values;
    const char* wire;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

class Encode : public testing::TestWithParam<Case> {};

TEST_P(Encode, GivesTheBytesOfTheTable) {
    EXPECT_EQ(wire(GetParam().id, GetParam().values), GetParam().wire);
}

const Case limits_cases[] = {
    {"typical_16s",
     0x351,
     {.cvl = 56'800_mV, .ccl = 100_A, .dcl = 120_A, .discharge_voltage = 48_V},
     "351#3802E803B004E001"},
    {"rounds_to_safe",
     0x351,
     {.cvl = 56'890_mV, .ccl = 990_mA, .dcl = 990_mA, .discharge_voltage = 48'010_mV},
     "351#380209000900E101"},
    {"no_discharge_voltage", 0x351, {.cvl = 56'800_mV, .ccl = 100_A, .dcl = 100_A}, "351#3802E803E8030000"},
    {"charge_blocked", 0x351, {.cvl = 56'800_mV, .ccl = 0_A, .dcl = 100_A}, "351#38020000E8030000"},
    {"both_blocked", 0x351, {.cvl = 56'800_mV, .ccl = 0_A, .dcl = 0_A}, "351#3802000000000000"},
    {"currents_capped_where_receivers_agree",
     0x351,
     {.cvl = 56'800_mV, .ccl = 3276'800_mA, .dcl = 9999_A},
     "351#3802FF7FFF7F0000"},
    {"highest_uncapped_current",
     0x351,
     {.cvl = 56'800_mV, .ccl = 3276'700_mA, .dcl = 3276'699_mA},
     "351#3802FF7FFE7F0000"},
    {"voltages_capped_at_field",
     0x351,
     {.cvl = 7000_V, .ccl = 1_A, .dcl = 1_A, .discharge_voltage = 7000_V},
     "351#FFFF0A000A00FFFF"},
    {"lowest_cvl", 0x351, {.cvl = 100_mV, .ccl = 99_mA, .dcl = 100_mA}, "351#0100000001000000"},
    {"no_cvl", 0x351, {.ccl = 100_A, .dcl = 100_A}, "nothing"},
    {"no_ccl", 0x351, {.cvl = 56'800_mV, .dcl = 100_A}, "nothing"},
    {"no_dcl", 0x351, {.cvl = 56'800_mV, .ccl = 100_A}, "nothing"},
};
INSTANTIATE_TEST_SUITE_P(Limits, Encode, testing::ValuesIn(limits_cases));

const Case measured_cases[] = {
    {"soc_typical", 0x355, {.soc = 7950_cpct, .soh = 98_pct}, "355#500062000E1F0000"},
    {"soc_rounds_to_nearest", 0x355, {.soc = 7949_cpct, .soh = 9850_cpct}, "355#4F0063000D1F0000"},
    {"soc_empty", 0x355, {.soc = 0_pct, .soh = 100_pct}, "355#0000640000000000"},
    {"soc_full", 0x355, {.soc = 100_pct, .soh = 100_pct}, "355#6400640010270000"},
    {"soc_above_full", 0x355, {.soc = 103_pct, .soh = 104_pct}, "355#6400640010270000"},
    {"soc_negative", 0x355, {.soc = Percent{-100}, .soh = 100_pct}, "nothing"},
    {"no_soc", 0x355, {.soh = 100_pct}, "nothing"},
    {"no_soh", 0x355, {.soc = 50_pct}, "nothing"},
    {"measured_typical",
     0x356,
     {.voltage = 53'280_mV, .current = Current{-12'300}, .temperature = 21'500_mdegC},
     "356#D01485FFD7000000"},
    {"measured_nearest",
     0x356,
     {.voltage = 53'285_mV, .current = Current{-12'350}, .temperature = Temperature{-40}},
     "356#D11484FF00000000"},
    {"measured_nearest_below_half",
     0x356,
     {.voltage = 53'284_mV, .current = Current{-12'349}, .temperature = Temperature{-10'050}},
     "356#D01485FF9BFF0000"},
    {"measured_clamped_high",
     0x356,
     {.voltage = 400_V, .current = 4000_A, .temperature = 4000_degC},
     "356#FF7FFF7FFF7F0000"},
    {"measured_clamped_low",
     0x356,
     {.voltage = Voltage{-400'000}, .current = -4000_A, .temperature = Temperature{-4'000'000}},
     "356#0080008000800000"},
    {"no_voltage", 0x356, {.current = 1_A, .temperature = 20_degC}, "nothing"},
    {"no_current", 0x356, {.voltage = 50_V, .temperature = 20_degC}, "nothing"},
    {"no_temperature", 0x356, {.voltage = 50_V, .current = 1_A}, "nothing"},
};
INSTANTIATE_TEST_SUITE_P(Measured, Encode, testing::ValuesIn(measured_cases));

const Case detail_cases[] = {
    {"identity_all",
     0x35F,
     {.battery_type = 0x694C, .firmware = Firmware{1, 23}, .capacity_online = 105_Ah, .capacity = 156_Ah},
     "35F#4C69011769000000"},
    {"identity_firmware", 0x35F, {.firmware = Firmware{2, 14}}, "35F#0000020E00000000"},
    {"identity_capacity", 0x35F, {.capacity_online = 280_Ah}, "35F#0000000018010000"},
    {"identity_type", 0x35F, {.battery_type = 1}, "35F#0100000000000000"},
    {"identity_capacity_never_above_installed",
     0x35F,
     {.capacity_online = 300_Ah, .capacity = 280_Ah},
     "35F#0000000018010000"},
    {"identity_capacity_nearest", 0x35F, {.capacity_online = 99'500_mAh}, "35F#0000000064000000"},
    {"identity_capacity_capped", 0x35F, {.capacity_online = 70'000_Ah}, "35F#00000000FFFF0000"},
    {"identity_none", 0x35F, {.capacity = 280_Ah}, "nothing"},
    {"force_charge_yes", 0x360, {.force_charge = true}, "360#FF00000000000000"},
    {"force_charge_no", 0x360, {.force_charge = false}, "360#0000000000000000"},
    {"force_charge_unknown", 0x360, {}, "nothing"},
    {"modules_all",
     0x372,
     {.modules_online = Count{16},
      .modules_blocking_charge = Count{1},
      .modules_blocking_discharge = Count{2},
      .modules_offline = Count{3}},
     "372#1000010002000300"},
    {"modules_some",
     0x372,
     {.modules_online = Count{2}, .modules_offline = Count{0}},
     "372#0200FFFFFFFF0000"},
    {"modules_never_look_unsupported", 0x372, {.modules_offline = Count{70'000}}, "372#FFFFFFFFFFFFFEFF"},
    {"modules_none", 0x372, {}, "nothing"},
    {"cells_all",
     0x373,
     {.cell_voltage_min = 3325_mV,
      .cell_voltage_max = 3337_mV,
      .cell_temperature_min = 20_degC,
      .cell_temperature_max = 22_degC},
     "373#FD0C090D25012701"},
    {"cells_without_temperatures",
     0x373,
     {.cell_voltage_min = 3325_mV, .cell_voltage_max = 3337_mV},
     "373#FD0C090D"},
    {"cells_without_lowest_temperature",
     0x373,
     {.cell_voltage_min = 3325_mV, .cell_voltage_max = 3337_mV, .cell_temperature_max = 22_degC},
     "373#FD0C090DFFFF2701"},
    {"cells_without_highest_temperature",
     0x373,
     {.cell_voltage_min = 3325_mV, .cell_voltage_max = 3337_mV, .cell_temperature_min = 20_degC},
     "373#FD0C090D2501FFFF"},
    {"cells_without_highest_voltage", 0x373, {.cell_voltage_min = 3325_mV}, "373#FD0CFFFF"},
    {"cells_frost_rounds_to_nearest",
     0x373,
     {.cell_voltage_max = 3337_mV,
      .cell_temperature_min = Temperature{-10'400},
      .cell_temperature_max = Temperature{-9'600}},
     "373#FFFF090D07010701"},
    {"cells_never_look_unsupported", 0x373, {.cell_voltage_max = 70_V}, "373#FFFFFEFF"},
    {"cells_impossible_values_are_absent",
     0x373,
     {.cell_voltage_min = Voltage{-1},
      .cell_voltage_max = 3337_mV,
      .cell_temperature_min = Temperature{-300'000}},
     "373#FFFF090D"},
    {"cells_temperatures_only",
     0x373,
     {.cell_temperature_min = 20_degC, .cell_temperature_max = 22_degC},
     "nothing"},
    {"energy", 0x378, {.energy_in = 1'234'500_Wh, .energy_out = 1'100'000_Wh}, "378#39300000F82A0000"},
    {"energy_rounds_down", 0x378, {.energy_in = 199_Wh, .energy_out = 99_Wh}, "378#0100000000000000"},
    {"energy_wraps",
     0x378,
     {.energy_in = 429'496'729'599_Wh, .energy_out = 429'496'730'100_Wh},
     "378#FFFFFFFF05000000"},
    {"energy_in_only", 0x378, {.energy_in = 100_Wh}, "nothing"},
    {"energy_negative", 0x378, {.energy_in = Energy{-100}, .energy_out = 100_Wh}, "nothing"},
    {"installed", 0x379, {.capacity = 279'600_mAh}, "379#1801000000000000"},
    {"installed_unknown", 0x379, {}, "nothing"},
};
INSTANTIATE_TEST_SUITE_P(Details, Encode, testing::ValuesIn(detail_cases));

const Case text_cases[] = {
    {"maker", 0x35E, {.manufacturer = "ACME"}, "35E#41434D4500000000"},
    {"maker_cut_right", 0x35E, {.manufacturer = "ACME Energy"}, "35E#41434D4520456E65"},
    {"maker_wins_over_short_name", 0x35E, {.manufacturer = "ACME", .name = "Garden"}, "35E#41434D4500000000"},
    {"short_name_stands_in", 0x35E, {.name = "Garden 1"}, "35E#47617264656E2031"},
    {"long_name_wins", 0x35E, {.manufacturer = "ACME", .name = "Garden 12"}, "35E#47617264656E2031"},
    {"maker_empty", 0x35E, {.manufacturer = "", .name = "\t "}, "nothing"},
    {"name_first", 0x370, {.name = "Garden shed 16S"}, "370#47617264656E2073"},
    {"name_second", 0x371, {.name = "Garden shed 16S"}, "371#6865642031365300"},
    {"name_second_cut_right", 0x371, {.name = "Garden shed 16S of mine"}, "371#6865642031365320"},
    {"name_of_8_first", 0x370, {.name = "Garden 1"}, "nothing"},
    {"name_of_8_second", 0x371, {.name = "Garden 1"}, "nothing"},
    {"family", 0x382, {.family = "LFP 280"}, "382#4C46502032383000"},
    {"no_family", 0x382, {}, "nothing"},
    {"id", 0x374, {.cell_voltage_min_id = "1-07"}, "374#312D303700000000"},
    {"id_of_8", 0x375, {.cell_voltage_max_id = "P12-C016"}, "375#5031322D43303136"},
    {"id_of_9_is_not_cut", 0x376, {.cell_temperature_min_id = "P12-C0161"}, "nothing"},
    {"id_of_highest_temperature", 0x377, {.cell_temperature_max_id = "2"}, "377#3200000000000000"},
    {"serial_first", 0x380, {.serial = "SN202611240001"}, "380#534E323032363131"},
    {"serial_second", 0x381, {.serial = "SN202611240001"}, "381#3234303030310000"},
    {"serial_short_first", 0x380, {.serial = "12345678"}, "380#3132333435363738"},
    {"serial_short_second", 0x381, {.serial = "12345678"}, "381#0000000000000000"},
    {"serial_keeps_last_16_first", 0x380, {.serial = "ABCDEFGHIJKLMNOPQRST"}, "380#45464748494A4B4C"},
    {"serial_keeps_last_16_second", 0x381, {.serial = "ABCDEFGHIJKLMNOPQRST"}, "381#4D4E4F5051525354"},
    {"serial_unknown", 0x381, {}, "nothing"},
    // "Küche": the two bytes of the ü become one '?'.
    {"other_characters_are_replaced",
     0x382,
     {.family = "K\xC3\xBC"
                "che"},
     "382#4B3F636865000000"},
    // The ninth character has two bytes: it is cut off whole.
    {"never_cut_in_a_character", 0x382, {.family = "1234567\xC3\xBC"}, "382#313233343536373F"},
};
INSTANTIATE_TEST_SUITE_P(Texts, Encode, testing::ValuesIn(text_cases));

// Each pair as the table of 0x35A has it: byte and bits, counted from the right.
TEST(EncodeAlarms, PutsEachPairInItsPlace) {
    const char* const wires[alarm_kinds] = {"01000000", "04000000", "10000000", "40000000", "00010000",
                                            "00040000", "00100000", "00400000", "00000100", "00000400",
                                            "00001000", "00004000", "00000001"};
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        Values alarm;
        alarm.alarms[i] = Pair::active;
        EXPECT_EQ(wire(0x35A, alarm), "35A#" + std::string{wires[i]} + "00000000") << i;
        Values warning;
        warning.warnings[i] = Pair::active;
        EXPECT_EQ(wire(0x35A, warning), "35A#00000000" + std::string{wires[i]}) << i;
    }
}

TEST(EncodeAlarms, AreAlwaysSentAndReservedBitsAreZero) {
    Values values;
    EXPECT_EQ(wire(0x35A, values), "35A#0000000000000000");
    values.system_status = Pair::active;
    EXPECT_EQ(wire(0x35A, values), "35A#0000000000000004") << "offline";
    values.system_status = Pair::inactive;
    values.alarms.fill(Pair::inactive);
    values.warnings.fill(Pair::inactive);
    EXPECT_EQ(wire(0x35A, values), "35A#AAAAAA02AAAAAA0A");
}

TEST(EncodeLimits, NeverSendsAMistakeOfTheCaller) {
    const Values good{.cvl = 56'800_mV, .ccl = 100_A, .dcl = 100_A, .discharge_voltage = 48_V};
    const std::function<void(Values&)> mistakes[] = {
        [](Values& v) { v.cvl = 0_mV; },       [](Values& v) { v.cvl = 99_mV; },
        [](Values& v) { v.cvl = -56'800_mV; }, [](Values& v) { v.ccl = -1_mA; },
        [](Values& v) { v.dcl = -1_mA; },      [](Values& v) { v.discharge_voltage = -1_mV; },
    };
    for (const auto& mistake : mistakes) {
        Values values = good;
        mistake(values);
        EXPECT_DEBUG_DEATH({ EXPECT_EQ(wire(0x351, values), "nothing"); }, "limit");
    }
}

TEST(Encode, SendsNothingThatIsOnlyReceived) {
    for (const Message& message : gx_messages())
        EXPECT_FALSE(encode(message, {}));
}

// A battery about which nothing is known says nothing, except that it supports no alarm.
TEST(Encode, MakesNothingUp) {
    for (const Message& message : messages())
        EXPECT_EQ(encode(message, {}).has_value(), message.id == alarms_id) << message.name;
}

} // namespace
} // namespace retrocan::victron
