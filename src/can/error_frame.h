// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

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

/// All that an error frame says, for judging many of them.
struct ErrorSigns {
    bool error{}; ///< something went wrong: not only an arbitration that was lost, or a restart
    bool no_acknowledge{};
    bool protocol{}; ///< a disturbed frame: stuffing, form, checksum, bit; not a missing acknowledgement
    bool overrun{};  ///< received frames were lost
    bool state{};    ///< it says which state the controller is in now:
    bool sending_warning{};
    bool sending_passive{};
    bool receiving_passive{};
    std::optional<std::pair<std::uint8_t, std::uint8_t>> counters{}; ///< of errors: sending, receiving
};
ErrorSigns error_signs(const CanFrame& frame);

/// For people: "error-passive (receiving)", "receive overrun, bus error".
std::string describe_error(const CanFrame& frame);

/// Which error frames are worth a report: a bus with a fault makes thousands of them, and they say the same.
class ErrorNews {
public:
    /// An error is news when it has not been seen for 10 s; apart from those that follow from a missing
    /// acknowledgement, which are one error, no two are news within 1 s. Error counters in them do not
    /// matter.
    bool is_news(const CanFrame& frame, TimePoint now);

private:
    std::optional<TimePoint> no_acknowledge_seen_;
    std::optional<CanFrame> reported_;
    TimePoint reported_at_{};
    TimePoint seen_at_{};
};

} // namespace retrocan::can
