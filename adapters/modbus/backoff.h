// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace retrocan::modbus {

/// How long to wait after failures in a row: about 500 ms for the first five, while a source that comes back
/// can still be read before its data is stale; then doubling up to 10 s. Up to a quarter is added at random,
/// so that devices that went away together are not all asked together.
class Backoff {
public:
    static constexpr Duration shortest = std::chrono::milliseconds{500};
    static constexpr Duration longest = std::chrono::seconds{10};

    explicit Backoff(std::uint32_t seed) : random_{seed} {}

    /// One more failure: how long to wait now.
    Duration failed() {
        constexpr std::uint32_t steady = 5;
        Duration wait = shortest;
        for (std::uint32_t i = steady; i <= failures_ && wait < longest; ++i)
            wait *= 2;
        failures_ = std::min<std::uint32_t>(failures_ + 1, 1000);
        std::uniform_int_distribution<std::int64_t> extra{0, wait.count() / 4};
        return std::min(wait + Duration{extra(random_)}, longest);
    }
    void succeeded() { failures_ = 0; }

    [[nodiscard]] std::uint32_t failures() const { return failures_; }

private:
    std::minstd_rand random_;
    std::uint32_t failures_{};
};

} // namespace retrocan::modbus
