// SPDX-License-Identifier: Apache-2.0
#include "policy/system.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;

/// A system of 16 cells without phases: floor 48.0 V, ceiling 56.4 V, 60 A, 120 A; held at 54.0 V.
SystemPolicy system_policy() {
    SystemPolicy policy;
    policy.counts_energy = true;
    policy.envelope = envelope;
    policy.envelope.cvl_floor_prohibited = 44'800_mV;
    policy.charge.floor = envelope.cvl_floor;
    policy.charge.ceiling = envelope.cvl_ceiling;
    policy.charge.hold = 54_V;
    policy.charge.floor_prohibited = 44'800_mV;
    policy.charge.cells = 16;
    policy.charge.cell_limit = 3'650_mV;
    policy.charge.sign_verified = true;
    return policy;
}

/// A system and what its battery tells and permits, changed by each test.
class SystemTest : public ::testing::Test {
protected:
    SystemTest() {
        values.energy_in.reset();
        permitted.cvl = {55_V, {"battery", "the battery asks for 55 V", "cvl"}};
        permitted.ccl = {40_A, {"battery", "the battery asks for 40 A", "ccl"}};
        permitted.dcl = {100_A, {"battery", "the battery asks for 100 A", "dcl"}};
        permitted.complete = true;
    }

    void with(const SystemPolicy& policy, const Memory& memory = {}) { system = System{policy, memory}; }
    void round(Duration later = 1s) {
        now += later;
        system.round(values, permitted, now);
    }
    void rounds(int n) {
        for (int i = 0; i < n; ++i)
            round();
    }
    void lower(Duration later = 100ms) {
        now += later;
        system.lower(permitted, now);
    }
    void prohibit() {
        permitted.charging = Charging::prohibited;
        permitted.ccl = {0_A, {"cold_charge", "temperature -5 degC: 0 %", "temperature"}};
    }
    void current(Current value) { values.current->value = value; }
    [[nodiscard]] Voltage cvl() const { return system.limits()->cvl.value; }
    [[nodiscard]] Current ccl() const { return system.limits()->ccl.value; }
    [[nodiscard]] Current dcl() const { return system.limits()->dcl.value; }

    System system{system_policy()};
    BatteryState values{good_state(t0)};
    Limits permitted;
    TimePoint now{t0};
};

TEST_F(SystemTest, SaysNothingBeforeTheFirstRoundAndThenAllAtOnce) {
    lower();
    EXPECT_FALSE(system.limits());
    round();
    EXPECT_EQ(cvl(), 55_V);
    EXPECT_EQ(ccl(), 40_A);
    EXPECT_EQ(dcl(), 100_A);
    EXPECT_TRUE(system.must_be_silent().empty());
}

TEST_F(SystemTest, ARoundWithoutWhatARoundNeedsOnlyLowers) {
    values.soc.reset();
    round();
    EXPECT_FALSE(system.limits());
    values.soc = good_state(t0).soc;
    round();
    values.soc.reset();
    permitted.ccl.value = 20_A;
    round();
    EXPECT_EQ(ccl(), 20_A);
}

TEST_F(SystemTest, RequestBelowTheFloorIsTheFloorWithCcl0) {
    permitted.cvl.value = 47'900_mV;
    round();
    EXPECT_EQ(cvl(), 48_V);
    EXPECT_EQ(ccl(), 0_A);
    EXPECT_EQ(system.limits()->cvl.reason.limiter, "floor");
    EXPECT_EQ(system.limits()->ccl.reason.limiter, "floor");
    EXPECT_EQ(system.limits()->ccl.reason.signal, "cvl");
    EXPECT_TRUE(within(*system.limits(), envelope));
    permitted.cvl.value = 48_V;
    System other{system_policy()};
    other.round(values, permitted, now);
    EXPECT_EQ(other.limits()->ccl.value, 40_A) << "the floor itself may be asked for";
}

TEST_F(SystemTest, BetweenRoundsARequestBelowTheFloorActsLikewise) {
    round();
    permitted.cvl.value = 47_V;
    lower();
    EXPECT_EQ(cvl(), 48_V);
    EXPECT_EQ(ccl(), 0_A);
    EXPECT_EQ(system.limits()->ccl.reason.limiter, "floor");
}

TEST_F(SystemTest, BetweenRoundsEachLimitFallsAtOnceAndNoneRises) {
    round();
    permitted.cvl.value = 53'990_mV;
    permitted.ccl.value = 10_A;
    permitted.dcl.value = 20_A;
    lower();
    EXPECT_EQ(cvl(), 53'900_mV) << "in tenths, rounded down";
    EXPECT_EQ(ccl(), 10_A);
    EXPECT_EQ(dcl(), 20_A);
    permitted.cvl.value = 56_V;
    permitted.ccl.value = 50_A;
    permitted.dcl.value = 120_A;
    for (int i = 0; i < 100; ++i)
        lower(1s);
    EXPECT_EQ(cvl(), 53'900_mV);
    EXPECT_EQ(ccl(), 10_A);
    EXPECT_EQ(dcl(), 20_A);
}

TEST_F(SystemTest, WhatFellBetweenRoundsRisesAsSlowlyAsAnythingElse) {
    round();
    permitted.cvl.value = 53_V;
    permitted.ccl.value = 10_A;
    lower();
    permitted.cvl.value = 55_V;
    permitted.ccl.value = 40_A;
    round(1s);
    EXPECT_EQ(cvl(), 53_V);
    EXPECT_EQ(system.limits()->cvl.reason.limiter, "ramp");
    EXPECT_EQ(ccl(), 10_A);
    EXPECT_EQ(system.limits()->ccl.reason.limiter, "rise");
    rounds(19); // 20 s after the fall
    EXPECT_EQ(cvl(), 53'100_mV);
    rounds(11); // 30 s of waiting from the first round on, then 2 % of 60 A a second
    EXPECT_EQ(ccl(), 10_A);
    round();
    EXPECT_EQ(ccl(), 11'200_mA);
}

TEST_F(SystemTest, BetweenRoundsAProhibitedChargeBelowBothFloorsGoesToTheLowerOne) {
    prohibit();
    permitted.cvl.value = 50_V;
    round();
    permitted.cvl.value = 44_V;
    lower();
    EXPECT_EQ(cvl(), 44'800_mV) << "not above the request but at the floor that counts";
    EXPECT_EQ(ccl(), 0_A);
    EXPECT_TRUE(within(*system.limits(), system_policy().envelope));
}

TEST_F(SystemTest, ACurrentBetweenRoundsThatForbidsChargingIsKnownAsThat) {
    round();
    prohibit();
    lower();
    EXPECT_EQ(system.limits()->charging, Charging::prohibited);
    EXPECT_EQ(ccl(), 0_A);
    EXPECT_EQ(cvl(), 55_V) << "what CVL does about it is decided in a round";
}

TEST_F(SystemTest, DclThatComesBackFrom0BeginsAtTheLeastThatActs) {
    permitted.dcl = {0_A, {"discharge switch", "open", "discharge_allowed"}};
    round();
    permitted.dcl.value = 100_A;
    rounds(31);
    EXPECT_EQ(dcl(), 0_A);
    round();
    EXPECT_EQ(dcl(), 5_A) << "2 % of 120 A would be 2.4 A, on which nothing acts";
    round();
    EXPECT_EQ(dcl(), 7'400_mA);
}

TEST_F(SystemTest, AfterASilenceNothingIsRampedAndPhaseAndEnergiesAreKept) {
    SystemPolicy policy = system_policy();
    policy.charge.phases = ChargePhases{.absorption = 55'200_mV,
                                        .floating = 54_V,
                                        .absorption_time = 1min,
                                        .rebulk_soc = 50_pct,
                                        .rebulk_cell = 3_V,
                                        .balance_every = {},
                                        .balance_time = {}};
    with(policy, {.charge = {Phase::floating, 1h}, .energy = {.in = 10_Wh, .out = 20_Wh}});
    round();
    EXPECT_EQ(system.phase(), Phase::floating);
    permitted.cvl.value = 50_V;
    permitted.ccl.value = 5_A;
    permitted.dcl.value = 6_A;
    round();
    const Memory before = system.memory();
    EXPECT_EQ(before.energy.in, 10_Wh);
    EXPECT_GT(before.energy.in_rest, 0) << "two rounds with 12.3 A";
    system.restart();
    EXPECT_FALSE(system.limits());
    EXPECT_EQ(system.memory(), before);
    permitted.cvl.value = 55_V;
    permitted.ccl.value = 40_A;
    permitted.dcl.value = 100_A;
    round(1h);
    EXPECT_EQ(cvl(), 54_V) << "float, at once";
    EXPECT_EQ(ccl(), 40_A);
    EXPECT_EQ(dcl(), 100_A);
    EXPECT_EQ(system.phase(), Phase::floating);
    EXPECT_EQ(system.memory().energy, before.energy) << "what flowed in an hour of silence is not known";
}

struct DisobeyedCase {
    const char* name;
    OnDisobeyed what;
    Voltage highest_cell;
    bool silent;
};
const DisobeyedCase disobeyed_cases[] = {
    {"automatic, cells in no danger", OnDisobeyed::automatic, 3'650_mV, false},
    {"automatic, a cell above its limit", OnDisobeyed::automatic, 3'651_mV, true},
    {"warn, a cell above its limit", OnDisobeyed::warn, 3'651_mV, false},
    {"silent, cells in no danger", OnDisobeyed::silent, 3'300_mV, true},
};

TEST_F(SystemTest, ChargeThatFlowsAtTheLowestCvlMaySilence) {
    for (const DisobeyedCase& c : disobeyed_cases) {
        SCOPED_TRACE(c.name);
        SystemPolicy policy = system_policy();
        policy.on_disobeyed = c.what;
        with(policy);
        values.cell_voltage_max->value = c.highest_cell;
        permitted.ccl.value = 40_A;
        permitted.charging = Charging::allowed;
        current(30_A);
        rounds(100);
        EXPECT_TRUE(system.must_be_silent().empty()) << "charging is allowed";
        prohibit();
        for (int i = 0; i < 2000 && cvl() > 44'800_mV; ++i)
            round();
        ASSERT_EQ(cvl(), 44'800_mV);
        rounds(55);
        EXPECT_TRUE(system.must_be_silent().empty()) << "60 s it may take";
        rounds(10);
        EXPECT_EQ(!system.must_be_silent().empty(), c.silent);
        ASSERT_FALSE(system.warnings().empty());
        EXPECT_NE(system.warnings().back().find("30 A are charged nevertheless"), std::string::npos)
            << system.warnings().back();
        current(0_A);
        rounds(70);
        EXPECT_TRUE(system.must_be_silent().empty()) << "nothing flows any more";
    }
}

TEST_F(SystemTest, ARestartEndsTheSilence) {
    SystemPolicy policy = system_policy();
    policy.on_disobeyed = OnDisobeyed::silent;
    with(policy);
    prohibit();
    current(30_A);
    for (int i = 0; i < 2000 && system.must_be_silent().empty(); ++i)
        round();
    ASSERT_FALSE(system.must_be_silent().empty());
    system.restart();
    EXPECT_TRUE(system.must_be_silent().empty());
    EXPECT_TRUE(system.warnings().empty());
}

TEST_F(SystemTest, CvlGoesDownToTheHoldVoltageWhileCclIsNotObeyedIfTheOwnerWantsIt) {
    SystemPolicy policy = system_policy();
    policy.obedience.lower_cvl = true;
    with(policy);
    permitted.ccl.value = 20_A;
    round();
    current(40_A);
    rounds(11); // 10 s of patience, judged at the beginning of a round
    EXPECT_EQ(cvl(), 54'900_mV) << "the first tenth at once";
    ASSERT_EQ(system.warnings().size(), 1U);
    EXPECT_EQ(system.limits()->cvl.reason.limiter, "disobedience");
    rounds(19);
    EXPECT_EQ(cvl(), 54'900_mV);
    round();
    EXPECT_EQ(cvl(), 54'800_mV) << "a tenth each 20 s";
    rounds(20 * 7);
    EXPECT_EQ(cvl(), 54'100_mV);
    rounds(20 * 10);
    EXPECT_EQ(cvl(), 54_V) << "not below the hold voltage";

    current(10_A); // obeyed after 10 s; then a tenth each 5 minutes
    rounds(12);
    EXPECT_EQ(cvl(), 54_V);
    rounds(300);
    EXPECT_EQ(cvl(), 54'100_mV);
    rounds(300 * 8);
    EXPECT_EQ(cvl(), 54'900_mV);
    rounds(300 * 20);
    EXPECT_EQ(cvl(), 55_V);
    EXPECT_EQ(system.limits()->cvl.reason.limiter, "battery");
}

TEST_F(SystemTest, CvlStaysWhereTheOwnerDoesNotWantIt) {
    permitted.ccl.value = 20_A;
    round();
    current(40_A);
    rounds(100);
    EXPECT_EQ(cvl(), 55_V);
    EXPECT_EQ(system.warnings().size(), 1U) << "told all the same";
}

TEST_F(SystemTest, AHoldVoltageAboveCvlRaisesNothingWhileCclIsNotObeyed) {
    SystemPolicy policy = system_policy();
    policy.obedience.lower_cvl = true;
    with(policy);
    permitted.cvl.value = 50_V;
    permitted.ccl.value = 20_A;
    round();
    current(40_A);
    rounds(200);
    EXPECT_EQ(cvl(), 50_V);
}

TEST_F(SystemTest, EnergiesAreComputedIfTheBatteryTellsNone) {
    // 50 V x 72 A = 3.6 kW: 1 Wh a second.
    values.voltage->value = 50_V;
    current(72_A);
    rounds(11);
    EXPECT_TRUE(system.computes_energy());
    current(-72_A);
    rounds(6); // half of the second of the turn goes each way
    const BatteryState told = system.completed(values, now);
    ASSERT_TRUE(told.energy_in && told.energy_out);
    EXPECT_EQ(told.energy_in->value, 10_Wh) << "10.5 Wh, whole ones are told";
    EXPECT_EQ(told.energy_out->value, 5_Wh) << "5.5 Wh";
    EXPECT_EQ(told.energy_in->oldest, now);
}

TEST_F(SystemTest, EnergiesThatTheBatteryTellsAreNotTouched) {
    SystemPolicy policy = system_policy();
    policy.counts_energy = false;
    with(policy);
    values.energy_in = Aged<Energy>{777_Wh, t0, TimePoint::max()};
    current(72_A);
    rounds(20);
    EXPECT_FALSE(system.computes_energy());
    EXPECT_EQ(system.completed(values, now), values);
    EXPECT_EQ(system.memory().energy, EnergyMemory{});
}

TEST_F(SystemTest, ForceChargeIsTheBatterysWordOrTheOwnersBySoc) {
    round();
    EXPECT_FALSE(system.completed(values, now).force_charge) << "nobody has a say";
    SystemPolicy policy = system_policy();
    policy.force_charge = {.below = 10_pct, .long_below = {}, .until = 20_pct};
    with(policy);
    const auto asked = [this](Percent soc) {
        values.soc->value = soc;
        round();
        return system.completed(values, now).force_charge->value;
    };
    EXPECT_FALSE(asked(10_pct));
    EXPECT_TRUE(asked(9_pct));
    EXPECT_TRUE(asked(19_pct));
    EXPECT_FALSE(asked(20_pct));
    values.force_charge = Aged<bool>{true, now, now + 5s};
    EXPECT_TRUE(asked(80_pct));
}

TEST_F(SystemTest, KnowsSinceWhenALimiterDecides) {
    round();
    const TimePoint first = now;
    EXPECT_EQ(system.limited_since(), (std::array{first, first, first}));
    permitted.ccl.value = 30_A; // the same limiter
    round();
    permitted.dcl = {50_A, {"alarm", "an alarm", "short_circuit"}};
    lower();
    const TimePoint alarm = now;
    EXPECT_EQ(system.limited_since(), (std::array{first, first, alarm}));
    rounds(5);
    permitted.cvl = {54_V, {"envelope", "ceiling", {}}};
    round();
    EXPECT_EQ(system.limited_since(), (std::array{now, first, alarm}));
    system.restart();
    round(1min);
    EXPECT_EQ(system.limited_since(), (std::array{now, now, now})) << "it began anew";
}

} // namespace
} // namespace retrocan::policy
