// SPDX-License-Identifier: Apache-2.0
#include "encode.h"

#include <bit>
#include <cmath>
#include <limits>

namespace retrocan::modbus {

namespace {

using adapter::RawValue;

std::uint16_t exchanged(std::uint16_t word) {
    return static_cast<std::uint16_t>((word << 8) | (word >> 8));
}

/// A number as its registers, the least significant bits right.
std::vector<std::uint16_t> registers_of(const Encoding& encoding, std::size_t width, std::uint64_t bits) {
    std::vector<std::uint16_t> registers(width);
    for (std::size_t i = 0; i < width; ++i) {
        const std::size_t at = encoding.low_word_first ? i : width - 1 - i;
        registers[at] = static_cast<std::uint16_t>(bits & 0xFFFF);
        bits >>= 16;
        if (encoding.low_byte_first)
            registers[at] = exchanged(registers[at]);
    }
    return registers;
}

std::optional<std::int64_t> whole(const RawValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return *number;
    const auto* number = std::get_if<double>(&value);
    constexpr double limit = 0x1p63;
    if (number == nullptr || !(*number >= -limit && *number < limit) || std::floor(*number) != *number)
        return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

std::optional<double> real(const RawValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*number);
    const auto* number = std::get_if<double>(&value);
    return number != nullptr && std::isfinite(*number) ? std::optional{*number} : std::nullopt;
}

/// The bits of a whole number of so many bits, if it fits.
std::optional<std::uint64_t> within(std::optional<std::int64_t> value, unsigned bits, bool has_sign) {
    if (!value)
        return std::nullopt;
    if (bits < 64) {
        const std::int64_t high = (std::int64_t{1} << (has_sign ? bits - 1 : bits)) - 1;
        const std::int64_t low = has_sign ? -high - 1 : 0;
        if (*value < low || *value > high)
            return std::nullopt;
        return static_cast<std::uint64_t>(*value) & ((std::uint64_t{1} << bits) - 1);
    }
    if (!has_sign && *value < 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

std::optional<std::uint64_t> decimal(std::optional<std::int64_t> value, std::size_t digits) {
    if (!value || *value < 0)
        return std::nullopt;
    auto rest = static_cast<std::uint64_t>(*value);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        bits |= (rest % 10) << (4 * i);
        rest /= 10;
    }
    return rest == 0 ? std::optional{bits} : std::nullopt;
}

std::optional<std::uint64_t> float_bits(std::optional<double> value) {
    if (!value || std::abs(*value) > static_cast<double>(std::numeric_limits<float>::max()))
        return std::nullopt;
    return std::bit_cast<std::uint32_t>(static_cast<float>(*value));
}

std::optional<std::uint64_t> number_bits(Type type, const RawValue& value) {
    switch (type) {
    case Type::bit:
        return within(whole(value), 1, false);
    case Type::u2:
    case Type::u4:
    case Type::u8:
        return within(whole(value), part_bits(type), false);
    case Type::s8:
        return within(whole(value), 8, true);
    case Type::u16:
        return within(whole(value), 16, false);
    case Type::s16:
        return within(whole(value), 16, true);
    case Type::u32:
        return within(whole(value), 32, false);
    case Type::s32:
        return within(whole(value), 32, true);
    case Type::u64:
        return within(whole(value), 64, false);
    case Type::s64:
        return within(whole(value), 64, true);
    case Type::f32:
        return float_bits(real(value));
    case Type::f64: {
        const auto number = real(value);
        return number ? std::optional{std::bit_cast<std::uint64_t>(*number)} : std::nullopt;
    }
    case Type::bcd16:
    case Type::bcd32:
    case Type::bcd64:
        return decimal(whole(value), width_of(type) * 4);
    case Type::ascii:
    case Type::hex:
        break;
    }
    return std::nullopt;
}

std::optional<std::vector<std::uint16_t>> text_registers(const std::string& text, std::size_t width) {
    if (text.size() > 2 * width)
        return std::nullopt;
    std::vector<std::uint16_t> registers(width);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] < ' ' || text[i] > '~')
            return std::nullopt;
        const auto character = static_cast<unsigned>(static_cast<unsigned char>(text[i]));
        registers[i / 2] =
            static_cast<std::uint16_t>(registers[i / 2] | (i % 2 == 0 ? character << 8 : character));
    }
    return registers;
}

std::optional<std::vector<std::uint16_t>> hex_registers(const std::string& text, std::size_t width) {
    if (text.size() != 4 * width)
        return std::nullopt;
    std::vector<std::uint16_t> registers(width);
    for (std::size_t i = 0; i < text.size(); ++i) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const std::size_t digit = digits.find(text[i]);
        if (digit == std::string_view::npos)
            return std::nullopt;
        registers[i / 4] = static_cast<std::uint16_t>((std::size_t{registers[i / 4]} << 4) | digit);
    }
    return registers;
}

} // namespace

std::optional<EncodedValue> encode_value(const Encoding& encoding, std::size_t width, const RawValue& value) {
    if (encoding.type == Type::ascii || encoding.type == Type::hex) {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr)
            return std::nullopt;
        auto registers =
            encoding.type == Type::hex ? hex_registers(*text, width) : text_registers(*text, width);
        if (!registers)
            return std::nullopt;
        if (encoding.low_byte_first)
            for (std::uint16_t& word : *registers)
                word = exchanged(word);
        return EncodedValue{std::move(*registers), 0xFFFF};
    }
    const auto bits = number_bits(encoding.type, value);
    if (!bits)
        return std::nullopt;
    EncodedValue result{registers_of(encoding, width, *bits << encoding.shift), 0xFFFF};
    if (const unsigned part = part_bits(encoding.type); part != 0) {
        const auto mask = static_cast<std::uint16_t>(((1U << part) - 1) << encoding.shift);
        result.mask = encoding.low_byte_first ? exchanged(mask) : mask;
    }
    return result;
}

} // namespace retrocan::modbus
