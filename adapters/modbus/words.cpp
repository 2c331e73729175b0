// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>

namespace retrocan::modbus {

namespace {

using adapter::Absence;
using adapter::RawValue;
using Content = std::variant<RawValue, Absence>;

std::uint16_t word(const Encoding& encoding, std::uint16_t wire) {
    if (!encoding.low_byte_first)
        return wire;
    return static_cast<std::uint16_t>((wire << 8) | (wire >> 8));
}

/// The registers as one number, the least significant bits right.
std::uint64_t bits(const Encoding& encoding, std::span<const std::uint16_t> registers) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < registers.size(); ++i) {
        const std::size_t next = encoding.low_word_first ? registers.size() - 1 - i : i;
        value = (value << 16) | word(encoding, registers[next]);
    }
    return value;
}

Content whole(std::int64_t value) {
    return RawValue{value};
}

Content finite(double value) {
    if (!std::isfinite(value))
        return Absence::not_a_value;
    return RawValue{value};
}

Content decimal(std::uint64_t value, std::size_t digits) {
    std::int64_t result = 0;
    for (std::size_t i = digits; i-- > 0;) {
        const auto digit = static_cast<std::int64_t>((value >> (4 * i)) & 0xF);
        if (digit > 9)
            return Absence::not_a_value;
        result = result * 10 + digit;
    }
    return whole(result);
}

Content hex_text(const Encoding& encoding, std::span<const std::uint16_t> registers) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string value;
    for (const std::uint16_t wire : registers)
        for (int shift = 12; shift >= 0; shift -= 4)
            value += digits[(word(encoding, wire) >> shift) & 0xF];
    return RawValue{std::move(value)};
}

Content text(const Encoding& encoding, std::span<const std::uint16_t> registers) {
    const auto is_padding = [](char c) { return c == '\0' || c == '\xFF'; };
    std::string value;
    for (const std::uint16_t wire : registers) {
        const std::uint16_t both = word(encoding, wire);
        value += static_cast<char>(both >> 8);
        value += static_cast<char>(both & 0xFF);
    }
    std::size_t begin = 0;
    while (begin < value.size() && (is_padding(value[begin]) || value[begin] == ' '))
        ++begin;
    std::size_t end = begin;
    while (end < value.size() && !is_padding(value[end]))
        ++end;
    while (end > begin && value[end - 1] == ' ')
        --end;
    value = value.substr(begin, end - begin);
    for (const char c : value)
        if (c < ' ' || c > '~')
            return Absence::not_a_value;
    return RawValue{std::move(value)};
}

} // namespace

std::size_t width_of(Type type) {
    switch (type) {
    case Type::bit:
    case Type::u2:
    case Type::u4:
    case Type::u8:
    case Type::s8:
    case Type::u16:
    case Type::s16:
    case Type::bcd16:
        return 1;
    case Type::u32:
    case Type::s32:
    case Type::f32:
    case Type::bcd32:
        return 2;
    case Type::u64:
    case Type::s64:
    case Type::f64:
    case Type::bcd64:
        return 4;
    case Type::ascii:
    case Type::hex:
        break;
    }
    return 0;
}

unsigned part_bits(Type type) {
    switch (type) {
    case Type::u2:
        return 2;
    case Type::u4:
        return 4;
    case Type::u8:
    case Type::s8:
        return 8;
    default:
        return 0;
    }
}

Content decode_value(const Encoding& encoding, std::span<const std::uint16_t> registers) {
    if (encoding.type == Type::ascii)
        return text(encoding, registers);
    if (encoding.type == Type::hex)
        return hex_text(encoding, registers);
    assert(registers.size() == width_of(encoding.type));
    const std::uint64_t value = bits(encoding, registers);
    switch (encoding.type) {
    case Type::bit:
        return whole(value == 0 ? 0 : 1);
    case Type::u2:
    case Type::u4:
    case Type::u8:
        return whole(static_cast<std::int64_t>((value >> encoding.shift) &
                                               ((std::uint64_t{1} << part_bits(encoding.type)) - 1)));
    case Type::s8:
        return whole(static_cast<std::int8_t>(value >> encoding.shift));
    case Type::u16:
    case Type::u32:
        return whole(static_cast<std::int64_t>(value));
    case Type::s16:
        return whole(static_cast<std::int16_t>(value));
    case Type::s32:
        return whole(static_cast<std::int32_t>(value));
    case Type::u64:
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return Absence::not_a_value;
        return whole(static_cast<std::int64_t>(value));
    case Type::s64:
        return whole(static_cast<std::int64_t>(value));
    case Type::f32:
        return finite(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(value))));
    case Type::f64:
        return finite(std::bit_cast<double>(value));
    case Type::bcd16:
    case Type::bcd32:
    case Type::bcd64:
        return decimal(value, registers.size() * 4);
    case Type::ascii:
    case Type::hex:
        break;
    }
    return Absence::not_a_value;
}

} // namespace retrocan::modbus
