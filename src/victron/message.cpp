// SPDX-License-Identifier: Apache-2.0
#include "victron/message.h"

#include <array>

namespace retrocan::victron {

namespace {

using V = Values;

constexpr Field limits[] = {
    // CVL 0 has made systems empty their battery: it is never sent.
    {.name = "CVL",
     .byte = 0,
     .source = &V::cvl,
     .step = 100,
     .rounding = Rounding::down,
     .min = 1,
     .below = Below::callers_error},
    // Above 32767 the receivers disagree: some read these two as signed.
    {.name = "CCL",
     .byte = 2,
     .source = &V::ccl,
     .step = 100,
     .rounding = Rounding::down,
     .below = Below::callers_error,
     .max = 0x7FFF},
    {.name = "DCL",
     .byte = 4,
     .source = &V::dcl,
     .step = 100,
     .rounding = Rounding::down,
     .below = Below::callers_error,
     .max = 0x7FFF},
    {.name = "discharge",
     .byte = 6,
     .source = &V::discharge_voltage,
     .step = 100,
     .rounding = Rounding::up,
     .absent = Absent::zero,
     .zero_is_absent = true,
     .below = Below::callers_error},
};

constexpr Field charge_state[] = {
    {.name = "SOC", .byte = 0, .source = &V::soc, .step = 100, .max = 100},
    {.name = "SOH", .byte = 2, .source = &V::soh, .step = 100, .max = 100},
    {.name = "high resolution SOC", .byte = 4, .source = &V::soc, .zero_is_absent = true, .max = 10000},
};

constexpr Field measurements[] = {
    {.name = "voltage",
     .byte = 0,
     .type = Type::s16,
     .source = &V::voltage,
     .step = 10,
     .min = -0x8000,
     .below = Below::clamped,
     .max = 0x7FFF},
    {.name = "current",
     .byte = 2,
     .type = Type::s16,
     .source = &V::current,
     .step = 100,
     .min = -0x8000,
     .below = Below::clamped,
     .max = 0x7FFF},
    {.name = "temperature",
     .byte = 4,
     .type = Type::s16,
     .source = &V::temperature,
     .step = 100,
     .min = -0x8000,
     .below = Below::clamped,
     .max = 0x7FFF},
};

constexpr Field pair(std::string_view name, std::uint8_t byte, std::uint8_t bit, Source source) {
    return {.name = name,
            .byte = byte,
            .bit = bit,
            .type = Type::pair,
            .source = source,
            .absent = Absent::zero,
            .max = 2};
}
constexpr Source alarm(AlarmKind kind) {
    return PairOf{&V::alarms, kind};
}
constexpr Source warning(AlarmKind kind) {
    return PairOf{&V::warnings, kind};
}

using enum AlarmKind;
constexpr Field alarms[] = {
    pair("general alarm", 0, 0, alarm(general)),
    pair("high voltage alarm", 0, 2, alarm(high_voltage)),
    pair("low voltage alarm", 0, 4, alarm(low_voltage)),
    pair("high temperature alarm", 0, 6, alarm(high_temperature)),
    pair("low temperature alarm", 1, 0, alarm(low_temperature)),
    pair("high charge temperature alarm", 1, 2, alarm(high_charge_temperature)),
    pair("low charge temperature alarm", 1, 4, alarm(low_charge_temperature)),
    pair("high current alarm", 1, 6, alarm(high_current)),
    pair("high charge current alarm", 2, 0, alarm(high_charge_current)),
    pair("contactor alarm", 2, 2, alarm(contactor)),
    pair("short circuit alarm", 2, 4, alarm(short_circuit)),
    pair("BMS internal alarm", 2, 6, alarm(internal)),
    pair("cell imbalance alarm", 3, 0, alarm(cell_imbalance)),
    pair("general warning", 4, 0, warning(general)),
    pair("high voltage warning", 4, 2, warning(high_voltage)),
    pair("low voltage warning", 4, 4, warning(low_voltage)),
    pair("high temperature warning", 4, 6, warning(high_temperature)),
    pair("low temperature warning", 5, 0, warning(low_temperature)),
    pair("high charge temperature warning", 5, 2, warning(high_charge_temperature)),
    pair("low charge temperature warning", 5, 4, warning(low_charge_temperature)),
    pair("high current warning", 5, 6, warning(high_current)),
    pair("high charge current warning", 6, 0, warning(high_charge_current)),
    pair("contactor warning", 6, 2, warning(contactor)),
    pair("short circuit warning", 6, 4, warning(short_circuit)),
    pair("BMS internal warning", 6, 6, warning(internal)),
    pair("cell imbalance warning", 7, 0, warning(cell_imbalance)),
    pair("system status", 7, 2, &V::system_status),
};

constexpr Field identity[] = {
    {.name = "battery type", .byte = 0, .source = &V::battery_type, .absent = Absent::zero},
    {.name = "firmware", .byte = 2, .type = Type::version, .source = &V::firmware, .absent = Absent::zero},
    {.name = "online capacity",
     .byte = 4,
     .source = &V::capacity_online,
     .step = 1000,
     .absent = Absent::zero,
     .zero_is_absent = true,
     .at_most = &V::capacity},
};

constexpr Field force_charge[] = {
    {.name = "force charge", .byte = 0, .type = Type::u8, .source = &V::force_charge, .max = 0xFF},
};

constexpr Field modules[] = {
    {.name = "online", .byte = 0, .source = &V::modules_online, .absent = Absent::ones, .max = 0xFFFE},
    {.name = "blocking charge",
     .byte = 2,
     .source = &V::modules_blocking_charge,
     .absent = Absent::ones,
     .max = 0xFFFE},
    {.name = "blocking discharge",
     .byte = 4,
     .source = &V::modules_blocking_discharge,
     .absent = Absent::ones,
     .max = 0xFFFE},
    {.name = "offline", .byte = 6, .source = &V::modules_offline, .absent = Absent::ones, .max = 0xFFFE},
};

constexpr Field cells[] = {
    {.name = "lowest cell voltage",
     .byte = 0,
     .source = &V::cell_voltage_min,
     .absent = Absent::ones,
     .zero_is_absent = true,
     .max = 0xFFFE},
    {.name = "highest cell voltage",
     .byte = 2,
     .source = &V::cell_voltage_max,
     .absent = Absent::ones,
     .zero_is_absent = true,
     .max = 0xFFFE},
    // Whole kelvins; 273 and not 273.15, as every receiver that was read subtracts 273.
    {.name = "lowest cell temperature",
     .byte = 4,
     .source = &V::cell_temperature_min,
     .step = 1000,
     .offset = 273,
     .absent = Absent::shorter,
     .zero_is_absent = true,
     .min = 1,
     .max = 0xFFFE},
    {.name = "highest cell temperature",
     .byte = 6,
     .source = &V::cell_temperature_max,
     .step = 1000,
     .offset = 273,
     .absent = Absent::shorter,
     .zero_is_absent = true,
     .min = 1,
     .max = 0xFFFE},
};

constexpr Field energies[] = {
    {.name = "energy in",
     .byte = 0,
     .type = Type::u32,
     .source = &V::energy_in,
     .step = 100,
     .rounding = Rounding::down,
     .max = 0xFFFFFFFF,
     .wraps = true},
    {.name = "energy out",
     .byte = 4,
     .type = Type::u32,
     .source = &V::energy_out,
     .step = 100,
     .rounding = Rounding::down,
     .max = 0xFFFFFFFF,
     .wraps = true},
};

constexpr Field installed_capacity[] = {
    {.name = "installed capacity", .byte = 0, .source = &V::capacity, .step = 1000},
};

constexpr Field text(std::string_view name, std::optional<std::string> Values::*member, Piece piece) {
    return {.name = name, .type = Type::text, .source = TextOf{member, piece}};
}

constexpr Field manufacturer[] = {text("manufacturer", &V::manufacturer, Piece::maker)};
constexpr Field name_first[] = {text("name", &V::name, Piece::name_first)};
constexpr Field name_second[] = {text("name", &V::name, Piece::name_second)};
constexpr Field family[] = {text("family", &V::family, Piece::family)};
constexpr Field voltage_min_id[] = {text("id", &V::cell_voltage_min_id, Piece::id)};
constexpr Field voltage_max_id[] = {text("id", &V::cell_voltage_max_id, Piece::id)};
constexpr Field temperature_min_id[] = {text("id", &V::cell_temperature_min_id, Piece::id)};
constexpr Field temperature_max_id[] = {text("id", &V::cell_temperature_max_id, Piece::id)};
constexpr Field serial_first[] = {text("serial number", &V::serial, Piece::serial_first)};
constexpr Field serial_second[] = {text("serial number", &V::serial, Piece::serial_second)};

constexpr Field gx_identity[] = {{.name = "inverter", .byte = 4, .type = Type::text}};

constexpr std::string_view name_note =
    "Names of 8 characters or less are carried by 0x35E, and both messages are left out. Otherwise 0x370 has "
    "the same 8 bytes as 0x35E. Names are cut on the right after 16 characters.";
constexpr std::string_view id_note =
    "Free text that helps to find the cell or sensor. It is sent whole or not at all: an id of more than 8 "
    "characters is refused when a mapping is loaded, and left out if a battery produces one later.";
constexpr std::string_view serial_note = "Both messages are sent, always in this order: the receiver takes "
                                         "the number as complete with 0x381. Of a "
                                         "longer number the last 16 characters are sent.";

constexpr Message sent[] = {
    {0x35E, "manufacturer", manufacturer,
     "The beginning of the name if it has more than 8 characters (it must match 0x370 then), else the maker, "
     "else the name. Padding is zeros. Never a beginning that makes a GX device apply the rules of another "
     "maker, unless the owner insists: see names.h."},
    {0x370, "name, first part", name_first, name_note},
    {0x371, "name, second part", name_second, name_note},
    {0x382, "family", family, "Guarded like 0x35E."},
    {0x35F, "type, firmware, online capacity", identity,
     "Sent if any of the three is known. Firmware is two decimal numbers, major first. The online capacity "
     "is "
     "the full capacity of the modules that are online, not the charge left; it never exceeds 0x379. The "
     "type "
     "is 0 unless the owner configures one."},
    {0x35A, "alarms", alarms,
     "Always sent. 01 is active, 10 is supported and not active, 00 is not supported; 11 is never sent and "
     "read as not supported. Reserved bits are 0. System status: 10 is online, 01 is offline, 00 if the "
     "battery does not tell. High current is discharge current; charging has its own pair."},
    {0x351, "limits", limits,
     "Sent only with CVL, CCL and DCL, and never with CVL 0. Rounded to the safe side. Unsigned: a negative "
     "limit is never sent as its two's complement. CCL and DCL are capped at 3276.7 A, up to where receivers "
     "that read them as signed agree. An extra message goes out when a limit falls."},
    {0x355, "state of charge", charge_state,
     "Sent only with SOC and SOH. The third field repeats SOC in 0.01 %, so that it can never read as empty. "
     "Above 100 % counts as 100 %."},
    {0x356, "measurements", measurements,
     "Sent only with all three: there is no marker for a missing temperature. A positive current charges."},
    {0x360, "force charge", force_charge,
     "0xFF asks for charging, 0x00 does not; no other value is sent, since receivers differ about them."},
    {0x372, "modules", modules, "Sent if any of them is known. Modules are batteries, not cells."},
    {0x373, "cells", cells,
     "Not sent without cell voltages. Temperatures are whole kelvins, round(degC) + 273. With neither of "
     "them "
     "the frame has 4 bytes."},
    {0x374, "lowest cell voltage", voltage_min_id, id_note},
    {0x375, "highest cell voltage", voltage_max_id, id_note},
    {0x376, "lowest cell temperature", temperature_min_id, id_note},
    {0x377, "highest cell temperature", temperature_max_id, id_note},
    {0x378, "energy", energies,
     "Sent only with both, since there is no marker for a missing one. Counters of 100 Wh that start again "
     "at "
     "0 after 2^32."},
    {0x379, "installed capacity", installed_capacity, ""},
    {0x380, "serial number, first part", serial_first, serial_note},
    {0x381, "serial number, second part", serial_second, serial_note},
};

constexpr Message received[] = {
    {0x305,
     "keep-alive from the GX device",
     {},
     "Once a second. All zeros in the protocol; newer GX devices put data into it, so only its arrival "
     "counts, "
     "and nothing of ours depends on it."},
    {0x307, "inverter identification", gx_identity, "Once a second: 12 34 56 78, then \"VIC\" and a zero."},
};

} // namespace

std::size_t size_of(const Field& field) {
    switch (field.type) {
    case Type::u8:
    case Type::pair:
        return 1;
    case Type::u16:
    case Type::s16:
    case Type::version:
        return 2;
    case Type::u32:
        return 4;
    case Type::text:
        break;
    }
    return 8U - field.byte;
}

std::span<const Message> messages() {
    return sent;
}

std::span<const Message> gx_messages() {
    return received;
}

const Message* find_message(std::uint32_t id) {
    for (const auto table : {messages(), gx_messages()})
        for (const Message& message : table)
            if (message.id == id)
                return &message;
    return nullptr;
}

} // namespace retrocan::victron
