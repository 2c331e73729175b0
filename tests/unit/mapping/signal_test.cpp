// SPDX-License-Identifier: Apache-2.0
// What the right sides of [signals] mean.
#include "fixture.h"

namespace retrocan::mapping {
namespace {

struct ExtremesCase {
    const char* name;
    std::vector<std::int64_t> cells;
    const char* shown; ///< max, its id, min, its id, mean, sum
};

class Extremes : public testing::TestWithParam<ExtremesCase> {};

TEST_P(Extremes, SkipAbsentElementsAndKeepTheirNumbers) {
    Battery battery{mapping_text("cell = { at = 3, unit = 'mV', count = 4, absent = 0 }", R"(
cell_voltage_max  = { max = "cell", id = "cell {n}" }
cell_voltage_min  = { min = "cell", id = "#{n}" }
cvl               = { mean = "cell" }
discharge_voltage = { sum = "cell" }
)")};
    adapter::Answer answer{t0, {}};
    for (const std::int64_t cell : GetParam().cells)
        answer.readings.push_back({battery.slot("cell", answer.readings.size()), raw(cell)});
    battery.decoder().take(answer);
    EXPECT_EQ(battery.text("cell_voltage_max") + " " + battery.text("cell_voltage_max_id") + ", " +
                  battery.text("cell_voltage_min") + " " + battery.text("cell_voltage_min_id") + ", " +
                  battery.text("cvl") + ", " + battery.text("discharge_voltage"),
              GetParam().shown);
}

const ExtremesCase extremes_cases[] = {
    {"all_there", {3300, 3310, 3290, 3305}, "3.31 V cell 2, 3.29 V #3, 3.301 V, 13.205 V"},
    {"first_wins_a_tie", {3300, 3300, 3300, 3300}, "3.3 V cell 1, 3.3 V #1, 3.3 V, 13.2 V"},
    {"one_absent", {0, 3310, 3290, 3305}, "3.31 V cell 2, 3.29 V #3, 3.302 V, -"},
    {"all_absent", {0, 0, 0, 0}, "- -, - -, -, -"},
    {"one_never_read", {3300, 3310, 3290}, "- -, - -, -, -"},
};
INSTANTIATE_TEST_SUITE_P(Cases, Extremes, testing::ValuesIn(extremes_cases),
                         [](const auto& one) { return one.param.name; });

TEST(Extremes, GoOverSeveralRunsWithOneNumbering) {
    Battery battery{
        mapping_text("a = { at = 3, unit = 'degC', count = 2 }\nb = { at = 9, unit = 'degC', count = 3 }",
                     "cell_temperature_max = { max = ['a', 'b'], id = 'T{n}' }")};
    battery.take_run(t0, "a", {20, 21});
    EXPECT_EQ(battery.text("cell_temperature_max"), "-");
    battery.take_run(t0 + 1s, "b", {19, 22, -5});
    EXPECT_EQ(battery.text("cell_temperature_max_id"), "T4");
    EXPECT_EQ(battery.state().cell_temperature_max->oldest, t0);
    EXPECT_EQ(battery.state().cell_temperature_max_id->oldest, t0);
}

TEST(Mask, SaysWhichElementsExist) {
    Battery battery{
        mapping_text("cell = { at = 3, unit = 'mV', count = 4, present = 'mask' }\nmask = { at = 9 }",
                     "cell_voltage_min = { min = 'cell', id = 'cell {n}' }")};
    battery.take_run(t0, "cell", {0, 3310, 3300});    // the fourth is never read
    EXPECT_EQ(battery.text("cell_voltage_min"), "-"); // not known yet which exist
    battery.take(t0 + 1s, {{"mask", raw(0b0110)}});
    EXPECT_EQ(battery.text("cell_voltage_min_id"), "cell 3");
    battery.take(t0 + 2s, {{"mask", raw(0b0010)}});
    EXPECT_EQ(battery.text("cell_voltage_min_id"), "cell 2");
    battery.take(t0 + 3s, {{"mask", raw(0)}});
    EXPECT_EQ(battery.text("cell_voltage_min_id"), "-");
}

TEST(Formula, IsExactForDecimals) {
    Battery battery{mapping_text(
        "", "cvl = 'voltage * 2 - 0.3 V'\nccl = '-current'\nsoh = 'abs(current) / 7 A * 100 %'")};
    battery.take(t0, {{"voltage", raw(2840)}, {"current", raw(-1)}});
    EXPECT_EQ(battery.text("cvl"), "56.5 V");
    EXPECT_EQ(battery.text("ccl"), "0.1 A");
    EXPECT_EQ(battery.text("soh"), "1.43 %"); // rounded to the nearest
}

TEST(Formula, IsAbsentWhereItDividesByZero) {
    Battery battery{mapping_text("used = { at = 3, unit = 'Ah' }\nfull = { at = 4, unit = 'Ah' }",
                                 "soh = 'used / full * 100 %'")};
    battery.take(t0, {{"used", raw(70)}, {"full", raw(280)}});
    EXPECT_EQ(battery.text("soh"), "25 %");
    battery.take(t0, {{"full", raw(0)}});
    EXPECT_EQ(battery.text("soh"), "-");
    battery.take(t0, {{"used", raw(0)}});
    EXPECT_EQ(battery.text("soh"), "-");
}

TEST(Formula, TakesSettings) {
    const std::string text =
        mapping_text("raw = { at = 3, unit = 'A' }", "ccl = 'raw * sign'",
                     "[settings]\nsign = { default = 1, one_of = [1, -1], help = 's' }\n");
    Battery battery{text, {"battery.settings", {}, {{"sign", std::int64_t{-1}, {}}}}};
    battery.take(t0, {{"raw", raw(12)}});
    EXPECT_EQ(battery.text("ccl"), "-12 A");
}

TEST(Choice, TakesOnlyTheBranchThatHolds) {
    Battery battery{mapping_text("limit = { at = 3, unit = 'A', absent = 255 }\nfets = { at = 4 }",
                                 "ccl = { value = 'limit', when = 'fets.1', otherwise = '0 A' }")};
    battery.take(t0, {{"limit", raw(100)}});
    EXPECT_EQ(battery.text("ccl"), "-");
    battery.take(t0 + 1s, {{"fets", raw(2)}});
    EXPECT_EQ(battery.state().ccl, (Aged<Current>{100_A, t0, t0 + live_limit}));
    battery.take(t0 + 2s, {{"fets", raw(1)}});
    EXPECT_EQ(battery.state().ccl, (Aged<Current>{0_A, t0 + 2s, t0 + 2s + live_limit}));
    battery.take(t0 + 3s, {{"limit", raw(255)}});
    EXPECT_EQ(battery.text("ccl"), "0 A");
    battery.take(t0 + 4s, {{"fets", raw(2)}});
    EXPECT_EQ(battery.text("ccl"), "-");
}

TEST(Comparison, IsNotFooledByBinaryFractions) {
    Battery battery{mapping_text("cell = { at = 3, unit = 'mV', count = 2 }",
                                 "[warnings]\ncell_imbalance = 'max(cell) - min(cell) > 0.3 V'\n")};
    const auto warning = [&] {
        return battery.state().warnings[static_cast<std::size_t>(AlarmKind::cell_imbalance)];
    };
    battery.take_run(t0, "cell", {3600, 3300}); // in binary, 3.6 - 3.3 is a little above 0.3
    EXPECT_FALSE(warning()->value);
    battery.take_run(t0, "cell", {3601, 3300});
    EXPECT_TRUE(warning()->value);
}

struct ConditionCase {
    const char* name;
    const char* condition;
    const char* shown; ///< for word 0, 1, 2, 3, then with the word absent
};

class Condition : public testing::TestWithParam<ConditionCase> {};

TEST_P(Condition, IsKnownAsFarAsItsPartsAre) {
    Battery battery{mapping_text("word = { at = 3, absent = 9 }\nyes = { at = 4 }\nno = { at = 5 }",
                                 std::string{"force_charge = { any = ['yes', 'no'] }\nonline = "} +
                                     GetParam().condition)};
    battery.take(t0, {{"yes", raw(1)}, {"no", raw(0)}});
    std::string shown;
    for (const std::int64_t word : {0, 1, 2, 3, 9}) {
        battery.take(t0, {{"word", raw(word)}});
        shown += battery.text("online") + " ";
    }
    EXPECT_EQ(shown, GetParam().shown);
}

const ConditionCase condition_cases[] = {
    {"any_number_but_0", "'word'", "no yes yes yes - "},
    {"bit", "'word.1'", "no no yes yes - "},
    {"not_bit", "{ not = 'word.1' }", "yes yes no no - "},
    {"equal", "'word == 2'", "no no yes no - "},
    {"not_equal", "'word != 2'", "yes yes no yes - "},
    {"less", "'word < 2'", "yes yes no no - "},
    {"less_or_equal", "'word <= 2'", "yes yes yes no - "},
    {"greater", "'word > 2'", "no no no yes - "},
    {"greater_or_equal", "'2 <= word'", "no no yes yes - "},
    {"any_unknown", "{ any = ['word.0', 'no'] }", "no yes no yes - "},
    {"any_decided_by_another", "{ any = ['word.0', 'yes'] }", "yes yes yes yes yes "},
    {"all_unknown", "{ all = ['word.0', 'yes'] }", "no yes no yes - "},
    {"all_decided_by_another", "{ all = ['word.0', 'no'] }", "no no no no no "},
    {"nested", "{ all = [{ any = ['word.0', 'word.1'] }, { not = 'no' }] }", "no yes yes yes - "},
};
INSTANTIATE_TEST_SUITE_P(Cases, Condition, testing::ValuesIn(condition_cases),
                         [](const auto& one) { return one.param.name; });

TEST(Condition, LivesAsLongAsTheMemberThatDecidesItAndExpiresLast) {
    Battery battery{mapping_text("a = { at = 3 }\nb = { at = 4 }",
                                 "online = { any = ['a', 'b'] }\nforce_charge = { all = ['a', 'b'] }")};
    const auto any = [&] { return battery.state().online; };
    const auto all = [&] { return battery.state().force_charge; };
    const auto told = [](bool value, TimePoint at) { return Aged<bool>{value, at, at + live_limit}; };

    battery.take(t0, {{"a", raw(1)}, {"b", raw(1)}});
    battery.take(t0 + 1s, {{"a", Absence::timeout}, {"b", raw(1)}}); // a fresh alarm beside an old one
    EXPECT_EQ(any(), told(true, t0 + 1s));
    EXPECT_EQ(all(), told(true, t0)); // it takes both
    battery.take(t0 + 2s, {{"a", raw(1)}, {"b", Absence::timeout}});
    EXPECT_EQ(any(), told(true, t0 + 2s)); // in either order

    battery.take(t0 + 3s, {{"a", raw(0)}, {"b", raw(0)}});
    battery.take(t0 + 4s, {{"a", Absence::timeout}, {"b", raw(0)}});
    EXPECT_EQ(all(), told(false, t0 + 4s));
    EXPECT_EQ(any(), told(false, t0 + 3s));
}

TEST(Condition, OverARunOfCoils) {
    Battery battery{mapping_text(
        "coils = { at = 3, count = 3 }",
        "online = { all = 'coils' }\n[alarms]\ninternal = { any = 'coils' }\ncontactor = 'coils.2'\n")};
    const auto shown = [&] {
        const auto alarm = [&](AlarmKind kind) {
            return battery.state().alarms[static_cast<std::size_t>(kind)]->value;
        };
        return battery.text("online") + (alarm(AlarmKind::internal) ? " internal" : "") +
               (alarm(AlarmKind::contactor) ? " contactor" : "");
    };
    battery.take_run(t0, "coils", {0, 0, 0});
    EXPECT_EQ(shown(), "no");
    battery.take_run(t0, "coils", {0, 1, 0});
    EXPECT_EQ(shown(), "no internal");
    battery.take_run(t0, "coils", {1, 1, 1});
    EXPECT_EQ(shown(), "yes internal contactor");
}

struct FirmwareCase {
    const char* name;
    const char* form;
    const char* text;
    const char* shown;
};

class FirmwareOf : public testing::TestWithParam<FirmwareCase> {};

TEST_P(FirmwareOf, AText) {
    Battery battery{
        mapping_text("sw = { at = 3, every = 'once' }", std::string{"firmware = "} + GetParam().form)};
    battery.take(t0, {{"sw", RawValue{std::string{GetParam().text}}}});
    EXPECT_EQ(battery.text("firmware"), GetParam().shown);
}

const FirmwareCase firmware_cases[] = {
    {"major_minor", "'sw'", "15.41", "15.41"},
    {"with_letters", "'sw'", "V1.07-b3", "1.7"},
    {"one_number", "'sw'", "V104", "104.0"},
    {"too_large", "'sw'", "1.256", "-"},
    {"no_number", "'sw'", "beta", "-"},
    {"digits", "{ digits = 'sw' }", "15", "1.5"},
    {"one_digit", "{ digits = 'sw' }", "3", "3.0"},
    {"more_digits", "{ digits = 'sw' }", "V123", "1.2"},
};
INSTANTIATE_TEST_SUITE_P(Cases, FirmwareOf, testing::ValuesIn(firmware_cases),
                         [](const auto& one) { return one.param.name; });

TEST(Firmware, FromTwoNumbers) {
    Battery battery{mapping_text("v = { at = 3, bits = '8..15' }\nw = { at = 3, bits = '0..7' }",
                                 "firmware = { major = 'v', minor = 'w' }")};
    battery.take(t0, {{"v", raw(0x0117)}, {"w", raw(0x0117)}});
    EXPECT_EQ(battery.text("firmware"), "1.23");
}

} // namespace
} // namespace retrocan::mapping
