// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "capture.h"

#include <string_view>

namespace retrocan::modbus {

/// "01 03 00 16 00 01 64 0E -> 01 03 02 14 AB F6 8B": both must be whole and belong together.
Result<CaptureLine, std::string> parse_exchange_line(std::string_view line, const Options& options);

/// "0x1000: 5312 0x7B 0": the address is counted as those of the mapping's points.
Result<CaptureLine, std::string> parse_dump_line(std::string_view line, const Options& options);

} // namespace retrocan::modbus
