// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "options.h"
#include "words.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// One value of one point, and where it is: a point with `count` n has n elements.
struct Element {
    std::size_t slot{};
    std::uint8_t unit{};
    Table table{Table::holding};
    std::optional<std::uint16_t> model{}; ///< SunSpec model that `address` counts from
    std::uint16_t address{};              ///< of its first register (its coil)
    std::size_t width{1};                 ///< registers (coils)
    Encoding encoding{};
    adapter::Pace pace{adapter::Pace::live};
    Duration period{}; ///< of slow ones
    bool optional{};
    bool required{};
    Manner manner{};
};

// clang-format off
/// Reads a point's keys:
///
///     at           = 0x1290            register or coil address, 0 to 65535 (required)
///     table        = "input"           holding, input, coil, discrete; the block's if left out
///     type         = "s32"             one of Type; required for registers, none for bits
///     length       = 8                 registers of an ascii or hex text
///     first        = "low"             part of a register that comes first: "high" or "low"; required for u2 u4 u8 s8
///     order        = "low word first"  "high word first" if left out
///     bytes        = "low byte first"  "high byte first" if left out
///     stride       = 4                 registers from one element of a run to the next
///     unit_id      = 224               where this point has another unit id than its block
///     unit_id_step = 1                 unit ids from one element of a run to the next
///
/// A run of parts fills registers, unless it has a stride: then each is the first part of its own register.
/// Nothing is returned if there is a fault.
// clang-format on
std::vector<Element> read_point(const adapter::PointSpec& point, const Options& options,
                                const BlockOptions& block, Faults& faults);

/// Where the elements of one point are, for people: "unit 3: holding 4608..4623 (0x1200..0x120F)". The unit
/// id is left out where it is the mapping's; "model 802 + 11" counts from the model's id register.
std::string where(std::span<const Element> elements, const Options& options);

} // namespace retrocan::modbus
