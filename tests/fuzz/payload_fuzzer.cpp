// SPDX-License-Identifier: Apache-2.0
// What anybody may publish to a topic that is read, and what may stand in a capture of it. The input's first
// byte chooses the topic.
#include "demand.h"
#include "mqtt_adapter.h"
#include "pointer.h"
#include "source.h"
#include "traffic.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace {

using namespace retrocan;
using namespace retrocan::mqtt;
using adapter::Absence;
using adapter::RawValue;
using fuzz::demand;

using Keys = std::vector<std::pair<std::string, std::string>>;

/// A battery with a topic for each type of a payload, and one for each way into a document.
std::unique_ptr<adapter::Source> make_source() {
    adapter::SourceSpec spec;
    spec.battery = "fuzz";
    spec.mapping.path = "mqtt";
    spec.poll = std::chrono::seconds{1};
    spec.published = true;
    const auto add = [&](const Keys& keys, std::size_t count = 1, adapter::Pace pace = adapter::Pace::live) {
        adapter::PointSpec point;
        point.address.path = "points.p" + std::to_string(spec.points.size());
        for (const auto& [key, value] : keys)
            point.address.keys.push_back({key, value, {}});
        point.count = count;
        point.pace = pace;
        point.first_slot = spec.points.empty() ? 0 : spec.points.back().first_slot + spec.points.back().count;
        spec.points.push_back(point);
    };
    for (const std::string_view type : type_words)
        if (type != "length")
            add({{"topic", "plain/" + std::string{type}}, {"type", std::string{type}}});
    for (const std::string_view type : type_words)
        add({{"topic", "json"}, {"json", "/" + std::string{type}}, {"type", std::string{type}}});
    add({{"topic", "run"}, {"json", "/a/*"}}, 4);
    add({{"topic", "run"}, {"json", "/o/c_*/v"}}, 4, adapter::Pace::once);
    add({{"topic", "ids"}, {"json", "/n/*/v"}, {"numbered_by", "ID"}}, 4);
    add({{"topic", "inner"}, {"json_in", "/value"}, {"json", "/v/0"}});
    add({{"topic", "inner"}, {"json", "/w"}});
    add({{"topic", "guard"}, {"json", "/v"}, {"guard", "/Vers"}, {"guard_value", "1"}});
    add({{"topic", "field"}, {"field", "pe"}});
    add({{"topic", "field"}, {"field", "kn"}, {"type", "text"}});
    Faults faults;
    auto source = MqttAdapter{}.source(spec, faults);
    demand(source != nullptr, "the battery is right");
    return source;
}

const MqttSource& source() {
    static const std::unique_ptr<adapter::Source> made = make_source();
    return static_cast<const MqttSource&>(*made);
}

using Contents = std::map<std::size_t, Content>;

Contents by_slot(const std::vector<adapter::Reading>& readings) {
    Contents result;
    for (const adapter::Reading& reading : readings)
        demand(result.emplace(reading.slot, reading.content).second, "a slot is told once");
    return result;
}

std::size_t elements_of(std::string_view topic) {
    return static_cast<std::size_t>(std::ranges::count(
        source().elements(), topic, [](const Element& e) { return std::string_view{e.topic}; }));
}

/// What is rejected is so whole, and has a reason; what is not has none.
void check_rejection(std::string_view topic, const Heard& heard) {
    const Contents contents = by_slot(heard.readings);
    const auto garbled = std::ranges::count_if(
        contents, [](const auto& one) { return one.second == Content{Absence::garbled}; });
    const bool rejected = !heard.objection.empty();
    demand(static_cast<std::size_t>(garbled) == (rejected ? elements_of(topic) : 0),
           "rejected whole, or not");
    for (const char c : heard.objection)
        demand(c >= ' ' && c <= '~', "the log can show why");
    for (const auto& [slot, content] : contents) {
        const auto* raw = std::get_if<RawValue>(&content);
        const auto* decimal = raw != nullptr ? std::get_if<double>(raw) : nullptr;
        demand(decimal == nullptr || std::isfinite(*decimal), "a number is one");
        demand(raw != nullptr || content == Content{Absence::garbled} ||
                   content == Content{Absence::not_a_value},
               "no other reason");
    }
}

/// A recording gives what the broker gave.
void check_traffic(const std::string& topic, std::string_view payload, const Heard& heard) {
    for (const bool retained : {false, true}) {
        const auto answer = source().decode(message_line(topic, payload, retained));
        demand(answer.has_value(), "what was recorded is a line of a capture");
        demand(by_slot(answer->readings) == by_slot(heard.readings), "the recorded readings");
        demand(answer->retained == retained || payload.size() > longest_payload, "retained or not");
    }
    const auto again = source().decode(again_line(topic, payload, false));
    demand(again.has_value(), "what was recorded again");
    demand(by_slot(again->readings) == by_slot(source().hear_again(topic, payload).readings),
           "the readings recorded again");
}

/// Messages that are made of readings have these readings again.
void check_encoding(const Heard& heard) {
    Contents again;
    for (const std::string& line : source().encode(heard.readings)) {
        const auto answer = source().decode(line);
        demand(answer.has_value(), "what was made is a line of a capture");
        for (const auto& [slot, content] : by_slot(answer->readings))
            again[slot] = content;
    }
    for (const auto& [slot, content] : by_slot(heard.readings)) {
        const auto* raw = std::get_if<RawValue>(&content);
        if (raw == nullptr)
            continue;
        if (source().elements()[slot].type == Type::length)
            continue;                                         // other points may give the array more elements
        if (const auto* decimal = std::get_if<double>(raw)) { // may come again as a whole number
            const auto* whole = std::get_if<std::int64_t>(&std::get<RawValue>(again[slot]));
            demand(again[slot] == content || (whole != nullptr && static_cast<double>(*whole) == *decimal),
                   "the number that was written");
            continue;
        }
        demand(again[slot] == content, "what was written");
    }
}

/// A plainer reading of a document.
void check_document(std::string_view payload, const Heard& heard) {
    const std::string_view text = trimmed(payload);
    const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    if (document.is_discarded()) {
        demand(!heard.objection.empty(), "no JSON, no value");
        return;
    }
    if (!heard.objection.empty() || !document.is_object() || !document.contains("number"))
        return;
    const nlohmann::json& number = document["number"];
    const Contents contents = by_slot(heard.readings);
    const auto element = std::ranges::find_if(source().elements(), [](const Element& one) {
        return one.topic == "json" && one.type == Type::number;
    });
    const auto found = contents.find(element->slot);
    demand(found != contents.end(), "what is in the document is told");
    const auto* raw = std::get_if<RawValue>(&found->second);
    if (number.is_number_integer() && !number.is_number_unsigned())
        demand(raw != nullptr && *raw == RawValue{number.get<std::int64_t>()}, "a whole number");
    if (number.is_number_float()) {
        const double expected = number.get<double>();
        demand(raw != nullptr &&
                   (*raw == RawValue{expected} ||
                    *raw == RawValue{static_cast<std::int64_t>(std::clamp(expected, -9e15, 9e15))}),
               "a decimal number");
    }
    if (number.is_boolean() || number.is_null() || number.is_structured())
        demand(raw == nullptr, "no number");
}

void check_message(const std::string& topic, std::string_view payload) {
    const Heard heard = source().hear(topic, payload);
    check_rejection(topic, heard);
    check_traffic(topic, payload, heard);
    check_encoding(heard);
    if (topic == "json")
        check_document(payload, heard);
}

void check_capture(std::string_view line) {
    if (const auto answer = source().decode(line)) {
        for (const adapter::Reading& reading : answer->readings)
            demand(reading.slot < source().elements().size(), "a slot of the battery");
        return;
    } else {
        demand(!answer.error().empty(), "a line that is refused has a reason");
    }
}

/// A pointer without a star is the path that it was.
void check_pointer(const std::string& text) {
    const auto steps = pointer_steps(text);
    demand(steps.has_value() || !steps.error().empty(), "a pointer that is refused has a reason");
    if (steps && stars(text) == 0)
        demand(to_text(path_of(*steps, {}, 0)) == text, "the pointer that was written");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{data, data + size};
    check_capture(text);
    check_pointer(text);
    if (text.empty())
        return 0;
    const auto topics = source().topics();
    check_message(topics[static_cast<unsigned char>(text[0]) % topics.size()],
                  std::string_view{text}.substr(1));
    return 0;
}
