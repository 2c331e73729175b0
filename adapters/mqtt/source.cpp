// SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include "capture.h"
#include "core/unit.h"
#include "encode.h"
#include "point_keys.h"

#include <algorithm>
#include <map>
#include <utility>

namespace retrocan::mqtt {

using adapter::Absence;
using adapter::Answer;
using adapter::Pace;
using adapter::Reading;

namespace {

using ByTopic = std::unordered_map<std::string_view, std::vector<const Element*>>;

std::vector<std::string> topics_of(const std::vector<Element>& elements) {
    std::vector<std::string> topics;
    topics.reserve(elements.size());
    for (const Element& element : elements)
        topics.push_back(element.topic);
    std::ranges::sort(topics);
    topics.erase(std::unique(topics.begin(), topics.end()),
                 topics.end()); // clang 14 has no std::ranges::unique
    return topics;
}

std::span<const Element* const> at(const ByTopic& map, std::string_view topic) {
    const auto it = map.find(topic);
    return it == map.end() ? std::span<const Element* const>{} : it->second;
}

std::string pace_text(Pace pace, Duration period) {
    return pace == Pace::once ? "once" : "each " + retrocan::to_text(period);
}

/// An optional point that is not told with each message may never come.
bool may_never_come(const Element& element) {
    return element.optional && element.pace != Pace::live;
}

} // namespace

MqttSource::MqttSource(const adapter::SourceSpec& spec, Options options, std::vector<Element> elements,
                       std::vector<Publish> publishes)
    : battery_{spec.battery}
    , place_{spec.connection.place}
    , poll_{spec.poll}
    , options_{std::move(options)}
    , elements_{std::move(elements)}
    , publishes_{std::move(publishes)}
    , topics_{topics_of(elements_)} {
    places_.reserve(spec.points.size());
    std::span<const Element> rest{elements_};
    for (const adapter::PointSpec& point : spec.points) {
        const auto own = rest.first(std::min(point.count, rest.size()));
        places_.push_back(mqtt::where(own));
        rest = rest.subspan(own.size());
    }
    for (const std::string& topic : topics_)
        by_topic_[topic];
    for (const Element& element : elements_) {
        const auto& [topic, list] = *by_topic_.find(element.topic);
        by_topic_[topic].push_back(&element);
        if (element.pace == Pace::once)
            once_by_topic_[topic].push_back(&element);
    }
    for (const std::string& topic : topics_)
        if (once_by_topic_.contains(topic))
            once_topics_.push_back(topic);
}

Heard MqttSource::hear(std::string_view topic, std::string_view payload) const {
    return mqtt::hear(at(by_topic_, topic), payload);
}

Heard MqttSource::hear_again(std::string_view topic, std::string_view payload) const {
    return mqtt::hear(at(once_by_topic_, topic), payload);
}

std::vector<Reading> MqttSource::all(Absence reason) const {
    std::vector<Reading> readings;
    readings.reserve(elements_.size());
    for (const Element& element : elements_)
        readings.push_back({element.slot, reason});
    return readings;
}

std::vector<Reading> MqttSource::optional_unanswered() const {
    std::vector<Reading> readings;
    for (const Element& element : elements_)
        if (may_never_come(element))
            readings.push_back({element.slot, Absence::timeout});
    return readings;
}

Result<Answer, std::string> MqttSource::decode(std::string_view capture_line) const {
    const auto line =
        parse_capture_line(capture_line, [&](std::string_view topic) { return by_topic_.contains(topic); });
    if (!line)
        return Err{line.error()};
    Answer answer{.at = line->at, .readings = {}};
    if (line->battery && *line->battery != battery_)
        return answer;
    if (const auto* message = std::get_if<Message>(&line->content)) {
        Heard heard = message->again ? hear_again(message->topic, message->payload)
                                     : hear(message->topic, message->payload);
        answer.readings = std::move(heard.readings);
        answer.retained = message->retained;
    } else if (const auto* failure = std::get_if<Failure>(&line->content)) {
        for (const Element& element : elements_)
            if ((!failure->topic || *failure->topic == element.topic) &&
                (!failure->optional_only || may_never_come(element)))
                answer.readings.push_back({element.slot, failure->reason});
    }
    return answer;
}

std::string MqttSource::plan() const {
    std::string text;
    for (const std::string& topic : topics_) {
        std::map<std::pair<Pace, Duration>, std::size_t> paces; // how many values of each
        for (const Element* const element : at(by_topic_, topic))
            ++paces[{element->pace, element->pace == Pace::live ? poll_ : element->period}];
        text += (text.empty() ? "" : "\n") + topic + ":";
        for (const auto& [pace, count] : paces)
            text += (text.ends_with(':') ? " " : ", ") + std::to_string(count) +
                    (count == 1 ? " value " : " values ") + pace_text(pace.first, pace.second);
    }
    for (const Publish& publish : publishes_)
        text += (text.empty() ? "" : "\n") + to_text(publish);
    return text;
}

std::string MqttSource::where(std::size_t point) const {
    return places_.at(point);
}

std::vector<std::string> MqttSource::encode(std::span<const Reading> readings) const {
    return encode_messages(elements_, readings);
}

} // namespace retrocan::mqtt
