// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "core/update.h"

#include <cstdint>
#include <optional>

namespace retrocan::policy {

/// Tells data that looks alive and stands still: at least 60 s and 20 rounds with every analogue point the
/// same although a current over 0.05 C flows, which no real measurement does.
class FrozenWatch {
public:
    enum class Verdict : std::uint8_t {
        moving,
        suspicious, ///< over 8 points or more: said, not acted on
        frozen,     ///< over 16 points or more: no round is good
    };

    /// Judges one complete round. Without a capacity there is no C rate, and nothing is suspected.
    Verdict round(const Update& update, const BatteryState& state, TimePoint now);

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("fingerprint", self.fingerprint_);
        visit("since", self.since_);
        visit("rounds", self.rounds_);
    }

private:
    std::optional<std::uint64_t> fingerprint_;
    TimePoint since_{};
    std::uint32_t rounds_{};
};

} // namespace retrocan::policy
