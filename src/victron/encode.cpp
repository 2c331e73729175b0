// SPDX-License-Identifier: Apache-2.0
#include "victron/encode.h"

#include "victron/text.h"

#include <algorithm>
#include <cassert>

namespace retrocan::victron {

namespace {

// The value of a field in fine units, if there is one. Texts are not numbers and stand apart.
struct CountOf {
    const Values& values;
    using Number = std::optional<std::int64_t>;

    template <class Unit>
    Number operator()(std::optional<Quantity<Unit>> Values::*member) const {
        const auto& value = values.*member;
        return value ? Number{value->count} : std::nullopt;
    }
    Number operator()(std::optional<bool> Values::*member) const {
        const auto& value = values.*member;
        return value ? Number{*value ? 0xFF : 0} : std::nullopt;
    }
    Number operator()(std::optional<Firmware> Values::*member) const {
        const auto& value = values.*member;
        return value ? Number{value->major_number | value->minor_number << 8} : std::nullopt;
    }
    Number operator()(std::uint16_t Values::*member) const {
        return values.*member != 0 ? Number{values.*member} : std::nullopt;
    }
    // A pair is always there: its 00 says "not supported".
    Number operator()(Pair Values::*member) const { return static_cast<std::int64_t>(values.*member); }
    Number operator()(PairOf pair) const {
        return static_cast<std::int64_t>((values.*pair.group)[static_cast<std::size_t>(pair.kind)]);
    }
    Number operator()(TextOf) const { return std::nullopt; }
    Number operator()(std::monostate) const { return std::nullopt; }
};

constexpr std::int64_t divide(std::int64_t count, std::int64_t step, Rounding rounding) {
    const std::int64_t quotient = count / step; // towards zero
    const std::int64_t rest = count % step;
    switch (rounding) {
    case Rounding::down:
        return quotient - (rest < 0 ? 1 : 0);
    case Rounding::up:
        return quotient + (rest > 0 ? 1 : 0);
    case Rounding::nearest: // halves away from zero
        break;
    }
    if (2 * (rest < 0 ? -rest : rest) < step)
        return quotient;
    return quotient + (count < 0 ? -1 : 1);
}
static_assert(divide(-1, 100, Rounding::down) == -1 && divide(-1, 100, Rounding::up) == 0);
static_assert(divide(49, 100, Rounding::nearest) == 0 && divide(50, 100, Rounding::nearest) == 1);
static_assert(divide(-49, 100, Rounding::nearest) == 0 && divide(-50, 100, Rounding::nearest) == -1);

std::optional<std::int64_t> count_of(const Field& field, const Values& values) {
    auto count = std::visit(CountOf{values}, field.source);
    if (count && field.at_most != nullptr && values.*field.at_most)
        count = std::min(*count, (values.*field.at_most)->count);
    return count;
}

void put(CanFrame& frame, const Field& field, std::int64_t raw) {
    const auto bits = static_cast<std::uint64_t>(raw) << field.bit;
    for (std::size_t i = 0; i < size_of(field); ++i)
        frame.data[field.byte + i] |= static_cast<std::uint8_t>(bits >> (8 * i) & 0xFF);
}

void put(CanFrame& frame, const Field& field, std::string_view text) {
    std::copy_n(text.begin(), std::min(text.size(), size_of(field)), frame.data.begin() + field.byte);
}

std::string printable_of(const std::optional<std::string>& text) {
    return text ? printable(*text) : std::string{};
}

// The characters of a message; nothing if it is not sent.
std::optional<std::string> characters(TextOf source, const Values& values) {
    std::string text = printable_of(values.*source.member);
    const auto unless_empty = [](const std::string& s) {
        return s.empty() ? std::nullopt : std::optional{s.substr(0, 8)};
    };
    switch (source.piece) {
    case Piece::maker: {
        const std::string name = printable_of(values.name);
        return unless_empty(name.size() > 8 || text.empty() ? name : text);
    }
    case Piece::name_first:
        return text.size() > 8 ? std::optional{text.substr(0, 8)} : std::nullopt;
    case Piece::name_second:
        return text.size() > 8 ? std::optional{text.substr(8, 8)} : std::nullopt;
    case Piece::family:
        return unless_empty(text);
    case Piece::id:
        return text.size() > 8 ? std::nullopt : unless_empty(text);
    case Piece::serial_first:
    case Piece::serial_second:
        break;
    }
    if (text.empty())
        return std::nullopt;
    text = text.substr(text.size() - std::min<std::size_t>(text.size(), 16));
    return source.piece == Piece::serial_first ? text.substr(0, 8)
                                               : text.substr(std::min<std::size_t>(text.size(), 8));
}

std::optional<CanFrame> encode_text(const Message& message, TextOf source, const Values& values,
                                    NameRule rule) {
    const auto text = characters(source, values);
    if (!text)
        return std::nullopt;
    CanFrame frame{.id = message.id, .size = 8, .data = {}};
    // Half a name after a neutral one would make no sense.
    const bool follows_neutral = source.piece == Piece::name_second && rule == NameRule::guarded &&
                                 recognised(0x370, printable_of(values.name).substr(0, 8)) != nullptr;
    if (!follows_neutral)
        put(frame, message.fields.front(), *text);
    return guarded(frame, rule);
}

} // namespace

std::optional<CanFrame> encode(const Message& message, const Values& values, NameRule rule) {
    if (message.fields.empty())
        return std::nullopt;
    if (const auto* text = std::get_if<TextOf>(&message.fields.front().source))
        return encode_text(message, *text, values, rule);

    CanFrame frame{.id = message.id, .size = 8, .data = {}};
    bool worth_sending = false;
    std::uint8_t shorter_from = 8;
    bool shorter = true;
    for (const Field& field : message.fields) {
        const auto count = count_of(field, values);
        std::optional<std::int64_t> raw;
        if (count)
            raw = divide(*count, field.step, field.rounding) + field.offset;
        if (raw && field.below == Below::callers_error && (*count < 0 || *raw < field.min)) {
            assert(false && "a negative limit, or CVL 0"); // NOLINT(misc-redundant-expression): the reason
            return std::nullopt;
        }
        if (raw && field.below == Below::absent && *raw < field.min)
            raw = std::nullopt;
        if (raw)
            raw = field.wraps ? *raw & field.max : std::clamp(*raw, field.min, field.max);

        if (field.absent == Absent::shorter) {
            shorter_from = std::min(shorter_from, field.byte);
            shorter = shorter && !raw;
        } else {
            worth_sending = worth_sending || raw;
        }
        if (!raw && field.absent == Absent::no_message)
            return std::nullopt;
        if (!raw && field.absent != Absent::zero)
            raw = 0xFFFF;
        if (raw)
            put(frame, field, *raw);
    }
    if (!worth_sending)
        return std::nullopt;
    if (shorter_from < 8 && shorter) {
        std::fill(frame.data.begin() + shorter_from, frame.data.end(), std::uint8_t{0});
        frame.size = shorter_from;
    }
    return frame;
}

} // namespace retrocan::victron
