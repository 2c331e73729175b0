// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "address.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// One read of consecutive registers or coils.
struct Request {
    std::uint8_t unit{};
    Table table{Table::holding};
    std::uint16_t address{};
    std::uint16_t count{}; ///< registers or coils
    adapter::Pace pace{adapter::Pace::live};
    Duration period{};              ///< of slow ones
    std::vector<std::size_t> slots; ///< the values it was planned for
};

/// As few requests as the mapping's limits allow: neighbours of the same unit, table and pace are read
/// together, up to `longest_read` and over gaps up to `longest_gap`. A run that is longer is cut between its
/// values. Live requests first, then slow, then once; within each by address.
std::vector<Request> plan_requests(std::vector<Element> elements, const Options& options);

/// "unit 1: holding 4608..4638, each poll". The second address is that of the last register.
std::string to_text(const Request& request, const Options& options);

/// Addresses from one register or coil of a table to the next.
std::int64_t step_of(Table table, const Options& options);

} // namespace retrocan::modbus
