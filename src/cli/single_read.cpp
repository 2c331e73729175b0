// SPDX-License-Identifier: Apache-2.0
#include "cli/single_read.h"

#include "cli/event_queue.h"

#include <algorithm>
#include <array>

namespace retrocan::cli {

namespace {

using adapter::Absence;

/// The device has said something about it: a value, none, or a refusal.
bool is_said(const adapter::Reading& reading) {
    const auto* absence = std::get_if<Absence>(&reading.content);
    return absence == nullptr || *absence == Absence::not_a_value || *absence == Absence::refused;
}

bool has_value(const adapter::Reading& reading) {
    return std::get_if<adapter::RawValue>(&reading.content) != nullptr;
}

bool all_said(const Dump& dump) {
    for (std::size_t slot = 0; slot < dump.bound().slots().size(); ++slot) {
        const adapter::Reading* reading = dump.reading(slot);
        if (reading == nullptr || !is_said(*reading))
            return false;
    }
    return true;
}

} // namespace

SingleRead read_once(adapter::Adapter& adapter, Dump& dump, const SingleReadLimits& limits) {
    using State = adapter::LinkNews::State;
    SingleRead result;
    EventQueue events; // outlives the reader
    const std::array<const adapter::Source*, 1> sources{&dump.source()};
    const TimePoint start = BootClock::now();
    const TimePoint end = start + limits.longest;
    TimePoint until = limits.patience ? std::min(end, start + *limits.patience) : end;
    int rounds = 0;
    std::optional<TimePoint> last_round; // the end of one, all having been read
    const auto reader = adapter.start(sources, events.sink(), {});
    while (const auto event = events.next(until)) {
        if (const auto* news = std::get_if<adapter::LinkNews>(&event->content)) {
            if (news->state == State::connected || news->state == State::answering)
                continue;
            result.trouble = news->text;
            if (!result.answered)
                break;
            continue;
        }
        const auto& answer = std::get<adapter::Answer>(event->content);
        dump.take(answer);
        result.answered = result.answered || std::ranges::any_of(answer.readings, is_said);
        if (std::ranges::any_of(answer.readings, has_value))
            until = end;
        if (limits.enough && limits.enough(answer))
            break;
        if (!dump.update().round_complete) {
            if (!limits.time_it && all_said(dump))
                break;
            continue;
        }
        ++rounds;
        if (!all_said(dump) && rounds < limits.rounds)
            continue;
        if (!limits.time_it)
            break;
        if (last_round)
            result.round = std::min(result.round.value_or(Duration::max()), answer.at - *last_round);
        constexpr int measured = 3; // the first may have slow points in it
        if (last_round && rounds >= measured)
            break;
        last_round = answer.at;
    }
    return result;
}

} // namespace retrocan::cli
