// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"

#include <string>
#include <vector>

namespace retrocan::cli {

/// "cell_voltage_max  3.412 V", a line for each signal that has a value, then the alarms and the warnings
/// that are active.
std::vector<std::string> present_signals(const BatteryState& state);

} // namespace retrocan::cli
