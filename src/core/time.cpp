// SPDX-License-Identifier: Apache-2.0
#include "core/time.h"

#include <ctime>

namespace retrocan {

BootClock::time_point BootClock::now() noexcept {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return time_point{std::chrono::seconds{t.tv_sec} +
                      std::chrono::duration_cast<duration>(std::chrono::nanoseconds{t.tv_nsec})};
}

} // namespace retrocan
