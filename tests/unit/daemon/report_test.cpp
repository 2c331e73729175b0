// SPDX-License-Identifier: Apache-2.0
#include "daemon/report.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using policy::t0;
using victron::Pair;

victron::Values report(const policy::Pack& pack, const ReportSettings& settings, TimePoint now) {
    return daemon::report(pack.values(now), pack.limits(), pack.alarms(now), settings);
}

class Report : public ::testing::Test {
protected:
    Report() {
        for (int n = 0; n < 3; ++n)
            pack.take(policy::good_round(t0 + n * 200ms), t0 + n * 200ms);
    }
    TimePoint now{t0 + 400ms};
    policy::Pack pack{policy::good_policy(), t0};
};

TEST_F(Report, CarriesLimitsInForceAndFreshValues) {
    const victron::Values v = report(pack, {}, now);
    EXPECT_EQ(v.cvl, 56'400_mV);
    EXPECT_EQ(v.ccl, 60_A);
    EXPECT_EQ(v.dcl, 100_A);
    EXPECT_EQ(v.voltage, 52'800_mV);
    EXPECT_EQ(v.soc, 80_pct);
    EXPECT_EQ(v.cell_voltage_max, 3'305_mV);
    EXPECT_EQ(v.battery_type, 0);
}

// Invariant 3: no value on the bus that no source, owner or policy produced.
TEST_F(Report, Invariant3_WhatNobodyProducedIsAbsent) {
    const victron::Values v = report(pack, {}, now);
    EXPECT_FALSE(v.firmware);
    EXPECT_FALSE(v.energy_in);
    EXPECT_FALSE(v.modules_online);
    EXPECT_FALSE(v.cell_temperature_min);
    EXPECT_FALSE(v.serial);
    EXPECT_FALSE(v.force_charge);
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        EXPECT_EQ(v.warnings[i], Pair::unsupported);
}

TEST_F(Report, Invariant3_SohIsTheBatterysOrTheOwnersOrTheStatedAssumption) {
    EXPECT_EQ(report(pack, {}, now).soh, assumed_soh);
    EXPECT_EQ(report(pack, {.names = {}, .battery_type = 0, .soh = 95_pct}, now).soh, 95_pct);
}

TEST_F(Report, AnExpiredOptionalValueIsAbsentNotItsLast) {
    EXPECT_TRUE(report(pack, {}, t0 + 5400ms - 1us).cell_voltage_max);
    EXPECT_FALSE(report(pack, {}, t0 + 5400ms).cell_voltage_max);
}

TEST_F(Report, SystemStatusIsThatOfTheSwitches) {
    EXPECT_EQ(report(pack, {}, now).system_status, Pair::inactive) << "10: online";
    policy::Pack open{policy::good_policy(), t0};
    for (int n = 0; n < 3; ++n) {
        Update round = policy::good_round(t0 + n * 200ms);
        round.state.charge_allowed->value = false;
        open.take(round, t0 + n * 200ms);
    }
    EXPECT_EQ(report(open, {}, now).system_status, Pair::inactive) << "one switch is enough";
    for (int n = 3; n < 6; ++n) {
        Update round = policy::good_round(t0 + n * 200ms);
        round.state.charge_allowed->value = false;
        round.state.discharge_allowed->value = false;
        open.take(round, t0 + n * 200ms);
    }
    EXPECT_EQ(report(open, {}, t0 + 1s).system_status, Pair::active) << "01: offline";
}

TEST_F(Report, TheOwnersNamesGoFirst) {
    const ReportSettings settings{
        .names = {"ACME", "ACME LFP in the shed", "LFP"}, .battery_type = 7, .soh = {}};
    const victron::Values v = report(pack, settings, now);
    EXPECT_EQ(v.manufacturer, "ACME");
    EXPECT_EQ(v.name, "ACME LFP in the shed");
    EXPECT_EQ(v.family, "LFP");
    EXPECT_EQ(v.battery_type, 7);
}

TEST_F(Report, AStaleBatteryTellsItsNamesAndOneAlarm) {
    victron::Values last = report(pack, {.names = {"ACME", {}, {}}, .battery_type = 0, .soh = {}}, now);
    const victron::Values v = stale_report(last);
    EXPECT_EQ(v.manufacturer, "ACME");
    EXPECT_FALSE(v.cvl);
    EXPECT_FALSE(v.voltage);
    EXPECT_FALSE(v.soc);
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        EXPECT_EQ(v.alarms[i],
                  i == static_cast<std::size_t>(AlarmKind::internal) ? Pair::active : Pair::unsupported);
        EXPECT_EQ(v.warnings[i], Pair::unsupported);
    }
    EXPECT_EQ(v.system_status, Pair::unsupported);
}

} // namespace
} // namespace retrocan::daemon
