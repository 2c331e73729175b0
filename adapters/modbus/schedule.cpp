// SPDX-License-Identifier: Apache-2.0
#include "schedule.h"

#include <algorithm>
#include <tuple>

namespace retrocan::modbus {

using adapter::Pace;

Schedule::Schedule(const std::vector<Battery>& batteries, Duration pause, TimePoint now, std::uint32_t seed)
    : pause_{pause}, connect_backoff_{seed}, connect_at_{now}, quiet_until_{now} {
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
    if (!choice || std::max(quiet_until_, connected_ ? now : connect_at_) > now)
        return Wait{earliest()};
    if (!connected_)
        return Connect{};
    BatteryState& battery = batteries_[choice->read.battery];
    if (battery.tasks[choice->read.task].task.pace == Pace::live && battery.position == 0)
        battery.round_began = now;
    return choice->read;
}

/// Of all requests that may be made now, the one that was due first.
std::optional<Schedule::Choice> Schedule::first_due(TimePoint now) const {
    std::optional<Choice> best;
    auto best_rank = std::tuple{TimePoint::max(), 0};
    const auto offer = [&](const BatteryState& battery, Read read, TimePoint due, int rank) {
        const TimePoint from = std::max(due, battery.retry_at);
        if (from <= now && (!best || std::tuple{due, rank} < best_rank)) {
            best = Choice{read, from};
            best_rank = {due, rank};
        }
    };
    for (std::size_t b = 0; b < batteries_.size(); ++b) {
        const BatteryState& battery = batteries_[b];
        if (!battery.live.empty())
            offer(battery, {b, battery.live[battery.position]}, battery.round_due, 1);
        for (std::size_t t = 0; t < battery.tasks.size(); ++t)
            if (battery.tasks[t].task.pace != Pace::live)
                offer(battery, {b, t}, battery.tasks[t].due, battery.hurry ? 0 : 2);
    }
    return best;
}

/// When there may be something to do next.
TimePoint Schedule::earliest() const {
    TimePoint request = TimePoint::max();
    TimePoint miss = TimePoint::max();
    for (const BatteryState& battery : batteries_) {
        TimePoint due = battery.live.empty() ? TimePoint::max() : battery.round_due;
        for (const TaskState& task : battery.tasks)
            if (task.task.pace != Pace::live)
                due = std::min(due, task.due);
        request = std::min(request, std::max(due, battery.retry_at));
        miss = std::min(miss, battery.miss_due);
    }
    request = std::max(request, quiet_until_);
    if (!connected_)
        request = std::max(request, connect_at_);
    return unreachable_ ? std::min(request, miss) : request;
}

void Schedule::connected(TimePoint now) {
    connected_ = true;
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
    heard_from(read.battery, now);
    batteries_[read.battery].tasks[read.task].backoff.succeeded();
    done(read, now);
}

void Schedule::refused(Read read, TimePoint now) {
    TaskState& task = batteries_[read.battery].tasks[read.task];
    heard_from(read.battery, now);
    done(read, now);
    if (task.task.pace != Pace::live)
        task.due = now + task.backoff.failed();
}

bool Schedule::failed(Read read, TimePoint now, bool connection_closed) {
    BatteryState& battery = batteries_[read.battery];
    TaskState& task = battery.tasks[read.task];
    if (connection_closed) {
        connected_ = false;
        connect_at_ = now;
    }
    const bool live = task.task.pace == Pace::live;
    const bool again =
        live && battery.live.size() > 1 && battery.backoff.failures() == 0 && task.backoff.failures() == 0;
    battery.retry_at = now + battery.backoff.failed();
    const Duration wait = task.backoff.failed();
    if (again) {
        quiet_until_ = now + pause_;
        return true;
    }
    done(read, now);
    if (!live)
        task.due = now + wait;
    return false;
}

void Schedule::closed(TimePoint now) {
    connected_ = false;
    connect_at_ = now;
    quiet_until_ = now + pause_;
}

/// A battery has answered, be it with a refusal.
void Schedule::heard_from(std::size_t index, TimePoint now) {
    if (silent(index))
        read_once_again(batteries_[index], now);
    batteries_[index].backoff.succeeded();
}

void Schedule::read_once_again(BatteryState& battery, TimePoint now) {
    for (TaskState& task : battery.tasks)
        if (task.task.pace == Pace::once && task.due == TimePoint::max())
            task.due = now;
}

/// Moves on to what comes after a request.
void Schedule::done(Read read, TimePoint now) {
    quiet_until_ = now + pause_;
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
        battery.round_due = battery.round_began + std::min(battery.poll, std::max(hurried_round, pause_));
    else
        battery.round_due += battery.poll;
    battery.round_due = std::max(battery.round_due, now);
}

void Schedule::hurry(std::size_t index, bool hurry, TimePoint now) {
    BatteryState& battery = batteries_[index];
    if (battery.hurry == hurry)
        return;
    battery.hurry = hurry;
    if (hurry) {
        begin_again(battery, now);
    } else if (battery.position == 0) {
        battery.round_due = std::max(battery.round_began + battery.poll, now);
    }
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

} // namespace retrocan::modbus
