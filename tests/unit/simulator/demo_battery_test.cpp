// SPDX-License-Identifier: Apache-2.0
#include "simulator/demo_battery.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <gtest/gtest.h>

namespace retrocan::simulator {
namespace {

using namespace std::chrono_literals;

constexpr Duration day = 10min;
constexpr Duration second = 1s;

class AnySeed : public testing::TestWithParam<std::uint64_t> {
protected:
    const DemoBattery battery{GetParam(), day};
};

TEST_P(AnySeed, StaysInPlausibleBoundsForAWeek) {
    for (Duration t{}; t < 7 * day; t += second) {
        const DemoPack pack = battery.at(t);
        ASSERT_GE(pack.soc, 0.10) << t.count();
        ASSERT_LE(pack.soc, 1.0) << t.count();
        ASSERT_GE(pack.voltage(), 50.0) << t.count();
        ASSERT_LE(pack.voltage(), DemoPack::charge_voltage) << t.count();
        ASSERT_GE(pack.cell_voltage_min(), 3.1) << t.count();
        ASSERT_LE(pack.cell_voltage_max(), 3.48) << t.count();
        ASSERT_LE(pack.cell_voltage_max() - pack.cell_voltage_min(), 0.05) << t.count();
        ASSERT_LE(pack.current, pack.charge_current_limit) << t.count();
        ASSERT_GE(pack.current, -pack.discharge_current_limit) << t.count();
        ASSERT_GE(pack.charge_current_limit, 5.0) << t.count();
        ASSERT_GE(pack.discharge_current_limit, 50.0) << t.count();
        for (const double temperature : pack.temperature) {
            ASSERT_GE(temperature, 15.0) << t.count();
            ASSERT_LE(temperature, 35.0) << t.count();
        }
    }
}

TEST_P(AnySeed, NothingJumpsWithinASecond) {
    DemoPack before = battery.at({});
    for (Duration t = second; t < 7 * day; t += second) {
        const DemoPack now = battery.at(t);
        ASSERT_LE(std::abs(now.soc - before.soc), 0.012) << t.count();
        ASSERT_LE(std::abs(now.current - before.current), 8.0) << t.count();
        ASSERT_LE(std::abs(now.voltage() - before.voltage()), 0.25) << t.count();
        for (std::size_t i = 0; i < DemoPack::cells; ++i)
            ASSERT_LE(std::abs(now.cell_voltage.at(i) - before.cell_voltage.at(i)), 0.015) << t.count();
        ASSERT_LE(std::abs(now.temperature[0] - before.temperature[0]), 0.5) << t.count();
        ASSERT_LE(std::abs(now.charge_current_limit - before.charge_current_limit), 17.0) << t.count();
        ASSERT_LE(std::abs(now.discharge_current_limit - before.discharge_current_limit), 17.0) << t.count();
        before = now;
    }
}

TEST_P(AnySeed, IsFullEachAfternoonAndLowEachMorning) {
    for (int d = 0; d < 7; ++d) {
        const Duration midnight = d * day - day * 9 / 24; // time 0 is nine o'clock
        const DemoPack afternoon = battery.at(midnight + day * 15 / 24);
        EXPECT_GT(afternoon.soc, 0.99) << d;
        EXPECT_LT(std::abs(afternoon.current), 3.0) << d;
        EXPECT_NEAR(afternoon.charge_current_limit, 14.0, 0.5) << d;
        const DemoPack morning = battery.at(midnight + day * 31 / 24); // seven on the next
        EXPECT_LT(morning.soc, 0.55) << d;
        EXPECT_LT(morning.current, 0.0) << d;
        const DemoPack evening = battery.at(midnight + day * 39 / 48); // half past seven
        EXPECT_LT(evening.current, -20.0) << d;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnySeed, testing::Values(0, 1, 42, 0xFFFFFFFFFFFFFFFF));

TEST(DemoBattery, ChargesWhenItStarts) {
    const DemoPack pack = DemoBattery{1}.at({});
    EXPECT_GT(pack.current, 10.0);
    EXPECT_GT(pack.soc, 0.2);
    EXPECT_LT(pack.soc, 0.9);
}

TEST(DemoBattery, IsAFunctionOfSeedAndTime) {
    const DemoPack a = DemoBattery{7}.at(123s);
    const DemoPack b = DemoBattery{7}.at(123s);
    EXPECT_EQ(a.cell_voltage, b.cell_voltage);
    EXPECT_EQ(a.current, b.current);
    EXPECT_NE(a.cell_voltage, DemoBattery{8}.at(123s).cell_voltage);
}

TEST(DemoBattery, CellsDiffer) {
    auto cells = DemoBattery{1}.at(0s).cell_voltage;
    std::ranges::sort(cells);
    EXPECT_EQ(std::ranges::adjacent_find(cells), cells.end());
}

} // namespace
} // namespace retrocan::simulator
