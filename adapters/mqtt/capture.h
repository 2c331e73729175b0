// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "core/result.h"
#include "core/time.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace retrocan::mqtt {

struct Message {
    std::string topic;
    std::string payload;
    bool retained{};
    bool again{}; ///< heard before: only the points that are told once are meant
};

/// Points that have no value.
struct Failure {
    adapter::Absence reason{};
    std::optional<std::string> topic{}; ///< only its points
    bool optional_only{};               ///< only those that may never come
};

/// One line of a capture, as far as this adapter understands it: as `record` writes it,
///
///     {"t":1.002,"battery":"shed","topic":"jk-bms/sensor/soc/state","payload":"81","retain":false}
///     {"t":1.003,"battery":"shed","topic":"jk-bms/name","payload_hex":"FFFE","retain":false}
///     {"t":1.004,"battery":"shed","topic":"jk-bms/sensor/soc/state","payload":"81","retain":true,"pace":"once"}
///     {"t":2.000,"battery":"shed","error":"not_connected"}
///     {"t":2.001,"battery":"shed","error":"timeout","optional":true}
///     {"t":2.002,"battery":"shed","topic":"jk-bms/sensor/soc/state","error":"garbled"}
///
/// (a message; one that is no UTF-8; an earlier one again, for the points that are told once; a failure of
/// all points, of those that may never come, of those of a topic), or topic and payload with a blank between
/// them, as mosquitto_sub -v prints them, where (null) is an empty payload:
///
///     jk-bms/sensor/soc/state 81
///
/// Empty lines and those that begin with # say nothing.
struct CaptureLine {
    TimePoint at{};
    std::optional<std::string> battery; ///< left out: whoever asks
    /// Nothing (a line of another kind), a message, or a failure.
    std::variant<std::monostate, Message, Failure> content;
};

/// Lines come from files and bug reports, so anything may be in them: the error says what is wrong, and what
/// was expected. `knows` says whether a topic is one of the battery's: topics may have blanks.
Result<CaptureLine, std::string> parse_capture_line(std::string_view line,
                                                    const std::function<bool(std::string_view)>& knows);

} // namespace retrocan::mqtt
