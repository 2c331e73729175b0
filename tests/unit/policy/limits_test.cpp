// SPDX-License-Identifier: Apache-2.0
#include "policy/limits.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;

LimitPolicy policy_of_tests() {
    return good_policy().limits;
}

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
    {"CVL is rounded down to tenths", [](BatteryState& s, LimitPolicy&) { s.cvl->value = 55'299_mV; },
     55'200_mV, 60_A, 100_A, "battery", "envelope", "battery"},
    {"an open charge switch acts on charging only",
     [](BatteryState& s, LimitPolicy&) { s.charge_allowed->value = false; }, 56'400_mV, 0_A, 100_A,
     "envelope", "charge switch", "battery"},
    {"an open discharge switch acts on discharging only",
     [](BatteryState& s, LimitPolicy&) { s.discharge_allowed->value = false; }, 56'400_mV, 60_A, 0_A,
     "envelope", "envelope", "discharge switch"},
    {"exactly the floor is no prohibition", [](BatteryState& s, LimitPolicy&) { s.cvl->value = 48_V; }, 48_V,
     60_A, 100_A, "battery", "envelope", "battery"},
    {"below the floor: the floor, and CCL 0", [](BatteryState& s, LimitPolicy&) { s.cvl->value = 47'999_mV; },
     48_V, 0_A, 100_A, "floor", "floor", "battery"},
    {"the owner's absorption voltage", [](BatteryState&, LimitPolicy& p) { p.absorption = 55'500_mV; },
     55'500_mV, 60_A, 100_A, "absorption", "envelope", "battery"},
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
        EXPECT_TRUE(within(l, policy.envelope)) << c.name;
    }
}

TEST(Limits, SayWhatDecided) {
    BatteryState state = good_state(t0);
    state.cvl->value = 47_V;
    const Limits l = limits(state, policy_of_tests());
    EXPECT_EQ(l.ccl.reason.input, "the battery asks for 47 V, below the floor of 48 V");
    EXPECT_EQ(l.dcl.reason.input, "the battery asks for 100 A");
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
    EXPECT_FALSE(within(zero, {0_V, 56_V, 60_A, 120_A})) << "CVL 0 is never sent, whatever the envelope says";
}

} // namespace
} // namespace retrocan::policy
