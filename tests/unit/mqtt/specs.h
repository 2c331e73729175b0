// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "mqtt_adapter.h"
#include "source.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Short ways to write what a mapping and a configuration hand to the adapter.
namespace retrocan::mqtt::test {

using Value = decltype(adapter::Setting::value);
using Keys = std::vector<std::pair<std::string, Value>>;

inline Value text(const char* value) {
    return std::string{value};
}
inline Value number(std::int64_t value) {
    return value;
}
inline Value list(std::vector<std::string> values) {
    return values;
}

inline adapter::Settings settings(std::string path, const Keys& keys, std::uint32_t line) {
    adapter::Settings result{std::move(path), {"a.toml", line, 1}, {}};
    for (const auto& [key, value] : keys)
        result.keys.push_back({key, value, {"a.toml", line, 9}});
    return result;
}

/// A point of one or more values; slots are given out by spec().
inline adapter::PointSpec point(const std::string& name, const Keys& keys, std::size_t count = 1,
                                adapter::Pace pace = adapter::Pace::live, Duration period = {}) {
    return {.name = name,
            .address = settings("points." + name, keys, 20),
            .block = {},
            .first_slot = 0,
            .count = count,
            .pace = pace,
            .period = period,
            .optional = false};
}

inline adapter::PointSpec once(adapter::PointSpec point) {
    point.pace = adapter::Pace::once;
    return point;
}
inline adapter::PointSpec optional(adapter::PointSpec point) {
    point.optional = true;
    return point;
}
/// The same point as one of the first block.
inline adapter::PointSpec in_block(adapter::PointSpec point) {
    point.block = 0;
    return point;
}

inline adapter::BlockSpec block(const std::string& name, const Keys& keys) {
    return {name, settings("blocks." + name, keys, 30)};
}

inline adapter::WriteSpec write(const std::string& name, const Keys& keys,
                                adapter::Pace pace = adapter::Pace::once, Duration period = {}) {
    return {name, settings("writes." + name, keys, 40), pace, period};
}

inline adapter::SourceSpec spec(std::vector<adapter::PointSpec> points,
                                std::vector<adapter::BlockSpec> blocks = {},
                                std::vector<adapter::WriteSpec> writes = {}) {
    adapter::SourceSpec result{.battery = "shed",
                               .mapping = settings("mqtt", {}, 10),
                               .connection = {},
                               .poll = std::chrono::seconds{5},
                               .blocks = std::move(blocks),
                               .points = std::move(points),
                               .writes = std::move(writes),
                               .published = true};
    std::size_t slot = 0;
    for (adapter::PointSpec& p : result.points) {
        p.first_slot = slot;
        slot += p.count;
    }
    return result;
}

inline std::vector<std::string> texts(const Faults& faults) {
    std::vector<std::string> result;
    for (const Fault& fault : faults)
        result.push_back(retrocan::to_text(fault));
    return result;
}

/// The source of a spec without faults.
inline std::unique_ptr<MqttSource> source(const adapter::SourceSpec& spec) {
    Faults faults;
    auto made = MqttAdapter{}.source(spec, faults);
    if (!made)
        throw LoadError{faults};
    return std::unique_ptr<MqttSource>{static_cast<MqttSource*>(made.release())};
}

/// The faults of a spec with one point of these keys.
inline std::vector<std::string> faults_of(const Keys& keys, std::size_t count = 1) {
    Faults faults;
    MqttAdapter{}.source(spec({point("x", keys, count)}), faults);
    return texts(faults);
}

using Contents = std::multimap<std::size_t, Content>;

/// Readings to be compared: their order within one answer does not matter.
inline Contents by_slot(const std::vector<adapter::Reading>& readings) {
    Contents result;
    for (const adapter::Reading& reading : readings)
        result.emplace(reading.slot, reading.content);
    return result;
}

inline Content value(std::int64_t number) {
    return adapter::RawValue{number};
}
inline Content value(double number) {
    return adapter::RawValue{number};
}
inline Content value(const char* word) {
    return adapter::RawValue{std::string{word}};
}
inline const Content none{adapter::Absence::not_a_value};
inline const Content garbled{adapter::Absence::garbled};

/// For the messages of failed tests.
inline std::string shown(const Content& content) {
    if (const auto* absence = std::get_if<adapter::Absence>(&content))
        return std::string{adapter::to_text(*absence)};
    const auto& raw = std::get<adapter::RawValue>(content);
    if (const auto* whole = std::get_if<std::int64_t>(&raw))
        return "integer " + std::to_string(*whole);
    if (const auto* decimal = std::get_if<double>(&raw))
        return "decimal " + std::to_string(*decimal);
    return "text " + std::get<std::string>(raw);
}

/// What one point makes of a payload: its elements, those that are told.
inline std::map<std::size_t, std::string> heard(const adapter::PointSpec& point, std::string_view topic,
                                                std::string_view payload) {
    std::map<std::size_t, std::string> result;
    for (const adapter::Reading& reading : source(spec({point}))->hear(topic, payload).readings)
        result[reading.slot] = shown(reading.content);
    return result;
}

} // namespace retrocan::mqtt::test
