// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"

#include <cstdint>
#include <optional>

namespace retrocan::policy {

/// What the pairs of 0x35A say: nothing (not supported), active, or supported and not active.
using AlarmPair = std::optional<bool>;

struct AlarmPairs {
    PerAlarm<AlarmPair> alarms;
    PerAlarm<AlarmPair> warnings;
};

/// Alarm truthfulness: which pairs are supported is settled once and kept for life; a pair
/// whose source has expired is "not supported" again, with the warning "BMS internal" until it returns; an
/// active alarm is sent at least three times, so that one that lasts a single poll reaches the GX.
class AlarmKeeper {
public:
    /// At the first `running`: what has a value now is supported.
    void settle(const BatteryState& state);

    /// The pairs for a 0x35A at `now`.
    [[nodiscard]] AlarmPairs pairs(const BatteryState& state, TimePoint now) const;

    /// A new state came in: notes what became active.
    void take(const BatteryState& state);

    /// After a silence: nothing of the time before is owed.
    void forget();

    /// A 0x35A with the pairs of this moment has been handed to the bus.
    void sent();

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("supported", self.supported_);
        visit("alarm_owed", self.alarm_owed_);
        visit("warning_owed", self.warning_owed_);
    }

private:
    static constexpr std::uint8_t least_times = 3;

    std::optional<SignalSet> supported_;
    PerAlarm<std::uint8_t> alarm_owed_{}; ///< times that an active alarm still has to be sent
    PerAlarm<std::uint8_t> warning_owed_{};
};

} // namespace retrocan::policy
