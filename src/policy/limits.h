// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace retrocan::policy {

/// What the owner allows at any time. Voltages are whole tenths of a volt, as the bus carries them;
/// 0 < cvl_floor <= cvl_ceiling, and no current is negative. The configuration guarantees it.
struct Envelope {
    Voltage cvl_floor;
    Voltage cvl_ceiling;
    Current ccl_ceiling;
    Current dcl_ceiling;
};

/// Values that the owner wants to be used where the battery gives none. DCL has none: a made-up 0 A is a
/// blackout, anything else a guess.
struct WhenMissing {
    std::optional<Temperature> temperature;
    std::optional<Voltage> cvl;
    std::optional<Current> ccl;
};

struct LimitPolicy {
    Envelope envelope;
    WhenMissing when_missing;
    std::optional<Voltage> absorption;        ///< charge voltage that the owner wants, within the envelope
    std::optional<Voltage> discharge_voltage; ///< instead of the battery's own
    SignalSet provided;                       ///< signals that the battery gives; their limiters take part
};

/// Which limiter decided, and by what: shown wherever the limit is shown.
struct Reason {
    std::string_view limiter; ///< "battery", "envelope", "absorption", "floor", "charge switch", ...
    std::string input;        ///< "the battery asks for 57.6 V"
    std::string_view signal{}; ///< name of the signal that it read: "cvl"; empty: none, it is the owner's word

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("limiter", self.limiter);
        visit("input", self.input);
        visit("signal", self.signal);
    }

    friend bool operator==(const Reason&, const Reason&) = default;
};

template <class Q>
struct Limit {
    Q value{};
    Reason reason;

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("value", self.value);
        visit("reason", self.reason);
    }

    friend bool operator==(const Limit&, const Limit&) = default;
};

/// What stands behind CCL.
enum class Charging : std::uint8_t {
    allowed,
    full,       ///< the battery asks for no more because it is full: it is held, not cut off
    blocked,    ///< its charge switch is open: nothing can flow into it
    prohibited, ///< it must not be charged: cold, an alarm, its own word
};

/// What 0x351 may say: each limit the minimum of the limiters whose input is known.
struct Limits {
    Limit<Voltage> cvl; ///< whole tenths of a volt
    Limit<Current> ccl;
    Limit<Current> dcl;
    Voltage discharge_voltage{}; ///< 0: not known
    Charging charging{Charging::allowed};
    bool discharge_blocked{}; ///< its discharge switch is open: nothing can flow out of it
    /// No limiter lacks its input. Limits that are not complete may lower what is in force, never permit.
    bool complete{};

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("cvl", self.cvl);
        visit("ccl", self.ccl);
        visit("dcl", self.dcl);
        visit("discharge_voltage", self.discharge_voltage);
        visit("charging", self.charging);
        visit("discharge_blocked", self.discharge_blocked);
        visit("complete", self.complete);
    }

    friend bool operator==(const Limits&, const Limits&) = default;
};

/// The minimum of the named limiters for a plausible state.
Limits limits(const BatteryState& state, const LimitPolicy& policy);

/// `in_force`, each limit lowered to that of `latest` if that is lower: what holds until the next good round.
Limits lowered(Limits in_force, const Limits& latest);

/// The last look before the bus: true if every limit is inside the envelope and CVL is not 0. What is not
/// must not be sent, whatever came before.
bool within(const Limits& limits, const Envelope& envelope);

} // namespace retrocan::policy
