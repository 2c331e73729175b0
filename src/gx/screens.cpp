// SPDX-License-Identifier: Apache-2.0
#include "gx/screens.h"

#include "victron/decode.h"
#include "victron/names.h"

#include <cstdio>

namespace retrocan::gx {

namespace {

using victron::Pair;
using victron::Values;

constexpr std::string_view nothing = "--";

/// `count` in steps of 10^-from, shown with `shown` decimals, rounded to the nearest.
std::string decimal(std::int64_t count, int from, int shown) {
    std::int64_t unit = 1;
    for (int i = shown; i < from; ++i)
        unit *= 10;
    const std::int64_t size = count < 0 ? -count : count;
    const std::int64_t rounded = (size + unit / 2) / unit;
    std::int64_t one = 1;
    for (int i = 0; i < shown; ++i)
        one *= 10;
    char text[48];
    if (shown == 0)
        std::snprintf(text, sizeof text, "%lld", static_cast<long long>(rounded));
    else
        std::snprintf(text, sizeof text, "%lld.%0*lld", static_cast<long long>(rounded / one), shown,
                      static_cast<long long>(rounded % one));
    return (count < 0 && rounded != 0 ? "-" : "") + std::string{text};
}

template <class Q>
std::string shown(const std::optional<Q>& value, int from, int decimals, std::string_view unit) {
    return value ? decimal(value->count, from, decimals) + std::string{unit} : std::string{nothing};
}

std::string volts(const std::optional<Voltage>& value, int decimals) {
    return shown(value, 3, decimals, "V");
}
std::string amperes(const std::optional<Current>& value) {
    return shown(value, 3, 1, "A");
}
std::string percent(const std::optional<Percent>& value) {
    return shown(value, 2, 0, "%");
}
std::string degrees(const std::optional<Temperature>& value) {
    return shown(value, 3, 0, "\u00B0C");
}
std::string number(const std::optional<Count>& value) {
    return shown(value, 0, 0, "");
}
std::string ampere_hours(const std::optional<Charge>& value) {
    return shown(value, 3, 0, "Ah");
}

std::string watts(const Values& v) {
    if (!v.voltage || !v.current)
        return std::string{nothing};
    return decimal(v.voltage->count * v.current->count, 6, 0) + "W";
}

std::string with_id(const std::optional<std::string>& id, const std::string& value) {
    return id && !id->empty() ? *id + "  " + value : value;
}

std::string text_or_nothing(const std::optional<std::string>& text) {
    return text && !text->empty() ? *text : std::string{nothing};
}

/// A text of two messages. Not from the values: between the two frames these have the first half only.
std::optional<std::string> joined(const Receiver& receiver, std::uint32_t first, std::uint32_t second) {
    std::optional<std::string> text;
    for (const std::uint32_t id : {first, second})
        if (const CanFrame* frame = receiver.last(id))
            for (const victron::DecodedField& field : victron::decode(*frame))
                text = text.value_or("") + field.text;
    return text;
}

std::string firmware(const Values& v) {
    if (!v.firmware)
        return std::string{nothing};
    return "v" + std::to_string(v.firmware->major_number) + "." + std::to_string(v.firmware->minor_number);
}

std::string alarm(const Values& v, AlarmKind kind) {
    const Pair alarm = v.alarms[static_cast<std::size_t>(kind)];
    const Pair warning = v.warnings[static_cast<std::size_t>(kind)];
    if (alarm == Pair::active)
        return "Alarm";
    if (warning == Pair::active)
        return "Warning";
    return alarm == Pair::inactive || warning == Pair::inactive ? "Ok" : std::string{nothing};
}

std::string force_charge(const Values& v) {
    if (!v.force_charge)
        return std::string{nothing};
    return *v.force_charge ? "Yes" : "No";
}

std::string modules(const Values& v) {
    return number(v.modules_online) + " online  " + number(v.modules_offline) + " offline";
}

std::string connected(const Receiver& receiver) {
    switch (receiver.presence()) {
    case Presence::never_seen:
        return "No: no 0x351 was seen";
    case Presence::lost:
        return "No: lost, no 0x351 for more than 3 s";
    case Presence::present:
        break;
    }
    return receiver.recognised() ? "Yes" : "0x351 is there; without 0x35A a GX may not list it";
}

} // namespace

std::string product_name(const Receiver& receiver) {
    const Values& v = receiver.values();
    if (const auto name = joined(receiver, 0x370, 0x371); name && !name->empty())
        return *name;
    if (v.manufacturer)
        if (const auto* known = victron::recognised(0x35E, *v.manufacturer))
            return std::string{known->maker} + " battery";
    return "CAN-bus BMS battery";
}

std::vector<Screen> screens(const Receiver& receiver) {
    const Values& v = receiver.values();
    const std::string soc = percent(v.soc);
    const std::string voltage = volts(v.voltage, 2);
    const std::string current = amperes(v.current);
    return {
        {"Device list",
         {{"Battery", product_name(receiver) + "  " + soc + "  " + voltage + "  " + current, true}}},
        {"Battery",
         {{"Battery", voltage + "  " + current, true},
          {"Power", watts(v), true},
          {"State of charge", soc, true},
          {"State of health", percent(v.soh)},
          {"Battery temperature", degrees(v.temperature), true}}},
        {"Parameters",
         {{"Charge voltage limit (CVL)", volts(v.cvl, 1)},
          {"Charge current limit (CCL)", amperes(v.ccl)},
          {"Discharge current limit (DCL)", amperes(v.dcl)},
          {"Low voltage (always ignored)", volts(v.discharge_voltage, 1)},
          {"Requests charging", force_charge(v)}}},
        {"Alarms",
         {{"Low battery voltage", alarm(v, AlarmKind::low_voltage)},
          {"High battery voltage", alarm(v, AlarmKind::high_voltage)},
          {"High charge current", alarm(v, AlarmKind::high_charge_current)},
          {"High discharge current", alarm(v, AlarmKind::high_current)},
          {"Low temperature", alarm(v, AlarmKind::low_temperature)},
          {"High temperature", alarm(v, AlarmKind::high_temperature)},
          {"Low charge temperature", alarm(v, AlarmKind::low_charge_temperature)},
          {"High charge temperature", alarm(v, AlarmKind::high_charge_temperature)},
          {"Internal failure", alarm(v, AlarmKind::internal)}}},
        {"Details",
         {{"Lowest cell voltage", with_id(v.cell_voltage_min_id, volts(v.cell_voltage_min, 3)), true},
          {"Highest cell voltage", with_id(v.cell_voltage_max_id, volts(v.cell_voltage_max, 3)), true},
          {"Minimum cell temperature", with_id(v.cell_temperature_min_id, degrees(v.cell_temperature_min)),
           true},
          {"Maximum cell temperature", with_id(v.cell_temperature_max_id, degrees(v.cell_temperature_max)),
           true},
          {"Battery modules", modules(v)},
          {"Blocking charge / discharge",
           number(v.modules_blocking_charge) + " / " + number(v.modules_blocking_discharge)},
          {"Installed / available capacity",
           ampere_hours(v.capacity) + " / " + ampere_hours(v.capacity_online)},
          {"Energy in / out", shown(v.energy_in, 3, 0, "kWh") + " / " + shown(v.energy_out, 3, 0, "kWh"),
           true}}},
        {"Device",
         {{"Connected", connected(receiver)},
          {"Connection", "CAN-bus"},
          {"Product", product_name(receiver)},
          {"Manufacturer", text_or_nothing(v.manufacturer)},
          {"Battery family", text_or_nothing(v.family)},
          {"Firmware version", firmware(v)},
          {"Serial number", text_or_nothing(joined(receiver, 0x380, 0x381))}}},
    };
}

} // namespace retrocan::gx
