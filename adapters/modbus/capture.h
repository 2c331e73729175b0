// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "block.h"
#include "core/result.h"
#include "core/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace retrocan::modbus {

/// One line of a capture, as far as this adapter understands it.
///
///     {"t":1.002,"battery":"shed","unit":1,"table":"holding","address":4608,"registers":[3312,3310]}
///     {"t":1.102,"battery":"shed","unit":1,"table":"coil","address":4608,"coils":[0,1]}
///     {"t":2.000,"battery":"shed","error":"timeout"}
struct CaptureLine {
    TimePoint at{};
    std::optional<std::string> battery; ///< left out: whoever asks
    /// Nothing (a line of another kind), an answer, or a failure of every point.
    std::variant<std::monostate, Block, adapter::Absence> content;
};

/// Lines come from files and bug reports, so anything may be in them: the error says what is wrong. `unit`
/// and `table` count where the line has none.
Result<CaptureLine, std::string> parse_capture_line(std::string_view line, std::uint8_t unit, Table table);

} // namespace retrocan::modbus
