// SPDX-License-Identifier: Apache-2.0
#include "policy/limiter.h"

#include <algorithm>
#include <cassert>
#include <variant>

namespace retrocan::policy {

namespace {

constexpr Percent all{100'00};

const LimiterInfo table[limiter_kinds] = {
    {"cell_high", true, "cell_voltage_max", "", Dimension::voltage, true, true,
     "charging, by the highest cell"},
    {"cell_low", false, "cell_voltage_min", "", Dimension::voltage, false, true,
     "discharging, by the lowest cell; at 0 % DCL is 0 A, which switches an off-grid inverter off"},
    {"cell_low_charge", true, "cell_voltage_min", "", Dimension::voltage, false, true,
     "charging of a deeply discharged battery, by the lowest cell"},
    {"cold_charge", true, "cell_temperature_min", "temperature", Dimension::temperature, false, true,
     "charging, by the coldest sensor"},
    {"hot_charge", true, "cell_temperature_max", "temperature", Dimension::temperature, true, true,
     "charging, by the hottest sensor"},
    {"cold_discharge", false, "cell_temperature_min", "temperature", Dimension::temperature, false, false,
     "discharging, by the coldest sensor"},
    {"hot_discharge", false, "cell_temperature_max", "temperature", Dimension::temperature, true, false,
     "discharging, by the hottest sensor"},
    {"mosfet_charge", true, "mosfet_temperature", "", Dimension::temperature, true, true,
     "charging, by the hottest MOSFET"},
    {"mosfet_discharge", false, "mosfet_temperature", "", Dimension::temperature, true, false,
     "discharging, by the hottest MOSFET"},
    {"soc_high", true, "soc", "", Dimension::ratio, true, true, "charging, by the state of charge"},
    {"soc_low", false, "soc", "", Dimension::ratio, false, false, "discharging, by the state of charge"},
};

struct Number {
    const BatteryState& state;

    template <class Unit>
    std::optional<std::int64_t> operator()(Maybe<Quantity<Unit>> BatteryState::*field) const {
        const auto& signal = state.*field;
        return signal ? std::optional{signal->value.count} : std::nullopt;
    }
    template <class T>
    std::optional<std::int64_t> operator()(Maybe<T> BatteryState::* /*field*/) const {
        return std::nullopt;
    }
};

} // namespace

Percent share_at(const Curve& curve, std::int64_t input) {
    if (curve.empty())
        return all;
    if (input <= curve.front().input)
        return curve.front().share;
    const auto right = std::ranges::find_if(curve, [&](const CurvePoint& p) { return input < p.input; });
    if (right == curve.end())
        return curve.back().share;
    const CurvePoint& left = *std::prev(right);
    const std::int64_t rise = right->share.count - left.share.count;
    const std::int64_t width = right->input - left.input;
    const std::int64_t part = rise * (input - left.input);
    const std::int64_t down = part >= 0 ? part / width : -((-part + width - 1) / width);
    return {left.share.count + down};
}

std::string fault_of(const Curve& curve) {
    if (curve.size() < 2)
        return "expected at least two points";
    int direction = 0;
    for (std::size_t i = 0; i < curve.size(); ++i) {
        if (curve[i].share < Percent{0} || curve[i].share > all)
            return "a share must be from 0 % to 100 %; got " + to_text(curve[i].share);
        if (i == 0)
            continue;
        if (curve[i].input <= curve[i - 1].input)
            return "the points must rise in what they read";
        const int way = curve[i].share < curve[i - 1].share   ? -1
                        : curve[i].share > curve[i - 1].share ? 1
                                                              : 0;
        if (way != 0 && direction != 0 && way != direction)
            return "the curve goes up and down again: expected shares that only rise or only fall";
        if (way != 0)
            direction = way;
    }
    if (direction == 0)
        return "the curve is level: it never limits";
    if (std::ranges::none_of(curve, [](const CurvePoint& p) { return p.share == all; }))
        return "the curve reaches 100 % nowhere: once it has limited, it would never let go";
    return {};
}

const LimiterInfo& info(LimiterKind kind) {
    return table[static_cast<std::size_t>(kind)];
}

std::optional<LimiterKind> limiter_kind(std::string_view name) {
    for (std::size_t i = 0; i < limiter_kinds; ++i)
        if (table[i].name == name)
            return static_cast<LimiterKind>(i);
    return std::nullopt;
}

std::optional<std::size_t> input_of(LimiterKind kind, const SignalSet& provided) {
    for (const std::string_view name : {info(kind).signal, info(kind).stand_in})
        if (const auto index = signal_index(name); index && provided.test(*index))
            return index;
    return std::nullopt;
}

std::optional<std::int64_t> number_of(const BatteryState& state, std::size_t signal) {
    assert(signal < plain_signals);
    return std::visit(Number{state}, signals()[signal].field);
}

} // namespace retrocan::policy
