// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/chemistry.h"

namespace retrocan::plant {

struct CellSettings {
    double capacity{280};         ///< Ah
    double resistance{0.00030};   ///< ohm at 25 degC
    double polarisation{0.00025}; ///< ohm at 25 degC, behind the time constant
    Seconds time_constant{200};   ///< of the polarisation
    double soc{0.5};              ///< to begin with; 1 is full
};

/// One cell: open-circuit voltage with hysteresis, a resistance, and a resistance with a capacitor beside it.
class Cell {
public:
    Cell(const CellSettings& settings, const Chemistry& chemistry);

    /// Behind the resistance, V.
    [[nodiscard]] double emf() const { return emf_; }
    [[nodiscard]] double resistance() const { return settings_.resistance * cold_; }
    [[nodiscard]] double soc() const { return soc_; }
    [[nodiscard]] double capacity() const { return settings_.capacity; }

    /// Positive amperes charge.
    void pass(double amps, Seconds dt);
    /// Resistances are so many times those at 25 degC.
    void set_cold(double factor) { cold_ = factor; }

private:
    CellSettings settings_;
    const Chemistry* chemistry_;
    double soc_;
    double turned_{0}; ///< -1 after discharging, 1 after charging
    double polarised_{0};
    double cold_{1};
    double emf_;
};

} // namespace retrocan::plant
