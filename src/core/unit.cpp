// SPDX-License-Identifier: Apache-2.0
#include "core/unit.h"

#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>

namespace retrocan {

namespace {

struct Word {
    std::string_view text;
    Dimension dimension;
    std::int64_t numerator;
    std::int64_t denominator;
};

// One `text` in fine units. The first word of a dimension is the one that is printed.
constexpr auto words = std::to_array<Word>({
    {"V", Dimension::voltage, 1000, 1},
    {"mV", Dimension::voltage, 1, 1},
    {"A", Dimension::current, 1000, 1},
    {"mA", Dimension::current, 1, 1},
    {"degC", Dimension::temperature, 1000, 1},
    {"K", Dimension::temperature, 1000, 1},
    {"%", Dimension::ratio, 100, 1},
    {"Ah", Dimension::charge, 1000, 1},
    {"mAh", Dimension::charge, 1, 1},
    {"Wh", Dimension::energy, 1, 1},
    {"kWh", Dimension::energy, 1000, 1},
    {"W", Dimension::power, 1000, 1},
    {"kW", Dimension::power, 1'000'000, 1},
    {"s", Dimension::time, 1'000'000, 1},
    {"ms", Dimension::time, 1000, 1},
    {"us", Dimension::time, 1, 1},
    {"min", Dimension::time, 60'000'000, 1},
    {"h", Dimension::time, 3'600'000'000, 1},
    {"", Dimension::none, 1, 1},
});

/// A decimal number as a fraction whose denominator is a power of ten.
struct Decimal {
    std::int64_t numerator;
    std::int64_t denominator;
};

constexpr int max_digits = 12; // leaves room for the factor of a unit in 64 bits

std::optional<Decimal> parse_decimal(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    Decimal value{0, 1};
    int digits = 0;
    bool point = false;
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9' || ++digits > max_digits)
            return std::nullopt;
        value.numerator = value.numerator * 10 + (c - '0');
        if (point)
            value.denominator *= 10;
    }
    if (digits == 0)
        return std::nullopt;
    if (negative)
        value.numerator = -value.numerator;
    return value;
}

std::string known_words() {
    std::string text;
    for (const Word& word : words)
        if (!word.text.empty())
            text += (text.empty() ? "" : ", ") + std::string{word.text};
    return text;
}

std::string quoted(std::string_view text) {
    return "\"" + std::string{text} + "\"";
}

/// Splits "0.1 A" into its number (1 if left out and `number_needed` is false) and unit word.
Result<std::pair<Decimal, Word>, std::string> parse(std::string_view text, bool number_needed) {
    const std::size_t number_end = text.find_first_not_of("+-.0123456789");
    const std::string_view number = text.substr(0, number_end);
    std::string_view unit =
        number_end == std::string_view::npos ? std::string_view{} : text.substr(number_end);
    while (!unit.empty() && unit.front() == ' ')
        unit.remove_prefix(1);
    Decimal value{1, 1};
    if (!number.empty() || number_needed) {
        const auto decimal = parse_decimal(number);
        if (!decimal)
            return Err{"expected a number and a unit, as in \"56.8 V\"; got " + quoted(text)};
        value = *decimal;
    }
    for (const Word& word : words)
        if (word.text == unit)
            return std::pair{value, word};
    return Err{"unknown unit " + quoted(unit) + " in " + quoted(text) + "; known units: " + known_words()};
}

std::string decimal_text(std::int64_t count, std::int64_t per_unit, std::string_view unit) {
    const bool negative = count < 0;
    auto magnitude = negative ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
    const auto whole = magnitude / static_cast<std::uint64_t>(per_unit);
    auto rest = magnitude % static_cast<std::uint64_t>(per_unit);
    std::string text = (negative ? "-" : "") + std::to_string(whole);
    if (rest != 0) {
        text += '.';
        for (auto place = static_cast<std::uint64_t>(per_unit) / 10; rest != 0; place /= 10) {
            text += static_cast<char>('0' + rest / place);
            rest %= place;
        }
    }
    return unit.empty() ? text : text + " " + std::string{unit};
}

} // namespace

Result<Unit, std::string> parse_unit(std::string_view text) {
    const auto parsed = parse(text, false);
    if (!parsed)
        return Err{parsed.error()};
    const auto& [number, word] = *parsed;
    if (number.numerator <= 0)
        return Err{"a unit's scale must be above zero; got " + quoted(text) +
                   " (to change a sign, negate the signal)"};
    Unit unit{word.dimension, 0, number.denominator * word.denominator};
    if (__builtin_mul_overflow(number.numerator, word.numerator, &unit.numerator))
        return Err{quoted(text) + " is too large"};
    const std::int64_t common = std::gcd(unit.numerator, unit.denominator);
    unit.numerator /= common;
    unit.denominator /= common;
    return unit;
}

Result<Amount, std::string> parse_amount(std::string_view text) {
    const auto parsed = parse(text, true);
    if (!parsed)
        return Err{parsed.error()};
    const auto& [number, word] = *parsed;
    std::int64_t product = 0;
    if (__builtin_mul_overflow(number.numerator, word.numerator, &product))
        return Err{quoted(text) + " is too large"};
    const std::int64_t denominator = number.denominator * word.denominator;
    if (product % denominator != 0 && word.dimension == Dimension::none)
        return Err{quoted(text) + " is no whole number; if it has a unit, write it, as in \"56.8 V\""};
    if (product % denominator != 0)
        return Err{quoted(text) + " is finer than this program counts (" +
                   to_text(Amount{word.dimension, 1}) + ")"};
    return Amount{word.dimension, product / denominator};
}

std::int64_t scaled(std::int64_t raw, const Unit& unit) {
    // Most units are a whole number of fine ones, and most numbers small.
    if (std::int64_t whole = 0; unit.denominator == 1 && !__builtin_mul_overflow(raw, unit.numerator, &whole))
        return whole;
    // 128 bits hold any product of two 64-bit numbers.
    __extension__ using Wide = __int128;
    Wide product = static_cast<Wide>(raw) * unit.numerator;
    const Wide half = unit.denominator / 2;
    product = (product + (product < 0 ? -half : half)) / unit.denominator;
    constexpr Wide low = std::numeric_limits<std::int64_t>::min();
    constexpr Wide high = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(product < low ? low : product > high ? high : product);
}

std::string_view to_text(Dimension dimension) {
    switch (dimension) {
    case Dimension::none:
        return "a plain number";
    case Dimension::voltage:
        return "a voltage (V, mV)";
    case Dimension::current:
        return "a current (A, mA)";
    case Dimension::temperature:
        return "a temperature (degC)";
    case Dimension::ratio:
        return "a percentage (%)";
    case Dimension::charge:
        return "a charge (Ah, mAh)";
    case Dimension::energy:
        return "an energy (Wh, kWh)";
    case Dimension::power:
        return "a power (W, kW)";
    case Dimension::time:
        return "a time (s, ms, min, h)";
    }
    return "";
}

std::string to_text(Amount value) {
    for (const Word& word : words)
        if (word.dimension == value.dimension)
            return decimal_text(value.count, word.numerator, word.text);
    return std::to_string(value.count);
}

std::string to_text(Voltage value) {
    return to_text(Amount{Dimension::voltage, value.count});
}
std::string to_text(Current value) {
    return to_text(Amount{Dimension::current, value.count});
}
std::string to_text(Temperature value) {
    return to_text(Amount{Dimension::temperature, value.count});
}
std::string to_text(Percent value) {
    return to_text(Amount{Dimension::ratio, value.count});
}
std::string to_text(Charge value) {
    return to_text(Amount{Dimension::charge, value.count});
}
std::string to_text(Energy value) {
    return to_text(Amount{Dimension::energy, value.count});
}
std::string to_text(Count value) {
    return std::to_string(value.count);
}
std::string to_text(Duration value) {
    return to_text(Amount{Dimension::time, value.count()});
}

} // namespace retrocan
