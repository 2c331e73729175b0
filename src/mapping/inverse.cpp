// SPDX-License-Identifier: Apache-2.0
#include "mapping/inverse.h"

#include "mapping/content.h"
#include "mapping/decoder.h"
#include "mapping/point.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace retrocan::mapping {

namespace {

using namespace std::chrono_literals;
using adapter::RawValue;

/// A raw value as a number; nothing if it is a text.
std::optional<double> number_of(const std::optional<RawValue>& raw) {
    if (!raw)
        return std::nullopt;
    if (const auto* whole = std::get_if<std::int64_t>(&*raw))
        return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&*raw))
        return *real;
    return std::nullopt;
}

RawValue raw_of(double value, bool real) {
    return real ? RawValue{value} : RawValue{static_cast<std::int64_t>(std::llround(value))};
}

/// Whether the registers of a point can hold it.
bool fits(const Point& point, double raw, bool real = false) {
    if (real)
        return std::isfinite(raw);
    const unsigned bits = raw_bit_width(point);
    constexpr double largest = 0x1p62;
    if (bits >= 64)
        return std::abs(raw) < largest;
    const bool has_sign = signed_type(point);
    const double high = std::ldexp(1.0, static_cast<int>(has_sign ? bits - 1 : bits));
    return raw >= (has_sign ? -high : 0.0) && raw < high;
}

/// Steps to try, the longest first: over a long one the rounding of the mapping does not count.
constexpr std::array<double, 10> steps{1000, -1000, 100, -100, 10, -10, 2, -2, 1, -1};

/// One count of the field that the mapping takes out of the raw value.
double one_count(const Point& point) {
    return point.bits ? std::ldexp(1.0, static_cast<int>(point.bits->first)) : 1.0;
}

/// What else may stand in a point of states or bits: its words, small numbers, one bit turned over.
std::vector<std::int64_t> other_states(const Point& point, std::int64_t now) {
    constexpr std::int64_t small_numbers = 16;
    std::vector<std::int64_t> states;
    for (const Vocabulary::Word& word : point.words.words)
        for (const std::int64_t number : word.numbers)
            states.push_back(number - point.offset);
    for (unsigned bit = 0; bit < std::min(raw_bit_width(point), 32U); ++bit)
        states.push_back(now ^ (std::int64_t{1} << bit));
    for (std::int64_t number = 0; number < small_numbers; ++number)
        states.push_back(number);
    std::erase_if(states, [&](std::int64_t state) { return !fits(point, static_cast<double>(state)); });
    return states;
}

} // namespace

std::vector<adapter::Reading> readings_of(const RawValues& raws) {
    std::vector<adapter::Reading> readings;
    for (std::size_t slot = 0; slot < raws.size(); ++slot)
        if (raws[slot])
            readings.push_back({slot, *raws[slot]});
    return readings;
}

Update update_of(const Bound& bound, const RawValues& raws) {
    Decoder decoder{bound};
    // What is fresh by a time stamp needs an earlier one to have risen from.
    adapter::Answer earlier;
    for (const Bound::SlotPlan& slot : bound.slots())
        if (slot.point->fresh_by)
            if (const std::size_t stamp = bound.points()[*slot.point->fresh_by].first; raws[stamp])
                if (const auto* time = std::get_if<std::int64_t>(&*raws[stamp]))
                    earlier.readings = {{stamp, adapter::RawValue{*time - 1}}};
    if (!earlier.readings.empty())
        decoder.take(earlier);
    adapter::Answer answer;
    answer.at = TimePoint{1s};
    answer.readings = readings_of(raws);
    return decoder.take(answer);
}

std::optional<std::int64_t> count_of(const BatteryState& state, std::size_t signal) {
    std::optional<std::int64_t> result;
    each_signal(state, [&]<class T>(std::size_t index, const Maybe<T>& value) {
        if (index != signal || !value)
            return;
        if constexpr (requires { value->value.count; })
            result = value->value.count;
        else if constexpr (std::is_same_v<T, bool>)
            result = value->value ? 1 : 0;
    });
    return result;
}

Inverse::Inverse(const Bound& bound, RawValues base)
    : bound_{bound}
    , base_{std::move(base)}
    , state_{update_of(bound, base_).state}
    , slot_routes_(bound.slots().size()) {
    base_.resize(bound.slots().size());
    find_runs();
    for (std::size_t signal = 0; signal < plain_signals; ++signal) {
        if (!count_of(state_, signal))
            continue;
        // Of several points the one that decides on it in the finest steps: others count packs, say.
        for (std::size_t slot = 0; slot < base_.size(); ++slot) {
            const auto route = route_to(signal, slot);
            if (route && (!routes_[signal] || step_of(*route) < step_of(*routes_[signal])))
                routes_[signal] = route;
        }
    }
}

/// Fine units of one count.
double Inverse::step_of(const Route& route) const {
    const double one = route.real ? 0.0 : one_count(*bound_.slots()[route.slot].point);
    return std::abs(one * route.rise / route.run);
}

/// A run may have elements for cells that this battery does not have.
bool Inverse::matters(const Route& route) const {
    constexpr std::int64_t much = 500; // mV, or 0.5 degC
    for (const std::int64_t change : {much, -much}) {
        RawValues raws = base_;
        if (!follow(raws, route, std::llround(route.count0) + change))
            continue;
        const BatteryState state = update_of(bound_, raws).state;
        bool differs = false;
        for (std::size_t signal = 0; signal < plain_signals; ++signal)
            differs = differs || count_of(state, signal) != count_of(state_, signal);
        if (differs)
            return true;
    }
    return false;
}

void Inverse::find_runs() {
    const auto collect = [&](std::vector<std::size_t>& slots, Dimension dimension, auto... names) {
        SignalSet wanted;
        for (const std::string_view name : {std::string_view{names}...})
            for (std::size_t i = 0; i < bound_.signals().size(); ++i)
                if (bound_.signals()[i]->index == signal_index(name))
                    wanted.set(i);
        for (std::size_t slot = 0; slot < base_.size(); ++slot) {
            const Point& point = *bound_.slots()[slot].point;
            if (!point.run || point.exponent || point.unit.dimension != dimension || !base_[slot] ||
                (bound_.signals_of_slot()[slot] & wanted).none() || !quantity(point, *base_[slot]))
                continue;
            slot_routes_[slot] = route_to_slot(slot);
            if (slot_routes_[slot] && matters(*slot_routes_[slot]))
                slots.push_back(slot);
        }
    };
    collect(cells_, Dimension::voltage, "cell_voltage_min", "cell_voltage_max", "voltage");
    collect(sensors_, Dimension::temperature, "cell_temperature_min", "cell_temperature_max", "temperature");
    // What changes while it lives: heartbeats, and time stamps that others are fresh by.
    std::set<std::size_t> stamps;
    for (const Bound::SlotPlan& slot : bound_.slots())
        if (slot.point->fresh_by)
            stamps.insert(*slot.point->fresh_by);
    for (std::size_t slot = 0; slot < base_.size(); ++slot) {
        const Bound::SlotPlan& plan = bound_.slots()[slot];
        if ((plan.point->heartbeat > Duration{} || stamps.contains(plan.index)) && number_of(base_[slot]))
            heartbeats_.push_back(slot);
    }
}

std::optional<Inverse::Route> Inverse::route_to_slot(std::size_t slot) const {
    const Point& point = *bound_.slots()[slot].point;
    const auto raw0 = number_of(base_[slot]);
    const auto count0 = raw0 ? quantity(point, *base_[slot]) : std::nullopt;
    if (!count0)
        return std::nullopt;
    const bool real = std::holds_alternative<double>(*base_[slot]);
    for (const double step : steps) {
        const double run = step * one_count(point);
        if (!fits(point, *raw0 + run, real))
            continue;
        const auto count = quantity(point, raw_of(*raw0 + run, real));
        if (count && *count != *count0)
            return Route{
                slot, *raw0, static_cast<double>(*count0), run, static_cast<double>(*count - *count0), real};
    }
    return std::nullopt;
}

std::optional<Inverse::Route> Inverse::route_to(std::size_t signal, std::size_t slot) const {
    const Point& point = *bound_.slots()[slot].point;
    const auto raw0 = number_of(base_[slot]);
    if (!raw0 || point.run || !point.words.empty())
        return std::nullopt;
    const SignalSet& signals = bound_.signals_of_slot()[slot];
    const auto& list = bound_.signals();
    bool needed = false;
    for (std::size_t i = 0; i < list.size(); ++i)
        needed = needed || (signals.test(i) && list[i]->index == signal);
    if (!needed)
        return std::nullopt;
    const auto count0 = count_of(state_, signal);
    const bool real = std::holds_alternative<double>(*base_[slot]);
    const auto count_at = [&](double raw) {
        RawValues raws = base_;
        raws[slot] = raw_of(raw, real);
        return count_of(update_of(bound_, raws).state, signal);
    };
    for (const double step : steps) {
        const double run = step * one_count(point);
        if (!fits(point, *raw0 + run, real))
            continue;
        const auto count = count_at(*raw0 + run);
        if (!count || *count == *count0)
            continue;
        const Route route{
            slot, *raw0, static_cast<double>(*count0), run, static_cast<double>(*count - *count0), real};
        // A straight line also half way, or it is an expression that only looks like one.
        const double half = std::round(step / 2) * one_count(point);
        const auto middle = count_at(*raw0 + half);
        const double expected = route.count0 + half * route.rise / route.run;
        const double tolerance = std::abs(route.rise / route.run) + 1;
        if (middle && std::abs(static_cast<double>(*middle) - expected) <= tolerance)
            return route;
    }
    return std::nullopt;
}

bool Inverse::follow(RawValues& raws, const Route& route, std::int64_t count) const {
    const Point& point = *bound_.slots()[route.slot].point;
    double raw = route.raw0 + (static_cast<double>(count) - route.count0) * route.run / route.rise;
    if (!route.real) {
        const double one = one_count(point);
        raw = route.raw0 + std::round((raw - route.raw0) / one) * one;
    }
    if (!std::isfinite(raw) || !fits(point, raw, route.real))
        return false;
    raws.at(route.slot) = raw_of(raw, route.real);
    return true;
}

bool Inverse::set(RawValues& raws, std::size_t signal, std::int64_t count) const {
    if (const auto& route = routes_.at(signal))
        return follow(raws, *route, count);
    if (signal >= plain_signals ||
        std::holds_alternative<Maybe<bool> BatteryState::*>(signals()[signal].field))
        return set_switch(raws, signal, count != 0);
    return false;
}

std::int64_t Inverse::resolution(std::size_t signal) const {
    const auto& route = routes_.at(signal);
    return route ? std::max<std::int64_t>(1, std::llround(step_of(*route))) : 0;
}

bool Inverse::set_slot(RawValues& raws, std::size_t slot, std::int64_t count) const {
    const auto& route = slot_routes_.at(slot);
    return route && follow(raws, *route, count);
}

/// Bits, words and small numbers, one after the other, until the signal is what it should be.
bool Inverse::set_switch(RawValues& raws, std::size_t signal, bool on) const {
    const auto is_right = [&](const RawValues& tried) {
        const auto count = count_of(update_of(bound_, tried).state, signal);
        return count && (*count != 0) == on;
    };
    if (is_right(raws))
        return true;
    const auto& list = bound_.signals();
    for (std::size_t slot = 0; slot < base_.size(); ++slot) {
        const SignalSet& set = bound_.signals_of_slot()[slot];
        bool needed = false;
        for (std::size_t i = 0; i < list.size(); ++i)
            needed = needed || (set.test(i) && list[i]->index == signal);
        const auto* now = raws[slot] ? std::get_if<std::int64_t>(&*raws[slot]) : nullptr;
        if (!needed || now == nullptr)
            continue;
        for (const std::int64_t value : other_states(*bound_.slots()[slot].point, *now)) {
            RawValues tried = raws;
            tried[slot] = RawValue{value};
            if (is_right(tried)) {
                raws = std::move(tried);
                return true;
            }
        }
    }
    return false;
}

std::vector<std::size_t> Inverse::state_slots() const {
    const CurrentSign& sign = bound_.mapping().content().sign;
    Needs needs;
    for (const ValuePtr* value : {&sign.charging, &sign.discharging})
        if (*value)
            (*value)->add_needs(needs);
    std::set<std::size_t> slots;
    for (const std::size_t point : needs.points)
        if (const SlotRange& range = bound_.points()[point]; range.count == 1)
            slots.insert(range.first);
    return {slots.begin(), slots.end()};
}

bool Inverse::agree_with_current(RawValues& raws) const {
    const auto is_right = [&](const Update& update) {
        return update.sign_contradiction.empty() && update.state.current.has_value();
    };
    const Update now = update_of(bound_, raws);
    if (is_right(now))
        return true;
    // A state that changes nothing else, if there is one: others are faults.
    for (const bool alone : {true, false})
        for (const std::size_t slot : state_slots()) {
            const auto* raw = raws[slot] ? std::get_if<std::int64_t>(&*raws[slot]) : nullptr;
            if (raw == nullptr)
                continue;
            for (const std::int64_t value : other_states(*bound_.slots()[slot].point, *raw)) {
                RawValues tried = raws;
                tried[slot] = RawValue{value};
                const Update update = update_of(bound_, tried);
                if (is_right(update) && (!alone || update.state == now.state)) {
                    raws = std::move(tried);
                    return true;
                }
            }
        }
    return false;
}

} // namespace retrocan::mapping
