// SPDX-License-Identifier: Apache-2.0
#include "daemon/report.h"

namespace retrocan::daemon {

namespace {

using victron::Pair;

template <class T>
std::optional<T> value(const Maybe<T>& signal) {
    return signal ? std::optional<T>{signal->value} : std::nullopt;
}

Pair pair(const policy::AlarmPair& pair) {
    return !pair ? Pair::unsupported : *pair ? Pair::active : Pair::inactive;
}

/// 10 is online, 01 offline (protocol notes, row 3). A battery that tells only its switches is offline when
/// both are open.
Pair system_status(const BatteryState& state) {
    auto online = value(state.online);
    const auto charge = value(state.charge_allowed);
    const auto discharge = value(state.discharge_allowed);
    if (!online && charge && discharge)
        online = *charge || *discharge;
    return !online ? Pair::unsupported : *online ? Pair::inactive : Pair::active;
}

template <class T>
void prefer(std::optional<T>& value, const std::optional<T>& owners) {
    if (owners)
        value = owners;
}

} // namespace

victron::Values report(const BatteryState& s, const std::optional<policy::Limits>& limits,
                       const policy::AlarmPairs& alarms, const ReportSettings& settings) {
    victron::Values v;
    if (limits) {
        v.cvl = limits->cvl.value;
        v.ccl = limits->ccl.value;
        v.dcl = limits->dcl.value;
        v.discharge_voltage = limits->discharge_voltage;
    }
    v.soc = value(s.soc);
    v.soh = value(s.soh);
    if (!v.soh)
        v.soh = settings.soh.value_or(assumed_soh);
    v.voltage = value(s.voltage);
    v.current = value(s.current);
    v.temperature = value(s.temperature);

    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        v.alarms[i] = pair(alarms.alarms[i]);
        v.warnings[i] = pair(alarms.warnings[i]);
    }
    v.system_status = system_status(s);

    v.manufacturer = value(s.manufacturer);
    v.name = value(s.name);
    v.family = value(s.family);
    prefer(v.manufacturer, settings.names.manufacturer);
    prefer(v.name, settings.names.name);
    prefer(v.family, settings.names.family);
    v.battery_type = settings.battery_type;
    v.firmware = value(s.firmware);
    v.capacity_online = value(s.capacity_online);
    v.force_charge = value(s.force_charge);

    v.modules_online = value(s.modules_online);
    v.modules_blocking_charge = value(s.modules_blocking_charge);
    v.modules_blocking_discharge = value(s.modules_blocking_discharge);
    v.modules_offline = value(s.modules_offline);

    v.cell_voltage_min = value(s.cell_voltage_min);
    v.cell_voltage_max = value(s.cell_voltage_max);
    v.cell_temperature_min = value(s.cell_temperature_min);
    v.cell_temperature_max = value(s.cell_temperature_max);
    v.cell_voltage_min_id = value(s.cell_voltage_min_id);
    v.cell_voltage_max_id = value(s.cell_voltage_max_id);
    v.cell_temperature_min_id = value(s.cell_temperature_min_id);
    v.cell_temperature_max_id = value(s.cell_temperature_max_id);

    v.energy_in = value(s.energy_in);
    v.energy_out = value(s.energy_out);
    v.capacity = value(s.capacity);
    v.serial = value(s.serial);
    return v;
}

victron::Values stale_report(const victron::Values& last) {
    victron::Values v;
    v.manufacturer = last.manufacturer;
    v.name = last.name;
    v.family = last.family;
    v.alarms[static_cast<std::size_t>(AlarmKind::internal)] = Pair::active;
    return v;
}

} // namespace retrocan::daemon
