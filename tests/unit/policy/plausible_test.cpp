// SPDX-License-Identifier: Apache-2.0
#include "policy/plausible.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using B = BatteryState;

class Plausible : public ::testing::Test {
protected:
    B check(const B& latest) {
        objections.clear();
        return plausible(latest, latest.voltage ? latest.voltage->oldest : t0, objections);
    }

    PlausibilityCheck plausible{PackFacts{16}};
    std::vector<std::string> objections;
};

TEST_F(Plausible, LeavesAGoodStateAsItIs) {
    EXPECT_EQ(check(good_state(t0)), good_state(t0));
    EXPECT_TRUE(objections.empty());
}

TEST_F(Plausible, SocUpTo105CountsAs100AndBeyondIsAbsent) {
    B s = good_state(t0);
    for (const auto& [given, sent] :
         {std::pair{100_pct, 100_pct}, {10'001_cpct, 100_pct}, {105_pct, 100_pct}}) {
        s.soc->value = given;
        EXPECT_EQ(check(s).soc->value, sent);
        EXPECT_TRUE(objections.empty());
    }
    for (const Percent bad : {10'501_cpct, -1_cpct, 655_pct}) {
        s.soc->value = bad;
        EXPECT_FALSE(check(s).soc);
        ASSERT_EQ(objections.size(), 1U);
    }
    EXPECT_EQ(objections[0], "soc: 655 % is outside 0 % to 105 %");
}

TEST_F(Plausible, ANegativeLimitIsAbsentNotZero) {
    B s = good_state(t0);
    s.dcl->value = -10_A; // the sign mistake of tests/unit/victron/captures: 9C FF
    s.ccl->value = -1_mA;
    const B out = check(s);
    EXPECT_FALSE(out.dcl);
    EXPECT_FALSE(out.ccl);
}

TEST_F(Plausible, ARequestOfZeroVoltIsNoRequest) {
    B s = good_state(t0);
    s.cvl->value = 0_V;
    EXPECT_FALSE(check(s).cvl);
}

TEST_F(Plausible, RangesEndWhereTheySay) {
    B s = good_state(t0);
    s.temperature->value = 100_degC;
    EXPECT_TRUE(check(s).temperature);
    s.temperature->value = 100'001_mdegC;
    EXPECT_FALSE(check(s).temperature);
    s.temperature->value = -40'001_mdegC;
    EXPECT_FALSE(check(s).temperature);
    s.current->value = -3276'701_mA;
    EXPECT_FALSE(check(s).current);
}

TEST_F(Plausible, PackVoltageHasToFitItsCells) {
    B s = good_state(t0); // cells 3.295 to 3.305 V: 50.084 to 55.524 V with 5 %
    s.voltage->value = 50'084_mV;
    EXPECT_TRUE(check(s).voltage);
    s.voltage->value = 50'083_mV;
    EXPECT_FALSE(check(s).voltage);
    EXPECT_EQ(objections.at(0), "voltage: 50.083 V does not fit 16 cells of 3.295 V to 3.305 V");
    plausible.forget(); // not a jump
    s.voltage->value = 55'524_mV;
    EXPECT_TRUE(check(s).voltage);
    s.voltage->value = 55'525_mV;
    EXPECT_FALSE(check(s).voltage);
}

TEST_F(Plausible, LowestCellAboveHighestMakesBothAbsent) {
    B s = good_state(t0);
    s.cell_voltage_min->value = 3'306_mV;
    EXPECT_FALSE(check(s).cell_voltage_min);
    EXPECT_FALSE(check(s).cell_voltage_max);
}

TEST_F(Plausible, AJumpIsAbsentUntilALaterReadingConfirmsIt) {
    check(good_state(t0)); // SOC 80 %
    B jumped = good_state(t0 + 1s);
    jumped.soc->value = 69'99_cpct;
    EXPECT_FALSE(check(jumped).soc);
    EXPECT_FALSE(check(jumped).soc) << "the same reading again confirms nothing";
    B again = good_state(t0 + 2s);
    again.soc->value = 68_pct;
    EXPECT_TRUE(check(again).soc);
}

TEST_F(Plausible, ASpikeIsForgotten) {
    check(good_state(t0));
    B spike = good_state(t0 + 1s);
    spike.soc->value = 0_pct;
    EXPECT_FALSE(check(spike).soc);
    EXPECT_TRUE(check(good_state(t0 + 2s)).soc);
    B second = good_state(t0 + 3s);
    second.soc->value = 0_pct;
    EXPECT_FALSE(check(second).soc) << "a second spike is a first one again";
}

TEST_F(Plausible, WhatHasExpiredIsNoMeasureForAJump) {
    check(good_state(t0));
    B later = good_state(t0 + 5s);
    later.soc->value = 20_pct;
    EXPECT_TRUE(check(later).soc);
}

TEST_F(Plausible, AnExpiredJumpConfirmsNothing) {
    check(good_state(t0));
    B spike = good_state(t0 + 1s);
    spike.soc->value = 0_pct;
    check(spike);
    for (int i = 2; i < 8; ++i) { // the SOC is not told for a while, then again as before
        B without = good_state(t0 + i * 1s);
        without.soc->value = 80_pct;
        check(without);
    }
    spike = good_state(t0 + 8s);
    spike.soc->value = 0_pct;
    EXPECT_FALSE(check(spike).soc);
}

TEST_F(Plausible, CurrentMayJump) {
    check(good_state(t0));
    B s = good_state(t0 + 1s);
    s.current->value = -200_A;
    EXPECT_TRUE(check(s).current);
}

} // namespace
} // namespace retrocan::policy
