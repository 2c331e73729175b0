// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "address.h"
#include "block.h"
#include "core/result.h"
#include "core/time.h"
#include "options.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace retrocan::modbus {

/// The words of `pace` in a line, in the order of adapter::Pace.
inline constexpr std::array<std::string_view, 3> pace_words{"live", "slow", "once"};

constexpr std::string_view to_text(adapter::Pace pace) {
    return pace_words.at(static_cast<std::size_t>(pace));
}

/// For which points a request was made; what is left out means all.
struct Purpose {
    std::optional<adapter::Pace> pace;
    std::optional<Duration> period; ///< of slow ones
    std::optional<bool> optional;

    [[nodiscard]] bool is_of(const Element& element) const {
        return (!pace || *pace == element.pace) && (!period || *period == element.period) &&
               (!optional || *optional == element.optional);
    }
};

/// Where the registers of a line are counted from, if from the id register of a SunSpec model.
struct InModel {
    std::uint16_t model{};
    std::optional<std::uint16_t> base; ///< where that register is; left out: not known, and of no importance
};

/// Registers or coils that were told.
struct Told {
    Block block; ///< its address counts from the model's id register if it is in one
    std::optional<InModel> in{};
    std::size_t asked{}; ///< registers that were asked for, if more: the device refuses the rest
    Purpose purpose{};   ///< of the rest
};

/// Registers or coils that were asked for and not told.
struct Gap {
    Block place; ///< with as many values as were asked for
    adapter::Absence reason{adapter::Absence::refused};
    Purpose purpose{};
    std::optional<InModel> in{};
};

/// Points that could not be asked for.
struct Failure {
    adapter::Absence reason{};
    Purpose purpose{};
};

/// One line of a capture, as far as this adapter understands it: as `record` writes it,
///
///     {"t":1.002,"battery":"shed","unit":1,"table":"holding","address":4608,"registers":[3312,3310]}
///     {"t":1.102,"battery":"shed","unit":1,"table":"coil","address":4608,"coils":[0,1]}
///     {"t":1.202,"battery":"shed","unit":1,"table":"holding","model":802,"base":40070,"address":2,"registers":[5]}
///     {"t":2.000,"battery":"shed","error":"timeout"}
///     {"t":2.100,"battery":"shed","unit":1,"table":"holding","address":4608,"count":61,"pace":"live","error":"timeout"}
///     {"t":2.200,"battery":"shed","pace":"live","error":"not_connected"}
///
/// (an answer of a SunSpec model, its address counted from the id register, which is at `base`; a failure of
/// all points, of those of one pace in one read, of those of one pace), request and answer as bytes, serial
/// with CRC or Modbus TCP, or registers from an address on:
///
///     01 03 00 16 00 01 64 0E -> 01 03 02 14 AB F6 8B
///     0x1000: 5312 0x7B 0
///
/// Empty lines and those that begin with # say nothing.
struct CaptureLine {
    TimePoint at{};
    std::optional<std::string> battery; ///< left out: whoever asks
    /// Nothing (a line of another kind), an answer, a read that failed, or a failure of points anywhere.
    std::variant<std::monostate, Told, Gap, Failure> content;
};

/// Lines come from files and bug reports, so anything may be in them: the error says what is wrong, and what
/// was expected. The options say unit id, table and first address of lines that have none.
Result<CaptureLine, std::string> parse_capture_line(std::string_view line, const Options& options);

} // namespace retrocan::modbus
