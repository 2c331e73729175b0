// SPDX-License-Identifier: Apache-2.0
#include "simulator/demo_battery.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace retrocan::simulator {

namespace {

constexpr double hours_a_day = 24.0;
// A cycle is a day that begins at four in the afternoon, when the pack has been full for a while. So each
// starts from 100 %, and no day needs the ones before it.
constexpr double cycle_begins_at = 16.0;
constexpr double start_of_demo = 17.0; // hours into the cycle: nine in the morning

// Open-circuit voltage of an LFP cell at 25 degrees: steep ends, flat between, a step near 65 %.
struct Point {
    double soc;
    double voltage;
};
constexpr std::array<Point, 13> open_circuit{{{0.00, 2.800},
                                              {0.05, 3.100},
                                              {0.10, 3.200},
                                              {0.20, 3.250},
                                              {0.30, 3.280},
                                              {0.40, 3.293},
                                              {0.60, 3.305},
                                              {0.70, 3.325},
                                              {0.90, 3.335},
                                              {0.95, 3.345},
                                              {0.98, 3.370},
                                              {1.00, 3.430},
                                              {1.01, 3.480}}};
constexpr double cell_resistance = 0.00035; // ohm, with its share of the bars

constexpr double charge_limit = 140.0;    // 0.5 C
constexpr double discharge_limit = 180.0; // of the BMS

double open_circuit_voltage(double soc) {
    soc = std::clamp(soc, open_circuit.front().soc, open_circuit.back().soc);
    std::size_t i = 1;
    while (open_circuit.at(i).soc < soc)
        ++i;
    const Point& a = open_circuit.at(i - 1);
    const Point& b = open_circuit.at(i);
    return a.voltage + (b.voltage - a.voltage) * (soc - a.soc) / (b.soc - a.soc);
}

double bump(double hour, double at, double width) {
    const double x = (hour - at) / width;
    return std::exp(-x * x / 2);
}

/// 1 at `good` and on its side, 0 at `bad` and beyond, straight between.
double derating(double value, double bad, double good) {
    return std::clamp((value - bad) / (good - bad), 0.0, 1.0);
}

enum Channel : std::uint64_t {
    sun,
    load,
    current_noise,
    cell_soc = 100,
    cell_ohms = 200,
    cell_noise = 300,
    sensor = 400
};

} // namespace

double DemoPack::voltage() const {
    return std::accumulate(cell_voltage.begin(), cell_voltage.end(), 0.0);
}
double DemoPack::cell_voltage_min() const {
    return std::ranges::min(cell_voltage);
}
double DemoPack::cell_voltage_max() const {
    return std::ranges::max(cell_voltage);
}

/// Evenly from -1 to 1; always the same for the same arguments (SplitMix64).
double DemoBattery::random(std::uint64_t channel, std::int64_t index) const {
    std::uint64_t x =
        seed_ + channel * 0x9E3779B97F4A7C15 + static_cast<std::uint64_t>(index) * 0xD1B54A32D192ED03;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    x ^= x >> 31;
    return static_cast<double>(x >> 11) * 0x1p-52 - 1.0;
}

/// Wanders from -1 to 1 within seconds, without jumps.
double DemoBattery::noise(std::uint64_t channel, Duration time) const {
    const double x = std::chrono::duration<double>{time}.count() / 2.0;
    const double left = std::floor(x);
    const double part = x - left;
    const double weight = part * part * (3 - 2 * part);
    const auto index = static_cast<std::int64_t>(left);
    return std::lerp(random(channel, index), random(channel, index + 1), weight);
}

double DemoBattery::current_at(std::int64_t cycle, double hours, double soc) const {
    const double hour = std::fmod(cycle_begins_at + hours, hours_a_day);
    const double sunshine = 0.9 + 0.1 * random(sun, cycle);
    const double appetite = 0.95 + 0.15 * random(load, cycle);
    const double solar =
        hour > 7 && hour < 17 ? 75 * sunshine * std::sin(std::numbers::pi * (hour - 7) / 10) : 0.0;
    const double used = appetite * (3 + 14 * bump(hour, 7.0, 0.7) + 32 * bump(hour, 19.5, 1.6));
    const double taper = charge_limit * std::clamp((1 - soc) / 0.2, 0.0, 1.0); // constant voltage at the top
    return std::min(solar - used, taper);
}

DemoBattery::Charge DemoBattery::charge_at(std::int64_t cycle, double hours) const {
    constexpr double step = 1.0 / 12;
    double soc = 1.0;
    double now = 0.0;
    while (now < hours) {
        const double span = std::min(step, hours - now);
        soc += current_at(cycle, now, soc) * span / DemoPack::capacity_ah;
        now += span;
    }
    soc = std::clamp(soc, 0.0, 1.0);
    return {soc, current_at(cycle, hours, soc)};
}

DemoPack DemoBattery::at(Duration time) const {
    const double total =
        start_of_demo + hours_a_day * static_cast<double>(time.count()) / static_cast<double>(day_.count());
    const double whole = std::floor(total / hours_a_day);
    const auto cycle = static_cast<std::int64_t>(whole);
    const double hours = total - whole * hours_a_day;
    const Charge charge = charge_at(cycle, hours);

    DemoPack pack;
    pack.cell_voltage.resize(shape_.cells);
    pack.balancing.resize(shape_.cells);
    pack.temperature.resize(shape_.sensors);
    pack.soc = charge.soc;
    pack.soh = 0.997;
    pack.cycles = static_cast<std::uint32_t>(std::max<std::int64_t>(0, 120 + cycle));
    pack.current = charge.current + 0.3 * noise(current_noise, time);
    double highest = 0.0; // as LFP cells
    double lowest = 10.0;
    for (std::size_t i = 0; i < shape_.cells; ++i) {
        const double soc = pack.soc + 0.003 * random(cell_soc + i, 0);
        const double resistance = cell_resistance * (1 + 0.15 * random(cell_ohms + i, 0));
        pack.cell_voltage.at(i) =
            open_circuit_voltage(soc) + pack.current * resistance + 0.0005 * noise(cell_noise + i, time);
        highest = std::max(highest, pack.cell_voltage[i]);
        lowest = std::min(lowest, pack.cell_voltage[i]);
        pack.cell_voltage[i] += shape_.cell_offset;
    }

    const double hour = cycle_begins_at + hours;
    const double heat = std::abs(charge.current); // losses, with the thermal mass left out
    pack.ambient_temperature = 20 + 3 * std::sin(2 * std::numbers::pi * (hour - 9) / hours_a_day);
    for (std::size_t i = 0; i < shape_.sensors; ++i)
        pack.temperature.at(i) = pack.ambient_temperature + 1.5 + 0.05 * heat + 0.5 * random(sensor + i, 0);
    pack.mosfet_temperature = pack.ambient_temperature + 3 + 0.12 * heat;

    pack.charge_current_limit =
        charge_limit * std::max(0.1, derating(1 - pack.soc, 0.0, 0.1)) * derating(-highest, -3.60, -3.50);
    pack.discharge_current_limit =
        discharge_limit * derating(pack.soc, 0.05, 0.2) * derating(lowest, 2.8, 3.0);
    for (std::size_t i = 0; i < shape_.cells; ++i)
        pack.balancing.at(i) = pack.soc > 0.97 && pack.cell_voltage.at(i) > pack.cell_voltage_min() + 0.008;
    // A pack of another size works as hard for its size.
    const double scale = shape_.capacity_ah / DemoPack::capacity_ah;
    pack.current *= scale;
    pack.charge_current_limit *= scale;
    pack.discharge_current_limit *= scale;
    return pack;
}

} // namespace retrocan::simulator
