// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace retrocan {

/// Time that also passes while the machine sleeps (CLOCK_BOOTTIME), in microseconds, as captures have it.
/// What decides takes `now` as an argument; only `daemon`, `can` and the adapters read the clock.
struct BootClock {
    using rep = std::int64_t;
    using period = std::micro;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;

    /// Thread-safe; cannot fail on Linux.
    static time_point now() noexcept;
};

using TimePoint = BootClock::time_point;
using Duration = BootClock::duration;

} // namespace retrocan
