// SPDX-License-Identifier: Apache-2.0
#include "plant/sensor.h"

#include <algorithm>
#include <cmath>

namespace retrocan::plant {

namespace {

double in_steps(double value, double step) {
    return std::round(value / step) * step;
}

} // namespace

Sensor::Sensor(const SensorSettings& settings, std::size_t packs, std::uint64_t seed)
    : settings_{settings}, noise_{seed} {
    told_.packs.resize(packs);
}

PackReading Sensor::sample(const Pack& pack, Seconds now) {
    const double error = settings_.cell_noise;
    const BmsSettings& bms = pack.bms().settings();
    return {
        .at = now,
        .volts = in_steps(pack.volts() + settings_.volts_noise * noise_.bell(), 0.01),
        .amps = in_steps(pack.amps() + settings_.amps_offset + settings_.amps_noise * noise_.bell(), 0.1),
        .soc = in_steps(std::clamp(pack.soc(), 0.0, 1.0), settings_.soc_step),
        .capacity = pack.capacity(),
        .cell_min = in_steps(pack.cell_min() + error * noise_.bell(), settings_.cell_step),
        .cell_max = in_steps(pack.cell_max() + error * noise_.bell(), settings_.cell_step),
        .temperature = in_steps(pack.temperature(), 0.1),
        .charge_closed = pack.bms().charge_closed(),
        .discharge_closed = pack.bms().discharge_closed(),
        .cvl = bms.cvl,
        .ccl = pack.bms().ccl(),
        .dcl = bms.dcl,
    };
}

const Measured& Sensor::second(const Battery& battery, const std::vector<bool>& lost, Seconds now) {
    std::vector<PackReading> readings;
    readings.reserve(told_.packs.size());
    for (const Pack& pack : battery.packs())
        readings.push_back(sample(pack, now));
    samples_.push_back(std::move(readings));
    if (samples_.size() > static_cast<std::size_t>(settings_.latency)) {
        for (std::size_t i = 0; i < told_.packs.size(); ++i)
            if (i >= lost.size() || !lost[i])
                told_.packs[i] = samples_.front()[i];
        samples_.pop_front();
    }
    return told_;
}

} // namespace retrocan::plant
