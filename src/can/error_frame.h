// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"

#include <cstdint>
#include <string>

namespace retrocan::can {

/// What an error frame of the kernel says (linux/can/error.h), as far as something follows from it.
enum class BusError : std::uint8_t {
    bus_off,        ///< the controller left the bus; nothing is sent, though writing succeeds
    restarted,      ///< it is back
    no_acknowledge, ///< nobody acknowledges: an acknowledge error, or error-passive while sending, which is
                    ///< how controllers that do not report single errors tell it
    other,
};

/// `frame` is of the kind `error`. Bus-off goes before all else that the same frame may say.
BusError bus_error(const CanFrame& frame);

/// For people: "error-passive (receiving)", "receive overrun, bus error".
std::string describe_error(const CanFrame& frame);

} // namespace retrocan::can
