// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"
#include "daemon/kept_state.h"

#include <string_view>

namespace retrocan::daemon {

/// Decides when what is to be kept is written: rarely, to spare flash. Deterministic: time comes in as `now`,
/// and nothing is written here.
class StateKeeper {
public:
    /// What changes all the time, and how early a new charge phase is written all the same.
    static constexpr Duration usual = std::chrono::minutes{10};
    static constexpr Duration soonest = std::chrono::minutes{1};

    StateKeeper(KeptState stored, TimePoint now)
        : state_{stored}, written_{std::move(stored)}, written_at_{now} {}

    /// What the last run kept of a battery or bank; since keep(), what was kept then.
    [[nodiscard]] Kept find(std::string_view name) const;
    void keep(std::string_view name, const Kept& kept);

    /// Whether the state has to be written now; it counts as written then.
    bool due(TimePoint now);
    /// The same when nothing comes after it.
    bool due_at_stop(TimePoint now);

    /// Of all, also of those that are not configured any more: an owner may bring them back.
    [[nodiscard]] const KeptState& state() const { return state_; }

private:
    [[nodiscard]] bool phase_changed() const;

    KeptState state_;
    KeptState written_;
    TimePoint written_at_;
};

} // namespace retrocan::daemon
