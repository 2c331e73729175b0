// SPDX-License-Identifier: Apache-2.0
#include "core/battery.h"

#include "core/unit.h"

#include <cassert>

namespace retrocan {

namespace {

constexpr PerAlarm<std::string_view> alarm_names{
    "general",
    "high_voltage",
    "low_voltage",
    "high_temperature",
    "low_temperature",
    "high_charge_temperature",
    "low_charge_temperature",
    "high_current",
    "high_charge_current",
    "contactor",
    "short_circuit",
    "internal",
    "cell_imbalance",
};

using B = BatteryState;

const SignalInfo table[] = {
    {"voltage", &B::voltage, "pack voltage"},
    {"current", &B::current, "pack current, positive when charging"},
    {"temperature", &B::temperature, "battery temperature"},
    {"soc", &B::soc, "state of charge"},
    {"soh", &B::soh, "state of health"},
    {"cvl", &B::cvl, "charge voltage limit that the battery asks for"},
    {"ccl", &B::ccl, "charge current limit that the battery asks for"},
    {"dcl", &B::dcl, "discharge current limit that the battery asks for, positive"},
    {"discharge_voltage", &B::discharge_voltage, "voltage at which discharging has to end"},
    {"charge_allowed", &B::charge_allowed, "the charge switch is closed"},
    {"discharge_allowed", &B::discharge_allowed, "the discharge switch is closed"},
    {"online", &B::online, "the main switch is closed"},
    {"force_charge", &B::force_charge, "the battery wants to be charged now"},
    {"cell_voltage_min", &B::cell_voltage_min, "lowest cell voltage"},
    {"cell_voltage_max", &B::cell_voltage_max, "highest cell voltage"},
    {"cell_temperature_min", &B::cell_temperature_min, "lowest cell temperature"},
    {"cell_temperature_max", &B::cell_temperature_max, "highest cell temperature"},
    {"mosfet_temperature", &B::mosfet_temperature, "temperature of the hottest MOSFET (limits only)"},
    {"cell_voltage_min_id", &B::cell_voltage_min_id, "which cell is the lowest"},
    {"cell_voltage_max_id", &B::cell_voltage_max_id, "which cell is the highest"},
    {"cell_temperature_min_id", &B::cell_temperature_min_id, "which sensor is the coldest"},
    {"cell_temperature_max_id", &B::cell_temperature_max_id, "which sensor is the hottest"},
    {"modules_online", &B::modules_online, "modules that work"},
    {"modules_blocking_charge", &B::modules_blocking_charge, "modules that block charging"},
    {"modules_blocking_discharge", &B::modules_blocking_discharge, "modules that block discharging"},
    {"modules_offline", &B::modules_offline, "modules that are offline"},
    {"capacity", &B::capacity, "installed capacity"},
    {"capacity_online", &B::capacity_online, "full capacity of what is online"},
    {"capacity_remaining", &B::capacity_remaining, "charge left"},
    {"energy_in", &B::energy_in, "energy charged since ever"},
    {"energy_out", &B::energy_out, "energy discharged since ever"},
    {"manufacturer", &B::manufacturer, "maker"},
    {"name", &B::name, "name of the battery"},
    {"family", &B::family, "family of batteries"},
    {"serial", &B::serial, "serial number"},
    {"firmware", &B::firmware, "firmware version"},
};
static_assert(std::size(table) == plain_signals);

struct Text {
    const BatteryState& state;

    template <class Q>
    std::optional<std::string> operator()(Maybe<Q> BatteryState::*field) const {
        const auto& signal = state.*field;
        if (!signal)
            return std::nullopt;
        return text(signal->value);
    }

    static std::string text(bool value) { return value ? "yes" : "no"; }
    static std::string text(const std::string& value) { return value; }
    static std::string text(Firmware value) {
        return std::to_string(value.major_number) + "." + std::to_string(value.minor_number);
    }
    template <class Unit>
    static std::string text(Quantity<Unit> value) {
        return to_text(value);
    }
};

} // namespace

std::string_view to_text(AlarmKind kind) {
    return alarm_names[static_cast<std::size_t>(kind)];
}

std::optional<AlarmKind> alarm_kind(std::string_view name) {
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        if (alarm_names[i] == name)
            return static_cast<AlarmKind>(i);
    return std::nullopt;
}

std::span<const SignalInfo> signals() {
    return table;
}

std::optional<std::size_t> signal_index(std::string_view name) {
    for (std::size_t i = 0; i < plain_signals; ++i)
        if (table[i].name == name)
            return i;
    return std::nullopt;
}

std::string signal_name(std::size_t index) {
    assert(index < signal_count);
    if (index < plain_signals)
        return std::string{table[index].name};
    index -= plain_signals;
    if (index < alarm_kinds)
        return "alarm " + std::string{alarm_names[index]};
    return "warning " + std::string{alarm_names[index - alarm_kinds]};
}

void drop_expired(BatteryState& state, TimePoint now) {
    each_signal(state, state, [now](std::size_t, auto& signal, const auto&) {
        if (signal && signal->expires <= now)
            signal.reset();
    });
}

std::optional<std::string> signal_text(const BatteryState& state, std::size_t index) {
    assert(index < plain_signals);
    return std::visit(Text{state}, table[index].field);
}

} // namespace retrocan
