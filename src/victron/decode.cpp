// SPDX-License-Identifier: Apache-2.0
#include "victron/decode.h"

#include "core/unit.h"

#include <utility>

namespace retrocan::victron {

namespace {

bool is_there(const Field& field, const CanFrame& frame) {
    if (field.type == Type::text)
        return frame.size > field.byte;
    return frame.size >= field.byte + size_of(field);
}

std::int64_t raw_of(const Field& field, const CanFrame& frame) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < size_of(field); ++i)
        bits |= static_cast<std::uint32_t>(frame.data[field.byte + i]) << (8 * i);
    if (field.type == Type::s16)
        return static_cast<std::int16_t>(bits);
    if (field.type == Type::pair)
        return bits >> field.bit & 0b11U;
    return bits;
}

// What can be printed, without the padding. Receivers ignore the rest.
std::string characters_of(const Field& field, const CanFrame& frame) {
    std::string text;
    for (std::size_t i = field.byte; i < frame.size; ++i)
        if (frame.data[i] >= 0x20 && frame.data[i] < 0x7F)
            text += static_cast<char>(frame.data[i]);
    return text;
}

bool is_marker(const Field& field, std::int64_t raw) {
    if (field.absent == Absent::ones || field.absent == Absent::shorter)
        if (raw == 0xFFFF)
            return true;
    return field.zero_is_absent && raw == 0;
}

Pair pair_of(std::int64_t raw) {
    return raw == 0b11 ? Pair::unsupported : static_cast<Pair>(raw); // 11 says the same as 00
}

constexpr std::string_view not_supported = "not supported";

struct TextOfRaw {
    const Field& field;
    std::int64_t raw;

    template <class Unit>
    std::string operator()(std::optional<Quantity<Unit>> Values::*) const {
        if (is_marker(field, raw))
            return std::string{not_supported};
        return to_text(Quantity<Unit>{(raw - field.offset) * field.step});
    }
    std::string operator()(std::optional<bool> Values::*) const {
        return raw == 0xFF ? "yes" : "no"; // any other value does not ask for it
    }
    std::string operator()(std::optional<Firmware> Values::*) const {
        return std::to_string(raw & 0xFF) + "." + std::to_string(raw >> 8);
    }
    std::string operator()(std::uint16_t Values::*) const { return std::to_string(raw); }
    std::string operator()(PairOf) const { return pair_text("active", "not active"); }
    std::string operator()(Pair Values::*) const { return pair_text("offline", "online"); }
    std::string operator()(TextOf) const { return {}; }
    std::string operator()(std::monostate) const { return {}; }

    [[nodiscard]] std::string pair_text(std::string_view active, std::string_view inactive) const {
        switch (pair_of(raw)) {
        case Pair::active:
            return std::string{active};
        case Pair::inactive:
            return std::string{inactive};
        case Pair::unsupported:
            break;
        }
        return std::string{not_supported};
    }
};

struct Store {
    const Field& field;
    const CanFrame& frame;
    Values& values;

    template <class Unit>
    void operator()(std::optional<Quantity<Unit>> Values::*member) const {
        const std::int64_t raw = raw_of(field, frame);
        if (!is_marker(field, raw))
            values.*member = Quantity<Unit>{(raw - field.offset) * field.step};
        else if (field.absent != Absent::no_message) // else it repeats another field: the SOC of 0x355
            values.*member = std::nullopt;
    }
    void operator()(std::optional<bool> Values::*member) const {
        values.*member = raw_of(field, frame) == 0xFF;
    }
    void operator()(std::optional<Firmware> Values::*member) const {
        const std::int64_t raw = raw_of(field, frame);
        values.*member = Firmware{static_cast<std::uint8_t>(raw & 0xFF), static_cast<std::uint8_t>(raw >> 8)};
    }
    void operator()(std::uint16_t Values::*member) const {
        values.*member = static_cast<std::uint16_t>(raw_of(field, frame));
    }
    void operator()(Pair Values::*member) const { values.*member = pair_of(raw_of(field, frame)); }
    void operator()(PairOf pair) const {
        (values.*pair.group)[static_cast<std::size_t>(pair.kind)] = pair_of(raw_of(field, frame));
    }
    void operator()(TextOf source) const {
        std::string text = characters_of(field, frame);
        auto& member = values.*source.member;
        if (source.piece == Piece::name_second || source.piece == Piece::serial_second) {
            if (member)
                member = member->substr(0, 8) + text;
        } else {
            member = std::move(text);
        }
    }
    void operator()(std::monostate) const {}
};

} // namespace

const Message* message_of(const CanFrame& frame) {
    if (frame.kind != CanFrame::Kind::standard || frame.remote)
        return nullptr;
    return find_message(frame.id);
}

std::vector<DecodedField> decode(const CanFrame& frame) {
    std::vector<DecodedField> result;
    const Message* message = message_of(frame);
    if (message == nullptr)
        return result;
    for (const Field& field : message->fields) {
        if (!is_there(field, frame))
            continue;
        if (field.type == Type::text) {
            result.push_back({field.name, 0, characters_of(field, frame)});
            continue;
        }
        const std::int64_t raw = raw_of(field, frame);
        result.push_back({field.name, raw, std::visit(TextOfRaw{field, raw}, field.source)});
    }
    return result;
}

void decode_into(const CanFrame& frame, Values& values) {
    const Message* message = message_of(frame);
    if (message == nullptr)
        return;
    for (const Field& field : message->fields)
        if (is_there(field, frame))
            std::visit(Store{field, frame, values}, field.source);
}

} // namespace retrocan::victron
