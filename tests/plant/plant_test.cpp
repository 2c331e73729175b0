// SPDX-License-Identifier: Apache-2.0
// The plant itself: does it behave as batteries, chargers and the GX do?

#include "plant/naive.h"
#include "plant/scenarios.h"

#include <cmath>

#include <gtest/gtest.h>

namespace retrocan::plant {
namespace {

constexpr double any = 1e9;

/// Always the same limits, from `from` to `to`.
class Always : public Control {
public:
    explicit Always(Command command, Seconds from = -any, Seconds to = any)
        : command_{command}, from_{from}, to_{to} {}
    std::optional<Command> step(const Measured& /*measured*/, Seconds now) override {
        if (now < from_ || now >= to_)
            return std::nullopt;
        return command_;
    }

private:
    Command command_;
    Seconds from_;
    Seconds to_;
};

/// 16 cells at `soc`, with that sun all day and that load.
Scenario steady(double soc, double pv_watts, double load_watts) {
    Scenario scenario{
        .name = "steady", .site = {}, .from = 12 * hour, .to = 12.5 * hour, .dt = 0.5, .goal = {}};
    scenario.site.packs = {pack_of(16, CellSettings{.soc = soc})};
    scenario.site.sun = {
        .peak_watts = pv_watts, .rise = -1000 * hour, .set = 1024 * hour}; // noon is its height
    scenario.site.loads = {.base_watts = load_watts, .cycles = {}};
    return scenario;
}

struct Last {
    double bus_volts{};
    double battery_amps{};
    double solar_amps{};
    double possible{};
    double inverter_amps{};
    double grid_watts{};
};

Last last_of(const Scenario& scenario, Control& control) {
    Last last;
    run(scenario, control, [&](const Glimpse& g) {
        last = {g.bus_volts, g.battery.amps(), g.solar_amps, g.solar_possible, g.inverter_amps, g.grid_watts};
    });
    return last;
}

TEST(PlantCell, RestsAtItsOpenCircuitVoltage) {
    EXPECT_NEAR(Cell(CellSettings{.soc = 0.5}, lfp()).emf(), 3.296, 1e-4);
    EXPECT_NEAR(Cell(CellSettings{.soc = 0.05}, nmc()).emf(), 3.40, 1e-4);
    EXPECT_NEAR(Cell(CellSettings{.soc = 0.75}, nmc()).emf(), 3.93, 1e-4);
}

TEST(PlantCell, CountsCharge) {
    Cell cell{CellSettings{.capacity = 100, .soc = 0.5}, lfp()};
    for (int i = 0; i < 3600; ++i)
        cell.pass(10, 1);
    EXPECT_NEAR(cell.soc(), 0.6, 1e-9);
}

TEST(PlantCell, PolarisesWithItsTimeConstant) {
    Cell cell{CellSettings{.capacity = 1e9, .polarisation = 0.001, .time_constant = 100, .soc = 0.5}, lfp()};
    const double before = cell.emf();
    for (int i = 0; i < 100; ++i)
        cell.pass(100, 1);
    EXPECT_NEAR(cell.emf() - before, 0.1 * (1 - std::exp(-1.0)), 0.001);
}

TEST(PlantCell, StandsHigherAfterChargingThanAfterDischarging) {
    Cell up{CellSettings{.soc = 0.40}, lfp()};
    Cell down{CellSettings{.soc = 0.60}, lfp()};
    for (int i = 0; i < 3600; ++i) {
        up.pass(28, 1);
        down.pass(-28, 1);
    }
    for (int i = 0; i < 7200; ++i) {
        up.pass(0, 1);
        down.pass(0, 1);
    }
    EXPECT_NEAR(up.soc(), down.soc(), 1e-9);
    EXPECT_NEAR(up.emf() - down.emf(), 0.014, 0.001);
}

TEST(PlantBms, OpensTheChargeSwitchOverItsLimitAndClosesItBelowTheRelease) {
    Bms bms{BmsSettings{}};
    bms.step(3.3, 3.66, 1);
    EXPECT_TRUE(bms.charge_closed()); // not at once
    bms.step(3.3, 3.66, 1);
    EXPECT_FALSE(bms.charge_closed());
    EXPECT_TRUE(bms.discharge_closed());
    for (int i = 0; i < 60; ++i)
        bms.step(3.3, 3.50, 1);
    EXPECT_FALSE(bms.charge_closed());
    bms.step(3.3, 3.44, 1);
    EXPECT_TRUE(bms.charge_closed());
    EXPECT_EQ(bms.charge_trips(), 1U);
    EXPECT_EQ(bms.discharge_trips(), 0U);
}

TEST(PlantBattery, PacksInParallelShareByResistance) {
    PackSettings low = pack_of(16, CellSettings{.resistance = 0.0003});
    PackSettings high = pack_of(16, CellSettings{.resistance = 0.0006});
    low.inner_resistance = low.link_resistance = high.inner_resistance = high.link_resistance = 0;
    Battery battery{{low, high}};
    const auto volts = battery.volts_at(90);
    ASSERT_TRUE(volts);
    EXPECT_NEAR(battery.amps_at(*volts), 90, 1e-9);
    battery.step(*volts, 25, 1);
    EXPECT_NEAR(battery.packs()[0].amps(), 60, 1e-6);
    EXPECT_NEAR(battery.packs()[1].amps(), 30, 1e-6);
}

TEST(PlantBattery, AnOpenChargeSwitchTakesNothingAndStillDelivers) {
    PackSettings pack = pack_of(16, CellSettings{.soc = 1.01}); // far over its limit
    Battery battery{{pack}};
    for (int i = 0; i < 5; ++i)
        battery.step(battery.packs()[0].emf(), 25, 1);
    EXPECT_FALSE(battery.volts_at(10));
    EXPECT_EQ(battery.amps_at(70), 0);
    EXPECT_TRUE(battery.volts_at(-10));
}

TEST(Plant, WithFeedInTheInverterHoldsTheBusAtCvlAndTheSunIsUsed) {
    Always control{{55.2, 200, 200}};
    const Last last = last_of(steady(0.99, 4000, 500), control);
    EXPECT_NEAR(last.bus_volts, 55.2, 0.02);
    EXPECT_NEAR(last.solar_amps, last.possible, 0.1);
    EXPECT_GT(last.grid_watts, 2000);
}

TEST(Plant, WithFeedInSolarChargersDoNotObeyCcl) {
    Always control{{57.6, 0, 200}};
    const Last last = last_of(steady(0.5, 4000, 500), control);
    EXPECT_NEAR(last.solar_amps, last.possible, 0.1);
    EXPECT_GT(last.battery_amps, 40);
}

TEST(Plant, WithoutFeedInSolarChargersObeyCclAndFeedTheLoads) {
    Always control{{57.6, 20, 200}};
    Scenario scenario = steady(0.5, 4000, 500);
    scenario.site.gx.feed_in = false;
    const Last last = last_of(scenario, control);
    EXPECT_NEAR(last.battery_amps, 20, 1.1); // whole amperes
    EXPECT_NEAR(last.grid_watts, 0, 10);
}

TEST(Plant, ABusThatCannotFeedInAllRisesByTheSolarOffset) {
    Always control{{55.2, 200, 200}};
    Scenario scenario = steady(0.998, 6000, 500);
    scenario.site.feed_in_watts = 500;
    const Last last = last_of(scenario, control);
    EXPECT_NEAR(last.bus_volts, 55.6, 0.02);
    EXPECT_NEAR(last.grid_watts, 500, 10);
    EXPECT_LT(last.solar_amps, last.possible - 10);
}

TEST(Plant, ACvlBelowTheBatteryEmptiesItIntoTheGrid) {
    Always control{{51.2, 200, 100}};
    const Last last = last_of(steady(0.6, 0, 500), control);
    EXPECT_LT(last.battery_amps, -80);
    EXPECT_GT(last.grid_watts, 3000);
}

TEST(Plant, WithoutLimitsAllStopsAfterThreeSeconds) {
    const Scenario scenario = steady(0.5, 4000, 500);
    const Seconds silent = scenario.from + 600;
    Always control{{57.6, 200, 200}, -any, silent};
    double before = 0;
    double amps_3s = 0;
    double amps_15s = 0;
    const Measures measures = run(scenario, control, [&](const Glimpse& g) {
        if (g.now == silent - 1)
            before = g.battery.amps();
        if (g.now == silent + 2)
            amps_3s = g.battery.amps();
        if (g.now == silent + 15)
            amps_15s = g.battery.amps();
    });
    EXPECT_GT(before, 40);
    EXPECT_NEAR(amps_3s, before, 1);
    EXPECT_NEAR(amps_15s, 0, 0.5);
    // The last frame came a second before `silent`, and holds for three.
    EXPECT_NEAR(measures.stopped, scenario.to - silent - 3, 1);
}

TEST(Plant, OffGridOnlyADischargeLimitOfZeroActsAndItIsABlackout) {
    Scenario scenario = steady(0.5, 0, 2000);
    scenario.site.grid = false;
    Always little{{55.2, 100, 5}};
    EXPECT_LT(last_of(scenario, little).battery_amps, -35);
    Always none{{55.2, 100, 0}};
    const Measures measures = run(scenario, none);
    EXPECT_EQ(measures.blackouts, 1U);
    EXPECT_NEAR(measures.dark, scenario.to - scenario.from, 5);
}

TEST(Plant, AcCoupledPowerFlowsIntoTheBatteryForSecondsAfterALoadDrops) {
    Scenario scenario = steady(0.99, 0, 300);
    scenario.dt = 0.25;
    scenario.site.grid = false;
    scenario.site.sun.peak_watts = 0;
    scenario.site.ac_sun = {.peak_watts = 5000, .rise = -1000 * hour, .set = 1024 * hour};
    const Seconds drop = scenario.from + 900;
    scenario.site.loads.cycles = {{.watts = 4000, .every = 1e6, .lasts = 900, .from = scenario.from}};
    Always control{{54.4, 100, 100}};
    double most = 0;
    double later = 0;
    run(scenario, control, [&](const Glimpse& g) {
        if (g.now >= drop && g.now < drop + 10)
            most = std::max(most, g.battery.amps());
        if (g.now == drop + 60)
            later = g.battery.amps();
    });
    EXPECT_GT(most, 60); // 4 kW
    EXPECT_LT(later, 15);
}

TEST(Plant, TheSameScenarioRunsTheSameEachTime) {
    FixedCvl a{55.2};
    FixedCvl b{55.2};
    const Measures first = run(one_cell_ahead(), a);
    const Measures second = run(one_cell_ahead(), b);
    EXPECT_EQ(first.highest_cell, second.highest_cell);
    EXPECT_EQ(first.fed_in, second.fed_in);
    EXPECT_EQ(first.last_soc, second.last_soc);
}

} // namespace
} // namespace retrocan::plant
