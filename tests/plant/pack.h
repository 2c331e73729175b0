// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/bms.h"
#include "plant/cell.h"

#include <vector>

namespace retrocan::plant {

/// Resistors that the BMS switches across high cells.
struct Balancing {
    double amps{0};           ///< 0: none
    double from{3.40};        ///< only cells above it, V
    double difference{0.010}; ///< and this much above the lowest
};

struct PackSettings {
    std::vector<CellSettings> cells; ///< in series
    const Chemistry* chemistry{&lfp()};
    double inner_resistance{
        0.0015}; ///< of the switches and bars, between the cells and the BMS's terminals, ohm
    double link_resistance{0.0015}; ///< of the cable to the bus, ohm
    double temperature{25};         ///< to begin with, degC
    double heat_capacity{80'000};   ///< J/K
    Seconds cooling{6 * 3600.0};    ///< time constant towards the ambient temperature
    Balancing balancing;
    BmsSettings bms;
};

/// So many cells alike.
PackSettings pack_of(std::size_t cells, const CellSettings& each);
/// The same with cells that differ as cells do: capacity by 1 %, resistance by 10 %, SOC by 0.2 %.
PackSettings natural_pack(std::size_t cells, const CellSettings& each, std::uint64_t seed);

class Pack {
public:
    explicit Pack(const PackSettings& settings);

    /// Behind all resistance, V; and that resistance up to the bus, ohm.
    [[nodiscard]] double emf() const { return emf_; }
    [[nodiscard]] double resistance() const { return resistance_; }

    // As the BMS measures them.
    [[nodiscard]] double volts() const { return volts_; }
    [[nodiscard]] double amps() const { return amps_; } ///< positive charges
    [[nodiscard]] double cell_min() const { return cell_min_; }
    [[nodiscard]] double cell_max() const { return cell_max_; }
    [[nodiscard]] double temperature() const { return temperature_; }
    [[nodiscard]] double soc() const;      ///< mean of the cells; 1 is full
    [[nodiscard]] double capacity() const; ///< Ah
    [[nodiscard]] const Bms& bms() const { return bms_; }
    [[nodiscard]] const std::vector<Cell>& cells() const { return cells_; }

    void step(double amps, double ambient, Seconds dt);

private:
    void measure();

    PackSettings settings_;
    std::vector<Cell> cells_;
    Bms bms_;
    double temperature_;
    double amps_{0};
    double emf_{};
    double cell_resistance_{};
    double resistance_{};
    double volts_{};
    double cell_min_{};
    double cell_max_{};
};

} // namespace retrocan::plant
