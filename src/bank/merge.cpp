// SPDX-License-Identifier: Apache-2.0
#include "bank/merge.h"

#include <algorithm>
#include <functional>
#include <string>

namespace retrocan::bank {

namespace {

__extension__ using Wide = __int128; // holds any sum of 32 products of two numbers

using B = BatteryState;

/// What one part tells of a quantity.
template <class T>
struct Told {
    const Part* part;
    Aged<T> signal;
};

/// `signal(member)` is the Maybe<T> that the member tells.
template <class T, class Signal>
std::vector<Told<T>> told(std::span<const Part> parts, Signal signal) {
    std::vector<Told<T>> result;
    result.reserve(parts.size());
    for (const Part& part : parts)
        if (const Maybe<T>& one = signal(*part.member))
            result.push_back({&part, *one});
    return result;
}

template <class T>
std::vector<Told<T>> told(std::span<const Part> parts, Maybe<T> B::*field) {
    return told<T>(parts, [field](const Member& member) { return member.values.*field; });
}

/// A value made of all that was told, which is not empty.
template <class T, class Ingredient>
Aged<T> made_of(const std::vector<Told<Ingredient>>& ingredients, T value) {
    Aged<T> result{std::move(value), TimePoint::max(), TimePoint::max()};
    for (const auto& one : ingredients) {
        result.oldest = std::min(result.oldest, one.signal.oldest);
        result.expires = std::min(result.expires, one.signal.expires);
    }
    return result;
}

/// Nothing unless each of `number` tells it.
template <class Q>
Maybe<Q> sum(const std::vector<Told<Q>>& all, std::size_t number) {
    if (all.empty() || all.size() < number)
        return std::nullopt;
    Q total;
    for (const auto& one : all)
        total = total + one.signal.value;
    return made_of(all, total);
}

/// Rounded to nearest, halves up.
template <class Q>
Maybe<Q> mean(const std::vector<Told<Q>>& all, bool by_weight) {
    if (all.empty())
        return std::nullopt;
    Wide sum = 0;
    Wide weights = 0;
    for (const auto& one : all) {
        const std::int64_t weight = by_weight ? one.part->weight : 1;
        sum += static_cast<Wide>(one.signal.value.count) * weight;
        weights += weight;
    }
    const Wide twice = 2 * sum + weights; // of the mean and a half, over 2 * weights
    const Wide remainder = (twice % (2 * weights) + 2 * weights) % (2 * weights);
    return made_of(all, Q{static_cast<std::int64_t>((twice - remainder) / (2 * weights))});
}

/// The first that no other comes before.
template <class Q, class Before>
const Told<Q>* extreme(const std::vector<Told<Q>>& all, Before before) {
    const auto found = std::min_element(all.begin(), all.end(), [before](const auto& a, const auto& b) {
        return before(a.signal.value, b.signal.value);
    });
    return found == all.end() ? nullptr : &*found;
}

template <class Q, class Before>
Maybe<Q> most(std::span<const Part> parts, Maybe<Q> B::*field, Before before) {
    const auto all = told(parts, field);
    const Told<Q>* found = extreme(all, before);
    return found != nullptr ? Maybe<Q>{made_of(all, found->signal.value)} : std::nullopt;
}

constexpr std::size_t longest_id = 8; // the text of 0x374 to 0x377

/// An extreme and where it is.
template <class Q, class Before>
void find_cell(B& result, std::span<const Part> parts, Maybe<Q> B::*field, Maybe<std::string> B::*id_field,
               Before before) {
    const auto all = told(parts, field);
    const Told<Q>* found = extreme(all, before);
    if (found == nullptr)
        return;
    result.*field = made_of(all, found->signal.value);
    std::string id = std::to_string(found->part->index + 1);
    Aged<std::string> where{{}, (result.*field)->oldest, (result.*field)->expires};
    if (const auto& own = found->part->member->values.*id_field; own && !own->value.empty()) {
        id += ':' + own->value;
        where.oldest = std::min(where.oldest, own->oldest);
        where.expires = std::min(where.expires, own->expires);
    }
    id.resize(std::min(id.size(), longest_id));
    where.value = std::move(id);
    result.*id_field = std::move(where);
}

/// True if one is; false only if each of `number` says so.
Maybe<bool> any(const std::vector<Told<bool>>& all, std::size_t number) {
    const bool yes = std::any_of(all.begin(), all.end(), [](const auto& one) { return one.signal.value; });
    if (all.empty() || (!yes && all.size() < number))
        return std::nullopt;
    return made_of(all, yes);
}

/// A part without a word about it is online while one of its switches is closed.
Maybe<bool> is_online(const Member& member) {
    const B& values = member.values;
    if (values.online || !values.charge_allowed || !values.discharge_allowed)
        return values.online;
    return Aged<bool>{values.charge_allowed->value || values.discharge_allowed->value,
                      std::min(values.charge_allowed->oldest, values.discharge_allowed->oldest),
                      std::min(values.charge_allowed->expires, values.discharge_allowed->expires)};
}

std::vector<Part> connected_ones(std::span<const Part> parts) {
    std::vector<Part> result;
    result.reserve(parts.size());
    std::copy_if(parts.begin(), parts.end(), std::back_inserter(result),
                 [](const Part& part) { return !switched_off(*part.member); });
    if (result.empty())
        result.assign(parts.begin(), parts.end());
    return result;
}

/// All members that run, whether they count or not.
std::vector<Part> living_ones(std::span<const Member> members, TimePoint now) {
    std::vector<Part> result;
    result.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i)
        if (lives(members[i], now))
            result.push_back({i, &members[i], 1});
    return result;
}

Maybe<Charge> installed(const Member& member, TimePoint now) {
    return member.capacity ? Maybe<Charge>{{*member.capacity, now, TimePoint::max()}}
                           : member.values.capacity;
}

Maybe<Charge> online_capacity(const Member& member, TimePoint now) {
    const Maybe<Charge> whole = installed(member, now);
    Maybe<Charge> online = member.values.capacity_online;
    if (online && whole)
        online->value = std::min(online->value, whole->value);
    return online ? online : whole;
}

void add_capacities(B& result, std::span<const Member> members, std::span<const Part> connected,
                    TimePoint now) {
    // Of one that does not run, only the owner's word is used.
    std::vector<Part> everybody(members.size());
    for (std::size_t i = 0; i < members.size(); ++i)
        everybody[i] = {i, &members[i], 1};
    const auto whole = [&](const Member& member) {
        return member.capacity || lives(member, now) ? installed(member, now) : std::nullopt;
    };
    result.capacity = sum(told<Charge>(everybody, whole), members.size());
    const auto online = [now](const Member& member) { return online_capacity(member, now); };
    result.capacity_online = sum(told<Charge>(connected, online), connected.size());
}

/// What a battery says of its modules; one that does not tell how many are online is one module.
void add_modules(B& result, std::span<const Member> members, std::span<const Part> parts, TimePoint now) {
    TimePoint oldest = now;
    TimePoint expires = TimePoint::max();
    const auto number = [&](const Maybe<Count>& told, std::int64_t otherwise) {
        if (!told)
            return otherwise;
        oldest = std::min(oldest, told->oldest);
        expires = std::min(expires, told->expires);
        return told->value.count;
    };
    std::int64_t online = 0;
    std::int64_t no_charge = 0;
    std::int64_t no_discharge = 0;
    auto offline = static_cast<std::int64_t>(members.size() - parts.size());
    for (const Part& part : parts) {
        const Member& member = *part.member;
        const B& values = member.values;
        const std::int64_t own = number(values.modules_online, 1);
        online += own;
        no_charge += number(values.modules_blocking_charge, charge_blocked(member) ? own : 0);
        no_discharge += number(values.modules_blocking_discharge, member.limits->discharge_blocked ? own : 0);
        offline += number(values.modules_offline, 0);
        expires = std::min(expires, member.alive_until);
    }
    const auto aged = [&](std::int64_t count) { return Aged<Count>{{count}, oldest, expires}; };
    result.modules_online = aged(online);
    result.modules_blocking_charge = aged(no_charge);
    result.modules_blocking_discharge = aged(no_discharge);
    result.modules_offline = aged(offline);
}

template <class T>
void take_first(B& result, std::span<const Part> parts, Maybe<T> B::*field) {
    const auto all = told(parts, field);
    if (!all.empty())
        result.*field = all.front().signal;
}

void add_names(B& result, std::span<const Part> living) {
    for (const auto field : {&B::manufacturer, &B::name, &B::family, &B::serial})
        take_first(result, living, field);
    take_first(result, living, &B::firmware);
}

/// Yes if one says yes, no if one says no, else nothing.
void add_pairs(PerAlarm<policy::AlarmPair>& result, const PerAlarm<policy::AlarmPair>& more) {
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        if (more[i])
            result[i] = result[i].value_or(false) || *more[i];
}

} // namespace

std::optional<Charge> capacity_of(const Member& member) {
    std::optional<Charge> capacity = member.capacity;
    if (!capacity && member.values.capacity_online)
        capacity = member.values.capacity_online->value;
    else if (!capacity && member.values.capacity)
        capacity = member.values.capacity->value;
    return capacity && *capacity > Charge{0} ? capacity : std::nullopt;
}

std::vector<Part> parts_of(std::span<const Member> members, const std::vector<bool>& counts) {
    std::vector<Part> parts;
    parts.reserve(members.size());
    bool all_known = true;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!counts[i])
            continue;
        const auto capacity = capacity_of(members[i]);
        all_known = all_known && capacity;
        parts.push_back({i, &members[i], capacity.value_or(Charge{1}).count});
    }
    if (!all_known)
        for (Part& part : parts)
            part.weight = 1;
    return parts;
}

BatteryState merged(std::span<const Member> members, std::span<const Part> parts, TimePoint now) {
    const std::vector<Part> connected = connected_ones(parts);
    const std::vector<Part> living = living_ones(members, now);
    B result;
    result.current = sum(told(parts, &B::current), parts.size());
    result.capacity_remaining = sum(told(parts, &B::capacity_remaining), parts.size());
    result.voltage = mean(told<Voltage>(connected, &B::voltage), false);
    result.soc = mean(told<Percent>(connected, &B::soc), true);
    result.soh = most(parts, &B::soh, std::less{});
    result.temperature = most(parts, &B::temperature, std::greater{});
    result.mosfet_temperature = most(parts, &B::mosfet_temperature, std::greater{});

    // A battery with both switches open is no part of what is steered: its resting cells say nothing.
    const std::span<const Part> in_circuit = connected.empty() ? parts : std::span<const Part>{connected};
    find_cell(result, in_circuit, &B::cell_voltage_min, &B::cell_voltage_min_id, std::less{});
    find_cell(result, in_circuit, &B::cell_voltage_max, &B::cell_voltage_max_id, std::greater{});
    find_cell(result, parts, &B::cell_temperature_min, &B::cell_temperature_min_id, std::less{});
    find_cell(result, parts, &B::cell_temperature_max, &B::cell_temperature_max_id, std::greater{});

    result.charge_allowed = any(told(parts, &B::charge_allowed), parts.size());
    result.discharge_allowed = any(told(parts, &B::discharge_allowed), parts.size());
    result.online = any(told<bool>(parts, is_online), parts.size());
    result.force_charge = any(told(parts, &B::force_charge), 1);
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        const auto alarm = [i](const Member& member) { return member.values.alarms[i]; };
        const auto warning = [i](const Member& member) { return member.values.warnings[i]; };
        result.alarms[i] = any(told<bool>(living, alarm), 1);
        result.warnings[i] = any(told<bool>(living, warning), 1);
    }

    add_capacities(result, members, connected, now);
    result.energy_in = sum(told<Energy>(living, &B::energy_in), members.size());
    result.energy_out = sum(told<Energy>(living, &B::energy_out), members.size());
    add_modules(result, members, parts, now);
    add_names(result, living);
    return result;
}

policy::AlarmPairs merged_alarms(std::span<const Member> members, bool missing, TimePoint now) {
    policy::AlarmPairs result;
    for (const Member& member : members)
        if (lives(member, now)) {
            add_pairs(result.alarms, member.alarms.alarms);
            add_pairs(result.warnings, member.alarms.warnings);
        }
    if (missing)
        result.warnings[static_cast<std::size_t>(AlarmKind::internal)] = true;
    return result;
}

} // namespace retrocan::bank
