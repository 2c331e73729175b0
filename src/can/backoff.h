// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <algorithm>
#include <chrono>

namespace retrocan::can {

/// How long to leave alone what has failed: 1 s, twice as long each time, at most 30 s.
class Backoff {
public:
    static constexpr Duration first = std::chrono::seconds{1};
    static constexpr Duration longest = std::chrono::seconds{30};

    void failed(TimePoint now) {
        since_ = now;
        until_ = now + next_;
        next_ = std::min(next_ * 2, longest);
    }
    void worked() { *this = {}; }

    /// There is a sign of life: no longer than the shortest rest.
    void hopeful() { until_ = std::min(until_, since_ + first); }

    [[nodiscard]] bool rests(TimePoint now) const { return now < until_; }

private:
    TimePoint since_{};
    TimePoint until_{};
    Duration next_{first};
};

} // namespace retrocan::can
