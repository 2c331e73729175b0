// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Short ways to write what a mapping and a configuration hand to the adapter.
namespace retrocan::modbus::test {

using Value = decltype(adapter::Setting::value);
using Keys = std::vector<std::pair<std::string, Value>>;

inline adapter::Settings settings(std::string path, const Keys& keys, std::uint32_t line) {
    adapter::Settings result{std::move(path), {"a.toml", line, 1}, {}};
    for (const auto& [key, value] : keys)
        result.keys.push_back({key, value, {"a.toml", line, 9}});
    return result;
}

inline Value text(const char* value) {
    return std::string{value};
}
inline Value number(std::int64_t value) {
    return value;
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

inline adapter::BlockSpec block(const std::string& name, const Keys& keys) {
    return {name, settings("blocks." + name, keys, 30)};
}

inline adapter::WriteSpec write(const std::string& name, const Keys& keys,
                                adapter::Pace pace = adapter::Pace::once, Duration period = {}) {
    return {name, settings("writes." + name, keys, 40), pace, period};
}

inline adapter::SourceSpec spec(const Keys& mapping, const Keys& connection,
                                std::vector<adapter::PointSpec> points,
                                std::vector<adapter::BlockSpec> blocks = {}) {
    adapter::SourceSpec result{.battery = "shed",
                               .mapping = settings("modbus", mapping, 10),
                               .connection = settings("battery.modbus", connection, 5),
                               .poll = std::chrono::seconds{1},
                               .blocks = std::move(blocks),
                               .points = std::move(points),
                               .writes = {}};
    std::size_t slot = 0;
    for (adapter::PointSpec& p : result.points) {
        p.first_slot = slot;
        slot += p.count;
    }
    return result;
}

/// The same point as one of the first block.
inline adapter::PointSpec in_block(adapter::PointSpec point) {
    point.block = 0;
    return point;
}

using Contents = std::multimap<std::size_t, decltype(adapter::Reading::content)>;

/// Readings to be compared: their order within one answer does not matter.
inline Contents by_slot(const std::vector<adapter::Reading>& readings) {
    Contents result;
    for (const adapter::Reading& reading : readings)
        result.emplace(reading.slot, reading.content);
    return result;
}

inline std::vector<std::string> texts(const Faults& faults) {
    std::vector<std::string> result;
    for (const Fault& fault : faults)
        result.push_back(retrocan::to_text(fault));
    return result;
}

/// A plan without what each read takes on the wire.
inline std::string without_times(const std::string& plan) {
    return std::regex_replace(plan, std::regex{", [0-9.]+ ms(?=\n|$)"}, "");
}

} // namespace retrocan::modbus::test
