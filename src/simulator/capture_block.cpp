// SPDX-License-Identifier: Apache-2.0
#include "simulator/capture_block.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

namespace retrocan::simulator {

namespace {

using nlohmann::json;

json object_of(std::string_view line) {
    json parsed = json::parse(line, nullptr, false);
    return parsed.is_object() ? parsed : json::object();
}

std::optional<std::uint64_t> number(const json& line, const char* key, std::uint64_t high) {
    const auto it = line.find(key);
    if (it == line.end() || !it->is_number_unsigned() || it->get<std::uint64_t>() > high)
        return std::nullopt;
    return it->get<std::uint64_t>();
}

} // namespace

std::optional<CaptureBlock> capture_block(std::string_view line) {
    constexpr std::array<std::string_view, 4> tables{"holding", "input", "coil", "discrete"};
    const json object = object_of(line);
    const auto unit = number(object, "unit", 255);
    const auto address = number(object, "address", 65535);
    const auto table = object.find("table");
    const auto values = object.find(object.contains("coils") ? "coils" : "registers");
    if (!unit || !address || table == object.end() || !table->is_string() || values == object.end() ||
        !values->is_array() || object.contains("model"))
        return std::nullopt;
    const auto* const word = std::ranges::find(tables, table->get<std::string>());
    if (word == tables.end())
        return std::nullopt;
    CaptureBlock block{static_cast<std::uint8_t>(*unit),
                       static_cast<ModbusTable>(word - tables.begin()),
                       static_cast<std::uint16_t>(*address),
                       {}};
    for (const json& value : *values) {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 65535)
            return std::nullopt;
        block.values.push_back(static_cast<std::uint16_t>(value.get<std::uint64_t>()));
    }
    return block;
}

std::optional<Duration> capture_time(std::string_view line) {
    constexpr double latest = 1e12;
    const json object = object_of(line);
    const auto t = object.find("t");
    if (t == object.end() || !t->is_number() || std::abs(t->get<double>()) > latest)
        return std::nullopt;
    return Duration{std::llround(t->get<double>() * 1e6)};
}

std::string capture_battery(std::string_view line) {
    const json object = object_of(line);
    const auto battery = object.find("battery");
    return battery != object.end() && battery->is_string() ? battery->get<std::string>() : std::string{};
}

} // namespace retrocan::simulator
