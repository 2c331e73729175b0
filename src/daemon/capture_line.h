// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/result.h"
#include "core/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// A capture is JSON lines: what reached the core, in the order in which it did, with the time `t` in seconds
/// on a clock that starts anywhere. What a battery said is the adapter's to understand; all other lines are
/// these:
///
///     {"t":7.000000,"capture":1,"retrocan":"0.1.0","configuration":"9c1f..","mappings":{"shed":"77a0.."},"bus":true}
///     {"t":7.100000,"bus":"up","text":"can0: up"}     (or "down"; or "rests": nothing is sent, others are
///     heard)
///     {"t":7.200000,"battery":"shed","link":"connected","text":"192.168.1.50:502: connected"}
///     {"t":7.300000,"can":"305#0000000000000000"}
///     {"t":8.000000}
namespace retrocan::daemon {

inline constexpr int capture_version = 1;

/// The first line of a capture, and of each file that continues one.
struct CaptureHead {
    std::string program;                         ///< version of retrocan
    std::string configuration;                   ///< fingerprint of the file; empty: not known
    std::map<std::string, std::string> mappings; ///< fingerprints, by the name of the battery
    bool bus{};           ///< lines say when the bus was up; otherwise it counts as up from the first line on
    bool continues{};     ///< the recording has begun before, in another file
    std::string snapshot; ///< state of the controller at this moment, JSON; empty: it has just been started

    friend bool operator==(const CaptureHead&, const CaptureHead&) = default;
};

struct BusNews {
    bool up{};
    bool rests{}; ///< not up, but others are heard
};

/// What the adapter of a battery has to understand.
struct Traffic {
    std::optional<std::string> battery; ///< left out: whoever reads it
};

/// Time passes, or something that only people want to know.
struct Nothing {};

struct CaptureLine {
    TimePoint at{};
    std::variant<Nothing, CaptureHead, Traffic, CanFrame, BusNews> content;
};

/// What is wrong with a line, and where in it: columns count from 1.
struct LineFault {
    std::uint32_t column{1};
    std::string message;
};

/// `t` has to be there.
Result<CaptureLine, LineFault> parse_capture_line(std::string_view line);

/// A line as a mapping's [[test]] has it: without time and battery. `line` is a JSON object.
std::string bare_line(std::string_view line);

/// Where in a line a message like "registers: expected .." points to; 1 if its key is not there.
std::uint32_t column_of(std::string_view line, std::string_view message);

/// Tells files apart, for a reader who has another version of them: 16 hexadecimal digits; empty if the file
/// cannot be read.
std::string fingerprint_of_file(const std::string& file);

} // namespace retrocan::daemon
