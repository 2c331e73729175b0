// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>

namespace retrocan::mqtt {

/// How long to wait before connecting again: 1 s, then doubling up to a minute. Up to a quarter is added at
/// random, so that clients which a broker lost together do not all come back together.
class Backoff {
public:
    struct Bounds {
        Duration shortest{std::chrono::seconds{1}};
        Duration longest{std::chrono::seconds{60}};
        Duration settled{std::chrono::seconds{10}}; ///< a connection that lived for so long was good
    };

    Backoff(const Bounds& bounds, std::uint32_t seed) : bounds_{bounds}, random_{seed} {}

    /// A connection could not be made, or was lost after `lived`.
    Duration failed(Duration lived) {
        if (lived >= bounds_.settled)
            next_ = {};
        const Duration wait = std::clamp(next_, bounds_.shortest, bounds_.longest);
        next_ = wait * 2;
        std::uniform_int_distribution<std::int64_t> extra{0, wait.count() / 4};
        return std::min(wait + Duration{extra(random_)}, bounds_.longest);
    }

private:
    Bounds bounds_;
    std::minstd_rand random_;
    Duration next_{};
};

/// Tells a broker that throws a client out again and again, as it does with two clients of one id: three
/// connections within a minute that were accepted and lived for less than ten seconds.
class Churn {
public:
    /// An accepted connection was lost. True if that was one too many.
    bool lost(TimePoint at, Duration lived) {
        if (lived >= short_life)
            return false;
        losses_.push_back(at);
        while (at - losses_.front() > memory)
            losses_.pop_front();
        return losses_.size() >= many;
    }

private:
    static constexpr Duration short_life = std::chrono::seconds{10};
    static constexpr Duration memory = std::chrono::minutes{1};
    static constexpr std::size_t many = 3;

    std::deque<TimePoint> losses_;
};

} // namespace retrocan::mqtt
