// SPDX-License-Identifier: Apache-2.0
#include "plant/solar_charger.h"

#include <algorithm>
#include <cmath>

namespace retrocan::plant {

void SolarCharger::step(double pv_watts, double bus_volts, double inverter_amps, const Battery& battery,
                        const Orders& orders, Seconds dt) {
    possible_ = std::min(pv_watts * settings_.efficiency / bus_volts, settings_.max_amps);
    double target = 0;
    if (orders.alive) {
        // What would bring the bus to the set point.
        target = inverter_amps + battery.amps_at(orders.cvl + orders.solar_offset);
        target = std::clamp(target, 0.0, std::min(orders.solar_amps, possible_));
    }
    amps_ += (target - amps_) * (1 - std::exp(-dt / settings_.lag));
    amps_ = std::min(amps_, possible_);
}

} // namespace retrocan::plant
