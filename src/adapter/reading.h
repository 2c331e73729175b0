// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace retrocan::adapter {

/// Why a point has no value. The adapter says only what it can know: that a value means "none" (a sentinel)
/// is the mapping's knowledge.
enum class Absence : std::uint8_t {
    not_connected, ///< there is no connection now
    timeout,       ///< asked, not answered in time
    refused,       ///< the device refused this read (a Modbus exception)
    garbled,       ///< an answer came and failed a check (length, CRC, unit id, function): dropped whole
    not_a_value,   ///< the answer has no value of the point's type there (NaN, text that is no number)
};

/// The word for a reason, as captures have it: "not_connected".
std::string_view to_text(Absence reason);
/// The reverse; nothing if there is no such word.
std::optional<Absence> absence(std::string_view word);

/// A raw value: a whole number (all integer registers, coils as 0 and 1), a float, or text.
using RawValue = std::variant<std::int64_t, double, std::string>;

/// One element of one point. A point with `count` n has n slots, numbered on from its first.
struct Reading {
    std::size_t slot{};
    std::variant<RawValue, Absence> content{Absence::not_connected};
};

/// What one answer of a battery, or its failure, said. Made by an adapter, never changed afterwards.
struct Answer {
    TimePoint at{}; ///< when the answer was complete
    std::vector<Reading> readings;
    /// What was on the wire, as a line of a capture (a JSON object without `t` and `battery`) from which
    /// Source::decode() makes the same readings. Empty unless asked for (StartOptions).
    std::string traffic{};
    /// A message that a broker had kept: nobody knows how old it is. It is no sign of life.
    bool retained{};
};

} // namespace retrocan::adapter
