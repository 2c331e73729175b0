// SPDX-License-Identifier: Apache-2.0
#include "victron/schedule.h"

#include <algorithm>

namespace retrocan::victron {

namespace {

bool alarm_mode_has(const Message& message) {
    return message.id == 0x35E || message.id == 0x370 || message.id == 0x371 || message.id == 0x382 ||
           message.id == alarms_id;
}

/// The earliest time from `t` on that leaves the slots of a cycle alone: half-way between two of them, or any
/// time of the rest of the period.
TimePoint between_slots(TimePoint t, TimePoint cycle) {
    constexpr Duration half = Schedule::slot / 2;
    const Duration slots = Schedule::slot * static_cast<std::int64_t>(messages().size());
    Duration offset = (t - cycle) % Schedule::period;
    if (offset < Duration::zero()) // a cycle that is still to come
        offset += Schedule::period;
    const bool before_a_cycle = offset > Schedule::period - half;
    if (!before_a_cycle && offset >= slots - half)
        return t;
    const Duration beyond = (offset + half) % Schedule::slot; // the last half-way mark
    return beyond == Duration::zero() ? t : t + Schedule::slot - beyond;
}

} // namespace

void Schedule::start(TimePoint first, Mode mode) {
    running_ = true;
    mode_ = mode;
    cycle_ = first;
    index_ = 0; // 0x35E, which every mode has
    cycle_is_whole_ = true;
    had_whole_cycle_ = false;
    wanted_.reset();
}

void Schedule::stop() {
    running_ = false;
    wanted_.reset();
}

void Schedule::want_limits(TimePoint now) {
    if (running_ && mode_ == Mode::full && !wanted_)
        wanted_ = now;
}

std::optional<Due> Schedule::due(TimePoint now) {
    if (!running_)
        return std::nullopt;
    skip_late(now);
    if (last_ && now < *last_ + gap)
        return std::nullopt;
    // A limit that has fallen goes before whatever else is late.
    if (const auto extra = extra_deadline(); extra && *extra <= now) {
        const Message& message = *find_message(limits_id);
        taken(message, now);
        return Due{&message, true, *extra};
    }
    const TimePoint when = deadline();
    if (when > now)
        return std::nullopt;
    const Message& message = messages()[index_];
    taken(message, now);
    advance();
    return Due{&message, false, when};
}

std::optional<TimePoint> Schedule::next() const {
    if (!running_)
        return std::nullopt;
    TimePoint when = deadline();
    if (const auto extra = extra_deadline())
        when = std::min(when, *extra);
    return last_ ? std::max(when, *last_ + gap) : when;
}

TimePoint Schedule::deadline() const {
    return cycle_ + slot * static_cast<std::int64_t>(index_);
}

std::optional<TimePoint> Schedule::extra_deadline() const {
    if (!wanted_ || !had_whole_cycle_)
        return std::nullopt;
    TimePoint earliest = *wanted_;
    if (last_limits_)
        earliest = std::max(earliest, *last_limits_ + limits_gap);
    return between_slots(earliest, cycle_);
}

bool Schedule::in_mode(std::size_t index) const {
    return mode_ == Mode::full || alarm_mode_has(messages()[index]);
}

void Schedule::advance() {
    do {
        if (++index_ == messages().size()) {
            had_whole_cycle_ = had_whole_cycle_ || cycle_is_whole_;
            cycle_is_whole_ = true;
            index_ = 0;
            cycle_ += period;
        }
    } while (!in_mode(index_));
}

void Schedule::skip_late(TimePoint now) {
    const auto skip = [&] {
        ++skipped_;
        cycle_is_whole_ = false;
        advance();
    };
    while (index_ != 0 && now - deadline() > patience)
        skip();
    // Whole cycles at once: after a suspended night there are too many to count singly.
    if (now - cycle_ > period + patience) {
        const auto cycles = (now - cycle_ - patience) / period;
        std::uint64_t slots = 0;
        for (std::size_t i = 0; i < messages().size(); ++i)
            slots += in_mode(i) ? 1U : 0U;
        skipped_ += static_cast<std::uint64_t>(cycles) * slots;
        cycle_ += period * cycles;
    }
    while (now - deadline() > patience)
        skip();
}

void Schedule::taken(const Message& message, TimePoint now) {
    last_ = now;
    if (message.id == limits_id) {
        last_limits_ = now;
        wanted_.reset();
    }
}

} // namespace retrocan::victron
