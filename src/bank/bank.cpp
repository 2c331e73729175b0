// SPDX-License-Identifier: Apache-2.0
#include "bank/bank.h"

#include "bank/merge.h"
#include "core/unit.h"

#include <algorithm>
#include <cassert>

namespace retrocan::bank {

namespace {

using policy::Limits;
using policy::PackState;

constexpr std::int64_t tenth = 100; // mV

View alone(const Member& member) {
    View view{.state = member.state,
              .reason = std::string{member.reason},
              .alive_until = member.alive_until,
              .values = member.values,
              .limits = {},
              .alarms = member.alarms,
              .objections = {},
              .counts = {member.state == PackState::running}};
    if (member.state == PackState::running && member.limits != nullptr)
        view.limits = *member.limits;
    return view;
}

/// The limit that was in force, if `now` would be a rise.
template <class Q>
void keep_down(policy::Limit<Q>& now, const policy::Limit<Q>& before, const std::string& why) {
    if (before.value < now.value)
        now = {before.value, {"bank", why, {}}};
}

void object_to_capacities(std::span<const Part> parts, std::vector<std::string>& objections) {
    std::string unknown;
    for (const Part& part : parts)
        if (!capacity_of(*part.member))
            unknown += (unknown.empty() ? "" : ", ") + std::string{part.member->name};
    if (!unknown.empty())
        objections.push_back("capacity unknown: " + unknown +
                             "; every battery counts the same in SOC and limits");
}

} // namespace

Bank::Bank(const BankSettings& settings, std::size_t members)
    : settings_{settings}, members_{members}, membership_{settings, members}, sharing_{members} {
    assert(members >= 1 && members <= most_members);
}

View Bank::look(std::span<const Member> members, TimePoint now) {
    assert(members.size() == members_);
    if (members_ == 1)
        return alone(members.front());

    Attendance who = membership_.look(members, now);
    View view;
    view.state = who.state;
    view.reason = who.reason;
    view.counts = who.counts;
    view.objections = who.objections;
    if (view.state != PackState::running) {
        last_.reset();
        sharing_.forget();
        apart_ = false;
        return view;
    }

    const std::vector<Part> parts = parts_of(members, who.counts);
    view.alive_until = TimePoint::max();
    for (const Part& part : parts)
        view.alive_until = std::min(view.alive_until, part.member->alive_until);
    view.values = merged(members, parts, now);
    view.alarms = merged_alarms(members, who.missing.has_value(), now);
    object_to_capacities(parts, view.objections);
    look_at_spread(parts, view.objections);

    Limits limits = sharing_.limits(parts, view.objections);
    hold_back(limits, who, members);
    last_ = limits;
    view.limits = std::move(limits);
    return view;
}

/// What a missing battery means for the limits of the others.
void Bank::hold_back(Limits& limits, const Attendance& who, std::span<const Member> members) const {
    if (!who.missing)
        return;
    const std::string missing = std::string{members[*who.missing].name} + " is missing";
    if (settings_.hold) {
        const Voltage hold{settings_.hold->count / tenth * tenth};
        keep_down(limits.cvl, {hold, {}}, missing + ": hold voltage " + to_text(hold));
    }
    if (!who.held_until || !last_)
        return;
    const std::string why = missing + ": no limit rises for " + to_text(settings_.grace);
    keep_down(limits.cvl, last_->cvl, why);
    keep_down(limits.ccl, last_->ccl, why);
    keep_down(limits.dcl, last_->dcl, why);
    limits.discharge_voltage = std::max(limits.discharge_voltage, last_->discharge_voltage);
}

/// Connected batteries have one voltage, but for their cables: a large difference is a wrong reading, a bad
/// contact, or a battery that is not connected. Told until it has fallen to four fifths.
void Bank::look_at_spread(std::span<const Part> parts, std::vector<std::string>& objections) {
    const Part* low = nullptr;
    const Part* high = nullptr;
    for (const Part& part : parts) {
        const auto& voltage = part.member->values.voltage;
        if (!voltage || switched_off(*part.member))
            continue;
        if (low == nullptr || voltage->value < low->member->values.voltage->value)
            low = &part;
        if (high == nullptr || voltage->value > high->member->values.voltage->value)
            high = &part;
    }
    const Voltage spread = low != nullptr
                               ? high->member->values.voltage->value - low->member->values.voltage->value
                               : Voltage{0};
    const std::int64_t most = settings_.spread_warning.count;
    apart_ = spread.count > (apart_ ? most / 5 * 4 : most);
    if (apart_)
        objections.push_back(
            "voltages apart: " + std::string{high->member->name} + " has " +
            to_text(high->member->values.voltage->value) + ", " + std::string{low->member->name} + " " +
            to_text(low->member->values.voltage->value) + ", although they should be connected");
}

} // namespace retrocan::bank
