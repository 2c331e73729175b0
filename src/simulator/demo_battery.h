// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace retrocan::simulator {

/// How large a pack is.
struct DemoShape {
    std::size_t cells{16};
    std::size_t sensors{4};
    double capacity_ah{280.0};
    double cell_offset{0.0}; ///< volts that its cells have more than LFP cells at the same charge
};

/// What an LFP pack measures and asks for at one moment; without a shape of its own one of 16 cells and
/// 280 Ah. Volts, amperes, degrees Celsius.
struct DemoPack {
    static constexpr std::size_t cells = 16;
    static constexpr std::size_t sensors = 4;
    static constexpr double capacity_ah = 280.0;
    static constexpr double charge_voltage = 55.2; ///< CVL: 3.45 V a cell

    double soc{}; ///< 0 to 1
    double soh{};
    double current{}; ///< positive charges
    std::vector<double> cell_voltage = std::vector<double>(cells);
    std::vector<double> temperature = std::vector<double>(sensors);
    double ambient_temperature{};
    double mosfet_temperature{};
    double charge_current_limit{};
    double discharge_current_limit{};
    std::vector<bool> balancing = std::vector<bool>(cells);
    std::uint32_t cycles{};

    [[nodiscard]] double voltage() const;
    [[nodiscard]] double cell_voltage_min() const;
    [[nodiscard]] double cell_voltage_max() const;
};

/// A pack in a house with solar panels: full with a taper in the afternoon, an evening of cooking, a night,
/// and the sun again. A pure function of time: the same seed and time give the same pack. No value jumps.
class DemoBattery {
public:
    /// A day passes within `day`.
    explicit DemoBattery(std::uint64_t seed, Duration day = std::chrono::minutes{10},
                         const DemoShape& shape = {})
        : seed_{seed}, day_{day}, shape_{shape} {}

    /// Time 0 is nine in the morning.
    [[nodiscard]] DemoPack at(Duration time) const;

private:
    struct Charge {
        double soc;
        double current;
    };
    [[nodiscard]] Charge charge_at(std::int64_t cycle, double hours) const;
    [[nodiscard]] double current_at(std::int64_t cycle, double hours, double soc) const;
    [[nodiscard]] double random(std::uint64_t channel, std::int64_t index) const;
    [[nodiscard]] double noise(std::uint64_t channel, Duration time) const;

    std::uint64_t seed_;
    Duration day_;
    DemoShape shape_;
};

} // namespace retrocan::simulator
