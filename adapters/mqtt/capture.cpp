// SPDX-License-Identifier: Apache-2.0
#include "capture.h"

#include "document.h"
#include "topic.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace retrocan::mqtt {

namespace {

using nlohmann::json;

constexpr std::size_t longest_line = 1 << 20;
constexpr double latest = 1e12; // seconds; keeps microseconds within 64 bits
constexpr const char* form =
    "expected a topic, a blank and its payload, as in jk-bms/sensor/soc/state 81, or "
    "a JSON object, as in {\"topic\":\"jk-bms/sensor/soc/state\",\"payload\":\"81\"}";

struct Wrong {
    std::string what;
};

std::string text_at(const json& line, const char* key) {
    if (!line.at(key).is_string())
        throw Wrong{std::string{key} + ": expected a text"};
    return line.at(key).get<std::string>();
}

/// Also 0 and 1, as mosquitto_sub has them.
bool yes_at(const json& line, const char* key) {
    if (!line.contains(key))
        return false;
    const json& value = line.at(key);
    if (value.is_boolean())
        return value.get<bool>();
    if (const auto* number = value.get_ptr<const json::number_unsigned_t*>();
        number != nullptr && *number <= 1)
        return *number == 1;
    throw Wrong{std::string{key} + ": expected true or false"};
}

std::string topic_at(const json& line) {
    std::string topic = text_at(line, "topic");
    if (const std::string why = objection_to_topic(topic); !why.empty())
        throw Wrong{"topic: " + why};
    return topic;
}

int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    throw Wrong{"payload_hex: expected pairs of hexadecimal digits"};
}

std::string bytes_at(const json& line) {
    const std::string digits = text_at(line, "payload_hex");
    if (digits.size() % 2 != 0)
        throw Wrong{"payload_hex: expected pairs of hexadecimal digits"};
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(digit(digits[i]) * 16 + digit(digits[i + 1]));
    return bytes;
}

Message message_of(const json& line) {
    if (!line.contains("topic"))
        throw Wrong{"topic: missing"};
    if (line.contains("payload") && line.contains("payload_hex"))
        throw Wrong{"a message has payload or payload_hex, not both"};
    Message message{.topic = topic_at(line),
                    .payload = line.contains("payload") ? text_at(line, "payload") : bytes_at(line),
                    .retained = yes_at(line, "retain"),
                    .again = line.contains("pace")};
    if (message.again && text_at(line, "pace") != "once")
        throw Wrong{"pace: expected once"};
    return message;
}

Failure failure_of(const json& line) {
    const auto reason = adapter::absence(text_at(line, "error"));
    if (!reason)
        throw Wrong{"error: expected one of not_connected, timeout, refused, garbled, not_a_value"};
    Failure failure{.reason = *reason};
    if (line.contains("topic"))
        failure.topic = topic_at(line);
    failure.optional_only = yes_at(line, "optional");
    return failure;
}

CaptureLine parse(const json& line) {
    CaptureLine result;
    if (line.contains("t")) {
        const json& t = line.at("t");
        if (!t.is_number() || !(std::abs(t.get<double>()) <= latest))
            throw Wrong{"t: expected seconds"};
        result.at = TimePoint{Duration{std::llround(t.get<double>() * 1e6)}};
    }
    if (line.contains("battery"))
        result.battery = text_at(line, "battery");
    if (line.contains("payload") || line.contains("payload_hex"))
        result.content = message_of(line);
    else if (line.contains("error"))
        result.content = failure_of(line);
    else if (line.contains("topic"))
        throw Wrong{"payload: missing"};
    return result;
}

/// Topic and payload. The topic ends at the first blank, unless a longer one is known.
Result<CaptureLine, std::string> parse_short(std::string_view line,
                                             const std::function<bool(std::string_view)>& knows) {
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    std::size_t end = line.find(' ');
    for (std::size_t blank = end; blank != std::string_view::npos; blank = line.find(' ', blank + 1))
        if (knows(line.substr(0, blank)))
            end = blank;
    if (end == std::string_view::npos || knows(line)) {
        if (!knows(line))
            return Err{std::string{form}};
        end = line.size();
    }
    const std::string_view topic = line.substr(0, end);
    std::string_view payload = line.substr(std::min(end + 1, line.size()));
    if (payload == "(null)")
        payload = {};
    if (const std::string why = objection_to_topic(topic); !why.empty())
        return Err{why + "; " + form};
    CaptureLine result;
    result.content = Message{.topic = std::string{topic}, .payload = std::string{payload}};
    return result;
}

} // namespace

Result<CaptureLine, std::string> parse_capture_line(std::string_view line,
                                                    const std::function<bool(std::string_view)>& knows) {
    if (line.size() > longest_line)
        return Err{std::string{"longer than a megabyte"}};
    const std::size_t begin = line.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || line[begin] == '#')
        return CaptureLine{};
    if (line[begin] != '{')
        return parse_short(line.substr(begin), knows);
    const json parsed = json::parse(line, nullptr, false);
    if (!parsed.is_object())
        return Err{std::string{"not a JSON object, as in {\"topic\":\"a/b\",\"payload\":\"53.12\"}"}};
    try {
        return parse(parsed);
    } catch (const Wrong& wrong) {
        return Err{wrong.what};
    }
}

} // namespace retrocan::mqtt
