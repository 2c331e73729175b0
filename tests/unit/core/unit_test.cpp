// SPDX-License-Identifier: Apache-2.0
#include "core/unit.h"

#include <limits>

#include <gtest/gtest.h>

namespace retrocan {
namespace {

using namespace literals;

struct UnitCase {
    const char* text;
    Unit unit;
};

const UnitCase unit_cases[] = {
    {"10 mV", {Dimension::voltage, 10, 1}},      {"V", {Dimension::voltage, 1000, 1}},
    {"mV", {Dimension::voltage, 1, 1}},          {"0.1 A", {Dimension::current, 100, 1}},
    {"0.01 A", {Dimension::current, 10, 1}},     {"0.1 degC", {Dimension::temperature, 100, 1}},
    {"0.1 K", {Dimension::temperature, 100, 1}}, {"0.1 %", {Dimension::ratio, 10, 1}},
    {"%", {Dimension::ratio, 100, 1}},           {"10 Ah", {Dimension::charge, 10'000, 1}},
    {"0.5 Wh", {Dimension::energy, 1, 2}},       {"0.001 mV", {Dimension::voltage, 1, 1000}},
    {"0.1 kWh", {Dimension::energy, 100, 1}},    {"0.1", {Dimension::none, 1, 10}},
};

TEST(Unit, ReadsWhatDatasheetsPrint) {
    for (const UnitCase& c : unit_cases) {
        const auto unit = parse_unit(c.text);
        ASSERT_TRUE(unit) << c.text << ": " << unit.error();
        EXPECT_EQ(*unit, c.unit) << c.text;
    }
}

TEST(Unit, RefusesWhatIsNoUnitAndNamesTheKnownOnes) {
    EXPECT_NE(parse_unit("10 mv").error().find("unknown unit \"mv\""), std::string::npos);
    EXPECT_NE(parse_unit("10 mv").error().find("mV"), std::string::npos);
    for (const char* text : {"0 V", "-1 A", "1.2.3 V", "1234567890123 V"})
        EXPECT_FALSE(parse_unit(text)) << text;
    EXPECT_EQ(parse_unit("999999999999 h").error(), "\"999999999999 h\" is too large");
}

TEST(Amount, IsAWholeNumberOfFineUnits) {
    EXPECT_EQ(*parse_amount("56.8 V"), (Amount{Dimension::voltage, 56'800}));
    EXPECT_EQ(*parse_amount("-10.5 degC"), (Amount{Dimension::temperature, -10'500}));
    EXPECT_EQ(*parse_amount("500 ms"), (Amount{Dimension::time, 500'000}));
    EXPECT_EQ(*parse_amount("16"), (Amount{Dimension::none, 16}));
    EXPECT_EQ(parse_amount("0.0001 V").error(), "\"0.0001 V\" is finer than this program counts (0.001 V)");
    EXPECT_FALSE(parse_amount("V"));
    EXPECT_FALSE(parse_amount(""));
}

TEST(Scaled, RoundsToNearestAndSaturates) {
    EXPECT_EQ(scaled(5281, {Dimension::voltage, 10, 1}), 52'810);
    EXPECT_EQ(scaled(1, {Dimension::energy, 1, 2}), 1);
    EXPECT_EQ(scaled(-1, {Dimension::energy, 1, 2}), -1);
    EXPECT_EQ(scaled(1, {Dimension::voltage, 1, 3}), 0);
    EXPECT_EQ(scaled(std::numeric_limits<std::int64_t>::max(), {Dimension::voltage, 10, 1}),
              std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(scaled(std::numeric_limits<std::int64_t>::min(), {Dimension::voltage, 10, 1}),
              std::numeric_limits<std::int64_t>::min());
}

TEST(Text, IsTheShortestExactDecimal) {
    EXPECT_EQ(to_text(56'800_mV), "56.8 V");
    EXPECT_EQ(to_text(56_V), "56 V");
    EXPECT_EQ(to_text(-5_mA), "-0.005 A");
    EXPECT_EQ(to_text(21'500_mdegC), "21.5 degC");
    EXPECT_EQ(to_text(7950_cpct), "79.5 %");
    EXPECT_EQ(to_text(Count{3}), "3");
    EXPECT_EQ(to_text(Duration{1'500'000}), "1.5 s");
}

} // namespace
} // namespace retrocan
