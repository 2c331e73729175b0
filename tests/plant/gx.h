// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/control.h"

#include <deque>
#include <limits>
#include <optional>

namespace retrocan::plant {

/// What the GX tells the devices.
struct Orders {
    bool alive{}; ///< limits came within the last 3 s; else nothing may charge or discharge
    double cvl{};
    double solar_offset{}; ///< the solar chargers regulate to this above CVL
    double solar_amps{};   ///< of all solar chargers
    double charger_amps{}; ///< that the inverter/charger may take from the AC side into the battery
    double dcl{};
};

struct GxSettings {
    bool feed_in{true};         ///< excess PV power on the DC side goes to the grid
    double solar_offset{0.4};   ///< V, added while it does
    double solar_ceiling{1000}; ///< the solar chargers' own limit, A
    int adjust{3};              ///< s, between two adjustments
    Seconds latency{1};         ///< from the bus to the devices
    Seconds patience{3};        ///< without limits
};

/// The GX device with DVCC.
class Gx {
public:
    explicit Gx(const GxSettings& settings) : settings_{settings} {}

    /// A frame with limits has arrived. Its fields are tenths.
    void receive(const Command& command, Seconds now);
    /// Once a second. `solar_amps` and `inverter_amps` are those of now; positive inverter_amps are drawn
    /// from the DC side.
    void second(Seconds now, bool grid, double solar_amps, double inverter_amps);

    [[nodiscard]] const Orders& orders() const { return orders_; }

private:
    struct Received {
        Seconds at;
        Command command;
    };

    GxSettings settings_;
    std::deque<Received> received_; ///< those that the latency still holds back, and one before
    Seconds last_{-std::numeric_limits<double>::infinity()};
    int tick_{0};
    double solar_smoothed_{0};
    double inverter_smoothed_{0};
    Orders orders_;
};

} // namespace retrocan::plant
