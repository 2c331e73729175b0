// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/result.h"

#include <cstdint>
#include <span>

namespace retrocan::can {

// The system calls of a raw CAN socket, none of which waits. Errors are errno values.

struct ReceivedFrame {
    CanFrame frame;
    enum class From : std::uint8_t {
        bus,       ///< another node, or the kernel itself (error frames)
        this_host, ///< another socket of this machine
        self,      ///< the echo: this socket's own frame, which the controller has sent
    } from;
};

/// A socket bound to the interface `index`, with echo, all error frames and the smallest send buffer there
/// is. It receives the standard identifiers given and no others; with none given, everything.
Result<int, int> open_raw_socket(int index, std::span<const std::uint32_t> identifiers);

/// 0, or why the frame was not taken.
[[nodiscard]] int write_frame(int socket, const CanFrame& frame);

/// EAGAIN: there is no frame. ENETDOWN: the interface was taken down; told once, and then it may be up again.
Result<ReceivedFrame, int> read_frame(int socket);

/// What is left of a frame on its way to the bus and back (bytes beyond its size are 0).
CanFrame as_received(const CanFrame& frame);

} // namespace retrocan::can
