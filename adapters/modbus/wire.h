// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <chrono>
#include <cstddef>

namespace retrocan::modbus {

/// What an exchange costs on a line, for plans and timeouts.
struct Wire {
    Duration byte_time{};        ///< of one byte, with start, parity and stop bits, rounded up; 0: no matter
    Duration silence{};          ///< between two frames (3.5 characters); 0 where the transport needs none
    Duration turnaround_guess{}; ///< from a request's end to its answer's beginning, until it is measured
    std::size_t request_overhead{}; ///< bytes of a read request, all of it
    std::size_t answer_overhead{};  ///< bytes of an answer beside its data

    /// Of so many bytes, one behind the other.
    [[nodiscard]] Duration bytes(std::size_t count) const {
        return byte_time * static_cast<Duration::rep>(count);
    }
};

/// Over TCP only round trips count.
inline constexpr Wire tcp_wire{.byte_time = {},
                               .silence = {},
                               .turnaround_guess = std::chrono::milliseconds{5},
                               .request_overhead = 12,
                               .answer_overhead = 9}; // header, unit, function, byte count
/// Serial frames through a TCP connection: the rate of the line behind it is not known.
inline constexpr Wire rtu_tcp_wire{.byte_time = {},
                                   .silence = {},
                                   .turnaround_guess = std::chrono::milliseconds{20},
                                   .request_overhead = 8,
                                   .answer_overhead = 5}; // unit, function, byte count, CRC

} // namespace retrocan::modbus
