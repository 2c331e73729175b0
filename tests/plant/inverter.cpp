// SPDX-License-Identifier: Apache-2.0
#include "plant/inverter.h"

#include <algorithm>
#include <cmath>

namespace retrocan::plant {

void Inverter::collapse() {
    if (on_)
        ++blackouts_;
    on_ = false;
    off_for_ = 0;
    amps_ = 0;
}

void Inverter::step(const AcSide& ac, double bus_volts, double solar_amps, const Battery& battery,
                    const Orders& orders, bool feed_in, Seconds dt) {
    if (ac.grid)
        on_grid(ac, bus_volts, solar_amps, battery, orders, feed_in, dt);
    else
        off_grid(ac, bus_volts, solar_amps, battery, orders, dt);
}

void Inverter::on_grid(const AcSide& ac, double bus_volts, double solar_amps, const Battery& battery,
                       const Orders& orders, bool feed_in, Seconds dt) {
    on_ = true;
    holding_ = false;
    double target = 0;
    const double out_watts = std::min(settings_.max_watts, ac.load_watts + ac.feed_in_watts);
    const double most = (out_watts / settings_.efficiency + settings_.idle_watts) / bus_volts;
    if (orders.alive) {
        // The loads: from solar power, and from the battery unless it is kept charged.
        const double of_loads =
            (std::min(ac.load_watts, settings_.max_watts) / settings_.efficiency + settings_.idle_watts) /
            bus_volts;
        const bool from_battery = !settings_.keep_charged && battery.soc() > settings_.least_soc;
        const double discharge = from_battery ? orders.dcl : 0;
        target = std::min(of_loads, std::max(0.0, solar_amps + discharge));
        // What keeps the bus at CVL.
        const double to_hold = solar_amps - battery.amps_at(orders.cvl - settings_.calibration);
        if (feed_in && to_hold > target) {
            target = std::min(to_hold, solar_amps + orders.dcl);
            holding_ = true;
        } else if (settings_.keep_charged && to_hold < 0) {
            target = std::max(to_hold, -std::min(settings_.charger_amps, orders.charger_amps));
        }
        target = std::min(target, most);
    }
    amps_ += (target - amps_) * (1 - std::exp(-dt / settings_.lag));
    room_ = std::max(0.0, most - amps_);
    at_limit_ = room_ < 0.02 * most;
    const double ac_watts =
        amps_ >= 0 ? std::max(0.0, amps_ * bus_volts - settings_.idle_watts) * settings_.efficiency
                   : amps_ * bus_volts / settings_.efficiency;
    grid_watts_ = ac_watts - ac.load_watts;
}

void Inverter::off_grid(const AcSide& ac, double bus_volts, double solar_amps, const Battery& battery,
                        const Orders& orders, Seconds dt) {
    grid_watts_ = 0;
    room_ = 0;
    at_limit_ = true;
    holding_ = false;
    // Off-grid nothing but a discharge limit of 0 acts, and it is a blackout.
    const bool may = orders.alive && orders.dcl > 0;
    if (on_ && (!may || bus_volts < settings_.cut_off))
        collapse();
    if (!on_) {
        off_for_ = may && bus_volts > settings_.restart ? off_for_ + dt : 0;
        if (off_for_ < settings_.restart_delay)
            return;
        on_ = true;
        throttle_ = 0; // PV inverters wait for a stable grid
    }
    // The battery takes what the loads leave of the PV inverters' power, until the shifted frequency has made
    // them reduce it. That begins late, and then goes on for seconds.
    const double may_flow =
        std::min(battery.amps_at(orders.cvl), std::max(orders.charger_amps, 0.0)) - std::max(0.0, solar_amps);
    const double wanted = ac.load_watts + std::max(0.0, may_flow) * bus_volts;
    const double share = ac.pv_watts > 0 ? std::clamp(wanted / ac.pv_watts, 0.0, 1.0) : 1.0;
    const bool far_above = throttle_ > share + 0.02;
    shift_delay_ = far_above ? shift_delay_ + dt : 0;
    if (share > throttle_)
        throttle_ += (share - throttle_) * (1 - std::exp(-dt / 20));
    else if (!far_above || shift_delay_ > 2)
        throttle_ += (share - throttle_) * (1 - std::exp(-dt / 4));
    const double watts = std::min(ac.load_watts, settings_.max_watts * 1.5) - ac.pv_watts * throttle_;
    amps_ = (watts >= 0 ? watts / settings_.efficiency : watts * settings_.efficiency) / bus_volts +
            settings_.idle_watts / bus_volts;
}

} // namespace retrocan::plant
