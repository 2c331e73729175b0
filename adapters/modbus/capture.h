// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "block.h"
#include "core/result.h"
#include "core/time.h"
#include "options.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace retrocan::modbus {

/// Registers or coils that were asked for and not told.
struct Gap {
    Block place; ///< with as many values as were asked for
    adapter::Absence reason{adapter::Absence::refused};
};

/// One line of a capture, as far as this adapter understands it: as `record` writes it,
///
///     {"t":1.002,"battery":"shed","unit":1,"table":"holding","address":4608,"registers":[3312,3310]}
///     {"t":1.102,"battery":"shed","unit":1,"table":"coil","address":4608,"coils":[0,1]}
///     {"t":2.000,"battery":"shed","error":"timeout"}
///
/// request and answer as bytes, serial with CRC or Modbus TCP, or registers from an address on:
///
///     01 03 00 16 00 01 64 0E -> 01 03 02 14 AB F6 8B
///     0x1000: 5312 0x7B 0
///
/// Empty lines and those that begin with # say nothing.
struct CaptureLine {
    TimePoint at{};
    std::optional<std::string> battery; ///< left out: whoever asks
    /// Nothing (a line of another kind), an answer, a refusal, or a failure of every point.
    std::variant<std::monostate, Block, Gap, adapter::Absence> content;
};

/// Lines come from files and bug reports, so anything may be in them: the error says what is wrong, and what
/// was expected. The options say unit id, table and first address of lines that have none.
Result<CaptureLine, std::string> parse_capture_line(std::string_view line, const Options& options);

} // namespace retrocan::modbus
