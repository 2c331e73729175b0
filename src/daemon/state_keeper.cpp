// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_keeper.h"

#include <algorithm>

namespace retrocan::daemon {

namespace {

std::optional<policy::Phase> phase_of(const KeptState& state, std::string_view name) {
    const auto entry = state.find(name);
    return entry != state.end() && entry->second.charge ? std::optional{entry->second.charge->phase}
                                                        : std::nullopt;
}

} // namespace

Kept StateKeeper::find(std::string_view name) const {
    const auto entry = state_.find(name);
    return entry != state_.end() ? entry->second : Kept{};
}

void StateKeeper::keep(std::string_view name, const Kept& kept) {
    if (const auto entry = state_.find(name); entry != state_.end())
        entry->second = kept;
    else
        state_.emplace(name, kept);
}

bool StateKeeper::phase_changed() const {
    return std::ranges::any_of(state_, [this](const auto& entry) {
        return phase_of(state_, entry.first) != phase_of(written_, entry.first);
    });
}

bool StateKeeper::due(TimePoint now) {
    const Duration passed = now - written_at_;
    return passed >= soonest && (passed >= usual || phase_changed()) && due_at_stop(now);
}

bool StateKeeper::due_at_stop(TimePoint now) {
    if (state_ == written_)
        return false;
    written_ = state_;
    written_at_ = now;
    return true;
}

} // namespace retrocan::daemon
