// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"

#include <cstdint>
#include <string>

namespace retrocan {

/// Whether the device is the battery that its mapping is for.
enum class Identity : std::uint8_t {
    unknown, ///< not all has been read that tells it
    matches, ///< or the mapping does not ask
    differs, ///< another battery: nothing that it says may be used
};

/// What a mapping makes of the answers so far; what the pack policy judges.
struct Update {
    /// Every signal with its last valid value. A signal whose point said "no value" (sentinel, outside its
    /// valid range) is absent; one whose point was merely not answered keeps its last value and its age.
    BatteryState state;

    /// The answer that led to this update completed a round: every live point has been answered, with a value
    /// or a failure, since the last complete round.
    bool round_complete{};

    /// Signals that have a live point that was not answered with a value in the round that is complete.
    /// Empty while round_complete is false.
    SignalSet missed;

    /// Every slow and every once point has been answered since the start or the last restart(): with a value,
    /// with "no value", or with a refusal, which says that this device does not have it. One that timed out
    /// is still waited for, unless it is optional. So this does not promise values: a signal that was needed
    /// from a refused point is absent, and it is the policy that then keeps the battery from running.
    bool slow_and_once_read{};

    Identity identity{Identity::matches};
    std::string identity_fault; ///< while it is not `matches`: which check, and what it asks for

    /// Which of the mapping's conditions of availability is not met, and what it asks for; empty if all are.
    std::string unavailable;

    /// The name of a heartbeat that has stood still for too long, or never came; empty if none has.
    std::string lost_heartbeat;

    /// What else tells the direction of the current contradicts its sign: what was found, for people.
    std::string sign_contradiction;

    /// For telling frozen data: how many live analogue points there are, and a hash of their raw values.
    std::uint32_t analogue_points{};
    std::uint64_t fingerprint{};

    /// Every member but analogue_points, which the mapping says, for snapshots: calls `visit(name, member)`.
    /// `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("state", self.state);
        visit("round_complete", self.round_complete);
        visit("missed", self.missed);
        visit("slow_and_once_read", self.slow_and_once_read);
        visit("identity", self.identity);
        visit("identity_fault", self.identity_fault);
        visit("unavailable", self.unavailable);
        visit("lost_heartbeat", self.lost_heartbeat);
        visit("sign_contradiction", self.sign_contradiction);
        visit("fingerprint", self.fingerprint);
    }
};

} // namespace retrocan
