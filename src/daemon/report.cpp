// SPDX-License-Identifier: Apache-2.0
#include "daemon/report.h"

namespace retrocan::daemon {

namespace {

using victron::Pair;

/// A value that has not expired, without its age.
class Fresh {
public:
    explicit Fresh(TimePoint now) : now_{now} {}

    template <class T>
    std::optional<T> operator()(const Maybe<T>& signal) const {
        return signal && signal->expires > now_ ? std::optional<T>{signal->value} : std::nullopt;
    }

private:
    TimePoint now_;
};

Pair pair(const policy::AlarmPair& pair) {
    return !pair ? Pair::unsupported : *pair ? Pair::active : Pair::inactive;
}

/// 10 is online, 01 offline (protocol notes, row 3). A battery that tells only its switches is offline when
/// both are open.
Pair system_status(const BatteryState& state, const Fresh& fresh) {
    auto online = fresh(state.online);
    const auto charge = fresh(state.charge_allowed);
    const auto discharge = fresh(state.discharge_allowed);
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

victron::Values report(const policy::Pack& pack, const ReportSettings& settings, TimePoint now) {
    const BatteryState& s = pack.values();
    const Fresh fresh{now};
    victron::Values v;
    if (const auto& limits = pack.limits()) {
        v.cvl = limits->cvl.value;
        v.ccl = limits->ccl.value;
        v.dcl = limits->dcl.value;
        v.discharge_voltage = limits->discharge_voltage;
    }
    v.soc = fresh(s.soc);
    v.soh = fresh(s.soh);
    if (!v.soh)
        v.soh = settings.soh.value_or(assumed_soh);
    v.voltage = fresh(s.voltage);
    v.current = fresh(s.current);
    v.temperature = fresh(s.temperature);

    const policy::AlarmPairs pairs = pack.alarms(now);
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        v.alarms[i] = pair(pairs.alarms[i]);
        v.warnings[i] = pair(pairs.warnings[i]);
    }
    v.system_status = system_status(s, fresh);

    v.manufacturer = fresh(s.manufacturer);
    v.name = fresh(s.name);
    v.family = fresh(s.family);
    prefer(v.manufacturer, settings.names.manufacturer);
    prefer(v.name, settings.names.name);
    prefer(v.family, settings.names.family);
    v.battery_type = settings.battery_type;
    v.firmware = fresh(s.firmware);
    v.capacity_online = fresh(s.capacity_online);
    v.force_charge = fresh(s.force_charge);

    v.modules_online = fresh(s.modules_online);
    v.modules_blocking_charge = fresh(s.modules_blocking_charge);
    v.modules_blocking_discharge = fresh(s.modules_blocking_discharge);
    v.modules_offline = fresh(s.modules_offline);

    v.cell_voltage_min = fresh(s.cell_voltage_min);
    v.cell_voltage_max = fresh(s.cell_voltage_max);
    v.cell_temperature_min = fresh(s.cell_temperature_min);
    v.cell_temperature_max = fresh(s.cell_temperature_max);
    v.cell_voltage_min_id = fresh(s.cell_voltage_min_id);
    v.cell_voltage_max_id = fresh(s.cell_voltage_max_id);
    v.cell_temperature_min_id = fresh(s.cell_temperature_min_id);
    v.cell_temperature_max_id = fresh(s.cell_temperature_max_id);

    v.energy_in = fresh(s.energy_in);
    v.energy_out = fresh(s.energy_out);
    v.capacity = fresh(s.capacity);
    v.serial = fresh(s.serial);
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
