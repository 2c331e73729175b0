// SPDX-License-Identifier: Apache-2.0
#include "policy/alarms.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace std::chrono_literals;

constexpr auto high_voltage = static_cast<std::size_t>(AlarmKind::high_voltage);
constexpr auto internal = static_cast<std::size_t>(AlarmKind::internal);

BatteryState with_high_voltage(bool active, TimePoint at) {
    BatteryState state;
    state.alarms[high_voltage] = Aged<bool>{active, at, at + 5s};
    return state;
}

TEST(Alarms, NothingIsSupportedBeforeTheFirstRunning) {
    const AlarmKeeper keeper;
    EXPECT_EQ(keeper.pairs(with_high_voltage(true, t0), t0).alarms[high_voltage], std::nullopt);
}

// Invariant 6: 01 active, 10 supported and not active, 00 when the mapping has no source for it.
TEST(Alarms, Invariant6_PairsTellSupportFromState) {
    AlarmKeeper keeper;
    keeper.settle(with_high_voltage(false, t0));
    EXPECT_EQ(keeper.pairs(with_high_voltage(false, t0), t0).alarms[high_voltage], false);
    EXPECT_EQ(keeper.pairs(with_high_voltage(true, t0), t0).alarms[high_voltage], true);
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        if (i != high_voltage) {
            EXPECT_EQ(keeper.pairs(with_high_voltage(true, t0), t0).alarms[i], std::nullopt);
        }
        EXPECT_EQ(keeper.pairs(with_high_voltage(true, t0), t0).warnings[i], std::nullopt);
    }
}

TEST(Alarms, SupportIsSettledOnce) {
    AlarmKeeper keeper;
    keeper.settle(with_high_voltage(false, t0));
    keeper.settle(BatteryState{});
    EXPECT_EQ(keeper.pairs(with_high_voltage(false, t0), t0).alarms[high_voltage], false);
}

TEST(Alarms, AnExpiredSourceIsUnsupportedWithAnInternalWarningUntilItReturns) {
    AlarmKeeper keeper;
    keeper.settle(with_high_voltage(false, t0));
    const BatteryState state = with_high_voltage(false, t0);
    EXPECT_EQ(keeper.pairs(state, t0 + 5s - 1us).warnings[internal], std::nullopt);
    const AlarmPairs late = keeper.pairs(state, t0 + 5s);
    EXPECT_EQ(late.alarms[high_voltage], std::nullopt);
    EXPECT_EQ(late.warnings[internal], true);
    EXPECT_EQ(keeper.pairs(with_high_voltage(false, t0 + 6s), t0 + 6s).warnings[internal], std::nullopt);
}

TEST(Alarms, ASilenceEndsWhatIsOwed) {
    AlarmKeeper keeper;
    keeper.settle(with_high_voltage(false, t0));
    keeper.take(with_high_voltage(true, t0));
    keeper.forget();
    EXPECT_EQ(keeper.pairs(with_high_voltage(false, t0 + 1s), t0 + 1s).alarms[high_voltage], false);
}

TEST(Alarms, AnAlarmOfOnePollIsSentThreeTimes) {
    AlarmKeeper keeper;
    keeper.settle(with_high_voltage(false, t0));
    keeper.take(with_high_voltage(true, t0));
    const BatteryState over = with_high_voltage(false, t0 + 1s);
    keeper.take(over);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(keeper.pairs(over, t0 + 1s).alarms[high_voltage], true) << i;
        keeper.sent();
    }
    EXPECT_EQ(keeper.pairs(over, t0 + 1s).alarms[high_voltage], false);
}

} // namespace
} // namespace retrocan::policy
