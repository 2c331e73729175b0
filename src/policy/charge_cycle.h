// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "policy/charge_policy.h"
#include "policy/limits.h"

#include <cstdint>
#include <optional>

namespace retrocan::policy {

/// The owner's charge phases: bulk, absorption, floating, bulk again. Keeps the time since the last full
/// charge. Deterministic: time comes in as what has passed.
class ChargeCycle {
public:
    ChargeCycle(std::optional<ChargePhases> phases, std::int64_t cells, std::optional<Voltage> cell_target,
                const ChargeMemory& memory);

    /// Judges a round. `passed` is running time since the last one, `full` that the battery asks for no more
    /// because it is full, `in_force` the CVL of the last round, nothing if it is to be decided without
    /// ramps.
    void round(const ChargeInput& input, bool full, std::optional<Voltage> in_force, Duration passed);

    /// What the phase allows: absorption voltage, or float voltage, to which it comes down by a ramp. Nothing
    /// if the owner has no phases.
    [[nodiscard]] std::optional<Limit<Voltage>> limit() const;
    [[nodiscard]] const ChargeMemory& memory() const { return memory_; }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("memory", self.memory_);
        visit("led", self.led_);
        visit("ramped", self.ramped_);
        visit("at_top", self.at_top_);
        visit("away", self.away_);
        visit("tail", self.tail_);
        visit("low", self.low_);
        visit("soc_when_full", self.soc_when_full_);
    }

private:
    [[nodiscard]] bool near_top(const ChargeInput& input, Voltage cell_margin, Voltage margin) const;
    [[nodiscard]] bool balance_due() const;
    [[nodiscard]] bool used(const ChargeInput& input) const;
    void to_the_top(const ChargeInput& input, Duration passed);
    void floating(const ChargeInput& input, bool first, Duration passed);
    void ramp(Voltage in_force, Duration passed);
    void enter_bulk();
    void enter_floating(const ChargeInput& input, std::optional<Voltage> in_force);

    std::optional<ChargePhases> phases_;
    std::int64_t cells_;
    std::optional<Voltage> cell_target_;

    ChargeMemory memory_;
    Voltage led_{};     ///< by the phase, ramped
    Duration ramped_{}; ///< since the ramp's last step
    Duration at_top_{}; ///< of this charge
    Duration away_{};   ///< from the top, since it was there last
    Duration tail_{};   ///< at the top with next to no current
    Duration low_{};    ///< it has been used, for so long
    std::optional<Percent> soc_when_full_;
};

} // namespace retrocan::policy
