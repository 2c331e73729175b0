// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>

namespace retrocan::simulator {

/// How bytes travel on a serial line.
struct SerialLine {
    unsigned baud{9600};
    char parity{'N'}; ///< N, E or O
    unsigned stop_bits{1};

    /// Of so many bytes, each with a start bit, eight bits, perhaps parity, stop bits.
    [[nodiscard]] std::chrono::nanoseconds time_of(std::size_t bytes) const;
    /// Between two frames: 3.5 bytes, 1.75 ms above 19200 baud (Modbus over serial line 1.02, 2.5.1.1).
    [[nodiscard]] std::chrono::nanoseconds silence() const;
};

using LineTime = std::chrono::steady_clock::time_point;

/// Sleeps to the microsecond; false if it was asked to stop, which it sees within 20 ms.
bool sleep_until(const std::stop_token& stop, LineTime end);

/// Writes bytes when a line of this speed that begins at `start` would have brought them, at most a
/// millisecond's worth at a time. What nobody takes is lost, as on a wire. False if it was asked to stop.
bool write_paced(const std::stop_token& stop, int fd, std::span<const std::uint8_t> bytes, LineTime start,
                 const SerialLine& line);

} // namespace retrocan::simulator
