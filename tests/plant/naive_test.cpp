// SPDX-License-Identifier: Apache-2.0
// The test of the test: controls that are known to be wrong fail in this plant.

#include "plant/naive.h"
#include "plant/scenarios.h"

#include <gtest/gtest.h>

namespace retrocan::plant {
namespace {

TEST(NaiveControl, TheVoltageOfTheDataSheetTripsThePackOnAFeedInDay) {
    FixedCvl control{57.6}; // 3.60 V a cell
    const Measures measures = run(feed_in_day(), control);
    EXPECT_GT(measures.charge_trips, 0U) << measures;
    EXPECT_GT(measures.solar_lost, 1) << measures;
}

TEST(NaiveControl, ACautiousFixedCvlTripsAPackWithOneCellAhead) {
    FixedCvl control{55.2}; // 3.45 V a cell
    const Measures measures = run(one_cell_ahead(), control);
    EXPECT_GT(measures.charge_trips, 0U) << measures;
    EXPECT_GT(measures.overshoot_mv, 20) << measures;
}

TEST(NaiveControl, ACvlThatFollowsTheVoltageEmptiesTheBatteryIntoTheGrid) {
    FollowingCvl control{55.2};
    const Measures measures = run(feed_in_day(), control);
    EXPECT_GT(measures.into_grid, 0.5) << measures;
    EXPECT_GT(measures.oscillation, 2) << measures;
    EXPECT_GT(measures.changes_per_hour, 6U) << measures;
    EXPECT_LT(measures.least_gap, 20) << measures;
}

TEST(NaiveControl, NoFixedCvlIsRightForAFrozenPack) {
    FixedCvl high{54.0};
    EXPECT_GT(run(frozen_day(0.4), high).charged_frozen, 2);
    FixedCvl low{52.0};
    EXPECT_GT(run(frozen_day(0.4), low).into_grid, 2);
}

TEST(NaiveControl, BothChargeAFrozenPack) {
    FixedCvl fixed{54.4};
    EXPECT_GT(run(cold_morning(0.4), fixed).charged_frozen, 1);
    FollowingCvl following{54.4};
    EXPECT_GT(run(cold_morning(0.4), following).charged_frozen, 1);
}

} // namespace
} // namespace retrocan::plant
