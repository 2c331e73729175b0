// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace retrocan::can {

/// How often something happened in the last `window` seconds, to a second; of any flood it keeps the same.
template <std::size_t window>
class RecentCount {
public:
    void add(TimePoint now, std::uint64_t n = 1) {
        const std::int64_t second = second_of(now);
        Second& slot = seconds_[static_cast<std::size_t>(second) % window];
        if (slot.second != second)
            slot = {second, 0};
        slot.count += n;
    }
    [[nodiscard]] std::uint64_t sum(TimePoint now) const {
        std::uint64_t sum = 0;
        for (const Second& slot : seconds_)
            sum += is_recent(slot, now) ? slot.count : 0;
        return sum;
    }
    /// In how many different seconds it happened.
    [[nodiscard]] unsigned seconds(TimePoint now) const {
        unsigned n = 0;
        for (const Second& slot : seconds_)
            n += is_recent(slot, now) && slot.count != 0 ? 1U : 0U;
        return n;
    }

private:
    struct Second {
        std::int64_t second{-1};
        std::uint64_t count{};
    };

    /// Since boot, so it is never negative.
    static std::int64_t second_of(TimePoint at) { return at.time_since_epoch() / std::chrono::seconds{1}; }
    static bool is_recent(const Second& slot, TimePoint now) {
        const std::int64_t age = second_of(now) - slot.second;
        return slot.second >= 0 && age >= 0 && age < static_cast<std::int64_t>(window);
    }

    std::array<Second, window> seconds_{};
};

} // namespace retrocan::can
