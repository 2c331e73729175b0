// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"
#include "simulator/mapped_battery.h"
#include "simulator/modbus_server.h"

#include <cstdint>
#include <set>

namespace retrocan::simulator {

/// Puts what a battery tells at this time into the registers of a server. Returns the unit ids that it has.
std::set<std::uint8_t> publish(const MappedBattery& battery, Duration time, ModbusServer& server);

/// Makes a server count addresses, and answer in the name of another unit, as the battery does. Before the
/// first publish().
void imitate(const MappedBattery& battery, ModbusServer& server);

} // namespace retrocan::simulator
