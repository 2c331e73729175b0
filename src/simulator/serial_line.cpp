// SPDX-License-Identifier: Apache-2.0
#include "simulator/serial_line.h"

#include <algorithm>
#include <ctime>
#include <unistd.h>

namespace retrocan::simulator {

using namespace std::chrono_literals;

std::chrono::nanoseconds SerialLine::time_of(std::size_t bytes) const {
    const std::size_t bits = bytes * (1U + 8U + (parity == 'N' ? 0U : 1U) + stop_bits);
    return std::chrono::nanoseconds{1'000'000'000LL * static_cast<std::int64_t>(bits) / std::max(baud, 1U)};
}

std::chrono::nanoseconds SerialLine::silence() const {
    return baud > 19200 ? 1750us : time_of(7) / 2;
}

bool sleep_until(const std::stop_token& stop, LineTime end) {
    for (LineTime now = LineTime::clock::now(); now < end; now = LineTime::clock::now()) {
        if (stop.stop_requested())
            return false;
        const auto until = std::min(end, now + 20ms).time_since_epoch(); // CLOCK_MONOTONIC
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(until);
        const timespec time{seconds.count(), (until - seconds).count()};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr); // woken early: the loop goes on
    }
    return !stop.stop_requested();
}

bool write_paced(const std::stop_token& stop, int fd, std::span<const std::uint8_t> bytes, LineTime start,
                 const SerialLine& line) {
    const LineTime end = start + line.time_of(bytes.size());
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const LineTime next = start + line.time_of(sent + 1);
        if (!sleep_until(stop, std::min(end, std::max(next, LineTime::clock::now() + 1ms))))
            return false;
        const LineTime now = LineTime::clock::now();
        std::size_t arrived = sent;
        while (arrived < bytes.size() && start + line.time_of(arrived + 1) <= now)
            ++arrived;
        const auto part = bytes.subspan(sent, arrived - sent);
        [[maybe_unused]] const ssize_t written = write(fd, part.data(), part.size());
        sent += part.size();
    }
    return true;
}

} // namespace retrocan::simulator
