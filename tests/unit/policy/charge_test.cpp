// SPDX-License-Identifier: Apache-2.0
#include "policy/charge.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;

constexpr TimePoint start{1h};

/// 16 cells: absorption 3.45 V, float 3.375 V, hold 3.35 V a cell.
ChargePolicy of_tests() {
    return {
        .phases = ChargePhases{.absorption = 55'200_mV,
                               .floating = 54'000_mV,
                               .absorption_time = 1h,
                               .rebulk_soc = 90_pct,
                               .rebulk_cell = 3'200_mV,
                               .balance_every = 240h,
                               .balance_time = 4h},
        .floor = 51'200_mV,
        .ceiling = 56'400_mV,
        .hold = 53'600_mV,
        .floor_prohibited = 44'800_mV,
        .cells = 16,
        .cell_target = 3'500_mV,
        .cell_limit = 3'600_mV,
        .sign_verified = true,
    };
}

ChargePolicy passed_through() {
    ChargePolicy policy = of_tests();
    policy.phases.reset();
    return policy;
}

/// Half full, charged with 0.3 C.
ChargeInput half_full() {
    return {
        .voltage = 53'600_mV,
        .current = 30'000_mA,
        .soc = 50_pct,
        .cell_max = 3'352_mV,
        .cell_min = 3'348_mV,
        .capacity = 100_Ah,
        .request = {56'400_mV, {"envelope", "ceiling 56.4 V", ""}},
        .charging = Charging::allowed,
    };
}

struct Change {
    Duration at; ///< since the beginning
    Voltage cvl;
};

/// A controller that gets a round a second.
class Battery {
public:
    explicit Battery(const ChargePolicy& policy = of_tests(), const ChargeMemory& memory = {})
        : controller{policy, memory} {}

    Voltage round(Duration later = 1s) {
        now += later;
        const Voltage before = cvl();
        controller.round(input, now);
        if (cvl() != before)
            changes.push_back({now - start, cvl()});
        return cvl();
    }
    Voltage run(Duration span) {
        for (const TimePoint end = now + span; now < end;)
            round();
        return cvl();
    }
    [[nodiscard]] Voltage cvl() const { return controller.cvl().value; }
    [[nodiscard]] std::string_view limiter() const { return controller.cvl().reason.limiter; }

    /// At the absorption voltage with no current any more.
    void fill() {
        input.cell_max = 3'450_mV;
        input.cell_min = 3'445_mV;
        input.voltage = 55'200_mV;
        input.current = 1_A;
        input.soc = 99_pct;
    }
    /// What a full battery looks like when it floats.
    void rest() {
        input.cell_max = 3'375_mV;
        input.cell_min = 3'370_mV;
        input.voltage = 54'000_mV;
        input.current = 0_A;
    }

    ChargeController controller;
    ChargeInput input = half_full();
    TimePoint now = start;
    std::vector<Change> changes;
};

// Phases.

TEST(Charge, StartsAtTheAbsorptionVoltageWithoutARamp) {
    Battery battery;
    EXPECT_EQ(battery.round(), 55'200_mV);
    EXPECT_EQ(battery.controller.phase(), Phase::bulk);
    EXPECT_EQ(battery.controller.cvl().reason, (Reason{"absorption", "absorption voltage 55.2 V", ""}));
}

TEST(Charge, AbsorbsFromTheTopOnAndFloatsAfterItsTime) {
    Battery battery;
    battery.run(10s);
    battery.fill();
    battery.input.current = 10_A; // 0.1 C: no tail yet
    battery.input.cell_max = 3'429_mV;
    battery.round();
    EXPECT_EQ(battery.controller.phase(), Phase::bulk) << "the top is 3.45 V, 20 mV are given";
    battery.input.cell_max = 3'430_mV;
    battery.round();
    EXPECT_EQ(battery.controller.phase(), Phase::absorption);
    battery.run(1h - 2s);
    EXPECT_EQ(battery.controller.phase(), Phase::absorption);
    EXPECT_EQ(battery.cvl(), 55'200_mV);
    battery.round();
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
    EXPECT_EQ(battery.controller.memory().since_full, Duration::zero());
}

TEST(Charge, IsFullWithATailCurrentForThreeMinutes) {
    Battery battery;
    battery.round();
    battery.fill();
    battery.input.current = 4'900_mA; // below 0.05 C
    battery.run(100s);
    battery.input.current = 5'000_mA; // a cloud has gone
    battery.round();
    battery.input.current = 4'900_mA;
    battery.run(179s);
    EXPECT_EQ(battery.controller.phase(), Phase::absorption);
    battery.round();
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
}

TEST(Charge, GoesDownToFloatByATenthInThreeMinutes) {
    Battery battery;
    battery.round();
    battery.fill();
    battery.run(180s);
    ASSERT_EQ(battery.controller.phase(), Phase::floating);
    EXPECT_EQ(battery.cvl(), 55'200_mV) << "no step";
    battery.rest();
    battery.changes.clear();
    battery.run(2h);
    ASSERT_EQ(battery.changes.size(), 12U); // 1.2 V
    Duration at = battery.changes.front().at;
    Voltage cvl = 55'100_mV;
    for (const Change& change : battery.changes) {
        EXPECT_EQ(change.at, at);
        EXPECT_EQ(change.cvl, cvl);
        at += 3min;
        cvl = cvl - 100_mV;
    }
    EXPECT_EQ(battery.controller.cvl().reason, (Reason{"float", "float voltage 54 V", ""}));
}

TEST(Charge, WithoutCellsTheTopIsThePacksVoltage) {
    Battery battery;
    battery.input.cell_max.reset();
    battery.input.cell_min.reset();
    battery.input.voltage = 54'999_mV;
    battery.run(10s);
    EXPECT_EQ(battery.controller.phase(), Phase::bulk);
    battery.input.voltage = 55'000_mV;
    battery.round();
    EXPECT_EQ(battery.controller.phase(), Phase::absorption);
}

TEST(Charge, TheTopIsThatOfTheBatterysOwnRequest) {
    Battery battery;
    battery.input.request = {54'400_mV, {"battery", "", "cvl"}}; // 3.40 V a cell
    battery.input.cell_max = 3'390_mV;
    battery.run(10s);
    EXPECT_EQ(battery.controller.phase(), Phase::absorption);
    // One far below is a protection, not a top: float is 3.375 V a cell.
    Battery protecting;
    protecting.input.request = {52'000_mV, {"battery", "", "cvl"}};
    protecting.run(10s);
    EXPECT_EQ(protecting.controller.phase(), Phase::bulk);
}

TEST(Charge, ACloudDoesNotRestartTheAbsorption) {
    Battery battery;
    battery.round();
    battery.fill();
    battery.input.current = 10_A;
    battery.run(30min);
    battery.input.cell_max = 3'360_mV;
    battery.run(10min);
    EXPECT_EQ(battery.controller.phase(), Phase::absorption);
    battery.fill();
    battery.input.current = 10_A;
    battery.run(30min);
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
}

TEST(Charge, AWayFromTheTopForLongIsBulkAgain) {
    Battery battery;
    battery.round();
    battery.fill();
    battery.input.current = 10_A;
    battery.run(30min);
    battery.input.cell_max = 3'360_mV;
    battery.run(10min + 1s);
    EXPECT_EQ(battery.controller.phase(), Phase::bulk);
}

TEST(Charge, ChargesAgainBelowTheRebulkSocForAMinute) {
    Battery battery{of_tests(), {Phase::floating, 1h}};
    battery.rest();
    battery.input.soc = 90_pct;
    battery.run(10min);
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
    battery.input.soc = 8'999_cpct;
    battery.run(59s);
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
    battery.changes.clear();
    battery.round();
    EXPECT_EQ(battery.controller.phase(), Phase::bulk);
    battery.run(250s);
    ASSERT_EQ(battery.changes.size(), 12U);
    for (std::size_t i = 1; i < battery.changes.size(); ++i)
        EXPECT_EQ(battery.changes[i].at - battery.changes[i - 1].at, 20s);
    EXPECT_EQ(battery.cvl(), 55'200_mV);
}

TEST(Charge, ChargesAgainWithALowCellForAMinute) {
    Battery battery{of_tests(), {Phase::floating, 1h}};
    battery.rest();
    battery.input.soc = 99_pct;
    battery.round();
    battery.input.cell_min = 3'199_mV;
    battery.run(59s); // a kettle
    battery.input.cell_min = 3'200_mV;
    battery.run(10s);
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
    battery.input.cell_min = 3'199_mV;
    battery.run(60s);
    EXPECT_EQ(battery.controller.phase(), Phase::bulk);
}

TEST(Charge, AWrongSocDoesNotChargeAFullBatteryAgainAndAgain) {
    Battery battery;
    battery.round();
    battery.fill();
    battery.input.soc = 60_pct;
    battery.run(180s);
    ASSERT_EQ(battery.controller.phase(), Phase::floating);
    battery.rest();
    battery.run(10min);
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
    battery.input.soc = 58_pct;
    battery.run(60s);
    EXPECT_EQ(battery.controller.phase(), Phase::bulk);
}

TEST(Charge, BalancesAtTheTopFromTimeToTime) {
    Battery battery{of_tests(), {Phase::bulk, 240h}};
    battery.round();
    battery.fill(); // 0.01 C, which would be enough
    battery.run(4h - 1s);
    EXPECT_EQ(battery.controller.phase(), Phase::absorption);
    battery.round();
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
    EXPECT_EQ(battery.controller.memory().since_full, Duration::zero());
}

TEST(Charge, BalancesABatteryThatIsAlwaysFullToo) {
    Battery battery{of_tests(), {Phase::floating, 240h - 10s}};
    battery.rest();
    battery.input.soc = 100_pct;
    battery.run(10s);
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
    battery.run(2s);
    EXPECT_EQ(battery.controller.phase(), Phase::bulk);
}

TEST(Charge, TimeSinceFullIsRunningTime) {
    Battery battery{of_tests(), {Phase::bulk, 5h}};
    battery.run(101s); // the first round has none before it
    EXPECT_EQ(battery.controller.memory().since_full, 5h + 100s);
    battery.round(2h);
    EXPECT_EQ(battery.controller.memory().since_full, 5h + 130s) << "of a gap at most 30 s";
    battery.controller.restart();
    battery.round(2h);
    EXPECT_EQ(battery.controller.memory().since_full, 5h + 130s);
}

// The battery's request, and how fast CVL moves.

TEST(Charge, PassesTheBatterysOwnCvlThrough) {
    Battery battery{passed_through()};
    const Reason reason{"battery", "the battery asks for 54.4 V", "cvl"};
    battery.input.request = {54'400_mV, reason};
    EXPECT_EQ(battery.round(), 54'400_mV);
    EXPECT_EQ(battery.controller.cvl().reason, reason);
    battery.input.request.value = 53'050_mV;
    EXPECT_EQ(battery.round(), 53'000_mV) << "down at once, in whole tenths";
    battery.input.request.value = 90'000_mV;
    battery.run(3h);
    EXPECT_EQ(battery.cvl(), 56'400_mV) << "the ceiling";
}

TEST(Charge, RisesByATenthInTwentySeconds) {
    Battery battery{passed_through()};
    battery.input.request = {53'000_mV, {"battery", "the battery asks for 53 V", "cvl"}};
    battery.round();
    battery.input.request = {54'000_mV, {"battery", "the battery asks for 54 V", "cvl"}};
    battery.run(19s);
    EXPECT_EQ(battery.cvl(), 53'000_mV);
    EXPECT_EQ(battery.controller.cvl().reason,
              (Reason{"ramp", "on the way up to 54 V by 0.1 V in 20 s: the battery asks for 54 V", "cvl"}));
    battery.round();
    EXPECT_EQ(battery.cvl(), 53'100_mV);
    battery.run(179s);
    EXPECT_EQ(battery.cvl(), 53'900_mV);
    battery.round();
    EXPECT_EQ(battery.cvl(), 54'000_mV);
    EXPECT_EQ(battery.limiter(), "battery");
}

TEST(Charge, OneRoundIsOneStepHoweverLateItIs) {
    Battery battery{passed_through()};
    battery.input.request.value = 53'000_mV;
    battery.round();
    battery.input.request.value = 54'000_mV;
    EXPECT_EQ(battery.round(10min), 53'100_mV);
    EXPECT_EQ(battery.round(), 53'100_mV);
}

TEST(Charge, ARestartNeedsNoRamp) {
    Battery battery{passed_through()};
    battery.input.request.value = 53'000_mV;
    battery.round();
    battery.input.request.value = 54'000_mV;
    battery.controller.restart();
    EXPECT_EQ(battery.round(), 54'000_mV);
}

TEST(Charge, ARequestBelowTheFloorIsTheFloorAndSaysSo) {
    Battery battery;
    battery.input.request = {48'000_mV, {"battery", "the battery asks for 48 V", "cvl"}};
    EXPECT_EQ(battery.round(), 51'200_mV);
    EXPECT_EQ(battery.controller.cvl().reason,
              (Reason{"floor", "the battery asks for 48 V, below the floor of 51.2 V", "cvl"}));
}

TEST(Charge, NeverFollowsTheMeasuredVoltage) {
    // The same day with another voltage is the same CVL.
    Battery one;
    Battery other;
    std::mt19937 random{1};
    const auto cell = [&] {
        return Voltage{std::uniform_int_distribution<std::int64_t>{3'300, 3'520}(random)};
    };
    for (int i = 0; i < 5'000; ++i) {
        one.input.cell_max = other.input.cell_max = cell();
        one.input.charging = other.input.charging =
            i / 500 % 2 == 0 ? Charging::allowed : Charging::prohibited;
        other.input.voltage = Voltage{std::uniform_int_distribution<std::int64_t>{40'000, 60'000}(random)};
        one.round();
        other.round();
        ASSERT_EQ(one.controller.cvl(), other.controller.cvl());
    }
}

// Restart in the middle of the day.

TEST(Charge, RestartsFloatingAtTheFloatVoltage) {
    Battery battery{of_tests(), {Phase::floating, 3h}};
    battery.rest();
    battery.input.soc = 98_pct;
    EXPECT_EQ(battery.round(), 54'000_mV);
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
}

TEST(Charge, RestartsInBulkWhenItWasUsedMeanwhile) {
    Battery battery{of_tests(), {Phase::floating, 3h}};
    EXPECT_EQ(battery.round(), 55'200_mV);
    EXPECT_EQ(battery.controller.phase(), Phase::bulk);
}

TEST(Charge, RestartsAtRestWithACellAtTheTop) {
    Battery battery;
    battery.input.cell_max = 3'490_mV;
    // Hold is 53.6 V; cells that are not full rest 25 mV lower, 0.4 V for 16.
    EXPECT_EQ(battery.round(), 53'200_mV) << "the absorption voltage would push it over";
    EXPECT_EQ(battery.limiter(), "highest cell");
    Battery over;
    over.input.cell_max = 3'530_mV; // 30 mV too high: three steps lower
    EXPECT_EQ(over.round(), 52'900_mV);
}

TEST(Charge, RestartsInTheMiddleOfAnAbsorption) {
    Battery battery{of_tests(), {Phase::absorption, 30h}};
    battery.fill(); // every cell at 3.45 V: a step down would empty it into the grid
    EXPECT_EQ(battery.round(), 55'200_mV);
    battery.input.cell_min = 3'350_mV;
    battery.controller.restart();
    EXPECT_EQ(battery.round(), 55'200_mV) << "and so it was before the silence";
    Battery imbalanced{of_tests(), {Phase::absorption, 30h}};
    imbalanced.input.cell_max = 3'450_mV;
    EXPECT_EQ(imbalanced.round(), 53'200_mV);
}

TEST(Charge, KeepsWhatTheCellLoopFoundOverASilence) {
    Battery battery;
    battery.round();
    battery.input.cell_max = 3'520_mV;
    battery.run(60s);
    const Voltage found = battery.cvl();
    EXPECT_LT(found, 53'600_mV);
    battery.input.cell_max = 3'480_mV;
    battery.controller.restart();
    EXPECT_EQ(battery.round(5min), found);
}

// The loop on the highest cell.

TEST(Charge, LowersAtOnceWhileACellIsTooHigh) {
    Battery battery;
    battery.run(10s);
    battery.input.cell_max = 3'501_mV;
    battery.changes.clear();
    battery.run(60s);
    ASSERT_GE(battery.changes.size(), 2U);
    EXPECT_EQ(battery.limiter(), "highest cell");
    EXPECT_EQ(battery.controller.cvl().reason.input, "highest cell 3.501 V of at most 3.5 V");
    EXPECT_EQ(battery.controller.cvl().reason.signal, "cell_voltage_max");
}

TEST(Charge, StepsOnceInTwentySecondsWhereNothingIsInDanger) {
    Battery battery;
    battery.input.cell_max = 3'500_mV;
    battery.run(10min);
    battery.input.cell_max = 3'502_mV;
    battery.run(2min); // it stands still from here on
    battery.changes.clear();
    battery.run(2min);
    ASSERT_GE(battery.changes.size(), 4U);
    for (std::size_t i = 1; i < battery.changes.size(); ++i) {
        EXPECT_EQ(battery.changes[i].at - battery.changes[i - 1].at, 20s);
        EXPECT_EQ(battery.changes[i - 1].cvl - battery.changes[i].cvl, 100_mV);
    }
}

/// How long after the first urgent step down the next one comes, with that current from the step on.
Duration to_next_step(Current after) {
    Battery battery;
    battery.input.current = 40_A;
    battery.input.cell_max = 3'480_mV;
    battery.run(10min);
    battery.input.cell_max = 3'497_mV; // one that does not stop
    const auto rise = [&] {
        battery.input.cell_max = *battery.input.cell_max + 1_mV;
        battery.round();
    };
    battery.changes.clear();
    while (battery.changes.empty())
        rise();
    battery.input.current = after;
    while (battery.changes.size() < 2)
        rise();
    return battery.changes[1].at - battery.changes[0].at;
}

TEST(Charge, GivesTheLastStepTimeOnceTheCurrentGivesWay) {
    EXPECT_EQ(to_next_step(40_A), 5s);
    EXPECT_EQ(to_next_step(20_A), 10s);
}

TEST(Charge, SeesACellComing) {
    // 1 mV/s: in 70 s it will be 70 mV higher.
    Battery battery;
    battery.run(10s);
    battery.changes.clear();
    for (std::int64_t mv = 3'352; mv < 3'500 && battery.changes.empty(); ++mv) {
        battery.input.cell_max = Voltage{mv};
        battery.round();
    }
    ASSERT_FALSE(battery.changes.empty());
    EXPECT_GE(*battery.input.cell_max, 3'425_mV);
    EXPECT_LE(*battery.input.cell_max, 3'445_mV);
}

TEST(Charge, ALoadThatGoesOffIsNoCellThatRunsAway) {
    Battery battery;
    battery.run(5min);
    battery.input.current = -50'000_mA; // 0.5 C
    battery.input.cell_max = 3'312_mV;
    battery.run(5min);
    battery.changes.clear();
    battery.input.current = 50'000_mA;
    battery.input.cell_max = 3'412_mV; // 100 mV at once
    battery.run(5min);
    EXPECT_TRUE(battery.changes.empty());
}

/// Whether CVL rises within the patience of 5 min that it has after it had to fall.
bool rises(Voltage highest, Voltage lowest) {
    Battery battery;
    battery.input.current = 0_A;
    battery.input.cell_max = 3'520_mV;
    battery.run(60s);
    battery.input.cell_max = highest;
    battery.input.cell_min = lowest;
    battery.run(5min);
    battery.changes.clear();
    battery.run(10min);
    return !battery.changes.empty();
}

TEST(Charge, DoesNotRiseWithinItsDeadband) {
    // All alike, 0.1 V is 6 mV for each.
    EXPECT_FALSE(rises(3'486_mV, 3'486_mV));
    EXPECT_TRUE(rises(3'485_mV, 3'485_mV));
    // A cell that stands out takes most of it, and needs half of what it is ahead: 15 mV + 98 mV / 2.
    EXPECT_FALSE(rises(3'438_mV, 3'340_mV));
    EXPECT_TRUE(rises(3'435_mV, 3'340_mV));
}

TEST(Charge, ADischargeDoesNotMakeRoomInAFullCell) {
    // 0.4 C takes it down by 30 mV, and it is as full as before.
    Battery battery;
    battery.input.current = 0_A;
    battery.input.cell_max = 3'520_mV;
    battery.run(60s);
    battery.input.cell_max = 3'490_mV;
    battery.run(5min);
    battery.changes.clear();
    battery.input.current = -40_A;
    battery.input.cell_max = 3'460_mV;
    battery.run(30min);
    EXPECT_TRUE(battery.changes.empty());
}

TEST(Charge, EachStepThatWasTakenBackMakesItMorePatient) {
    Battery battery{passed_through()}; // no phase interferes
    battery.input.current = 0_A;
    battery.input.cell_min = 3'480_mV;
    const auto to_next_change = [&] {
        battery.changes.clear();
        const TimePoint from = battery.now;
        while (battery.changes.empty())
            battery.round();
        return battery.now - from;
    };
    battery.input.cell_max = 3'500_mV;
    battery.run(10min);
    std::vector<Duration> waits;
    for (int i = 0; i < 3; ++i) {
        battery.input.cell_max = 3'503_mV; // too high by a step
        to_next_change();
        battery.input.cell_max = 3'470_mV; // room for one
        waits.push_back(to_next_change());
    }
    EXPECT_EQ(waits, (std::vector<Duration>{5min, 20min, 80min}));
}

TEST(Charge, RisesSlowlyWhileLoadsMayBeWhatEmptiesIt) {
    // 0.2 C: 20 mV of sag, and 70 mV of room are left.
    Battery battery;
    battery.input.current = 0_A;
    battery.input.cell_max = 3'500_mV;
    battery.input.cell_min = 3'400_mV;
    battery.run(10min);
    battery.input.cell_max = 3'503_mV;
    while (battery.limiter() != "highest cell")
        battery.round();
    battery.input.current = -20_A;
    battery.input.cell_max = 3'410_mV;
    battery.changes.clear();
    battery.run(10min);
    ASSERT_GE(battery.changes.size(), 3U);
    for (std::size_t i = 1; i < battery.changes.size(); ++i)
        EXPECT_EQ(battery.changes[i].at - battery.changes[i - 1].at, 120s);
}

TEST(Charge, WithoutATargetThereIsNoCellLoop) {
    ChargePolicy policy = of_tests();
    policy.cell_target.reset();
    Battery battery{policy};
    battery.round();
    battery.input.cell_max = 3'700_mV;
    battery.run(60s);
    EXPECT_EQ(battery.cvl(), 55'200_mV);
}

TEST(Charge, TheCellLoopStopsAtTheFloor) {
    Battery battery;
    battery.round();
    battery.input.cell_max = 3'700_mV;
    EXPECT_EQ(battery.run(5min), 51'200_mV);
}

// Full is not prohibited.

TEST(Charge, HoldsABatteryThatAsksForNoMore) {
    Battery battery;
    battery.round();
    battery.fill();
    battery.input.charging = Charging::full;
    EXPECT_EQ(battery.round(), 53'600_mV);
    EXPECT_EQ(battery.controller.cvl().reason,
              (Reason{"hold", "held at 53.6 V because the battery is full", "ccl"}));
    EXPECT_EQ(battery.controller.phase(), Phase::floating);
    battery.rest();
    battery.run(2h);
    EXPECT_EQ(battery.cvl(), 53'600_mV);
    EXPECT_EQ(battery.controller.memory().since_full, Duration::zero());
    battery.input.charging = Charging::allowed;
    battery.run(59s);
    EXPECT_EQ(battery.cvl(), 53'600_mV);
    EXPECT_EQ(battery.run(5min), 54'000_mV) << "then it floats";
}

TEST(Charge, AShortHoldIsNotFollowedByTheRestOfTheRamp) {
    Battery battery;
    battery.round();
    battery.fill();
    battery.input.charging = Charging::full;
    battery.run(100s);
    battery.rest();
    battery.input.charging = Charging::allowed;
    battery.run(30min);
    EXPECT_EQ(battery.cvl(), 54'000_mV);
    for (std::size_t i = 1; i < battery.changes.size(); ++i)
        EXPECT_LE(battery.changes[i].cvl, 54'000_mV) << "only the first was above";
}

TEST(Charge, ABatteryWithItsOwnCvlIsHeldUntilItIsUsedOrInsists) {
    Battery battery{passed_through()};
    battery.round();
    battery.fill();
    battery.input.charging = Charging::full;
    battery.run(10min);
    EXPECT_EQ(battery.cvl(), 53'600_mV);
    battery.input.charging = Charging::allowed;
    battery.run(14min);
    EXPECT_EQ(battery.cvl(), 53'600_mV);
    Battery used = battery;
    used.input.soc = 97_pct;
    used.run(5min);
    EXPECT_GT(used.cvl(), 53'600_mV);
    battery.run(5min);
    EXPECT_GT(battery.cvl(), 53'600_mV);
}

TEST(Charge, ABatteryThatFlickersAtFullIsHeld) {
    Battery battery{passed_through()};
    battery.round();
    battery.fill();
    battery.changes.clear();
    for (int i = 0; i < 60; ++i) {
        battery.input.charging = i % 2 == 0 ? Charging::full : Charging::allowed;
        battery.run(2min);
    }
    EXPECT_EQ(battery.changes.size(), 1U);
}

// Prohibition.

class Prohibited : public testing::Test {
protected:
    Prohibited() {
        battery.input.soc = 40_pct;
        battery.input.current = 0_A;
        battery.input.charging = Charging::prohibited;
    }
    Battery battery;
};

TEST_F(Prohibited, BeginsWhereAFullBatteryRests) {
    EXPECT_EQ(battery.round(), 53'600_mV);
    EXPECT_EQ(battery.limiter(), "prohibited");
    EXPECT_EQ(battery.controller.cvl().reason.signal, "current");
    EXPECT_EQ(battery.run(1h), 53'600_mV) << "nothing flows";
}

TEST_F(Prohibited, GoesDownAtOnceWhileItIsCharged) {
    battery.round();
    battery.input.current = 1'100_mA; // 0.011 C
    EXPECT_EQ(battery.round(), 53'500_mV);
    battery.run(4s);
    EXPECT_EQ(battery.cvl(), 53'500_mV) << "it needs 5 s to be seen";
    EXPECT_EQ(battery.round(), 53'400_mV);
    battery.input.current = 1'000_mA; // 0.01 C is nothing
    EXPECT_EQ(battery.run(1h), 53'400_mV);
}

TEST_F(Prohibited, AStrongCurrentTakesLargerSteps) {
    battery.round();
    battery.input.current = 30_A; // 0.3 C: 16 cells of 50 mV a C make 0.24 V
    EXPECT_LE(battery.round(), 53'400_mV);
}

TEST_F(Prohibited, RisesWhileLoweringIsWhatEmptiesIt) {
    battery.round();
    battery.input.current = 5_A;
    battery.run(30s);
    const Voltage low = battery.cvl();
    battery.input.current = -5_A;
    battery.changes.clear();
    battery.run(20s);
    ASSERT_EQ(battery.changes.size(), 1U);
    EXPECT_EQ(battery.cvl(), low + 100_mV);
    battery.input.current = -3_A; // that helped
    battery.run(20s);
    EXPECT_EQ(battery.cvl(), low + 200_mV);
    battery.input.current = 0_A;
    EXPECT_EQ(battery.run(1h), low + 200_mV);
}

TEST_F(Prohibited, DoesNotRunAfterLoads) {
    battery.round();
    battery.input.current = 5_A;
    battery.run(60s);
    const Voltage low = battery.cvl();
    battery.input.current = -20_A; // whatever CVL is
    battery.changes.clear();
    battery.run(8h);
    EXPECT_LE(battery.cvl(), low + 100_mV);
    EXPECT_GE(battery.cvl(), low) << "and it is no reason to go down";
    EXPECT_LE(battery.changes.size(), 30U) << "it tries more and more rarely";
}

TEST_F(Prohibited, WithAnUnverifiedSignItOnlyFalls) {
    ChargePolicy policy = of_tests();
    policy.sign_verified = false;
    ChargeInput input = battery.input;
    battery = Battery{policy};
    battery.input = input;
    battery.round();
    battery.input.current = 5_A;
    battery.run(30s);
    const Voltage low = battery.cvl();
    battery.input.current = -5_A;
    battery.changes.clear();
    EXPECT_EQ(battery.run(2h), low);
    EXPECT_TRUE(battery.changes.empty()) << "it does not even try";
}

TEST_F(Prohibited, NeverRisesAboveWhereItBegan) {
    battery.round();
    Current current = -50_A;
    for (int i = 0; i < 200; ++i) { // each step seems to help
        battery.input.current = current;
        battery.run(20s);
        current = current + 500_mA;
        if (current > -2_A)
            current = -50_A;
        EXPECT_LE(battery.cvl(), 53'600_mV);
    }
}

TEST_F(Prohibited, HasAFloorOfItsOwn) {
    battery.round();
    battery.input.current = 30_A;
    EXPECT_EQ(battery.run(10min), 44'800_mV);
}

TEST_F(Prohibited, TellsThatNobodyObeys) {
    battery.round();
    battery.input.current = 30_A;
    while (battery.cvl() > 44'800_mV)
        battery.round();
    battery.run(59s);
    EXPECT_FALSE(battery.controller.disobeyed());
    battery.round();
    EXPECT_TRUE(battery.controller.disobeyed());
    battery.input.current = 0_A;
    battery.run(59s);
    EXPECT_TRUE(battery.controller.disobeyed());
    battery.round();
    EXPECT_FALSE(battery.controller.disobeyed());
}

TEST_F(Prohibited, EndsWithTheFloorAndARamp) {
    battery.round();
    battery.input.current = 30_A;
    battery.run(10min);
    ASSERT_TRUE(battery.controller.disobeyed());
    battery.input.charging = Charging::allowed;
    EXPECT_EQ(battery.round(), 51'200_mV) << "the normal floor holds again";
    EXPECT_FALSE(battery.controller.disobeyed());
    battery.run(20s);
    EXPECT_EQ(battery.cvl(), 51'300_mV);
    EXPECT_EQ(battery.limiter(), "ramp");
}

TEST_F(Prohibited, AnOpenChargeSwitchIsTheSame) {
    battery.input.charging = Charging::blocked;
    EXPECT_EQ(battery.round(), 53'600_mV);
    EXPECT_EQ(battery.limiter(), "prohibited");
}

// Whatever comes.

TEST(Charge, StaysWithinItsBoundsWhateverComes) {
    constexpr int steps = 400'000;
    constexpr int steps_of_one = 2'000;
    std::mt19937_64 random{20'260'728};
    const auto number = [&](std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random);
    };
    const auto chance = [&](int percent) { return number(1, 100) <= percent; };
    constexpr std::int64_t any_low = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t any_high = std::numeric_limits<std::int64_t>::max();

    std::map<std::string, int, std::less<>> limiters;
    int disobeyed = 0;
    for (int i = 0; i < steps / steps_of_one; ++i) {
        ChargePolicy policy = chance(30) ? passed_through() : of_tests();
        policy.sign_verified = chance(50);
        if (chance(20))
            policy.cell_target.reset();
        if (chance(20))
            policy.floor_prohibited = {};
        Battery battery{policy, {static_cast<Phase>(number(0, 2)), Duration{number(any_low, any_high)}}};
        bool first = true;
        Voltage before{};
        TimePoint risen{};
        for (int j = 0; j < steps_of_one; ++j) {
            ChargeInput& input = battery.input;
            const bool wild = chance(1);
            if (chance(2)) {
                input.charging = static_cast<Charging>(chance(50) ? 0 : number(0, 3));
                input.request.value = {wild ? number(any_low, any_high) : number(48'000, 58'000)};
                input.soc = {wild ? number(any_low, any_high) : number(0, 10'000)};
                input.current = {wild ? number(any_low, any_high) : number(-60'000, 60'000)};
                input.cell_max = Voltage{wild ? number(any_low, any_high) : number(3'200, 3'700)};
                input.cell_min = Voltage{wild ? number(any_low, any_high) : number(3'100, 3'400)};
                input.voltage = {wild ? number(any_low, any_high) : number(48'000, 58'000)};
                input.capacity = Charge{wild ? number(any_low, any_high) : 100'000};
                if (chance(5))
                    input.cell_max.reset();
                if (chance(5))
                    input.capacity.reset();
            } else if (input.cell_max) {
                input.cell_max =
                    Voltage{std::clamp<std::int64_t>(input.cell_max->count, 2'000, 4'000) + number(-3, 3)};
            }
            if (chance(1)) {
                battery.controller.restart();
                first = true;
            }
            battery.round(wild ? std::chrono::hours{number(-2, 100)} : std::chrono::seconds{number(1, 3)});

            const bool prohibited =
                input.charging == Charging::prohibited || input.charging == Charging::blocked;
            const Voltage floor =
                prohibited && policy.floor_prohibited > 0_mV ? policy.floor_prohibited : policy.floor;
            const Voltage cvl = battery.cvl();
            ASSERT_GE(cvl, floor);
            ASSERT_LE(cvl, policy.ceiling);
            ASSERT_LE(cvl, std::max(input.request.value, floor));
            ASSERT_EQ(cvl.count % 100, 0);
            if (!first && cvl > before) {
                ASSERT_LE(cvl, std::max(before + 100_mV, floor));
                if (cvl > floor && risen <= battery.now) {
                    ASSERT_GE(battery.now - risen, 20s);
                }
            }
            if (first || cvl > before)
                risen = battery.now;
            first = false;
            before = cvl;
            ++limiters[std::string{battery.limiter()}];
            disobeyed += battery.controller.disobeyed() ? 1 : 0;
        }
    }
    for (const char* limiter :
         {"envelope", "absorption", "float", "hold", "highest cell", "prohibited", "floor", "ramp"}) {
        std::cout << limiter << ": " << limiters[limiter] << " rounds\n";
        EXPECT_GE(limiters[limiter], 1000) << limiter;
    }
    std::cout << "disobeyed: " << disobeyed << " rounds\n";
    EXPECT_GE(disobeyed, 1000);
}

} // namespace
} // namespace retrocan::policy
