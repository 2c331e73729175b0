// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backoff.h"
#include "listener.h"
#include "options.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace retrocan::mqtt {

/// Times that tests shorten.
struct Timing {
    Backoff::Bounds backoff{};
    Duration unheard{std::chrono::seconds{30}}; ///< after it a topic that never came is named
    std::optional<Duration> keep_alive{};       ///< instead of that of the batteries
};

/// One connection to a broker, with a thread of its own that makes it, watches it and makes it again. The
/// session is always a clean one, so a broker keeps no messages for it; it publishes only what an owner has
/// allowed.
class BrokerLink {
public:
    BrokerLink(Options options, std::vector<Subscriber> subscribers, adapter::Sink sink, bool traffic,
               const Timing& timing);
    /// Ends the thread; no event comes afterwards.
    ~BrokerLink();
    BrokerLink(const BrokerLink&) = delete;
    BrokerLink& operator=(const BrokerLink&) = delete;

    /// Any thread.
    void begin_anew(std::size_t battery);
    [[nodiscard]] const Options& options() const { return options_; }

private:
    class Connection;

    struct Attempt {
        std::string why; ///< it failed or ended
        Duration lived{};
        bool accepted{}; ///< by the broker
    };

    void run();
    Attempt connect_and_serve();
    /// Until it is lost or has to end. Returns why it was lost.
    std::string serve(Connection& connection);
    void tell_unheard();
    void publish_due(Connection& connection, TimePoint now);
    [[nodiscard]] TimePoint next_publish() const;
    void fail(const std::string& why, Duration lived, bool accepted);
    void wait(Duration time);
    [[nodiscard]] Duration keep_alive() const;

    Options options_;
    Timing timing_;
    std::string client_id_;
    Listener listener_;
    Backoff backoff_;
    Churn churn_;
    std::string last_failure_;
    bool told_disconnected_{};

    struct Due {
        std::size_t battery{};
        const Publish* publish{};
        TimePoint at{};
    };
    std::vector<Due> due_; ///< of what is published each period

    std::mutex mutex_; ///< of what follows
    std::condition_variable changed_;
    bool stop_{};
    std::vector<std::size_t> anew_;   ///< batteries whose `once` publishes are due
    std::optional<std::string> lost_; ///< why
    std::thread thread_;              ///< last: it uses all the rest
};

} // namespace retrocan::mqtt
