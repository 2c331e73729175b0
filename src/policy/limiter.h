// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "core/unit.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::policy {

/// A point of a curve: at `input` (fine units of what the limiter reads) `share` of the ceiling is given.
struct CurvePoint {
    std::int64_t input{};
    Percent share; ///< 0 % to 100 %

    friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

/// Piecewise linear between its points, which rise strictly in `input`; level before the first and after the
/// last. Two points side by side make a switch of it.
using Curve = std::vector<CurvePoint>;

/// The share at `input`, rounded down. Of an empty curve: 100 %.
Percent share_at(const Curve& curve, std::int64_t input);

/// Why `curve` is none: too few points, shares outside 0 to 100 %, inputs that do not rise, a curve that goes
/// up and down again, or that reaches 100 % nowhere, so that its latch would never open. Empty if it is one.
std::string fault_of(const Curve& curve);

/// What lowers a current by something measured, apart from the battery's own request.
enum class LimiterKind : std::uint8_t {
    cell_high,       ///< charging, by the highest cell
    cell_low,        ///< discharging, by the lowest cell: alone in that its 0 % is 0 A
    cell_low_charge, ///< charging of a deeply discharged cell
    cold_charge,     ///< by the coldest sensor
    hot_charge,      ///< by the hottest
    cold_discharge,
    hot_discharge,
    mosfet_charge, ///< by the hottest MOSFET
    mosfet_discharge,
    soc_high, ///< charging
    soc_low,  ///< discharging
};
inline constexpr std::size_t limiter_kinds = 11;

struct LimiterInfo {
    std::string_view name; ///< as the configuration, logs and the page write it: "cell_high"
    bool charge{};         ///< it acts on CCL, else on DCL
    std::string_view signal;
    std::string_view
        stand_in; ///< the signal that is read where the battery does not give the other; may be empty
    Dimension dimension{}; ///< of the input
    bool falls{};          ///< less is given the more is read; else the other way
    bool may_be_zero{}; ///< its 0 % is 0 A; else of a discharge limiter dcl_min is left (a 0 is a blackout)
    std::string_view help;
};
const LimiterInfo& info(LimiterKind kind);
std::optional<LimiterKind> limiter_kind(std::string_view name);

struct Limiter {
    LimiterKind kind{};
    Curve curve;
    /// What is given while the input is absent. Without it the input is required.
    std::optional<Percent> when_missing;
};

/// Which signal the limiter reads of a battery that gives `provided`; nothing if it gives none of them.
std::optional<std::size_t> input_of(LimiterKind kind, const SignalSet& provided);

/// The value of a plain numeric signal in fine units.
std::optional<std::int64_t> number_of(const BatteryState& state, std::size_t signal);

} // namespace retrocan::policy
