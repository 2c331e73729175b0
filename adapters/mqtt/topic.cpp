// SPDX-License-Identifier: Apache-2.0
#include "topic.h"

#include "document.h"

#include <algorithm>

namespace retrocan::mqtt {

namespace {

constexpr std::size_t longest_topic = 1000; // bytes; MQTT allows 65535

} // namespace

std::string objection_to_topic(std::string_view topic) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
    if (topic.empty())
        return "expected a topic; got an empty text";
    if (topic.size() > longest_topic)
        return "expected a topic of at most " + std::to_string(longest_topic) + " bytes; got " +
               std::to_string(topic.size());
    if (topic.find_first_of("+#") != std::string_view::npos)
        return "expected a topic without the wildcards + and #; got \"" + std::string{topic} + "\"";
    if (std::ranges::any_of(topic, control) || valid_utf8(topic) != topic.size())
        return "expected a topic without control characters, in UTF-8";
    return {};
}

} // namespace retrocan::mqtt
