// SPDX-License-Identifier: Apache-2.0
#include "value.h"

#include "time_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include <system_error>

namespace retrocan::mqtt {

namespace {

using adapter::Absence;
using adapter::RawValue;

template <class T>
Content content(const std::optional<T>& value) {
    if (!value)
        return Absence::not_a_value;
    return RawValue{*value};
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word(std::string_view text, std::string_view word) {
    return std::ranges::equal(text, word, {}, lower);
}

std::optional<std::int64_t> boolean(std::string_view text) {
    for (const std::string_view word : {"on", "true", "yes", "online"})
        if (is_word(text, word))
            return 1;
    for (const std::string_view word : {"off", "false", "no", "offline"})
        if (is_word(text, word))
            return 0;
    if (const auto value = decimal(text))
        return std::visit([](auto number) { return number != 0 ? 1 : 0; }, *value);
    return std::nullopt;
}

std::optional<std::int64_t> mask(std::string_view text, int base) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != ' '; });
    if (base == 16 && (digits.starts_with("0x") || digits.starts_with("0X")))
        digits.erase(0, 2);
    if (digits.empty() || digits.size() > (base == 16 ? 16U : 64U))
        return std::nullopt;
    std::uint64_t bits = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, bits, base);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return static_cast<std::int64_t>(bits); // bit 63 is the sign: a mask is looked at bit by bit
}

} // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks{" \t\r\n\0", 5};
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<Decimal> decimal(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-"))
        text.remove_prefix(1);
    // No words: the functions of the standard know "nan" and "inf".
    if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string_view::npos ||
        text.find_first_of("0123456789") == std::string_view::npos)
        return std::nullopt;
    const char* const end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto [stop, error] = std::from_chars(text.data(), end, whole);
        error == std::errc{} && stop == end)
        return whole;
    double number = 0;
    if (const auto [stop, error] = std::from_chars(text.data(), end, number);
        error != std::errc{} || stop != end || !std::isfinite(number))
        return std::nullopt;
    constexpr double exact = 9007199254740992; // 2^53: below, every whole number is one
    if (number == std::trunc(number) && std::abs(number) < exact)
        return static_cast<std::int64_t>(number);
    return number;
}

Content text_value(Type type, std::string_view text) {
    text = trimmed(text);
    switch (type) {
    case Type::number:
        if (const auto value = decimal(text))
            return std::visit([](auto number) { return RawValue{number}; }, *value);
        break;
    case Type::boolean:
        return content(boolean(text));
    case Type::text:
        return RawValue{std::string{text}};
    case Type::hexadecimal:
        return content(mask(text, 16));
    case Type::binary:
        return content(mask(text, 2));
    case Type::time:
        return content(milliseconds(text));
    case Type::length:
        break;
    }
    return Absence::not_a_value;
}

Content node_value(Type type, const Node& node) {
    switch (node.kind) {
    case Node::Kind::null:
        return Absence::not_a_value;
    case Node::Kind::array:
    case Node::Kind::object:
        if (type == Type::length)
            return RawValue{static_cast<std::int64_t>(node.elements.size())};
        return Absence::not_a_value;
    case Node::Kind::boolean:
        if (type == Type::boolean || type == Type::text)
            return text_value(type, node.text);
        return Absence::not_a_value;
    case Node::Kind::number: // decimal: its digits are no mask
        if (type == Type::hexadecimal || type == Type::binary)
            return Absence::not_a_value;
        break;
    case Node::Kind::text:
        break;
    }
    return text_value(type, node.text);
}

} // namespace retrocan::mqtt
