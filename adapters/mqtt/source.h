// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "element.h"
#include "hearing.h"
#include "options.h"
#include "publish.h"

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace retrocan::mqtt {

/// The points of one battery as topics and what is looked for in their payloads. Immutable.
class MqttSource : public adapter::Source {
public:
    /// `elements`: those of each point, one after the other.
    MqttSource(const adapter::SourceSpec& spec, Options options, std::vector<Element> elements,
               std::vector<Publish> publishes);
    MqttSource(const MqttSource&) = delete; // it points into itself
    MqttSource& operator=(const MqttSource&) = delete;

    [[nodiscard]] Result<adapter::Answer, std::string> decode(std::string_view capture_line) const override;
    [[nodiscard]] Duration timeout() const override { return options_.timeout; }
    [[nodiscard]] std::string plan() const override;
    [[nodiscard]] std::string where(std::size_t point) const override;
    /// A line for each topic: see encode.h.
    [[nodiscard]] std::vector<std::string> encode(std::span<const adapter::Reading> readings) const override;

    /// The readings of all points that the message tells: those whose value is in it. A retained one is read
    /// like any other: Answer::retained is the caller's business. Pure; any thread.
    [[nodiscard]] Heard hear(std::string_view topic, std::string_view payload) const;
    /// The same of a message that was heard before: only the points that are told once. Of the others it says
    /// nothing new.
    [[nodiscard]] Heard hear_again(std::string_view topic, std::string_view payload) const;

    /// Every point, without a value for this reason.
    [[nodiscard]] std::vector<adapter::Reading> all(adapter::Absence reason) const;
    /// `timeout` for every point that may never come: an optional one with `every`.
    [[nodiscard]] std::vector<adapter::Reading> optional_unanswered() const;

    /// All topics that are to be subscribed; sorted, each once.
    [[nodiscard]] std::span<const std::string> topics() const { return topics_; }
    /// Those of them that have a point with every = "once": a hurry tells their last message again.
    [[nodiscard]] std::span<const std::string> once_topics() const { return once_topics_; }

    [[nodiscard]] const std::string& battery() const { return battery_; }
    [[nodiscard]] const Place& place() const { return place_; } ///< of its connection
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Duration poll() const { return poll_; } ///< how often the battery tells its live points
    [[nodiscard]] const std::vector<Element>& elements() const { return elements_; }
    [[nodiscard]] const std::vector<Publish>& publishes() const { return publishes_; }

private:
    std::string battery_;
    Place place_;
    Duration poll_;
    Options options_;
    std::vector<Element> elements_;
    std::vector<Publish> publishes_;
    std::vector<std::string> places_; ///< of each point, for people
    std::vector<std::string> topics_;
    std::vector<std::string> once_topics_;
    /// The views and pointers are of `topics_` and `elements_`.
    std::unordered_map<std::string_view, std::vector<const Element*>> by_topic_;
    std::unordered_map<std::string_view, std::vector<const Element*>> once_by_topic_;
};

} // namespace retrocan::mqtt
