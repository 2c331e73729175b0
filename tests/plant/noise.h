// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

namespace retrocan::plant {

/// Random numbers that are the same on every machine: the engine is exact by the standard, and the
/// distributions of the library, which are not, are left out.
class Noise {
public:
    explicit Noise(std::uint64_t seed) : engine_{seed} {}

    /// Evenly in [0, 1).
    double even() { return static_cast<double>(engine_() >> 11U) * 0x1.0p-53; }
    /// Bell-shaped about 0 with a standard deviation of 1, never beyond 3.5.
    double bell() { return (even() + even() + even() + even() - 2.0) * 1.7320508; }

private:
    std::mt19937_64 engine_;
};

} // namespace retrocan::plant
