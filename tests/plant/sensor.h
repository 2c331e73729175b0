// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/battery.h"
#include "plant/control.h"
#include "plant/noise.h"

#include <cstdint>
#include <deque>

namespace retrocan::plant {

struct SensorSettings {
    double volts_noise{0.010};
    double amps_noise{0.10};
    double cell_noise{0.0005};
    double cell_step{0.001};
    double soc_step{0.01};
    double amps_offset{0.0};
    int latency{1}; ///< s
};

/// What the BMS of each pack tells: a sample a second, late, noisy and in whole steps.
class Sensor {
public:
    Sensor(const SensorSettings& settings, std::size_t packs, std::uint64_t seed);

    /// Takes the sample of this second, and tells the one that is due. `lost`: packs that do not answer.
    const Measured& second(const Battery& battery, const std::vector<bool>& lost, Seconds now);

private:
    PackReading sample(const Pack& pack, Seconds now);

    SensorSettings settings_;
    Noise noise_;
    std::deque<std::vector<PackReading>> samples_;
    Measured told_;
};

} // namespace retrocan::plant
