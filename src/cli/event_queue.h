// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace retrocan::cli {

/// Hands the events of an adapter from its threads to the one that waits for them.
class EventQueue {
public:
    /// For Adapter::start(). The queue outlives the reader.
    adapter::Sink sink() {
        return [this](adapter::Event event) {
            {
                const std::lock_guard lock{mutex_};
                events_.push_back(std::move(event));
            }
            arrived_.notify_one();
        };
    }

    /// The oldest event; nothing if none has come by `until`.
    std::optional<adapter::Event> next(TimePoint until) {
        std::unique_lock lock{mutex_};
        if (!arrived_.wait_for(lock, std::max(until - BootClock::now(), Duration{}),
                               [this] { return !events_.empty(); }))
            return std::nullopt;
        adapter::Event event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<adapter::Event> events_;
};

} // namespace retrocan::cli
