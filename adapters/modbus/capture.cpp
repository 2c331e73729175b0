// SPDX-License-Identifier: Apache-2.0
#include "capture.h"

#include "capture_text.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace retrocan::modbus {

namespace {

using nlohmann::json;

constexpr std::size_t longest_line = 1 << 20;
constexpr double latest = 1e12; // seconds; keeps microseconds within 64 bits

struct Wrong {
    std::string what;
};

/// A whole number within its range; what else stands there ends the line.
std::int64_t whole(const json& value, const char* key, std::int64_t low, std::int64_t high) {
    const bool fits = value.is_number_unsigned()
                          ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high)
                          : value.is_number_integer() && value.get<std::int64_t>() <= high;
    if (!fits || value.get<std::int64_t>() < low)
        throw Wrong{std::string{key} + ": expected whole numbers from " + std::to_string(low) + " to " +
                    std::to_string(high)};
    return value.get<std::int64_t>();
}

std::int64_t whole_at(const json& line, const char* key, std::int64_t low, std::int64_t high) {
    if (!line.contains(key))
        throw Wrong{std::string{key} + ": missing"};
    return whole(line.at(key), key, low, high);
}

std::string text_at(const json& line, const char* key) {
    if (!line.at(key).is_string())
        throw Wrong{std::string{key} + ": expected a text"};
    return line.at(key).get<std::string>();
}

std::vector<std::uint16_t> values_at(const json& line, const char* key, std::int64_t high) {
    const json& list = line.at(key);
    if (!list.is_array() || list.empty() || list.size() > static_cast<std::size_t>(last_address) + 1)
        throw Wrong{std::string{key} + ": expected a list of 1 to 65536 numbers"};
    std::vector<std::uint16_t> values;
    values.reserve(list.size());
    for (const json& value : list)
        values.push_back(static_cast<std::uint16_t>(
            value.is_boolean() && high == 1 ? (value.get<bool>() ? 1 : 0) : whole(value, key, 0, high)));
    return values;
}

Block block_of(const json& line, std::uint8_t unit, Table table) {
    Block block{unit, table, 0, {}};
    const bool bits = line.contains("coils");
    if (line.contains("unit"))
        block.unit = static_cast<std::uint8_t>(whole_at(line, "unit", 0, 255));
    if (line.contains("table")) {
        const auto it = std::ranges::find(table_words, text_at(line, "table"));
        if (it == table_words.end())
            throw Wrong{"table: expected one of holding, input, coil, discrete"};
        block.table = static_cast<Table>(it - table_words.begin());
    } else if (bits && !has_bits(table)) {
        block.table = Table::coil;
    }
    if (has_bits(block.table) != bits)
        throw Wrong{std::string{"table: "} + std::string{to_text(block.table)} + " has " +
                    (bits ? "registers, not coils" : "coils, not registers")};
    block.address = static_cast<std::uint16_t>(whole_at(line, "address", 0, last_address));
    block.values = bits ? values_at(line, "coils", 1) : values_at(line, "registers", 65535);
    return block;
}

CaptureLine parse(const json& line, std::uint8_t unit, Table table) {
    CaptureLine result;
    if (line.contains("t")) {
        const json& t = line.at("t");
        if (!t.is_number() || std::abs(t.get<double>()) > latest)
            throw Wrong{"t: expected seconds"};
        result.at = TimePoint{Duration{std::llround(t.get<double>() * 1e6)}};
    }
    if (line.contains("battery"))
        result.battery = text_at(line, "battery");
    if (line.contains("registers") || line.contains("coils")) {
        if (line.contains("registers") && line.contains("coils"))
            throw Wrong{"a line has registers or coils, not both"};
        result.content = block_of(line, unit, table);
    } else if (line.contains("error")) {
        const auto reason = adapter::absence(text_at(line, "error"));
        if (!reason)
            throw Wrong{"error: expected one of not_connected, timeout, refused, garbled, not_a_value"};
        result.content = *reason;
    }
    return result;
}

} // namespace

Result<CaptureLine, std::string> parse_capture_line(std::string_view line, const Options& options) {
    if (line.size() > longest_line)
        return Err{std::string{"longer than a megabyte"}};
    const std::size_t begin = line.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || line[begin] == '#')
        return CaptureLine{};
    if (line[begin] != '{') {
        if (line.find("->") != std::string_view::npos)
            return parse_exchange_line(line, options);
        if (line.find(':') != std::string_view::npos)
            return parse_dump_line(line, options);
        return Err{
            std::string{"expected a JSON object, as in {\"address\":0,\"registers\":[1,2]}, a request and "
                        "its answer, as in 01 03 00 16 00 01 64 0E -> 01 03 02 14 AB F6 8B, or registers "
                        "from an address on, as in 0x1000: 5312 0x7B"}};
    }
    const json parsed = json::parse(line, nullptr, false);
    if (!parsed.is_object())
        return Err{std::string{"not a JSON object, as in {\"t\":1.0,\"address\":0,\"registers\":[1,2]}"}};
    try {
        return parse(parsed, options.unit, options.table);
    } catch (const Wrong& wrong) {
        return Err{wrong.what};
    }
}

} // namespace retrocan::modbus
