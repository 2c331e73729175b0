// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "policy/limits.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace retrocan::policy {

/// What CVL is led by at the moment.
enum class Phase : std::uint8_t {
    bulk,       ///< up to the absorption voltage
    absorption, ///< at it, or led by the highest cell, for a time
    floating,   ///< full: by a ramp down to the float voltage, and there until it is used
};

std::string_view to_text(Phase phase);

/// The owner's charge phases, voltages of the whole battery in whole tenths.
struct ChargePhases {
    Voltage absorption;
    Voltage floating;
    Duration absorption_time; ///< at the top before it counts as full
    Percent rebulk_soc;       ///< floating ends below this
    Voltage rebulk_cell;      ///< or with the lowest cell below this
    Duration balance_every;   ///< without a full charge for this long, the next one is a long one
    Duration balance_time;    ///< absorption_time of the long one
};

/// How the charge voltage is steered.
struct ChargePolicy {
    std::optional<ChargePhases> phases; ///< none: the battery's own CVL is passed through
    Voltage floor;                      ///< of the envelope
    Voltage ceiling;                    ///< of the envelope
    Voltage hold;                       ///< held while it asks for no more because it is full
    /// Lowest CVL while charging is prohibited: the normal floor would charge a frozen battery at low SOC.
    Voltage floor_prohibited;
    std::int64_t cells{};               ///< in series
    std::optional<Voltage> cell_target; ///< the highest cell is held at it or below; none: no such loop
    Voltage cell_limit;                 ///< above it a cell is in danger
    bool sign_verified{};               ///< of the current; else nothing that steers on it may rise
};

/// One good round, of one battery or of a bank.
struct ChargeInput {
    Voltage voltage;
    Current current; ///< positive charges
    Percent soc;
    std::optional<Voltage> cell_max;
    std::optional<Voltage> cell_min;
    std::optional<Charge> capacity; ///< for rates; without one, 100 Ah are assumed
    Limit<Voltage> request;         ///< the lowest of the CVL limiters; the envelope's ceiling at most
    Charging charging{};
};

/// `current` in thousandths of the capacity an hour: 50 is 0.05 C.
std::int64_t milli_c(Current current, const ChargeInput& input);

/// What is worth keeping over a restart.
struct ChargeMemory {
    Phase phase{Phase::bulk};
    Duration
        since_full{}; ///< running time since the last full charge; what passes while it is off is unknown

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("phase", self.phase);
        visit("since_full", self.since_full);
    }

    friend bool operator==(const ChargeMemory&, const ChargeMemory&) = default;
};

} // namespace retrocan::policy
