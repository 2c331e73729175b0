// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"
#include "simulator/register_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::simulator {

/// Consecutive registers, or coils as 0 and 1, of one unit.
struct CaptureBlock {
    std::uint8_t unit{};
    ModbusTable table{};
    std::uint16_t address{};
    std::vector<std::uint16_t> values;
};

/// The registers of a line such as {"unit":1,"table":"holding","address":4608,"registers":[1,2]}; nothing if
/// it has none, or they do not say all that.
std::optional<CaptureBlock> capture_block(std::string_view line);

/// The `t` of a line of a capture; nothing if it has none.
std::optional<Duration> capture_time(std::string_view line);

/// The `battery` of a line; empty if it names none.
std::string capture_battery(std::string_view line);

} // namespace retrocan::simulator
