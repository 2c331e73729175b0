// SPDX-License-Identifier: Apache-2.0
#include "listener.h"

#include "traffic.h"

#include <algorithm>
#include <set>
#include <utility>

namespace retrocan::mqtt {

namespace {

using adapter::Absence;
using adapter::LinkNews;
using namespace std::chrono_literals;

constexpr Duration quiet = 10min; ///< between two words on rejected payloads of one topic

} // namespace

Listener::Listener(std::vector<Subscriber> subscribers, adapter::Sink sink, bool traffic)
    : subscribers_{std::move(subscribers)}, sink_{std::move(sink)}, traffic_{traffic} {
    std::set<std::string> topics;
    for (const Subscriber& subscriber : subscribers_)
        topics.insert(subscriber.source->topics().begin(), subscriber.source->topics().end());
    topics_.assign(topics.begin(), topics.end());
    for (const std::string& topic : topics_) {
        Topic& state = by_topic_[topic];
        for (const Subscriber& subscriber : subscribers_) {
            if (std::ranges::binary_search(subscriber.source->topics(), topic))
                state.subscribers.push_back(&subscriber);
            state.once = state.once || std::ranges::binary_search(subscriber.source->once_topics(), topic);
        }
    }
}

void Listener::post(const Subscriber& subscriber, std::vector<adapter::Reading> readings, bool retained,
                    TimePoint now, std::string traffic) const {
    if (readings.empty())
        return;
    adapter::Answer answer;
    answer.at = now;
    answer.readings = std::move(readings);
    answer.retained = retained;
    answer.traffic = std::move(traffic);
    sink_({subscriber.battery, std::move(answer)});
}

void Listener::news(const Subscriber& subscriber, LinkNews::State state, const std::string& text) const {
    sink_({subscriber.battery, LinkNews{state, text}});
}

void Listener::news(LinkNews::State state, const std::string& text) const {
    for (const Subscriber& subscriber : subscribers_)
        news(subscriber, state, text);
}

void Listener::message(std::string_view topic, std::string_view payload, bool retained, TimePoint now) {
    const std::lock_guard lock{mutex_};
    const auto found = by_topic_.find(topic);
    if (found == by_topic_.end())
        return;
    Topic& state = found->second;
    state.heard = true;
    if (!takes(state, now)) {
        for (const Subscriber* subscriber : state.subscribers)
            complain(*subscriber, topic, state, "more than 50 messages a second", now);
        return;
    }
    bool rejected = false;
    for (const Subscriber* subscriber : state.subscribers) {
        Heard heard = subscriber->source->hear(topic, payload);
        if (!heard.objection.empty()) {
            rejected = true;
            complain(*subscriber, topic, state, heard.objection, now);
        }
        post(*subscriber, std::move(heard.readings), retained, now,
             traffic_ ? message_line(topic, payload, retained) : std::string{});
    }
    if (state.once && !rejected)
        state.last = Last{std::string{payload}, retained};
}

/// A bucket that holds `burst` and fills at `rate`.
bool Listener::takes(Topic& state, TimePoint now) {
    const std::chrono::duration<double> passed = now - state.filled;
    state.room = std::min(burst, state.room + passed.count() * rate);
    state.filled = now;
    if (state.room < 1)
        return false;
    state.room -= 1;
    return true;
}

/// A source that sends rubbish does so each second: once at first, then at times.
void Listener::complain(const Subscriber& subscriber, std::string_view topic, Topic& state,
                        const std::string& objection, TimePoint now) {
    ++state.rejected;
    if (state.said && now - *state.said < quiet)
        return;
    std::string text = "topic " + std::string{topic} + ": payload rejected: " + objection;
    if (state.said)
        text += " (" + std::to_string(state.rejected) + " times since it was last said)";
    state.said = now;
    state.rejected = 0;
    news(subscriber, LinkNews::State::silent, text);
}

void Listener::connected(TimePoint now) {
    const std::lock_guard lock{mutex_};
    for (auto& [topic, state] : by_topic_) {
        state.heard = false;
        state.last.reset();
    }
    for (const Subscriber& subscriber : subscribers_)
        tell_unanswered(subscriber, now);
}

void Listener::tell_unanswered(const Subscriber& subscriber, TimePoint now) const {
    post(subscriber, subscriber.source->optional_unanswered(), false, now,
         traffic_ ? unanswered_line() : std::string{});
}

void Listener::disconnected(TimePoint now) {
    const std::lock_guard lock{mutex_};
    for (auto& [topic, state] : by_topic_)
        state.last.reset(); // what was so then may not be so now
    for (const Subscriber& subscriber : subscribers_)
        post(subscriber, subscriber.source->all(Absence::not_connected), false, now,
             traffic_ ? failure_line(Absence::not_connected) : std::string{});
}

void Listener::again(std::size_t battery, TimePoint now) {
    const std::lock_guard lock{mutex_};
    for (const Subscriber& subscriber : subscribers_) {
        if (subscriber.battery != battery)
            continue;
        tell_unanswered(subscriber, now); // first: what has come is told after it
        for (const std::string& topic : subscriber.source->once_topics()) {
            const auto found = by_topic_.find(topic);
            if (found == by_topic_.end() || !found->second.last)
                continue;
            const Last& last = *found->second.last;
            post(subscriber, subscriber.source->hear_again(topic, last.payload).readings, last.retained, now,
                 traffic_ ? again_line(topic, last.payload, last.retained) : std::string{});
        }
    }
}

std::vector<std::string> Listener::unheard(const Subscriber& subscriber) const {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> topics;
    for (const std::string& topic : subscriber.source->topics())
        if (const auto found = by_topic_.find(topic); found != by_topic_.end() && !found->second.heard)
            topics.push_back(topic);
    return topics;
}

} // namespace retrocan::mqtt
