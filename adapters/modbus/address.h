// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "options.h"
#include "words.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace retrocan::modbus {

/// One value of one point, and where it is: a point with `count` n has n elements.
struct Element {
    std::size_t slot{};
    std::uint8_t unit{};
    Table table{Table::holding};
    std::uint16_t address{}; ///< of its first register (its coil)
    std::size_t width{1};    ///< registers (coils)
    Encoding encoding;
    adapter::Pace pace{adapter::Pace::live};
    Duration period{}; ///< of slow ones
};

// clang-format off
/// Reads a point's keys:
///
///     at     = 0x1290              register or coil address, 0 to 65535 (required)
///     table  = "input"             holding, input, coil, discrete; the mapping's `table` if left out
///     type   = "s32"               u16 s16 u32 s32 u64 s64 f32 f64 ascii; required for registers, none for bits
///     length = 8                   registers of an ascii text
///     order  = "low word first"    "high word first" if left out
///     bytes  = "low byte first"    "high byte first" if left out
///     unit   = 224                 where this point has another unit id than the others
///
/// Nothing is returned if there is a fault.
// clang-format on
std::vector<Element> read_point(const adapter::PointSpec& point, const Options& options, Faults& faults);

} // namespace retrocan::modbus
