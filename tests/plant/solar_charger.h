// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/battery.h"
#include "plant/gx.h"

namespace retrocan::plant {

struct SolarSettings {
    double efficiency{0.98};
    double max_amps{250}; ///< of all solar chargers together
    Seconds lag{1.5};     ///< time constant of its regulation
};

/// All solar chargers: at the maximum power point unless their voltage or current limit stops them.
class SolarCharger {
public:
    explicit SolarCharger(const SolarSettings& settings) : settings_{settings} {}

    void step(double pv_watts, double bus_volts, double inverter_amps, const Battery& battery,
              const Orders& orders, Seconds dt);
    /// Nobody takes more: its voltage regulation acts before anything else.
    void curtail(double amps) { amps_ = amps; }

    [[nodiscard]] double amps() const { return amps_; }         ///< into the bus
    [[nodiscard]] double possible() const { return possible_; } ///< at the maximum power point

private:
    SolarSettings settings_;
    double amps_{0};
    double possible_{0};
};

} // namespace retrocan::plant
