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
constexpr std::int64_t temperature_hysteresis = 3'000; // thousandths of a degree
constexpr Duration longest_stop = std::chrono::minutes{10};
constexpr Percent restart_rise{2'00};
constexpr Current least_on_bus{100}; // below it 0x351 says 0

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

std::string alarm_text(AlarmKind kind) {
    return "the battery's alarm \"" + std::string{to_text(kind)} + "\" is active";
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
    alarms_.reset();
}

std::optional<TimePoint> Limiters::next() const {
    return zero_since_ ? std::optional{*zero_since_ + confirmation} : std::nullopt;
}

Percent Limiters::latch(const Limiter& limiter, std::int64_t input, bool good) {
    std::optional<Percent>& latched = latched_[static_cast<std::size_t>(limiter.kind)];
    const Percent share = share_at(limiter.curve, input);
    if (share == all && good)
        latched.reset();
    if (share < all)
        latched = latched ? std::min(*latched, share) : share;
    if (latched && good && info(limiter.kind).dimension == Dimension::temperature) {
        const bool falls = limiter.curve.front().share > limiter.curve.back().share;
        const std::int64_t worse = input + (falls ? temperature_hysteresis : -temperature_hysteresis);
        latched = std::max(*latched, share_at(limiter.curve, worse));
    }
    return latched.value_or(all);
}

Limiters::Shares Limiters::shares(const B& state, bool good) {
    Shares result;
    for (const Limiter& limiter : policy_.limiters) {
        const LimiterInfo& about = info(limiter.kind);
        const auto signal = input_of(limiter.kind, policy_.provided);
        const std::string_view name = signal ? signals()[*signal].name : about.signal;
        auto value = signal ? number_of(state, *signal) : std::nullopt;
        if (!signal && about.stand_in == "temperature" && policy_.when_missing.temperature)
            value = policy_.when_missing.temperature->count;
        if (!value && !limiter.when_missing) {
            result.complete = false;
            continue;
        }
        const Percent latched = latched_[static_cast<std::size_t>(limiter.kind)].value_or(all);
        const Percent share = value ? latch(limiter, *value, good) : std::min(latched, *limiter.when_missing);
        if (share == all)
            continue;
        std::string input{name};
        if (value)
            input += " " + to_text(Amount{about.dimension, *value});
        else
            input += " is not told";
        input += ": " + to_text(share);
        if (value && share < share_at(limiter.curve, *value))
            input += ", where it was, until it is well again";
        result.below.push_back({limiter.kind, share, std::move(input), name});
    }
    return result;
}

/// An alarm counts until it is seen to be over.
void Limiters::see_alarms(const B& state) {
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        if (state.alarms[i])
            alarms_.set(i, state.alarms[i]->value);
}

/// The first active alarm that stops this side.
std::optional<AlarmKind> Limiters::stopping(bool charge) const {
    for (std::size_t i = 0; policy_.alarms_limit && i < alarm_kinds; ++i) {
        const auto kind = static_cast<AlarmKind>(i);
        const AlarmEffect effect = effect_of(kind);
        if ((charge ? effect.charge : effect.discharge) && alarms_.test(i))
            return kind;
    }
    return std::nullopt;
}

Limits Limiters::judge(const B& state, TimePoint now, bool good) {
    see_alarms(state);
    const Shares by_curve = shares(state, good);
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
    wait_for_restart(state, limits, now, good);
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
    if (const auto alarm = stopping(true))
        add(ccl, Current{0}, "alarm", alarm_text(*alarm), to_text(*alarm));
    const auto capacity = policy_.capacity ? policy_.capacity
                          : state.capacity ? std::optional{state.capacity->value}
                                           : std::nullopt;
    const Current hold = hold_current(capacity);
    bool by_temperature = false; // so much that a full battery could not be told
    for (const Shares::One& one : by_curve.below) {
        if (!info(one.kind).charge)
            continue;
        by_temperature = by_temperature || (info(one.kind).dimension == Dimension::temperature &&
                                            part(ceiling, one.share) < hold);
        add(ccl, part(ceiling, one.share), info(one.kind).name, one.input, one.signal);
    }
    const bool prohibited = ccl.value == Current{0};

    if (state.ccl) {
        const bool top = state.soc && state.soc->value >= policy_.full_soc;
        const bool top_cell = policy_.full_cell && state.cell_voltage_max &&
                              state.cell_voltage_max->value >= *policy_.full_cell;
        const bool full = state.ccl->value == Current{0} && policy_.ccl_zero == CclZero::hold &&
                          (top || top_cell) && !is_open(state.charge_allowed) && alarms_.none() &&
                          !by_temperature;
        if (full) {
            add(ccl, hold, "full", "the battery is full and asks for no more", "ccl");
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
    if (ccl.value == Current{0} && limits.charging == Charging::allowed)
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
    if (const auto alarm = stopping(false))
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
        if (!zero_since_)
            return std::nullopt;
        if (now - *zero_since_ < confirmation)
            return dcl_request_;
        zero_since_.reset();
        dcl_request_.reset();
        return Current{0};
    }
    if (dcl->value >= least_on_bus) {
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

/// After a DCL of 0 that no switch explains the inverter would start, the battery sag, and so on: it stays 0
/// up to a restart level.
void Limiters::wait_for_restart(const B& state, Limits& limits, TimePoint now, bool good) {
    if (limits.discharge_blocked)
        return;
    if (limits.dcl.value == Current{0}) {
        stopped_at_ = now;
        if (state.soc)
            stopped_soc_ = state.soc->value;
        return;
    }
    if (!stopped_at_)
        return;
    if (good && may_restart(state, now))
        stopped_at_.reset();
    else
        add(limits.dcl, Current{0}, "restart",
            "it was 0, and the battery is not yet above its restart level");
}

bool Limiters::may_restart(const B& state, TimePoint now) const {
    if (now - *stopped_at_ >= longest_stop)
        return true;
    const auto low = std::ranges::find(policy_.limiters, LimiterKind::cell_low, &Limiter::kind);
    if (low != policy_.limiters.end() && state.cell_voltage_min)
        return share_at(low->curve, state.cell_voltage_min->value.count) == all;
    return state.soc && state.soc->value >= stopped_soc_ + restart_rise;
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
    const Charge known = capacity && *capacity > Charge{0} ? *capacity : assumed;
    return {known.count / 20};
}

} // namespace retrocan::policy
