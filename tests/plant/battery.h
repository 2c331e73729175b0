// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/pack.h"

#include <optional>
#include <vector>

namespace retrocan::plant {

/// Packs in parallel on one bus, each behind the resistance of its cable.
class Battery {
public:
    explicit Battery(const std::vector<PackSettings>& packs);

    /// What would flow into all packs at that voltage of the bus, A.
    [[nodiscard]] double amps_at(double bus_volts) const;
    /// The voltage of the bus at which so much flows in; nothing if open switches forbid it.
    [[nodiscard]] std::optional<double> volts_at(double amps) const;

    /// Time passes with that voltage on the bus.
    void step(double bus_volts, double ambient, Seconds dt);

    [[nodiscard]] const std::vector<Pack>& packs() const { return packs_; }
    [[nodiscard]] double amps() const;
    [[nodiscard]] double capacity() const;
    [[nodiscard]] double soc() const;
    [[nodiscard]] double cell_max() const;
    [[nodiscard]] double cell_min() const;
    [[nodiscard]] std::uint32_t charge_trips() const;
    [[nodiscard]] std::uint32_t discharge_trips() const;

private:
    std::vector<Pack> packs_;
};

} // namespace retrocan::plant
