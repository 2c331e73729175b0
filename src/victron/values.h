// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "core/quantity.h"

#include <cstdint>
#include <optional>
#include <string>

namespace retrocan::victron {

/// The pairs of 0x35A. Values as on the bus: 00 not supported, 01 active, 10 supported and not active.
enum class Pair : std::uint8_t { unsupported = 0b00, active = 0b01, inactive = 0b10 };

/// All that chapter 2 of the CAN-bus BMS protocol can say about a battery. What is absent is left out or
/// marked so on the bus; nothing is made up here.
struct Values {
    // 0x351
    std::optional<Voltage> cvl{};
    std::optional<Current> ccl{};
    std::optional<Current> dcl{};
    std::optional<Voltage> discharge_voltage{}; ///< absent: 0 ("not used")
    // 0x355
    std::optional<Percent> soc{};
    std::optional<Percent> soh{};
    // 0x356
    std::optional<Voltage> voltage{};
    std::optional<Current> current{};
    std::optional<Temperature> temperature{};
    // 0x35A
    PerAlarm<Pair> alarms{};
    PerAlarm<Pair> warnings{};
    Pair system_status{Pair::unsupported}; ///< 10 (inactive) is online, 01 (active) is offline
    // 0x35E, 0x370, 0x371, 0x382
    std::optional<std::string> manufacturer{}; ///< 0x35E, unless `name` has more than 8 characters
    std::optional<std::string> name{};         ///< 0x370 and 0x371, if longer than 8 characters
    std::optional<std::string> family{};       ///< 0x382
    // 0x35F
    std::uint16_t battery_type{};
    std::optional<Firmware> firmware{};
    std::optional<Charge> capacity_online{};
    // 0x360
    std::optional<bool> force_charge{};
    // 0x372
    std::optional<Count> modules_online{};
    std::optional<Count> modules_blocking_charge{};
    std::optional<Count> modules_blocking_discharge{};
    std::optional<Count> modules_offline{};
    // 0x373 to 0x377
    std::optional<Voltage> cell_voltage_min{};
    std::optional<Voltage> cell_voltage_max{};
    std::optional<Temperature> cell_temperature_min{};
    std::optional<Temperature> cell_temperature_max{};
    std::optional<std::string> cell_voltage_min_id{};
    std::optional<std::string> cell_voltage_max_id{};
    std::optional<std::string> cell_temperature_min_id{};
    std::optional<std::string> cell_temperature_max_id{};
    // 0x378
    std::optional<Energy> energy_in{};
    std::optional<Energy> energy_out{};
    // 0x379
    std::optional<Charge> capacity{};
    // 0x380, 0x381
    std::optional<std::string> serial{};

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("cvl", self.cvl);
        visit("ccl", self.ccl);
        visit("dcl", self.dcl);
        visit("discharge_voltage", self.discharge_voltage);
        visit("soc", self.soc);
        visit("soh", self.soh);
        visit("voltage", self.voltage);
        visit("current", self.current);
        visit("temperature", self.temperature);
        visit("alarms", self.alarms);
        visit("warnings", self.warnings);
        visit("system_status", self.system_status);
        visit("manufacturer", self.manufacturer);
        visit("name", self.name);
        visit("family", self.family);
        visit("battery_type", self.battery_type);
        visit("firmware", self.firmware);
        visit("capacity_online", self.capacity_online);
        visit("force_charge", self.force_charge);
        visit("modules_online", self.modules_online);
        visit("modules_blocking_charge", self.modules_blocking_charge);
        visit("modules_blocking_discharge", self.modules_blocking_discharge);
        visit("modules_offline", self.modules_offline);
        visit("cell_voltage_min", self.cell_voltage_min);
        visit("cell_voltage_max", self.cell_voltage_max);
        visit("cell_temperature_min", self.cell_temperature_min);
        visit("cell_temperature_max", self.cell_temperature_max);
        visit("cell_voltage_min_id", self.cell_voltage_min_id);
        visit("cell_voltage_max_id", self.cell_voltage_max_id);
        visit("cell_temperature_min_id", self.cell_temperature_min_id);
        visit("cell_temperature_max_id", self.cell_temperature_max_id);
        visit("energy_in", self.energy_in);
        visit("energy_out", self.energy_out);
        visit("capacity", self.capacity);
        visit("serial", self.serial);
    }

    friend bool operator==(const Values&, const Values&) = default;
};

} // namespace retrocan::victron
