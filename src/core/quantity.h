// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace retrocan {

/// An exact quantity: a count of one fine unit. No rounding and no NaN inside the program; decimals occur
/// where a mapping scales and where a value is printed.
template <class Unit>
struct Quantity {
    std::int64_t count{};

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of a comparison for a pointer
    friend constexpr auto operator<=>(Quantity, Quantity) = default;
    constexpr Quantity operator-() const { return {-count}; }
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.count + b.count}; }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.count - b.count}; }
    friend constexpr Quantity operator*(Quantity a, std::int64_t n) { return {a.count * n}; }
};

using Voltage = Quantity<struct MilliVolt>;
using Current = Quantity<struct MilliAmpere>; ///< positive charges the battery
using Temperature = Quantity<struct MilliDegreeCelsius>;
using Percent = Quantity<struct CentiPercent>; ///< 0.01 %: SOC, SOH
using Charge = Quantity<struct MilliAmpereHour>;
using Energy = Quantity<struct WattHour>;
using Count = Quantity<struct One>; ///< modules, cycles

namespace literals {
constexpr Voltage operator""_mV(unsigned long long n) {
    return {static_cast<std::int64_t>(n)};
}
constexpr Voltage operator""_V(unsigned long long n) {
    return {static_cast<std::int64_t>(n) * 1000};
}
constexpr Current operator""_mA(unsigned long long n) {
    return {static_cast<std::int64_t>(n)};
}
constexpr Current operator""_A(unsigned long long n) {
    return {static_cast<std::int64_t>(n) * 1000};
}
constexpr Temperature operator""_mdegC(unsigned long long n) {
    return {static_cast<std::int64_t>(n)};
}
constexpr Temperature operator""_degC(unsigned long long n) {
    return {static_cast<std::int64_t>(n) * 1000};
}
constexpr Percent operator""_cpct(unsigned long long n) {
    return {static_cast<std::int64_t>(n)};
}
constexpr Percent operator""_pct(unsigned long long n) {
    return {static_cast<std::int64_t>(n) * 100};
}
constexpr Charge operator""_mAh(unsigned long long n) {
    return {static_cast<std::int64_t>(n)};
}
constexpr Charge operator""_Ah(unsigned long long n) {
    return {static_cast<std::int64_t>(n) * 1000};
}
constexpr Energy operator""_Wh(unsigned long long n) {
    return {static_cast<std::int64_t>(n)};
}
} // namespace literals

} // namespace retrocan
