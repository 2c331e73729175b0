// SPDX-License-Identifier: Apache-2.0
#include "read_plan.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace retrocan::modbus {

namespace {

using adapter::Pace;

std::int64_t nanoseconds(Duration time) {
    return std::chrono::nanoseconds{time}.count();
}

} // namespace

ReadPlan::ReadPlan(std::span<const Element> elements, const Options& options, const Wire& wire)
    : elements_{elements}
    , options_{options}
    , wire_{wire}
    , atoms_{sort_out(elements, options)}
    , states_(atoms_.atoms.size())
    , turnaround_{wire.turnaround_guess} {
    for (std::size_t i = 0; i < states_.size(); ++i)
        states_[i].required = std::ranges::any_of(atoms_.atoms[i].elements,
                                                  [&](std::size_t e) { return elements_[e].required; });
    mark_unreadable();
    find_forbidden();
    plan();
}

/// A round would wait for these points for ever.
void ReadPlan::find_forbidden() {
    for (const Element& element : elements_) {
        const auto& procedure = element.manner.procedure;
        if (!procedure || procedure->may_run())
            continue;
        const auto same = std::ranges::find_if(forbidden_, [&](const Request& request) {
            return request.manner.procedure == procedure && request.unit == element.unit &&
                   request.pace == element.pace && request.period == element.period;
        });
        Request& request = same != forbidden_.end()
                               ? *same
                               : forbidden_.emplace_back(Request{.unit = element.unit,
                                                                 .answer_unit = {},
                                                                 .table = element.table,
                                                                 .model = {},
                                                                 .address = 0,
                                                                 .count = 0,
                                                                 .pace = element.pace,
                                                                 .period = element.period,
                                                                 .optional = element.optional,
                                                                 .manner = element.manner,
                                                                 .slots = {}});
        request.count =
            static_cast<std::uint16_t>(std::max<std::size_t>(request.count, element.address + element.width));
        request.slots.push_back(element.slot);
    }
}

/// Where the mapping says that a device answers nothing between two values.
void ReadPlan::mark_unreadable() {
    for (std::size_t i = 1; i < atoms_.atoms.size(); ++i) {
        if (!has_gap_before(i))
            continue;
        const AtomGroup& group = atoms_.groups[atoms_.atoms[i].group];
        const std::int64_t step = step_of(group.table, options_);
        const std::int64_t first = group.address + atoms_.atoms[i - 1].end * step;
        const std::int64_t end = group.address + atoms_.atoms[i].first * step;
        states_[i].cut_before = std::ranges::any_of(options_.unreadable, [&](const AddressRange& range) {
            return group.table == options_.table && !elements_[group.element].model && range.first < end &&
                   range.last >= first;
        });
    }
}

bool ReadPlan::has_gap_before(std::size_t atom) const {
    return atoms_.atoms[atom - 1].group == atoms_.atoms[atom].group &&
           atoms_.atoms[atom - 1].end < atoms_.atoms[atom].first;
}

ReadCost ReadPlan::cost_of(const AtomGroup& group) const {
    const Duration quiet = std::max(wire_.silence, elements_[group.element].manner.pause);
    const auto bytes = static_cast<std::int64_t>(wire_.request_overhead + wire_.answer_overhead);
    return {nanoseconds(turnaround_) + nanoseconds(quiet) + bytes * nanoseconds(wire_.byte_time),
            nanoseconds(wire_.byte_time)};
}

std::vector<Share> ReadPlan::shares() const {
    return best_shares(
        atoms_, [this](const AtomGroup& group) { return cost_of(group); },
        [this](std::size_t atom) { return states_[atom].standing != Standing::given_up; },
        [this](std::size_t atom) {
            return states_[atom].cut_before || states_[atom].standing == Standing::on_probation ||
                   states_[atom - 1].standing == Standing::on_probation;
        });
}

std::int64_t ReadPlan::cost_of(const std::vector<Share>& shares) const {
    std::int64_t sum = 0;
    for (const Share& share : shares) {
        const Atom& first = atoms_.atoms[share.first];
        const AtomGroup& group = atoms_.groups[first.group];
        std::int64_t end = first.end;
        for (std::size_t i = share.first; i <= share.last; ++i)
            end = std::max(end, atoms_.atoms[i].end);
        sum += cost_of(group).of(group.table, end - first.first);
    }
    return sum;
}

void ReadPlan::plan() {
    shares_ = shares();
    planned_turnaround_ = turnaround_;
    const std::vector<Request> before = std::exchange(requests_, {});
    heirs_.clear();
    live_requests_ = 0;
    requests_before_ = before.size();
    for (const Share& share : shares_) {
        requests_.push_back(request_of(share, atoms_, elements_, options_));
        const Request& request = requests_.back();
        const auto same = std::ranges::find(before, request.slots, &Request::slots);
        heirs_.push_back(same == before.end()
                             ? std::nullopt
                             : std::optional{static_cast<std::size_t>(same - before.begin())});
        live_requests_ += request.pace == Pace::live ? 1 : 0;
    }
    not_read_ = forbidden_;
    for (std::size_t i = 0; i < states_.size(); ++i)
        if (states_[i].standing == Standing::given_up)
            if (Request request = request_of({i, i}, atoms_, elements_, options_); request.pace == Pace::live)
                not_read_.push_back(std::move(request));
}

Duration ReadPlan::wire_time(std::size_t request) const {
    return std::chrono::ceil<Duration>(std::chrono::nanoseconds{cost_of({shares_[request]})});
}

Duration ReadPlan::round_time() const {
    std::vector<Share> live;
    for (std::size_t i = 0; i < shares_.size(); ++i)
        if (requests_[i].pace == Pace::live)
            live.push_back(shares_[i]);
    return std::chrono::ceil<Duration>(std::chrono::nanoseconds{cost_of(live)});
}

ReadPlan::Lesson ReadPlan::refused(std::size_t request, std::uint8_t code, TimePoint now) {
    const auto [first, last] = shares_[request];
    const std::string range = range_text(requests_[request], options_);
    bool split = false;
    for (std::size_t i = first + 1; i <= last; ++i)
        if (has_gap_before(i))
            split = states_[i].cut_before = true;
    if (split) {
        plan();
        return {true, "refuses " + range + " in one read (exception " + std::to_string(code) +
                          "): read in parts from now on, without the registers that nobody needs"};
    }
    if (first == last)
        return refused_alone(first, requests_[request], code, now);
    // Once for all halves that come of it.
    const bool is_half =
        states_[first].cut_before || (last + 1 < states_.size() && states_[last + 1].cut_before);
    states_[first + (last - first + 1) / 2].cut_before = true;
    plan();
    return {true, is_half ? ""
                          : "refuses " + range + " in one read (exception " + std::to_string(code) +
                                "): read in smaller parts from now on, to find out what it refuses"};
}

ReadPlan::Lesson ReadPlan::refused_alone(std::size_t atom, const Request& request, std::uint8_t code,
                                         TimePoint now) {
    AtomState& state = states_[atom];
    if (state.refusals++ == 0)
        state.answers_seen = answers_;
    const std::string what =
        "refuses " + range_text(request, options_) + " (exception " + std::to_string(code) + ")";
    if (state.standing == Standing::on_probation) {
        state.standing = Standing::given_up;
        state.look_at = now + look_again_after;
        plan();
        return {true, ""};
    }
    if (state.refusals < refusals_to_give_up ||
        answers_ == state.answers_seen) // it may refuse everything for a while
        return {};
    Lesson lesson;
    if (!std::exchange(state.told, true))
        lesson.remark =
            what + (state.required ? ": the battery cannot be run without it; asked for in every round"
                                   : ": its values are absent; tried again every 10 minutes");
    if (state.required)
        return lesson;
    state.standing = Standing::given_up;
    state.look_at = now + look_again_after;
    plan();
    lesson.changed = true;
    return lesson;
}

ReadPlan::Lesson ReadPlan::answered(std::size_t request) {
    ++answers_;
    const auto [first, last] = shares_[request];
    Lesson lesson;
    for (std::size_t i = first; i <= last; ++i) {
        AtomState& state = states_[i];
        state.refusals = 0;
        if (std::exchange(state.told, false))
            lesson.remark = "answers " + range_text(requests_[request], options_) + " now";
        if (state.standing == Standing::on_probation) {
            state.standing = Standing::good;
            lesson.changed = true;
        }
    }
    if (lesson.changed)
        plan();
    return lesson;
}

bool ReadPlan::learn(Duration turnaround) {
    constexpr std::uint32_t answers_between_plans = 32;
    constexpr std::int64_t memory = 8;                              // answers
    constexpr Duration small_change = std::chrono::milliseconds{1}; // no plan depends on less
    turnaround_ += (turnaround - turnaround_) / memory;
    if (++until_replan_ < answers_between_plans)
        return false;
    until_replan_ = 0;
    if (std::chrono::abs(turnaround_ - planned_turnaround_) < small_change)
        return false;
    std::vector<Share> better = shares();
    if (cost_of(better) * 50 > cost_of(shares_) * 49) // by less than 2 %
        return false;
    plan();
    return true;
}

TimePoint ReadPlan::next_look() const {
    TimePoint next = TimePoint::max();
    for (const AtomState& state : states_)
        if (state.standing == Standing::given_up)
            next = std::min(next, state.look_at);
    return next;
}

bool ReadPlan::look_again(TimePoint now) {
    bool changed = false;
    for (AtomState& state : states_)
        if (state.standing == Standing::given_up && state.look_at <= now) {
            state.standing = Standing::on_probation;
            changed = true;
        }
    if (changed)
        plan();
    return changed;
}

bool ReadPlan::begin_again() {
    return look_again(TimePoint::max());
}

} // namespace retrocan::modbus
