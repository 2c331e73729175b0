// SPDX-License-Identifier: Apache-2.0
#include "schedule.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace retrocan::modbus {

using adapter::Pace;

Schedule::Schedule(const std::vector<Battery>& batteries, Duration wait_after_connect, TimePoint now,
                   std::uint32_t seed)
    : wait_after_connect_{wait_after_connect}, connect_backoff_{seed}, connect_at_{now}, settled_at_{now} {
    for (const Battery& battery : batteries) {
        BatteryState state{.poll = battery.poll,
                           .tasks = {},
                           .live = {},
                           .round_due = now,
                           .round_began =
                               now - battery.poll, // so that the first one is due at once, hurried or not
                           .miss_due = now,
                           .retry_at = now,
                           .backoff = Backoff{++seed}};
        for (const Task& task : battery.tasks) {
            if (task.pace == Pace::live)
                state.live.push_back(state.tasks.size());
            state.tasks.push_back({task, now, Backoff{++seed}});
        }
        batteries_.push_back(std::move(state));
    }
}

Schedule::Action Schedule::next(TimePoint now) {
    if (unreachable_) {
        for (std::size_t b = 0; b < batteries_.size(); ++b) {
            BatteryState& battery = batteries_[b];
            if (battery.miss_due > now)
                continue;
            battery.miss_due = std::max(battery.miss_due + battery.poll, now);
            return Miss{b};
        }
    }
    const std::optional<Choice> choice = first_due(now);
    if (!choice)
        return Wait{earliest()};
    if (const TimePoint start = start_of(choice->read, now); start > now)
        return Wait{std::min(start, next_miss())};
    if (!connected_)
        return Connect{};
    BatteryState& battery = batteries_[choice->read.battery];
    if (task_of(choice->read).task.pace == Pace::live && battery.position == 0)
        battery.round_began = now;
    return choice->read;
}

template <class Take>
void Schedule::each_request(const Take& take) const {
    for (std::size_t b = 0; b < batteries_.size(); ++b) {
        const BatteryState& battery = batteries_[b];
        if (!battery.live.empty())
            take(Read{b, battery.live[battery.position]}, battery.round_due, battery.retry_at, 2);
        for (std::size_t t = 0; t < battery.tasks.size(); ++t) {
            const auto& [task, due, backoff] = battery.tasks[t];
            if (task.write)
                take(Read{b, t}, due, due, 0);
            else if (task.pace != Pace::live && (!task.optional || battery.backoff.failures() == 0))
                take(Read{b, t}, due, battery.retry_at, battery.hurry ? 1 : 3);
        }
    }
}

/// Of all requests that may be made now, the one that was due first.
std::optional<Schedule::Choice> Schedule::first_due(TimePoint now) const {
    std::optional<Choice> best;
    auto best_rank = std::tuple{TimePoint::max(), 0};
    each_request([&](Read read, TimePoint due, TimePoint not_before, int rank) {
        const TimePoint from = std::max(due, not_before);
        if (from <= now && (!best || std::tuple{due, rank} < best_rank)) {
            best = Choice{read, from};
            best_rank = {due, rank};
        }
    });
    return best;
}

/// When a request that is due may be begun, or the connection for it.
TimePoint Schedule::start_of(Read read, TimePoint now) const {
    const Duration own_pause = connected_ ? batteries_[read.battery].tasks[read.task].task.pause : Duration{};
    const TimePoint quiet = last_end_ ? *last_end_ + std::max(last_pause_, own_pause) : now;
    return std::max({now, quiet, connected_ ? settled_at_ : connect_at_});
}

TimePoint Schedule::next_miss() const {
    TimePoint miss = TimePoint::max();
    if (unreachable_)
        for (const BatteryState& battery : batteries_)
            miss = std::min(miss, battery.miss_due);
    return miss;
}

/// When there is something to do next, if nothing is due now.
TimePoint Schedule::earliest() const {
    TimePoint next = next_miss();
    each_request([&](Read, TimePoint due, TimePoint not_before, int) {
        next = std::min(next, std::max(due, not_before));
    });
    return next;
}

void Schedule::connected(TimePoint now) {
    connected_ = true;
    settled_at_ = now + wait_after_connect_;
    connect_backoff_.succeeded();
    if (!unreachable_)
        return; // a connection was merely renewed
    unreachable_ = false;
    for (BatteryState& battery : batteries_) {
        battery.position = 0;
        battery.round_due = now;
        read_once_again(battery, now);
    }
}

void Schedule::unreachable(TimePoint now) {
    connected_ = false;
    connect_at_ = now + connect_backoff_.failed();
    if (unreachable_)
        return;
    unreachable_ = true;
    for (BatteryState& battery : batteries_)
        battery.miss_due = now;
}

void Schedule::answered(Read read, TimePoint now) {
    made(read, now);
    heard_from(read.battery, now);
    task_of(read).backoff.succeeded();
    done(read, now);
}

void Schedule::refused(Read read, TimePoint now) {
    made(read, now);
    heard_from(read.battery, now);
    skipped(read, now);
}

void Schedule::skipped(Read read, TimePoint now) {
    done(read, now);
    TaskState& task = task_of(read);
    if (task.task.pace == Pace::live)
        return;
    const TimePoint retry = now + task.backoff.failed();
    if (task.task.write && task.task.pace == Pace::once && task.backoff.failures() >= most_tries &&
        !silent(read.battery))
        return; // done() has left it as one that was made
    const bool in_its_period = (task.task.optional || task.task.write) && task.task.pace == Pace::slow;
    task.due = in_its_period ? std::max(task.due, retry) : retry;
}

void Schedule::prepared(Read read, TimePoint now) {
    made(read, now);
    heard_from(read.battery, now);
    TaskState& task = task_of(read);
    (task.task.pace == Pace::live ? batteries_[read.battery].round_due : task.due) = now;
}

bool Schedule::failed(Read read, TimePoint now, bool connection_closed, TimePoint not_before) {
    made(read, now);
    BatteryState& battery = batteries_[read.battery];
    TaskState& task = task_of(read);
    if (connection_closed) {
        connected_ = false;
        connect_at_ = now;
    }
    if (task.task.optional || task.task.write) {
        battery.retry_at = std::max(battery.retry_at, not_before);
        skipped(read, now);
        return false;
    }
    const bool live = task.task.pace == Pace::live;
    const bool first = battery.backoff.failures() == 0;
    const bool again = live && first && task.backoff.failures() == 0;
    const Duration rest = battery.backoff.failed();
    battery.retry_at = std::max(again ? now : now + rest, not_before);
    const Duration wait = task.backoff.failed();
    if (again)
        return true;
    done(read, now);
    if (!live)
        task.due = now + wait;
    return false;
}

void Schedule::closed(Read read, TimePoint now) {
    made(read, now);
    connected_ = false;
    connect_at_ = now;
}

/// The pause begins.
void Schedule::made(Read read, TimePoint now) {
    last_end_ = now;
    last_pause_ = task_of(read).task.pause;
}

/// A battery has answered, be it with a refusal.
void Schedule::heard_from(std::size_t index, TimePoint now) {
    if (silent(index))
        read_once_again(batteries_[index], now);
    batteries_[index].backoff.succeeded();
}

void Schedule::read_once_again(BatteryState& battery, TimePoint now) {
    for (TaskState& task : battery.tasks) {
        if (task.task.pace != Pace::once)
            continue;
        if (task.task.write)
            task.backoff.succeeded(); // all tries anew
        if (task.due == TimePoint::max())
            task.due = now;
    }
}

/// Moves on to what comes after a request.
void Schedule::done(Read read, TimePoint now) {
    BatteryState& battery = batteries_[read.battery];
    TaskState& task = battery.tasks[read.task];
    switch (task.task.pace) {
    case Pace::live:
        end_live(battery, now);
        break;
    case Pace::slow:
        task.due += task.task.period;
        if (task.due <= now)
            task.due = now + task.task.period;
        break;
    case Pace::once:
        task.due = TimePoint::max();
        break;
    }
}

void Schedule::end_live(BatteryState& battery, TimePoint now) {
    battery.position = (battery.position + 1) % battery.live.size();
    if (battery.position != 0)
        return;
    if (battery.hurry)
        battery.round_due = battery.round_began + std::min(battery.poll, hurried_round);
    else
        battery.round_due += battery.poll;
    battery.round_due = std::max(battery.round_due, now);
}

bool Schedule::hurry(std::size_t index, bool hurry, TimePoint now) {
    BatteryState& battery = batteries_[index];
    if (battery.hurry == hurry)
        return false;
    battery.hurry = hurry;
    if (hurry) {
        begin_again(battery, now);
    } else if (battery.position == 0) {
        battery.round_due = std::max(battery.round_began + battery.poll, now);
    }
    return true;
}

void Schedule::replace(std::size_t index, const std::vector<Task>& tasks,
                       const std::vector<std::optional<std::size_t>>& heirs, TimePoint now) {
    BatteryState& battery = batteries_[index];
    std::vector<TaskState> states;
    battery.live.clear();
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        TaskState state{tasks[t], now, Backoff{static_cast<std::uint32_t>(t)}};
        if (heirs[t]) {
            state = battery.tasks[*heirs[t]];
            state.task = tasks[t];
        }
        if (tasks[t].pace == Pace::live)
            battery.live.push_back(t);
        states.push_back(state);
    }
    battery.tasks = std::move(states);
    if (std::exchange(battery.position, 0) != 0)
        battery.round_due = now;
}

void Schedule::begin_again(BatteryState& battery, TimePoint now) {
    battery.position = 0;
    battery.round_due = now;
    for (TaskState& task : battery.tasks) {
        if (task.task.pace == Pace::live)
            continue;
        task.due = now;
        task.backoff.succeeded();
    }
}

bool Schedule::silent(std::size_t index) const {
    const BatteryState& battery = batteries_[index];
    return battery.backoff.failures() >= std::max<std::size_t>(2, battery.live.size() + 1); // one is repeated
}

bool Schedule::given_up(Read write) const {
    const auto& [task, due, backoff] = batteries_[write.battery].tasks[write.task];
    return task.write && task.pace == Pace::once && due == TimePoint::max() && backoff.failures() > 0;
}

} // namespace retrocan::modbus
