// SPDX-License-Identifier: Apache-2.0
#include "daemon/gx_watch.h"

#include <algorithm>
#include <utility>

namespace retrocan::daemon {

void GxWatch::heard(TimePoint now) {
    tick(now); // it may have been lost until this moment
    heard_at_ = now;
    silent_ = false;
    if (std::exchange(state_, GxState::present) != GxState::present)
        since_ = now;
}

/// Whether it has gone meanwhile can only be heard from now on: silence waits for its whole time again.
void GxWatch::bus_up(TimePoint now) {
    bus_is_up_ = bus_is_heard_ = true;
    listening_since_ = now;
    silent_ = false;
}

TimePoint GxWatch::quiet_since() const {
    return heard_at_ ? std::max(*heard_at_, listening_since_) : listening_since_;
}

void GxWatch::tick(TimePoint now) {
    const Duration quiet = now - quiet_since();
    switch (state_) {
    case GxState::never:
        missed_ = missed_ || (bus_is_up_ && quiet >= missed_within);
        break;
    case GxState::present:
        if (quiet < lost_within)
            break;
        state_ = GxState::lost;
        since_ = now;
        losses_ += bus_is_heard_ ? 1 : 0;
        break;
    case GxState::lost:
        break;
    }
    if (state_ == GxState::lost && policy_.on_lost == OnGxLost::silent && bus_is_up_)
        silent_ = silent_ || quiet >= policy_.lost_after;
}

std::optional<TimePoint> GxWatch::next() const {
    switch (state_) {
    case GxState::never:
        return bus_is_up_ && !missed_ ? std::optional{quiet_since() + missed_within} : std::nullopt;
    case GxState::present:
        return quiet_since() + lost_within;
    case GxState::lost:
        break;
    }
    const bool waits = policy_.on_lost == OnGxLost::silent && bus_is_up_ && !silent_;
    return waits ? std::optional{quiet_since() + policy_.lost_after} : std::nullopt;
}

} // namespace retrocan::daemon
