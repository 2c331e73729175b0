// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/chemistry.h"

#include <optional>
#include <vector>

namespace retrocan::plant {

/// What a pack's BMS tells, once a second, a second late, with the errors of its sensors.
struct PackReading {
    Seconds at{}; ///< when it was measured; an old one stays when the source is lost
    double volts{};
    double amps{};     ///< positive charges
    double soc{};      ///< 1 is full
    double capacity{}; ///< Ah
    double cell_min{};
    double cell_max{};
    double temperature{};
    bool charge_closed{true};
    bool discharge_closed{true};
    std::optional<double> cvl; ///< what it asks for
    std::optional<double> ccl;
    std::optional<double> dcl;
};

struct Measured {
    std::vector<std::optional<PackReading>> packs; ///< always the same ones in the same order
};

/// One 0x351.
struct Command {
    double cvl{};
    double ccl{};
    double dcl{};
};

/// What stands between the battery and the GX: asked once a second.
struct Control {
    Control() = default;
    Control(const Control&) = default;
    Control& operator=(const Control&) = default;
    virtual ~Control() = default;

    /// Nothing: no 0x351 in this second.
    virtual std::optional<Command> step(const Measured& measured, Seconds now) = 0;
};

} // namespace retrocan::plant
