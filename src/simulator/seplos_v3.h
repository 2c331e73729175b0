// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulator/demo_battery.h"
#include "simulator/modbus_server.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace retrocan::simulator {

/// Consecutive registers, or coils as 0 and 1.
struct ModbusBlock {
    ModbusTable table{};
    std::uint16_t address{};
    std::vector<std::uint16_t> values;
};

/// The registers of a Seplos V3 pack (vendor sheet V0.1, 2023-02-09): PIA 0x1000, PIB 0x1100, coils PIC
/// 0x1200, settings SPA 0x1300, names VIA 0x1700.
std::vector<ModbusBlock> seplos_v3_blocks(const DemoPack& pack);

/// Makes `server` be that pack from now on, with the values of the moment in each answer. A read across two
/// blocks is refused, as the real one does. `clock` tells the time since the start, on the server's thread.
void serve_seplos_v3(ModbusServer& server, std::uint8_t unit, const DemoBattery& battery,
                     std::function<Duration()> clock);

} // namespace retrocan::simulator
