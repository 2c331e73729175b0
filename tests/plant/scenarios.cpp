// SPDX-License-Identifier: Apache-2.0
#include "plant/scenarios.h"

#include "plant/noise.h"

namespace retrocan::plant {

namespace {

constexpr std::size_t series = 16;

Site house(double soc) {
    Site site;
    site.packs = {natural_pack(series, CellSettings{.soc = soc}, 16)};
    site.inverter.max_watts = 10'000;
    site.sun.peak_watts = 8'000;
    site.loads = {.base_watts = 300, .cycles = {{.watts = 2500, .every = 20 * minute, .lasts = 4 * minute}}};
    return site;
}

/// A sunny day from the morning on, full before noon.
Scenario sunny_day(const char* name) {
    return {.name = name,
            .site = house(0.6),
            .from = 8 * hour,
            .to = 20.5 * hour,
            .goal = {.settled_from = 13.5 * hour, .settled_to = 17.5 * hour}};
}

void put_ahead(PackSettings& pack, double soc) {
    pack.cells[5].soc += soc;
}

} // namespace

Scenario feed_in_day() {
    return sunny_day("feed_in_day");
}

Scenario one_cell_ahead() {
    Scenario scenario = sunny_day("one_cell_ahead");
    put_ahead(scenario.site.packs[0], 0.05);
    return scenario;
}

Scenario excess_pv() {
    Scenario scenario = sunny_day("excess_pv");
    scenario.site.feed_in_watts = 1500;
    // A load that switches would move the bus from CVL + 0.4 V to CVL and back, whatever the control.
    scenario.site.loads.cycles.clear();
    return scenario;
}

Scenario excess_pv_one_cell_ahead() {
    Scenario scenario = excess_pv();
    scenario.name = "excess_pv_one_cell_ahead";
    put_ahead(scenario.site.packs[0], 0.05);
    return scenario;
}

Scenario own_use_day() {
    Scenario scenario = sunny_day("own_use_day");
    scenario.site.gx.feed_in = false;
    return scenario;
}

Scenario load_drop() {
    Scenario scenario{
        .name = "load_drop", .site = house(0.96), .from = 10 * hour, .to = 15 * hour, .dt = 0.25, .goal = {}};
    scenario.site.grid = false;
    scenario.site.sun.peak_watts = 0;
    scenario.site.ac_sun.peak_watts = 6'000;
    scenario.site.loads = {.base_watts = 300,
                           .cycles = {{.watts = 5000, .every = 20 * minute, .lasts = 10 * minute}}};
    return scenario;
}

Scenario blackout() {
    Scenario scenario{
        .name = "blackout", .site = house(0.10), .from = 0, .to = 1.5 * day, .dt = 1, .goal = {}};
    scenario.site.grid = false;
    scenario.site.loads = {.base_watts = 500, .cycles = {}};
    return scenario;
}

Scenario cold_morning(double soc) {
    Scenario scenario{.name = soc < 0.6 ? "cold_morning" : "cold_and_full",
                      .site = house(soc),
                      .from = 8 * hour,
                      .to = 20 * hour,
                      .dt = 1,
                      .goal = {}};
    scenario.site.packs[0].temperature = -5;
    scenario.site.ambient = {.mean = 2, .swing = 8};
    return scenario;
}

Scenario frozen_day(double soc) {
    Scenario scenario = cold_morning(soc);
    scenario.name = "frozen_day";
    scenario.site.ambient = {.mean = -5, .swing = 3};
    scenario.site.loads.cycles.clear();
    return scenario;
}

Scenario source_lost() {
    Scenario scenario = sunny_day("source_lost");
    scenario.outages = {
        {.what = Outage::What::source, .from = 13 * hour, .to = 13 * hour + 5 * minute, .pack = every_pack}};
    scenario.goal.settled_from = 14.5 * hour;
    return scenario;
}

Scenario one_pack_ahead() {
    Scenario scenario = sunny_day("one_pack_ahead");
    const CellSettings half{.capacity = 140, .resistance = 0.0006, .polarisation = 0.0005, .soc = 0.6};
    const CellSettings small{.capacity = 100, .resistance = 0.0008, .polarisation = 0.0007, .soc = 0.68};
    scenario.site.packs = {natural_pack(series, half, 1), natural_pack(series, half, 2),
                           natural_pack(series, small, 3)};
    return scenario;
}

Scenario asks_zero_when_full() {
    Scenario scenario = sunny_day("asks_zero_when_full");
    BmsSettings& bms = scenario.site.packs[0].bms;
    bms.cvl = 57.6;
    bms.ccl = 200;
    bms.dcl = 200;
    bms.full_cell = 3.45;
    return scenario;
}

Scenario nmc_day() {
    Scenario scenario = sunny_day("nmc_day");
    PackSettings& pack = scenario.site.packs[0];
    pack = natural_pack(14, CellSettings{.capacity = 200, .resistance = 0.0006, .soc = 0.5}, 14);
    pack.chemistry = &nmc();
    pack.bms.over = 4.25;
    pack.bms.over_release = 4.10;
    pack.bms.under = 2.80;
    pack.bms.under_release = 3.20;
    put_ahead(pack, 0.05);
    scenario.goal.cell_target = 4.15;
    scenario.goal.floor = 49;
    return scenario;
}

Scenario week() {
    Scenario scenario{.name = "week", .site = house(0.5), .from = 0, .to = 7 * day, .dt = 1, .goal = {}};
    put_ahead(scenario.site.packs[0], 0.02);
    scenario.site.packs[0].balancing.amps = 0.2;
    scenario.site.sun.clouds = 0.7;
    scenario.site.ambient = {.mean = 18, .swing = 6};
    return scenario;
}

Scenario any_house(std::uint64_t seed) {
    Noise noise{seed};
    const auto between = [&](double low, double high) { return low + (high - low) * noise.even(); };
    Scenario scenario = sunny_day("any_house");
    Site& site = scenario.site;
    const double capacity = between(100, 600);
    const double age = between(0.8, 2.0);
    const double soc = between(0.3, 0.9);
    // A cell's resistance goes with its size.
    const CellSettings cell{.capacity = capacity,
                            .resistance = 0.085 / capacity * age,
                            .polarisation = 0.07 / capacity * age,
                            .time_constant = between(100, 400),
                            .soc = soc};
    site.packs = {natural_pack(series, cell, seed)};
    for (CellSettings& each : site.packs[0].cells)
        each.soc += between(-0.01, 0.01);
    put_ahead(site.packs[0], between(0, 0.04));
    site.packs[0].balancing.amps = noise.even() < 0.5 ? 0.1 : 0;
    site.sun.peak_watts = between(0.1, 0.6) * capacity * 54;
    site.sun.clouds = noise.even() < 0.5 ? 0 : 0.7;
    site.sun.seed = seed;
    site.inverter.max_watts = site.sun.peak_watts * between(0.7, 1.3);
    site.inverter.calibration = between(-0.1, 0.1);
    site.loads.cycles[0].watts = between(0, 3000);
    site.seed = seed;
    return scenario;
}

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all{
        feed_in_day(),     one_cell_ahead(), excess_pv(),      excess_pv_one_cell_ahead(),
        own_use_day(),     load_drop(),      blackout(),       cold_morning(0.4),
        cold_morning(0.9), source_lost(),    one_pack_ahead(), asks_zero_when_full(),
        nmc_day(),         frozen_day(0.4),  week(),
    };
    return all;
}

} // namespace retrocan::plant
