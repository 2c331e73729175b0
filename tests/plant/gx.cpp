// SPDX-License-Identifier: Apache-2.0
#include "plant/gx.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace retrocan::plant {

namespace {

double tenths_down(double value) {
    return std::floor(value * 10 + 1e-6) / 10;
}

} // namespace

void Gx::receive(const Command& command, Seconds now) {
    last_ = now;
    received_.push_back(
        {now, {tenths_down(command.cvl), tenths_down(command.ccl), tenths_down(command.dcl)}});
}

void Gx::second(Seconds now, bool grid, double solar_amps, double inverter_amps) {
    // Its low-pass filters: 20 s for the solar chargers, 30 s for the inverter/charger.
    solar_smoothed_ += (solar_amps - solar_smoothed_) * 2 * std::numbers::pi / 20;
    inverter_smoothed_ += (inverter_amps - inverter_smoothed_) * 2 * std::numbers::pi / 30;
    const bool was_alive = orders_.alive;
    orders_.alive = now - last_ <= settings_.patience;
    if (!orders_.alive || received_.empty())
        return;
    while (received_.size() > 1 && received_[1].at <= now - settings_.latency)
        received_.pop_front();
    tick_ = was_alive ? (tick_ + 1) % settings_.adjust : 0;
    if (tick_ != 0)
        return;

    const Command& command = received_.front().command;
    const bool feed_in = settings_.feed_in && grid;
    orders_.cvl = command.cvl;
    orders_.dcl = command.dcl;
    orders_.solar_offset = feed_in ? settings_.solar_offset : 0;
    // While excess goes to the grid, CCL is not passed on: every solar charger gets its own maximum.
    // Otherwise they may make what the battery may take and the inverter draws.
    orders_.solar_amps = feed_in ? settings_.solar_ceiling
                                 : std::min(std::ceil(command.ccl + std::max(0.0, inverter_smoothed_)),
                                            settings_.solar_ceiling);
    orders_.charger_amps = std::max(0.0, std::round(command.ccl - solar_smoothed_));
}

} // namespace retrocan::plant
