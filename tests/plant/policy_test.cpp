// SPDX-License-Identifier: Apache-2.0
// What policy::ChargeController has to reach in the plant.

#include "plant/policy_control.h"
#include "plant/scenarios.h"

#include <gtest/gtest.h>

namespace retrocan::plant {
namespace {

Measures under_policy(const Scenario& scenario, const PolicyControlSettings& settings = lfp_preset()) {
    PolicyControl control{settings};
    return run(scenario, control);
}

/// Starts anew every so often, with nothing but what is kept in a file, after some seconds of silence.
class Restarting : public Control {
public:
    explicit Restarting(Seconds every) : every_{every} {}

    std::optional<Command> step(const Measured& measured, Seconds now) override {
        if (now >= next_) {
            const policy::ChargeMemory memory = policy_->controller().memory();
            policy_.emplace(lfp_preset(), memory);
            silent_until_ = now + 2;
            next_ = now + every_;
        }
        const auto command = policy_->step(measured, now);
        return now < silent_until_ ? std::nullopt : command;
    }

private:
    Seconds every_;
    Seconds next_{0};
    Seconds silent_until_{0};
    std::optional<PolicyControl> policy_{lfp_preset()};
};

/// In every scenario: no trip, no cell beyond its target by more than 20 mV, no voltage that jumps up.
void expect_safe(const Measures& m) {
    EXPECT_EQ(m.charge_trips, 0U);
    EXPECT_LE(m.overshoot_mv, 20);
    EXPECT_LE(m.largest_rise, 0.1 + 1e-6);
    EXPECT_GE(m.least_gap, 20);
}

/// Once it is full, and an hour after the ramp.
void expect_calm(const Measures& m) {
    EXPECT_LT(m.oscillation, 2);
    EXPECT_LE(m.changes_per_hour, 6U);
}

TEST(ChargeInPlant, FeedsInAllDayWithAFullBattery) {
    const Measures m = under_policy(feed_in_day());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    expect_calm(m);
    EXPECT_LT(m.solar_lost, 1);
    EXPECT_LE(m.into_grid, 0.5);
    EXPECT_GE(m.most_soc, 0.99);
}

TEST(ChargeInPlant, HoldsTheHighestCellOfAnUnbalancedPack) {
    const Measures m = under_policy(one_cell_ahead());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    expect_calm(m);
    EXPECT_LT(m.solar_lost, 1);
    EXPECT_LE(m.into_grid, 0.5);
    EXPECT_GE(m.most_soc, 0.94); // the others are 5 % behind
}

TEST(ChargeInPlant, MissesItsTargetWithoutTheLoopOnTheHighestCell) {
    PolicyControlSettings settings = lfp_preset();
    settings.charge.cell_target.reset();
    EXPECT_GT(under_policy(one_cell_ahead(), settings).overshoot_mv, 20);
}

TEST(ChargeInPlant, HasRoomForTheSolarOffset) {
    const Measures m = under_policy(excess_pv());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    expect_calm(m);
    EXPECT_LT(m.solar_lost, 1);
    EXPECT_LE(m.into_grid, 0.5);
}

TEST(ChargeInPlant, HasRoomForTheSolarOffsetWithAnUnbalancedPack) {
    const Measures m = under_policy(excess_pv_one_cell_ahead());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    expect_calm(m);
    EXPECT_LT(m.solar_lost, 1);
    // What the bus takes in on its way to CVL + 0.4 V comes out in the evening, when it is back at CVL.
    EXPECT_LE(m.into_grid, 1.25);
}

TEST(ChargeInPlant, ChargesForOwnUse) {
    const Measures m = under_policy(own_use_day());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    EXPECT_LT(m.solar_lost, 1);
    EXPECT_GE(m.most_soc, 0.99);
}

TEST(ChargeInPlant, SurvivesALoadThatDropsOffGrid) {
    const Measures m = under_policy(load_drop());
    SCOPED_TRACE(testing::PrintToString(m));
    EXPECT_EQ(m.charge_trips, 0U); // seconds above the target are the system's nature here
    EXPECT_EQ(m.blackouts, 0U);
    EXPECT_EQ(m.dark, 0);
}

TEST(ChargeInPlant, ComesBackAfterABlackout) {
    const Measures m = under_policy(blackout());
    SCOPED_TRACE(testing::PrintToString(m));
    EXPECT_EQ(m.blackouts, 1U);
    EXPECT_EQ(m.discharge_trips, 0U);
    EXPECT_EQ(m.charge_trips, 0U);
    EXPECT_GE(m.most_soc, 0.98);
}

TEST(ChargeInPlant, NeitherChargesAFrozenPackNorDumpsIt) {
    for (const double soc : {0.2, 0.4, 0.9}) {
        const Measures m = under_policy(frozen_day(soc));
        SCOPED_TRACE(std::to_string(soc) + ": " + testing::PrintToString(m));
        expect_safe(m);
        EXPECT_LE(m.charged_frozen, 1);
        EXPECT_LE(m.into_grid, 1); // the next 0.1 V would charge
        EXPECT_LT(m.solar_lost, 1);
    }
}

TEST(ChargeInPlant, ChargesOnceItHasThawed) {
    for (const double soc : {0.2, 0.9}) {
        const Measures m = under_policy(cold_morning(soc));
        SCOPED_TRACE(std::to_string(soc) + ": " + testing::PrintToString(m));
        expect_safe(m);
        EXPECT_LE(m.charged_frozen, 1);
        EXPECT_GE(m.most_soc, 0.8);
    }
}

TEST(ChargeInPlant, WithAnUnverifiedSignItIsSafe) {
    PolicyControlSettings settings = lfp_preset();
    settings.charge.sign_verified = false;
    expect_safe(under_policy(one_cell_ahead(), settings));
    const Measures frozen = under_policy(frozen_day(0.4), settings);
    SCOPED_TRACE(testing::PrintToString(frozen));
    expect_safe(frozen);
    EXPECT_LE(frozen.charged_frozen, 1);
}

TEST(ChargeInPlant, RestartsSafelyAtAnyTimeOfTheDay) {
    for (const Seconds every : {29 * minute}) {
        Restarting control{every};
        const Measures m = run(one_cell_ahead(), control);
        SCOPED_TRACE(testing::PrintToString(m));
        expect_safe(m);
        EXPECT_LT(m.solar_lost, 1);
    }
}

TEST(ChargeInPlant, FallsSilentWithItsSourceAndComesBack) {
    const Measures m = under_policy(source_lost());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    EXPECT_EQ(m.blackouts, 0U);
    EXPECT_GE(m.stopped, 290); // five minutes, less 5 s until stale, 3 s of the GX's patience
    EXPECT_LE(m.stopped, 300);
}

TEST(ChargeInPlant, HoldsThePackThatIsFullFirst) {
    const Measures m = under_policy(one_pack_ahead());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    expect_calm(m);
    EXPECT_LT(m.solar_lost, 1);
    EXPECT_LE(m.into_grid, 0.5);
}

TEST(ChargeInPlant, HoldsABatteryThatAsksForZeroWhenFull) {
    const Measures m = under_policy(asks_zero_when_full());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    expect_calm(m);
    EXPECT_LT(m.solar_lost, 1);
    EXPECT_LE(m.into_grid, 0.5);
}

TEST(ChargeInPlant, HoldsCellsOfAnotherChemistry) {
    const Measures m =
        under_policy(nmc_day(), preset(policy::Chemistry::nmc, 14, Voltage{3'500}, Voltage{4'150}));
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    expect_calm(m);
    EXPECT_LT(m.solar_lost, 1);
    EXPECT_LE(m.into_grid, 0.5);
}

TEST(ChargeInPlant, IsSafeInAnyHouse) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        const Measures m = under_policy(any_house(seed));
        SCOPED_TRACE(std::to_string(seed) + ": " + testing::PrintToString(m));
        expect_safe(m);
        EXPECT_LT(m.solar_lost, 1);
    }
}

TEST(ChargeInPlant, LastsAWeek) {
    const Measures m = under_policy(week());
    SCOPED_TRACE(testing::PrintToString(m));
    expect_safe(m);
    EXPECT_LT(m.solar_lost, 1);
    EXPECT_LE(m.into_grid, 0.5);
}

} // namespace
} // namespace retrocan::plant
