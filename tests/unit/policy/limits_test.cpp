// SPDX-License-Identifier: Apache-2.0
#include "policy/limits.h"
#include "unit/policy/battery_of_tests.h"

#include <utility>

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;

LimitPolicy policy_of_tests() {
    return good_policy().limits;
}

Limits limits(const BatteryState& state, const LimitPolicy& policy) {
    return Limiters{policy}.judge(state, t0, true);
}

void alarm(BatteryState& state, AlarmKind kind) {
    state.alarms[static_cast<std::size_t>(kind)] = Aged<bool>{true, t0, TimePoint::max()};
}

const Limiter cell_high{LimiterKind::cell_high, {{3'450, 100_pct}, {3'550, 0_pct}}, {}};
const Limiter cell_low{LimiterKind::cell_low, {{2'800, 0_pct}, {3'000, 100_pct}}, {}};

struct Case {
    const char* name;
    void (*change)(BatteryState&, LimitPolicy&);
    Voltage cvl;
    Current ccl;
    Current dcl;
    const char* cvl_limiter;
    const char* ccl_limiter;
    const char* dcl_limiter;
};

const Case cases[] = {
    {"envelope below the requests", [](BatteryState&, LimitPolicy&) {}, 56'400_mV, 60_A, 100_A, "envelope",
     "envelope", "battery"},
    {"the battery's own request wins when lower",
     [](BatteryState& s, LimitPolicy&) {
         s.cvl->value = 55'200_mV;
         s.ccl->value = 10_A;
         s.dcl->value = 20_A;
     },
     55'200_mV, 10_A, 20_A, "battery", "battery", "battery"},
    {"an open charge switch acts on charging only",
     [](BatteryState& s, LimitPolicy&) { s.charge_allowed->value = false; }, 56'400_mV, 0_A, 100_A,
     "envelope", "charge switch", "battery"},
    {"an open discharge switch acts on discharging only",
     [](BatteryState& s, LimitPolicy&) { s.discharge_allowed->value = false; }, 56'400_mV, 60_A, 0_A,
     "envelope", "envelope", "discharge switch"},
    {"below the floor it is still the battery's request: the floor is for the bus",
     [](BatteryState& s, LimitPolicy&) { s.cvl->value = 47'999_mV; }, 47'999_mV, 60_A, 100_A, "battery",
     "envelope", "battery"},
    {"a charge-side alarm acts on charging only",
     [](BatteryState& s, LimitPolicy&) { alarm(s, AlarmKind::high_voltage); }, 56'400_mV, 0_A, 100_A,
     "envelope", "alarm", "battery"},
    {"a discharge-side alarm acts on discharging only",
     [](BatteryState& s, LimitPolicy&) { alarm(s, AlarmKind::low_voltage); }, 56'400_mV, 60_A, 0_A,
     "envelope", "envelope", "alarm"},
    {"an alarm of the whole battery acts on both",
     [](BatteryState& s, LimitPolicy&) { alarm(s, AlarmKind::internal); }, 56'400_mV, 0_A, 0_A, "envelope",
     "alarm", "alarm"},
    {"alarms act on nothing if the owner wants it",
     [](BatteryState& s, LimitPolicy& p) {
         alarm(s, AlarmKind::internal);
         p.alarms_limit = false;
     },
     56'400_mV, 60_A, 100_A, "envelope", "envelope", "battery"},
    {"an over-current alarm limits nothing: a 0 would only swing",
     [](BatteryState& s, LimitPolicy&) { alarm(s, AlarmKind::high_current); }, 56'400_mV, 60_A, 100_A,
     "envelope", "envelope", "battery"},
    {"a high cell: half of the way, half of the ceiling",
     [](BatteryState& s, LimitPolicy& p) {
         p.limiters = {cell_high};
         s.cell_voltage_max->value = 3'500_mV;
     },
     56'400_mV, 30_A, 100_A, "envelope", "cell_high", "battery"},
    {"a low cell: never below dcl_min on the way",
     [](BatteryState& s, LimitPolicy& p) {
         p.limiters = {cell_low};
         s.cell_voltage_min->value = 2'801_mV;
     },
     56'400_mV, 60_A, 5_A, "envelope", "envelope", "cell_low"},
    {"a low cell at its hard limit: 0",
     [](BatteryState& s, LimitPolicy& p) {
         p.limiters = {cell_low};
         s.cell_voltage_min->value = 2'800_mV;
     },
     56'400_mV, 60_A, 0_A, "envelope", "envelope", "cell_low"},
    {"cold limits by the temperature where there are no sensors of cells; discharging never to 0",
     [](BatteryState& s, LimitPolicy& p) {
         p.limiters = {{LimiterKind::cold_charge, {{0, 0_pct}, {10'000, 100_pct}}, {}},
                       {LimiterKind::cold_discharge, {{0, 0_pct}, {10'000, 100_pct}}, {}}};
         s.temperature->value = -1_degC;
     },
     56'400_mV, 0_A, 5_A, "envelope", "cold_charge", "cold_discharge"},
    {"without an input the owner's share counts",
     [](BatteryState&, LimitPolicy& p) {
         p.limiters = {{LimiterKind::mosfet_charge, {{80'000, 100_pct}, {100'000, 0_pct}}, 20_pct}};
     },
     56'400_mV, 12_A, 100_A, "envelope", "mosfet_charge", "battery"},
    {"a battery that gives no limits gets the envelope",
     [](BatteryState& s, LimitPolicy& p) {
         s.cvl.reset();
         s.ccl.reset();
         s.dcl.reset();
         p.provided &= ~set_of({"cvl", "ccl", "dcl"});
     },
     56'400_mV, 60_A, 120_A, "envelope", "envelope", "envelope"},
};

TEST(Limits, AreTheLowestOfTheirLimitersWithTheReason) {
    for (const Case& c : cases) {
        BatteryState state = good_state(t0);
        LimitPolicy policy = policy_of_tests();
        c.change(state, policy);
        const Limits l = limits(state, policy);
        EXPECT_EQ(l.cvl.value, c.cvl) << c.name;
        EXPECT_EQ(l.ccl.value, c.ccl) << c.name;
        EXPECT_EQ(l.dcl.value, c.dcl) << c.name;
        EXPECT_EQ(l.cvl.reason.limiter, c.cvl_limiter) << c.name;
        EXPECT_EQ(l.ccl.reason.limiter, c.ccl_limiter) << c.name;
        EXPECT_EQ(l.dcl.reason.limiter, c.dcl_limiter) << c.name;
        EXPECT_TRUE(l.complete) << c.name;
    }
}

TEST(Limits, SayWhatDecided) {
    BatteryState state = good_state(t0);
    state.cell_voltage_max->value = 3'500_mV;
    LimitPolicy policy = policy_of_tests();
    policy.limiters = {cell_high};
    const Limits l = limits(state, policy);
    EXPECT_EQ(l.ccl.reason.input, "cell_voltage_max 3.5 V: 50 %");
    EXPECT_EQ(l.ccl.reason.signal, "cell_voltage_max");
    EXPECT_EQ(l.dcl.reason.input, "the battery asks for 100 A");
    EXPECT_EQ(l.dcl.reason.signal, "dcl");
}

TEST(Limits, AreNotCompleteWithoutEachProvidedInput) {
    using Forget = void (*)(BatteryState&);
    for (const Forget forget :
         {Forget{[](BatteryState& s) { s.cvl.reset(); }}, Forget{[](BatteryState& s) { s.ccl.reset(); }},
          Forget{[](BatteryState& s) { s.dcl.reset(); }},
          Forget{[](BatteryState& s) { s.charge_allowed.reset(); }},
          Forget{[](BatteryState& s) { s.discharge_allowed.reset(); }}}) {
        BatteryState state = good_state(t0);
        forget(state);
        EXPECT_FALSE(limits(state, policy_of_tests()).complete);
    }
}

TEST(Limits, AreNotCompleteWithoutWhatACurveReads) {
    LimitPolicy policy = policy_of_tests();
    policy.limiters = {cell_high};
    BatteryState state = good_state(t0);
    EXPECT_TRUE(limits(state, policy).complete);
    state.cell_voltage_max.reset();
    EXPECT_FALSE(limits(state, policy).complete);
    policy.limiters.front().when_missing = 10_pct;
    EXPECT_TRUE(limits(state, policy).complete);
    EXPECT_EQ(limits(state, policy).ccl.value, 6_A);
}

// A cell falls as soon as its current does. Without the latch that would raise the current, and so on.
TEST(Latch, ALimitMayOnlyFallUntilItsCurveIsBackAt100Percent) {
    LimitPolicy policy = policy_of_tests();
    policy.limiters = {cell_high};
    Limiters limiters{policy};
    BatteryState state = good_state(t0);
    const auto ccl_at = [&](Voltage cell) {
        state.cell_voltage_max->value = cell;
        return limiters.judge(state, t0, true).ccl.value;
    };
    EXPECT_EQ(ccl_at(3'449_mV), 60_A);
    EXPECT_EQ(ccl_at(3'520_mV), 18_A);
    EXPECT_EQ(ccl_at(3'451_mV), 18_A);
    EXPECT_EQ(ccl_at(3'530_mV), 12_A);
    EXPECT_EQ(ccl_at(3'450_mV), 60_A);
    EXPECT_EQ(ccl_at(3'451_mV), 59'400_mA);
    limiters.forget();
    EXPECT_EQ(ccl_at(3'475_mV), 45_A);
}

TEST(Latch, HoldsWhileTheInputIsAbsent) {
    LimitPolicy policy = policy_of_tests();
    policy.limiters = {cell_high};
    Limiters limiters{policy};
    BatteryState state = good_state(t0);
    state.cell_voltage_max->value = 3'520_mV;
    limiters.judge(state, t0, true);
    const auto absent = std::exchange(state.cell_voltage_max, std::nullopt);
    EXPECT_FALSE(limiters.judge(state, t0, true).complete);
    state.cell_voltage_max = absent;
    state.cell_voltage_max->value = 3'460_mV;
    EXPECT_EQ(limiters.judge(state, t0, true).ccl.value, 18_A);
}

TEST(Latch, OpensInGoodRoundsOnly) {
    LimitPolicy policy = policy_of_tests();
    policy.limiters = {cell_high};
    Limiters limiters{policy};
    BatteryState state = good_state(t0);
    state.cell_voltage_max->value = 3'520_mV;
    limiters.judge(state, t0, true);
    state.cell_voltage_max->value = 3'400_mV;
    EXPECT_EQ(limiters.judge(state, t0, false).ccl.value, 18_A);
    EXPECT_EQ(limiters.judge(state, t0, true).ccl.value, 60_A);
}

// One frosty dawn must not stop charging up to 15 degC.
TEST(Latch, OfATemperatureFollowsThreeKelvinBehind) {
    LimitPolicy policy = policy_of_tests();
    policy.limiters = {{LimiterKind::cold_charge, {{0, 0_pct}, {10'000, 100_pct}}, {}}};
    Limiters limiters{policy};
    BatteryState state = good_state(t0);
    const auto ccl_at = [&](Temperature t) {
        state.temperature->value = t;
        return limiters.judge(state, t0, true).ccl.value;
    };
    EXPECT_EQ(ccl_at(-1_degC), 0_A);
    EXPECT_EQ(ccl_at(3_degC), 0_A);
    EXPECT_EQ(ccl_at(5_degC), 12_A) << "as at 2 degC";
    EXPECT_EQ(ccl_at(4_degC), 12_A);
    EXPECT_EQ(ccl_at(1_degC), 6_A);
    EXPECT_EQ(ccl_at(10_degC), 60_A);
}

TEST(AlarmLimiter, HoldsUntilTheAlarmIsSeenToBeOver) {
    Limiters limiters{policy_of_tests()};
    BatteryState state = good_state(t0);
    alarm(state, AlarmKind::high_voltage);
    EXPECT_EQ(limiters.judge(state, t0, true).ccl.value, 0_A);
    auto& told = state.alarms[static_cast<std::size_t>(AlarmKind::high_voltage)];
    told.reset();
    EXPECT_EQ(limiters.judge(state, t0, true).ccl.value, 0_A) << "its source has fallen silent";
    told = Aged<bool>{false, t0, TimePoint::max()};
    EXPECT_EQ(limiters.judge(state, t0, true).ccl.value, 60_A);
}

// --- full is not prohibited ---

struct FullCase {
    const char* name;
    void (*change)(BatteryState&, LimitPolicy&);
    Charging charging;
    Current ccl;
};

const FullCase full_cases[] = {
    {"CCL 0 at 95 %: held with 0.05 C", [](BatteryState&, LimitPolicy&) {}, Charging::full, 14_A},
    {"the owner's capacity counts", [](BatteryState&, LimitPolicy& p) { p.capacity = 100_Ah; },
     Charging::full, 5_A},
    {"below 95 % it is a prohibition", [](BatteryState& s, LimitPolicy&) { s.soc->value = 9'499_cpct; },
     Charging::prohibited, 0_A},
    {"unless the highest cell is full",
     [](BatteryState& s, LimitPolicy& p) {
         s.soc->value = 60_pct;
         p.full_cell = 3'450_mV;
         s.cell_voltage_max->value = 3'450_mV;
     },
     Charging::full, 14_A},
    {"an open charge switch: nothing can flow",
     [](BatteryState& s, LimitPolicy&) { s.charge_allowed->value = false; }, Charging::blocked, 0_A},
    {"any alarm", [](BatteryState& s, LimitPolicy&) { alarm(s, AlarmKind::general); }, Charging::prohibited,
     0_A},
    {"a temperature that leaves less than the hold current",
     [](BatteryState& s, LimitPolicy& p) {
         p.limiters = {{LimiterKind::cold_charge, {{0, 0_pct}, {50'000, 100_pct}}, {}}};
         s.temperature->value = 5_degC;
     },
     Charging::prohibited, 0_A},
    {"the owner wants it obeyed", [](BatteryState&, LimitPolicy& p) { p.ccl_zero = CclZero::obey; },
     Charging::prohibited, 0_A},
    {"a small request is a request", [](BatteryState& s, LimitPolicy&) { s.ccl->value = 1_A; },
     Charging::allowed, 1_A},
};

TEST(Full, IsNotProhibited) {
    for (const FullCase& c : full_cases) {
        BatteryState state = good_state(t0);
        state.soc->value = 95_pct;
        state.ccl->value = 0_A;
        LimitPolicy policy = policy_of_tests();
        c.change(state, policy);
        const Limits l = limits(state, policy);
        EXPECT_EQ(l.charging, c.charging) << c.name;
        EXPECT_EQ(l.ccl.value, c.ccl) << c.name;
    }
}

// --- a DCL of 0 is a blackout ---

class ZeroDcl : public testing::Test {
protected:
    Current dcl(Current request, Duration read) {
        state.dcl = Aged<Current>{request, t0 + read, TimePoint::max()};
        return limiters.judge(state, t0 + read, true).dcl.value;
    }
    BatteryState state{good_state(t0)};
    Limiters limiters{policy_of_tests()};
};

TEST_F(ZeroDcl, IsBelievedWithTheSecondReading) {
    using namespace std::chrono_literals;
    EXPECT_EQ(dcl(100_A, 0s), 100_A);
    EXPECT_EQ(dcl(0_A, 500ms), 100_A);
    EXPECT_EQ(limiters.next(), t0 + 1500ms);
    EXPECT_EQ(limiters.judge(state, t0 + 700ms, true).dcl.value, 100_A)
        << "the same reading again is no second one";
    EXPECT_EQ(dcl(0_A, 900ms), 0_A);
    EXPECT_FALSE(limiters.next());
    EXPECT_EQ(dcl(0_A, 2s), 0_A);
    EXPECT_EQ(dcl(40_A, 3s), 0_A) << "not above its restart level";
    state.soc->value = 82_pct;
    EXPECT_EQ(dcl(40_A, 4s), 40_A);
}

TEST_F(ZeroDcl, IsBelievedAfterASecondWithoutAnother) {
    using namespace std::chrono_literals;
    dcl(100_A, 0s);
    dcl(0_A, 500ms);
    EXPECT_EQ(limiters.judge(state, t0 + 1499ms, true).dcl.value, 100_A);
    EXPECT_EQ(limiters.judge(state, t0 + 1500ms, true).dcl.value, 0_A);
}

TEST_F(ZeroDcl, ThatASecondReadingContradictsIsNone) {
    using namespace std::chrono_literals;
    dcl(100_A, 0s);
    dcl(0_A, 500ms);
    EXPECT_EQ(dcl(90_A, 900ms), 90_A);
    EXPECT_FALSE(limiters.next());
}

TEST_F(ZeroDcl, EndsAboveTheRestartLevelOfTheLowestCell) {
    using namespace std::chrono_literals;
    LimitPolicy policy = policy_of_tests();
    policy.limiters = {cell_low};
    limiters = Limiters{policy};
    state.cell_voltage_min->value = 2'950_mV;
    dcl(0_A, 0s);
    EXPECT_EQ(dcl(100_A, 30s), 0_A);
    state.cell_voltage_min->value = 3'000_mV;
    EXPECT_EQ(dcl(100_A, 31s), 100_A);
}

TEST_F(ZeroDcl, IsNotForEver) {
    using namespace std::chrono_literals;
    dcl(0_A, 0s);
    EXPECT_EQ(dcl(100_A, 599s), 0_A);
    EXPECT_EQ(dcl(100_A, 600s), 100_A);
}

TEST_F(ZeroDcl, WithAnOpenSwitchActsAtOnce) {
    using namespace std::chrono_literals;
    dcl(100_A, 0s);
    state.discharge_allowed->value = false;
    EXPECT_EQ(dcl(0_A, 500ms), 0_A);
}

TEST_F(ZeroDcl, AsTheFirstWordIsBelieved) {
    using namespace std::chrono_literals;
    EXPECT_EQ(dcl(0_A, 0s), 0_A);
}

TEST(Limits, LowerAtOnceByWhatIsKnownAndNeverRaise) {
    const Limits before = limits(good_state(t0), policy_of_tests());
    BatteryState state = good_state(t0);
    state.ccl.reset(); // not answered; the switch still counts
    state.charge_allowed->value = false;
    state.dcl->value = 110_A;
    const Limits after = lowered(before, limits(state, policy_of_tests()));
    EXPECT_EQ(after.ccl.value, 0_A);
    EXPECT_EQ(after.ccl.reason.limiter, "charge switch");
    EXPECT_EQ(after.dcl, before.dcl);
    EXPECT_EQ(after.cvl, before.cvl);
}

TEST(Limits, TakeTheDischargeVoltageOfTheOwnerBeforeTheBatterys) {
    BatteryState state = good_state(t0);
    LimitPolicy policy = policy_of_tests();
    EXPECT_EQ(limits(state, policy).discharge_voltage, 0_V);
    state.discharge_voltage = Aged<Voltage>{44_V, t0, TimePoint::max()};
    EXPECT_EQ(limits(state, policy).discharge_voltage, 44_V);
    policy.discharge_voltage = 46_V;
    EXPECT_EQ(limits(state, policy).discharge_voltage, 46_V);
}

TEST(Within, AllowsTheLowerFloorOnlyWhileChargingIsProhibited) {
    Envelope lower = envelope;
    lower.cvl_floor_prohibited = 44_V;
    Limits l = limits(good_state(t0), policy_of_tests());
    l.cvl.value = 44_V;
    EXPECT_FALSE(within(l, lower));
    l.charging = Charging::full;
    EXPECT_FALSE(within(l, lower));
    l.charging = Charging::prohibited;
    EXPECT_TRUE(within(l, lower));
    l.cvl.value = 43'900_mV;
    EXPECT_FALSE(within(l, lower));
}

TEST(Within, RefusesWhatIsOutsideTheEnvelope) {
    const Limits good = limits(good_state(t0), policy_of_tests());
    ASSERT_TRUE(within(good, envelope));
    using Spoil = void (*)(Limits&);
    for (const Spoil spoil :
         {Spoil{[](Limits& l) { l.cvl.value = 56'401_mV; }},
          Spoil{[](Limits& l) { l.cvl.value = 47'999_mV; }}, Spoil{[](Limits& l) { l.cvl.value = 0_V; }},
          Spoil{[](Limits& l) { l.ccl.value = 60'001_mA; }}, Spoil{[](Limits& l) { l.ccl.value = -1_mA; }},
          Spoil{[](Limits& l) { l.dcl.value = 120'001_mA; }},
          Spoil{[](Limits& l) { l.dcl.value = -1_mA; }}}) {
        Limits bad = good;
        spoil(bad);
        EXPECT_FALSE(within(bad, envelope));
    }
    Limits zero = good;
    zero.cvl.value = 0_V;
    EXPECT_FALSE(within(zero, {0_V, 56_V, 60_A, 120_A, 0_V}))
        << "CVL 0 is never sent, whatever the envelope says";
}

} // namespace
} // namespace retrocan::policy
