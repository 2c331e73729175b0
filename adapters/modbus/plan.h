// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "address.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// One read of consecutive registers or coils.
struct Request {
    std::uint8_t unit{};
    std::optional<std::uint8_t> answer_unit; ///< that the answer carries, if another one
    Table table{Table::holding};
    std::optional<std::uint16_t> model; ///< SunSpec model that `address` counts from
    std::uint16_t address{};
    std::uint16_t count{}; ///< registers or coils
    adapter::Pace pace{adapter::Pace::live};
    Duration period{}; ///< of slow ones
    bool optional{};   ///< the device may never answer it
    Manner manner;
    std::vector<std::size_t> slots; ///< the values it was planned for
};

/// As few requests as the mapping's limits allow: neighbours of the same unit, table, pace and manner are
/// read together, up to `longest_read` and over gaps up to `longest_gap`. A run that is longer is cut between
/// its values. Live requests first, then slow, then once; within each by address.
std::vector<Request> plan_requests(std::vector<Element> elements, const Options& options);

/// "unit 1: holding 4608..4638, each poll", "unit 1: model 802 + 0..63, every 30 s, optional". The second
/// address is that of the last register.
std::string to_text(const Request& request, const Options& options);

/// Addresses from one register or coil of a table to the next.
std::int64_t step_of(Table table, const Options& options);

} // namespace retrocan::modbus
