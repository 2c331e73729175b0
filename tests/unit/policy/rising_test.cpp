// SPDX-License-Identifier: Apache-2.0
#include "policy/rising.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;

Limit<Current> permits(Current value) {
    return {value, {"battery", "the battery asks", "ccl"}};
}

/// 100 A at most: 2 A a second.
class Rising : public ::testing::Test {
protected:
    void at(Duration time, Current target) { limit.rise_to(permits(target), t0 + time); }
    [[nodiscard]] Current now() const { return limit.limit()->value; }

    RisingLimit limit{100_A};
};

TEST_F(Rising, TheFirstCountsAtOnce) {
    EXPECT_FALSE(limit.limit());
    at(0s, 80_A);
    EXPECT_EQ(*limit.limit(), permits(80_A));
}

TEST_F(Rising, FallsAtOnceInARoundAndBetween) {
    at(0s, 80_A);
    at(1s, 30_A);
    EXPECT_EQ(*limit.limit(), permits(30_A));
    limit.fall_to({10_A, {"alarm", "an alarm", "short_circuit"}});
    EXPECT_EQ(now(), 10_A);
    EXPECT_EQ(limit.limit()->reason.limiter, "alarm");
    limit.fall_to(permits(20_A));
    EXPECT_EQ(now(), 10_A) << "that is no fall";
}

TEST_F(Rising, WaitsFor30SecondsThenRisesByTwoPercentOfTheCeilingASecond) {
    at(0s, 10_A);
    at(1s, 80_A);
    EXPECT_EQ(limit.limit()->reason.limiter, "rise");
    EXPECT_EQ(limit.limit()->reason.input,
              "waits for 30 s before it rises to 80 A; before by battery: the battery asks");
    at(31s, 80_A);
    EXPECT_EQ(now(), 10_A) << "30 s after more was permitted first";
    at(32s, 80_A);
    EXPECT_EQ(now(), 12_A);
    EXPECT_EQ(limit.limit()->reason.input, "rises slowly to 80 A; before by battery: the battery asks");
    at(42s, 80_A);
    EXPECT_EQ(now(), 32_A);
    at(65s, 80_A);
    EXPECT_EQ(now(), 78_A);
    at(66s, 80_A);
    EXPECT_EQ(*limit.limit(), permits(80_A)) << "there, with the reason of what permits it";
}

TEST_F(Rising, TheTargetMayMoveWhileItRises) {
    at(0s, 10_A);
    at(1s, 80_A);
    at(36s, 80_A); // 5 s of rising
    EXPECT_EQ(now(), 20_A);
    at(37s, 21_A);
    EXPECT_EQ(now(), 21_A) << "and no more";
    at(38s, 80_A);
    at(60s, 80_A);
    EXPECT_EQ(now(), 21_A) << "it had arrived: it waits anew";
}

TEST_F(Rising, AFallWhileItRisesBeginsAnew) {
    at(0s, 10_A);
    at(1s, 80_A);
    at(36s, 80_A);
    limit.fall_to(permits(15_A));
    at(37s, 80_A);
    at(67s, 80_A);
    EXPECT_EQ(now(), 15_A);
    at(68s, 80_A);
    EXPECT_EQ(now(), 17_A);
}

TEST_F(Rising, WhatSwingsIsHeldAtItsLowEnd) {
    for (int s = 0; s < 600; ++s)
        at(std::chrono::seconds{s}, s % 20 == 0 ? 10_A : 80_A);
    EXPECT_EQ(now(), 10_A);
}

TEST_F(Rising, TheFirstAfterARestartCountsAtOnce) {
    at(0s, 10_A);
    at(1s, 80_A);
    limit.restart();
    EXPECT_FALSE(limit.limit());
    at(2s, 80_A);
    EXPECT_EQ(now(), 80_A);
}

// DCL in island mode: only 0 acts, and what is less than 5 A is no supply.
TEST_F(Rising, WhatIsBelowTheLeastRisesToItInOneStep) {
    limit = RisingLimit{100_A, 5_A};
    at(0s, 0_A);
    at(1s, 80_A);
    at(31s, 80_A);
    EXPECT_EQ(now(), 0_A);
    at(31500ms, 80_A);
    EXPECT_EQ(now(), 5_A);
    at(32500ms, 80_A);
    EXPECT_EQ(now(), 7_A);
    limit.restart();
    at(40s, 1_A);
    EXPECT_EQ(now(), 1_A) << "the battery itself asks for that";
    at(41s, 3_A);
    at(72s, 3_A);
    EXPECT_EQ(now(), 3_A) << "and for no more than that";
}

} // namespace
} // namespace retrocan::policy
