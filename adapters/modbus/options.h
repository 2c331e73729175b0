// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "block.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace retrocan::modbus {

/// How a battery is read: the mapping's [modbus] table, overridden by the configuration's [battery.modbus].
struct Options {
    // Of the mapping only.
    Table table{Table::holding};  ///< of points that do not say
    std::int64_t address_step{1}; ///< addresses from one register to the next (2 where a device counts bytes)
    std::int64_t longest_read{most_registers}; ///< registers of one request; sixteen coils count as one
    std::int64_t longest_gap{0};               ///< registers that nobody asked for, read to save a request

    // Of both.
    std::uint8_t unit{1};
    Duration pause{};                                 ///< between requests on the link
    Duration timeout{std::chrono::milliseconds{500}}; ///< for a whole answer

    // Of the configuration only.
    std::string host; ///< empty: decodes, cannot connect (a mapping without a configuration)
    std::uint16_t port{502};
};

/// Reads both tables of `spec`. A table of the configuration without a path does not exist: then no host is
/// needed.
Options read_options(const adapter::SourceSpec& spec, Faults& faults);

} // namespace retrocan::modbus
