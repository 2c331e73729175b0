// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// Registers that the owner lets be written.
struct Write {
    std::string name;
    std::uint8_t unit{};
    std::optional<std::uint8_t> answer_unit; ///< that the answer carries, if another one
    std::uint16_t address{};
    std::vector<std::uint16_t> registers;
    bool single{}; ///< by function 6, of one register; else by 16
    adapter::Pace pace{adapter::Pace::once};
    Duration period{}; ///< of slow ones
    Manner manner;
};

// clang-format off
/// Reads the keys of a write:
///
///     at        = 0x1090    holding register, 0 to 65535 (required)
///     registers = [1, 0]    1 to 123 numbers from 0 to 65535 (required)
///     function  = 16        6 or 16; if left out 6 for one register, else 16
///     unit_id   = 224       where it is written to another unit id than the mapping's, 1 to 255
///
/// Nothing is returned if there is a fault.
// clang-format on
std::optional<Write> read_write(const adapter::WriteSpec& spec, const Options& options, Faults& faults);

/// "unit 1: writes 4240 = 1, once", "unit 1: writes 8208 = 1 0, every 10 s".
std::string to_text(const Write& write);

} // namespace retrocan::modbus
