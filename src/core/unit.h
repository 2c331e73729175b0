// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/quantity.h"
#include "core/result.h"
#include "core/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace retrocan {

enum class Dimension : std::uint8_t {
    none,
    voltage,
    current,
    temperature,
    ratio,
    charge,
    energy,
    power,
    time
};

/// One count of a point in fine units (those of quantity.h; microseconds for time): `numerator/denominator`.
/// "10 mV" is 10/1 fine units of voltage, "0.1 degC" is 100/1, "0.5 Wh" is 1/2.
struct Unit {
    Dimension dimension{Dimension::none};
    std::int64_t numerator{1};
    std::int64_t denominator{1};

    friend bool operator==(const Unit&, const Unit&) = default;
};

/// A quantity of any dimension, in fine units.
struct Amount {
    Dimension dimension{Dimension::none};
    std::int64_t count{};

    friend bool operator==(const Amount&, const Amount&) = default;
};

/// Reads "0.1 A", "10 mV", "V", "%", "0.1 K" and the like: what one count of a point means. The number may be
/// left out. A scale must be above zero. The error says what is wrong and which units exist.
/// Kelvin is a temperature difference here: offsets are the mapping's business.
Result<Unit, std::string> parse_unit(std::string_view text);

/// Reads an amount as a person writes it: "56.8 V", "-10 degC", "500 ms". It must be a whole number of
/// fine units; "0.0001 V" is an error, not a rounding.
Result<Amount, std::string> parse_amount(std::string_view text);

/// `raw` counts of `unit` in fine units, rounded to nearest, halves away from zero. Saturates, never wraps.
std::int64_t scaled(std::int64_t raw, const Unit& unit);

/// The word for a dimension, for messages: "a voltage (V, mV)".
std::string_view to_text(Dimension dimension);

template <class Q>
inline constexpr Dimension dimension_of = Dimension::none;
template <>
inline constexpr Dimension dimension_of<Voltage> = Dimension::voltage;
template <>
inline constexpr Dimension dimension_of<Current> = Dimension::current;
template <>
inline constexpr Dimension dimension_of<Temperature> = Dimension::temperature;
template <>
inline constexpr Dimension dimension_of<Percent> = Dimension::ratio;
template <>
inline constexpr Dimension dimension_of<Charge> = Dimension::charge;
template <>
inline constexpr Dimension dimension_of<Energy> = Dimension::energy;
template <>
inline constexpr Dimension dimension_of<Duration> = Dimension::time;

/// For people: the shortest exact decimal with the unit, "56.8 V", "-12.345 A", "21.5 degC", "79.5 %".
std::string to_text(Voltage value);
std::string to_text(Current value);
std::string to_text(Temperature value);
std::string to_text(Percent value);
std::string to_text(Charge value);
std::string to_text(Energy value);
std::string to_text(Count value);
std::string to_text(Duration value);
std::string to_text(Amount value);

} // namespace retrocan
