// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/battery.h"
#include "plant/control.h"
#include "plant/day.h"
#include "plant/gx.h"
#include "plant/inverter.h"
#include "plant/measures.h"
#include "plant/sensor.h"
#include "plant/solar_charger.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace retrocan::plant {

/// What is installed, and the world around it.
struct Site {
    std::vector<PackSettings> packs;
    SolarSettings solar;
    InverterSettings inverter;
    GxSettings gx;
    SensorSettings sensor;
    bool grid{true};
    double feed_in_watts{std::numeric_limits<double>::infinity()}; ///< that may go into the grid
    Sun sun;                                                       ///< on the solar chargers
    Sun ac_sun; ///< on PV inverters at the AC output (off-grid)
    Loads loads;
    Ambient ambient;
    std::uint64_t seed{1};
};

/// A time in which something is missing.
struct Outage {
    enum class What { source, grid } what{};
    Seconds from{};
    Seconds to{};
    std::size_t pack{0}; ///< whose source; `every_pack`: all
};
inline constexpr std::size_t every_pack = 1000;

struct Scenario {
    const char* name{};
    Site site;
    std::vector<Outage> outages{};
    Seconds from{};
    Seconds to{};
    Seconds dt{1}; ///< a whole number of steps makes a second
    Goal goal;
};

/// What can be seen of a run once a second.
struct Glimpse {
    Seconds now;
    const Measured& measured;
    const std::optional<Command>& command;
    const Battery& battery;
    double bus_volts;
    double solar_amps;
    double solar_possible;
    double inverter_amps;
    double grid_watts;
};

/// Before the scenario the control sees the battery at rest for so long.
inline constexpr Seconds warm_up = 10;

/// Runs a scenario from beginning to end under one control, and measures. The same run, bit by bit, each
/// time.
Measures run(const Scenario& scenario, Control& control,
             const std::function<void(const Glimpse&)>& watch = {});

} // namespace retrocan::plant
