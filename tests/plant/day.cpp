// SPDX-License-Identifier: Apache-2.0
#include "plant/day.h"

#include <cmath>
#include <numbers>

namespace retrocan::plant {

namespace {

/// A number in [0, 1) that belongs to `n`.
double hashed(std::uint64_t n) {
    n = (n ^ (n >> 30U)) * 0xbf58476d1ce4e5b9U;
    n = (n ^ (n >> 27U)) * 0x94d049bb133111ebU;
    return static_cast<double>((n ^ (n >> 31U)) >> 11U) * 0x1.0p-53;
}

/// A curve through such numbers, one every `period`.
double wave(Seconds now, Seconds period, std::uint64_t seed) {
    const double place = now / period;
    const auto left = static_cast<std::uint64_t>(place);
    const double share = place - static_cast<double>(left);
    const double smooth = share * share * (3 - 2 * share);
    const double a = hashed(left * 2 + 1 + seed * 0x9e3779b97f4a7c15U);
    const double b = hashed(left * 2 + 3 + seed * 0x9e3779b97f4a7c15U);
    return a + (b - a) * smooth;
}

} // namespace

double Sun::watts(Seconds now) const {
    const Seconds of_day = std::fmod(now, day);
    if (of_day <= rise || of_day >= set)
        return 0;
    const double height = std::sin(std::numbers::pi * (of_day - rise) / (set - rise));
    const double clear = peak_watts * std::pow(height, 1.3);
    if (clouds <= 0)
        return clear;
    // Fields of clouds for half an hour, and single ones, whose shadow takes seconds to come.
    const double field = wave(now, 1800, seed);
    const double single = wave(now, 90, seed + 1);
    const double shade = std::fmin(std::fmax((single - 0.5) * 4 * field, 0), 1);
    return clear * (1 - clouds * shade);
}

double Loads::watts(Seconds now) const {
    double sum = base_watts;
    for (const Cycle& cycle : cycles)
        if (now >= cycle.from && now < cycle.to && std::fmod(now - cycle.from, cycle.every) < cycle.lasts)
            sum += cycle.watts;
    return sum;
}

double Ambient::degrees(Seconds now) const {
    return mean - swing * std::cos(2 * std::numbers::pi * (now - 5 * hour) / day);
}

} // namespace retrocan::plant
