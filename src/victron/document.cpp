// SPDX-License-Identifier: Apache-2.0
#include "victron/document.h"

#include "core/unit.h"
#include "victron/describe.h"
#include "victron/encode.h"

#include <cstdio>

namespace retrocan::victron {

namespace {

using namespace literals;

constexpr std::string_view introduction =
    R"(<!-- Made from the message table in message.cpp; renew it with RETROCAN_UPDATE_DOCS=1 ctest -R ProtocolPage -->
# The CAN-bus BMS messages that retrocan sends

11-bit identifiers, 8 bytes padded with zeros (0x373 may have 4), numbers little-endian. Each message that has a
source goes out once a second, in the order of this page, 5 ms apart; a message without a source leaves its slot
empty. 0x351, 0x355, 0x356 and 0x35A are what a GX device needs; the others are optional.

Layout and units are those of chapters 2 and 3 of Victron's CAN-bus BMS protocol (2022-03). Where it leaves a
choice, the text above a table says what retrocan does. Examples are in candump's notation.

*One count* is what one raw count means; *if absent* is what is sent for a value that is not known.
)";

// A battery of 16 cells that knows everything.
Values example() {
    Values v;
    v.cvl = 56'800_mV;
    v.ccl = 100_A;
    v.dcl = 120_A;
    v.discharge_voltage = 48_V;
    v.soc = 7950_cpct;
    v.soh = 98_pct;
    v.voltage = 53'280_mV;
    v.current = -12'300_mA;
    v.temperature = 21'500_mdegC;
    v.alarms.fill(Pair::inactive);
    v.warnings.fill(Pair::inactive);
    v.warnings[static_cast<std::size_t>(AlarmKind::cell_imbalance)] = Pair::active;
    v.system_status = Pair::inactive;
    v.name = "Garden shed 16S";
    v.family = "LFP 280";
    v.firmware = Firmware{.major_number = 2, .minor_number = 14};
    v.capacity_online = 280_Ah;
    v.force_charge = false;
    v.modules_online = Count{2};
    v.modules_offline = Count{0};
    v.cell_voltage_min = 3325_mV;
    v.cell_voltage_max = 3337_mV;
    v.cell_temperature_min = 20_degC;
    v.cell_temperature_max = 22_degC;
    v.cell_voltage_min_id = "1-07";
    v.cell_voltage_max_id = "2-16";
    v.cell_temperature_min_id = "1-T1";
    v.cell_temperature_max_id = "2-T3";
    v.energy_in = 1'234'500_Wh;
    v.energy_out = 1'100'000_Wh;
    v.capacity = 280_Ah;
    v.serial = "SN202611240001";
    return v;
}

std::string_view type_text(Type type) {
    switch (type) {
    case Type::u8:
        return "un8";
    case Type::u16:
        return "un16";
    case Type::s16:
        return "sn16";
    case Type::u32:
        return "un32";
    case Type::pair:
        return "2 bits";
    case Type::version:
        return "un8, un8";
    case Type::text:
        break;
    }
    return "7-bit ASCII";
}

// What one count of a field is.
struct StepText {
    const Field& field;

    template <class Unit>
    std::string operator()(std::optional<Quantity<Unit>> Values::*) const {
        if (field.offset != 0)
            return "1 K";
        return to_text(Quantity<Unit>{field.step});
    }
    template <class Other>
    std::string operator()(Other) const {
        return "";
    }
};

std::string_view rounding_text(const Field& field) {
    if (std::visit(StepText{field}, field.source).empty())
        return "";
    switch (field.rounding) {
    case Rounding::down:
        return "down";
    case Rounding::up:
        return "up";
    case Rounding::nearest:
        break;
    }
    return "nearest";
}

std::string_view absent_text(const Field& field) {
    switch (field.absent) {
    case Absent::no_message:
        return "no message";
    case Absent::zero:
        return field.type == Type::pair ? "00" : "0";
    case Absent::ones:
        return "0xFFFF";
    case Absent::shorter:
        break;
    }
    return "0xFFFF, or shorter";
}

std::string bytes_text(const Field& field) {
    std::string text = std::to_string(field.byte);
    if (field.type == Type::pair)
        return text + ", bits " + std::to_string(field.bit) + "+" + std::to_string(field.bit + 1);
    const std::size_t last = field.byte + size_of(field) - 1;
    return last == field.byte ? text : text + " to " + std::to_string(last);
}

std::string heading(const Message& message) {
    char id[8];
    std::snprintf(id, sizeof id, "0x%03X", static_cast<unsigned>(message.id));
    std::string text = "\n## " + std::string{id} + ": " + std::string{message.name} + "\n";
    if (!message.note.empty())
        text += "\n" + std::string{message.note} + "\n";
    return text;
}

std::string section(const Message& message) {
    std::string text = heading(message);
    text += "\n| bytes | field | type | one count | rounding | if absent |\n|---|---|---|---|---|---|\n";
    for (const Field& field : message.fields) {
        text += "| " + bytes_text(field) + " | " + std::string{field.name};
        text += " | " + std::string{type_text(field.type)};
        text += " | " + std::visit(StepText{field}, field.source);
        text += " | " + std::string{rounding_text(field)};
        text += " | " + std::string{absent_text(field)} + " |\n";
    }
    if (const auto frame = encode(message, example()))
        text += "\n    " + to_text(*frame) + "\n    " + describe(*frame) + "\n";
    return text;
}

} // namespace

std::string document() {
    std::string page{introduction};
    for (const Message& message : messages())
        page += section(message);
    page += "\n# What a GX device sends\n\nOnly listened to; retrocan never sends these.\n";
    for (const Message& message : gx_messages())
        page += heading(message);
    page += "\n# Names that are not sent\n\n"
            "A GX device that knows a maker by the beginning of 0x35E or 0x382 changes what it makes of the "
            "limits.\n"
            "A name that begins so, in any case, is replaced by a neutral one, unless the owner insists.\n\n"
            "| beginning | maker | what the GX device does |\n|---|---|---|\n";
    for (const GuardedName& name : guarded_names()) {
        page += "| " + std::string{name.beginning} + (name.family_only ? " (0x382 only)" : "");
        page += " | " + std::string{name.maker} + " | " + std::string{name.effect} + " |\n";
    }
    return page;
}

} // namespace retrocan::victron
