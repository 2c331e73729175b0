// SPDX-License-Identifier: Apache-2.0
#include "policy/limits.h"

#include "core/unit.h"

#include <algorithm>
#include <cassert>

namespace retrocan::policy {

namespace {

using B = BatteryState;

constexpr Percent all{100'00};
constexpr Duration confirmation = std::chrono::seconds{1};

/// What an active alarm stops. Temperatures, currents and voltages act on the side that they are about; a
/// warning acts on nothing.
struct AlarmEffect {
    bool charge{};
    bool discharge{};
};

constexpr AlarmEffect effect_of(AlarmKind kind) {
    switch (kind) {
    case AlarmKind::high_voltage:
    case AlarmKind::low_temperature:
    case AlarmKind::high_charge_temperature:
    case AlarmKind::low_charge_temperature:
    case AlarmKind::high_charge_current:
        return {.charge = true, .discharge = false};
    case AlarmKind::low_voltage:
        return {.charge = false, .discharge = true};
    case AlarmKind::high_temperature:
    case AlarmKind::contactor:
    case AlarmKind::short_circuit:
    case AlarmKind::internal:
        return {.charge = true, .discharge = true};
    case AlarmKind::general:      // says nothing about what is wrong
    case AlarmKind::high_current: // is over once the current is: a 0 would only swing
    case AlarmKind::cell_imbalance:
        break;
    }
    return {};
}

/// The lowest of the limiters of one limit: the first of equals wins.
template <class Q>
void add(Limit<Q>& lowest, Q value, std::string_view limiter, std::string input,
         std::string_view signal = {}) {
    if (value < lowest.value)
        lowest = {value, {limiter, std::move(input), signal}};
}

bool provides(const LimitPolicy& policy, std::string_view signal) {
    const auto index = signal_index(signal);
    assert(index);
    return policy.provided.test(*index);
}

/// `share` of `ceiling`, rounded down.
Current part(Current ceiling, Percent share) {
    return {ceiling.count * share.count / all.count};
}

std::string asks_for(const auto& value) {
    return "the battery asks for " + to_text(value);
}

template <class Q>
void add_stand_in(Limit<Q>& lowest, Q value) {
    add(lowest, value, "when_missing", "the battery does not say; the owner wrote " + to_text(value));
}

/// The first active alarm that stops this side.
std::optional<AlarmKind> stopping(const B& state, bool charge) {
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        const auto kind = static_cast<AlarmKind>(i);
        const AlarmEffect effect = effect_of(kind);
        if ((charge ? effect.charge : effect.discharge) && state.alarms[i] && state.alarms[i]->value)
            return kind;
    }
    return std::nullopt;
}

std::string alarm_text(AlarmKind kind) {
    return "the battery's alarm \"" + std::string{to_text(kind)} + "\" is active";
}

bool any_alarm(const B& state) {
    return std::ranges::any_of(state.alarms, [](const Maybe<bool>& alarm) { return alarm && alarm->value; });
}

bool is_open(const Maybe<bool>& closed) {
    return closed && !closed->value;
}

template <class Q>
void lower_one(Limit<Q>& in_force, const Limit<Q>& latest) {
    if (latest.value < in_force.value)
        in_force = latest;
}

} // namespace

/// What one curve gives.
struct Limiters::Shares {
    struct One {
        LimiterKind kind{};
        Percent share;
        std::string input; ///< for people
        std::string_view signal;
    };
    std::vector<One> below; ///< those under 100 %
    bool complete{true};
};

Limiters::Limiters(const LimitPolicy& policy) : policy_{policy} {}

void Limiters::forget() {
    latched_ = {};
    dcl_request_.reset();
    zero_since_.reset();
}

std::optional<TimePoint> Limiters::next() const {
    return zero_since_ ? std::optional{*zero_since_ + confirmation} : std::nullopt;
}

Percent Limiters::latch(LimiterKind kind, Percent share) {
    std::optional<Percent>& latched = latched_[static_cast<std::size_t>(kind)];
    if (share == all)
        latched.reset();
    else
        latched = latched ? std::min(*latched, share) : share;
    return latched.value_or(all);
}

Limiters::Shares Limiters::shares(const B& state) {
    Shares result;
    for (const Limiter& limiter : policy_.limiters) {
        const auto signal = input_of(limiter.kind, policy_.provided);
        auto value = signal ? number_of(state, *signal) : std::nullopt;
        std::string_view name = signal ? signals()[*signal].name : info(limiter.kind).signal;
        if (!value && info(limiter.kind).dimension == Dimension::temperature &&
            policy_.when_missing.temperature)
            value = policy_.when_missing.temperature->count;
        if (!value && !limiter.when_missing) {
            result.complete = false;
            continue;
        }
        const Percent share =
            value ? latch(limiter.kind, share_at(limiter.curve, *value)) : *limiter.when_missing;
        if (share == all)
            continue;
        std::string input{name};
        if (value)
            input += " " + to_text(Amount{info(limiter.kind).dimension, *value});
        else
            input += " is not told";
        result.below.push_back({limiter.kind, share, input + ": " + to_text(share), name});
    }
    return result;
}

Limits Limiters::judge(const B& state, TimePoint now) {
    const Shares by_curve = shares(state);
    Limits limits;
    limits.complete = by_curve.complete;
    limits.cvl = {policy_.envelope.cvl_ceiling,
                  {"envelope", "ceiling " + to_text(policy_.envelope.cvl_ceiling), {}}};
    if (state.cvl)
        add(limits.cvl, state.cvl->value, "battery", asks_for(state.cvl->value), "cvl");
    else if (policy_.when_missing.cvl)
        add_stand_in(limits.cvl, *policy_.when_missing.cvl);
    else if (provides(policy_, "cvl"))
        limits.complete = false;
    judge_charging(state, by_curve, limits);
    judge_discharging(state, by_curve, confirmed_request(state.dcl, now), limits);
    if (policy_.discharge_voltage)
        limits.discharge_voltage = *policy_.discharge_voltage;
    else if (state.discharge_voltage)
        limits.discharge_voltage = state.discharge_voltage->value;
    return limits;
}

void Limiters::judge_charging(const B& state, const Shares& by_curve, Limits& limits) const {
    const Current ceiling = policy_.envelope.ccl_ceiling;
    Limit<Current>& ccl = limits.ccl;
    ccl = {ceiling, {"envelope", "ceiling " + to_text(ceiling), {}}};
    if (is_open(state.charge_allowed)) {
        add(ccl, Current{0}, "charge switch", "the battery's charge switch is open", "charge_allowed");
        limits.charging = Charging::blocked;
    } else if (!state.charge_allowed && provides(policy_, "charge_allowed")) {
        limits.complete = false;
    }
    const auto alarm = policy_.alarms_limit ? stopping(state, true) : std::nullopt;
    if (alarm)
        add(ccl, Current{0}, "alarm", alarm_text(*alarm), to_text(*alarm));
    bool by_temperature = false;
    for (const Shares::One& one : by_curve.below) {
        if (!info(one.kind).charge)
            continue;
        by_temperature = by_temperature || info(one.kind).dimension == Dimension::temperature;
        add(ccl, part(ceiling, one.share), info(one.kind).name, one.input, one.signal);
    }
    const bool prohibited = ccl.value == Current{0};

    if (state.ccl) {
        const bool top = state.soc && state.soc->value >= policy_.full_soc;
        const bool top_cell = policy_.full_cell && state.cell_voltage_max &&
                              state.cell_voltage_max->value >= *policy_.full_cell;
        const bool full = state.ccl->value == Current{0} && policy_.ccl_zero == CclZero::hold &&
                          (top || top_cell) && !is_open(state.charge_allowed) && !any_alarm(state) &&
                          !by_temperature;
        if (full) {
            const auto capacity = policy_.capacity ? policy_.capacity
                                  : state.capacity ? std::optional{state.capacity->value}
                                                   : std::nullopt;
            add(ccl, hold_current(capacity), "full", "the battery is full and asks for no more", "ccl");
            if (!prohibited)
                limits.charging = Charging::full;
        } else {
            add(ccl, state.ccl->value, "battery", asks_for(state.ccl->value), "ccl");
        }
    } else if (policy_.when_missing.ccl) {
        add_stand_in(ccl, *policy_.when_missing.ccl);
    } else if (provides(policy_, "ccl")) {
        limits.complete = false;
    }
    if (ccl.value == Current{0} && limits.charging == Charging::allowed && ceiling > Current{0})
        limits.charging = Charging::prohibited;
}

void Limiters::judge_discharging(const B& state, const Shares& by_curve, std::optional<Current> request,
                                 Limits& limits) const {
    const Current ceiling = policy_.envelope.dcl_ceiling;
    const Current least = std::min(policy_.dcl_min, ceiling);
    Limit<Current>& dcl = limits.dcl;
    dcl = {ceiling, {"envelope", "ceiling " + to_text(ceiling), {}}};
    if (is_open(state.discharge_allowed)) {
        add(dcl, Current{0}, "discharge switch", "the battery's discharge switch is open",
            "discharge_allowed");
        limits.discharge_blocked = true;
    } else if (!state.discharge_allowed && provides(policy_, "discharge_allowed")) {
        limits.complete = false;
    }
    if (const auto alarm = policy_.alarms_limit ? stopping(state, false) : std::nullopt)
        add(dcl, Current{0}, "alarm", alarm_text(*alarm), to_text(*alarm));
    for (const Shares::One& one : by_curve.below) {
        if (info(one.kind).charge)
            continue;
        const bool zero = one.share == Percent{0} && info(one.kind).may_be_zero;
        add(dcl, zero ? Current{0} : std::max(part(ceiling, one.share), least), info(one.kind).name,
            one.input, one.signal);
    }
    if (request)
        add(dcl, *request, "battery", asks_for(*request), "dcl");
    else if (provides(policy_, "dcl"))
        limits.complete = false;
}

/// The battery's DCL. A 0 that comes alone is believed once a later reading says it too, or none has said
/// otherwise for a second: until then the one before counts.
std::optional<Current> Limiters::confirmed_request(const Maybe<Current>& dcl, TimePoint now) {
    if (!dcl) {
        if (zero_since_ && now - *zero_since_ >= confirmation)
            return Current{0};
        return zero_since_ ? dcl_request_ : std::nullopt;
    }
    if (dcl->value > Current{0}) {
        zero_since_.reset();
        dcl_request_ = dcl->value;
        return dcl->value;
    }
    if (!dcl_request_) // nothing else was ever said
        return Current{0};
    if (!zero_since_) {
        zero_since_ = now;
        zero_read_ = dcl->oldest;
    }
    if (dcl->oldest > zero_read_ || now - *zero_since_ >= confirmation) {
        zero_since_.reset();
        dcl_request_.reset();
        return Current{0};
    }
    return dcl_request_;
}

Limits lowered(Limits in_force, const Limits& latest) {
    lower_one(in_force.cvl, latest.cvl);
    lower_one(in_force.ccl, latest.ccl);
    lower_one(in_force.dcl, latest.dcl);
    if (latest.charging > in_force.charging)
        in_force.charging = latest.charging;
    in_force.discharge_blocked = in_force.discharge_blocked || latest.discharge_blocked;
    return in_force;
}

bool within(const Limits& limits, const Envelope& envelope) {
    const auto inside = [](auto low, auto value, auto high) { return low <= value && value <= high; };
    const bool no_charge = limits.charging == Charging::prohibited || limits.charging == Charging::blocked;
    const Voltage floor = no_charge ? envelope.cvl_floor_prohibited : envelope.cvl_floor;
    return limits.cvl.value > Voltage{0} && inside(floor, limits.cvl.value, envelope.cvl_ceiling) &&
           inside(Current{0}, limits.ccl.value, envelope.ccl_ceiling) &&
           inside(Current{0}, limits.dcl.value, envelope.dcl_ceiling);
}

Current hold_current(std::optional<Charge> capacity) {
    constexpr Charge assumed{100'000};
    return {capacity.value_or(assumed).count / 20};
}

} // namespace retrocan::policy
