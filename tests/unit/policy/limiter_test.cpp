// SPDX-License-Identifier: Apache-2.0
#include "policy/limiter.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;

const Curve falling{{3'450, 100_pct}, {3'550, 10_pct}, {3'600, 0_pct}};

TEST(Curve, IsLinearBetweenItsPointsAndLevelOutside) {
    struct Case {
        std::int64_t input;
        Percent share;
    };
    for (const Case& c : {Case{-100'000, 100_pct}, Case{3'450, 100_pct}, Case{3'500, 55_pct},
                          Case{3'550, 10_pct}, Case{3'575, 5_pct}, Case{3'600, 0_pct}, Case{9'999, 0_pct}})
        EXPECT_EQ(share_at(falling, c.input), c.share) << c.input;
}

TEST(Curve, RoundsDownOnEitherSlope) {
    EXPECT_EQ(share_at({{0, 0_pct}, {3, 100_pct}}, 1), 3333_cpct);
    EXPECT_EQ(share_at({{0, 100_pct}, {3, 0_pct}}, 1), 6666_cpct);
}

TEST(Curve, OfTwoStatesIsASwitch) {
    const Curve two{{99, 0_pct}, {100, 100_pct}};
    EXPECT_EQ(share_at(two, 99), 0_pct);
    EXPECT_EQ(share_at(two, 100), 100_pct);
}

TEST(Curve, SaysWhatIsWrongWithIt) {
    EXPECT_EQ(fault_of(falling), "");
    EXPECT_EQ(fault_of({{1, 100_pct}}), "expected at least two points");
    EXPECT_EQ(fault_of({{1, 100_pct}, {2, 101_pct}}), "a share must be from 0 % to 100 %; got 101 %");
    EXPECT_EQ(fault_of({{2, 100_pct}, {2, 0_pct}}), "the points must rise in what they read");
    EXPECT_EQ(fault_of({{1, 0_pct}, {2, 100_pct}, {3, 50_pct}}),
              "the curve goes up and down again: expected shares that only rise or only fall");
    EXPECT_EQ(fault_of({{1, 100_pct}, {2, 100_pct}}), "the curve is level: it never limits");
    EXPECT_EQ(fault_of({{1, 0_pct}, {2, 90_pct}}),
              "the curve reaches 100 % nowhere: once it has limited, it would never let go");
}

TEST(LimiterKinds, HaveNamesAndInputsThatExist) {
    for (std::size_t i = 0; i < limiter_kinds; ++i) {
        const auto kind = static_cast<LimiterKind>(i);
        EXPECT_EQ(limiter_kind(info(kind).name), kind);
        EXPECT_TRUE(signal_index(info(kind).signal)) << info(kind).name;
        if (!info(kind).stand_in.empty()) {
            EXPECT_TRUE(signal_index(info(kind).stand_in)) << info(kind).name;
        }
    }
    EXPECT_FALSE(limiter_kind("cell_hihg"));
}

TEST(LimiterKinds, ReadTheStandInWhereTheBatteryHasNoSensorsOfCells) {
    SignalSet provided;
    EXPECT_FALSE(input_of(LimiterKind::cold_charge, provided));
    provided.set(*signal_index("temperature"));
    EXPECT_EQ(input_of(LimiterKind::cold_charge, provided), signal_index("temperature"));
    provided.set(*signal_index("cell_temperature_min"));
    EXPECT_EQ(input_of(LimiterKind::cold_charge, provided), signal_index("cell_temperature_min"));
}

} // namespace
} // namespace retrocan::policy
