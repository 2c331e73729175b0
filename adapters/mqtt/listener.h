// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/time.h"
#include "source.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace retrocan::mqtt {

/// A battery that is told over a connection.
struct Subscriber {
    std::size_t battery{}; ///< as events count them
    const MqttSource* source{};
};

/// What becomes of the messages of one broker: each goes to the batteries that read its topic, at once and
/// from the thread on which it came. Knows nothing of connections; time is an argument.
class Listener {
public:
    Listener(std::vector<Subscriber> subscribers, adapter::Sink sink, bool traffic);

    [[nodiscard]] const std::vector<std::string>& topics() const { return topics_; }
    [[nodiscard]] const std::vector<Subscriber>& subscribers() const { return subscribers_; }

    /// A message has come. Any thread.
    void message(std::string_view topic, std::string_view payload, bool retained, TimePoint now);
    /// A new connection: nothing has been heard in it yet. What need not come is told as not answered.
    void connected(TimePoint now);
    /// The connection is gone: no point has a value that it could stand for.
    void disconnected(TimePoint now);
    /// A battery begins anew: what its rare topics said last in this connection is told again.
    void again(std::size_t battery, TimePoint now);
    /// Which of the subscribed topics have never been heard in this connection; by subscriber.
    [[nodiscard]] std::vector<std::string> unheard(const Subscriber& subscriber) const;

    void news(adapter::LinkNews::State state, const std::string& text) const;
    void news(const Subscriber& subscriber, adapter::LinkNews::State state, const std::string& text) const;

private:
    /// Messages a second of one topic that are taken; a source that tells more is flooding, and must leave
    /// room for what its other topics say. The fastest that is known tells three.
    static constexpr double rate = 50;
    static constexpr double burst = 100;

    struct Last {
        std::string payload;
        bool retained{};
    };
    struct Topic {
        std::vector<const Subscriber*> subscribers;
        bool once{};              ///< one of them has a point here that is told once
        bool heard{};             ///< in this connection
        std::optional<Last> last; ///< of those with `once`
        std::uint64_t rejected{}; ///< payloads, since it was last said
        double room{burst};       ///< messages that may still come at once
        TimePoint filled{};       ///< when `room` was reckoned
        std::optional<TimePoint> said{};
    };

    void post(const Subscriber& subscriber, std::vector<adapter::Reading> readings, bool retained,
              TimePoint now, std::string traffic) const;
    [[nodiscard]] static bool takes(Topic& state, TimePoint now);
    void complain(const Subscriber& subscriber, std::string_view topic, Topic& state,
                  const std::string& objection, TimePoint now);
    void tell_unanswered(const Subscriber& subscriber, TimePoint now) const;

    std::vector<Subscriber> subscribers_;
    adapter::Sink sink_;
    bool traffic_;
    std::vector<std::string> topics_;                      ///< sorted, each once
    mutable std::mutex mutex_;                             ///< of what follows
    std::unordered_map<std::string_view, Topic> by_topic_; ///< the keys are those of topics_
};

} // namespace retrocan::mqtt
