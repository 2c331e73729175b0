// SPDX-License-Identifier: Apache-2.0
#include "victron/plain.h"

#include "victron/encode.h"
#include "victron/message.h"

namespace retrocan::victron {

namespace {

template <class T>
std::optional<T> value(const Maybe<T>& signal) {
    return signal ? std::optional<T>{signal->value} : std::nullopt;
}

Pair pair(const Maybe<bool>& alarm) {
    if (!alarm)
        return Pair::unsupported;
    return alarm->value ? Pair::active : Pair::inactive;
}

/// What encode() takes for a mistake of its caller is no frame here: a CVL below 0.1 V, a negative limit.
template <class Q>
std::optional<Q> limit(const Maybe<Q>& signal, Q least) {
    return signal && signal->value >= least ? std::optional<Q>{signal->value} : std::nullopt;
}

} // namespace

Values plain_values(const BatteryState& b) {
    Values v;
    v.cvl = limit(b.cvl, Voltage{100});
    v.ccl = limit(b.ccl, Current{0});
    v.dcl = limit(b.dcl, Current{0});
    v.discharge_voltage = limit(b.discharge_voltage, Voltage{0});
    v.soc = value(b.soc);
    v.soh = value(b.soh);
    v.voltage = value(b.voltage);
    v.current = value(b.current);
    v.temperature = value(b.temperature);
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        v.alarms[i] = pair(b.alarms[i]);
        v.warnings[i] = pair(b.warnings[i]);
    }
    if (b.online)
        v.system_status = b.online->value ? Pair::inactive : Pair::active;
    v.manufacturer = value(b.manufacturer);
    v.name = value(b.name);
    v.family = value(b.family);
    v.firmware = value(b.firmware);
    v.capacity_online = value(b.capacity_online);
    v.force_charge = value(b.force_charge);
    v.modules_online = value(b.modules_online);
    v.modules_blocking_charge = value(b.modules_blocking_charge);
    v.modules_blocking_discharge = value(b.modules_blocking_discharge);
    v.modules_offline = value(b.modules_offline);
    v.cell_voltage_min = value(b.cell_voltage_min);
    v.cell_voltage_max = value(b.cell_voltage_max);
    v.cell_temperature_min = value(b.cell_temperature_min);
    v.cell_temperature_max = value(b.cell_temperature_max);
    v.cell_voltage_min_id = value(b.cell_voltage_min_id);
    v.cell_voltage_max_id = value(b.cell_voltage_max_id);
    v.cell_temperature_min_id = value(b.cell_temperature_min_id);
    v.cell_temperature_max_id = value(b.cell_temperature_max_id);
    v.energy_in = value(b.energy_in);
    v.energy_out = value(b.energy_out);
    v.capacity = value(b.capacity);
    v.serial = value(b.serial);
    return v;
}

std::optional<CanFrame> plain_frame(const BatteryState& state, std::uint32_t id) {
    for (const Message& message : messages())
        if (message.id == id)
            return encode(message, plain_values(state));
    return std::nullopt;
}

} // namespace retrocan::victron
