// SPDX-License-Identifier: Apache-2.0
#include "capture.h"

#include "capture_text.h"

#include <algorithm>
#include <cmath>
#include <span>

#include <nlohmann/json.hpp>

namespace retrocan::modbus {

namespace {

using nlohmann::json;

constexpr std::size_t longest_line = 1 << 20;
constexpr double latest = 1e12; // seconds; keeps microseconds within 64 bits
constexpr std::int64_t longest_period_us = std::int64_t{1} << 53;

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

std::optional<std::size_t> word_at(const json& line, const char* key, std::span<const std::string_view> words,
                                   const char* expected) {
    if (!line.contains(key))
        return std::nullopt;
    const auto it = std::ranges::find(words, text_at(line, key));
    if (it == words.end())
        throw Wrong{std::string{key} + ": expected one of " + expected};
    return static_cast<std::size_t>(it - words.begin());
}

/// Where a line is: unit id, table and address; no values.
Block place_of(const json& line, const Options& options, Table table) {
    Block block{options.unit, table, 0, {}};
    if (line.contains("unit"))
        block.unit = static_cast<std::uint8_t>(whole_at(line, "unit", 0, 255));
    if (line.contains("payload")) {
        const std::string name = text_at(line, "payload");
        const auto procedure =
            std::ranges::find_if(options.procedures, [&](const auto& one) { return one->name == name; });
        if (procedure == options.procedures.end())
            throw Wrong{"payload: this mapping has no block of this name that a procedure gives"};
        block.table = Table::payload;
        block.procedure = procedure->get();
        if (line.contains("address"))
            block.address = static_cast<std::uint16_t>(whole_at(line, "address", 0, last_address));
        return block;
    }
    if (const auto word = word_at(line, "table", table_words, "holding, input, coil, discrete"))
        block.table = static_cast<Table>(*word);
    block.address = static_cast<std::uint16_t>(whole_at(line, "address", 0, last_address));
    return block;
}

Block block_of(const json& line, const Options& options) {
    const bool bits = line.contains("coils");
    Block block = place_of(line, options, bits && !has_bits(options.table) ? Table::coil : options.table);
    if (has_bits(block.table) != bits)
        throw Wrong{std::string{"table: "} + std::string{to_text(block.table)} + " has " +
                    (bits ? "registers, not coils" : "coils, not registers")};
    block.values = bits ? values_at(line, "coils", 1) : values_at(line, "registers", 65535);
    return block;
}

std::optional<InModel> model_of(const json& line, const Block& block) {
    if (!line.contains("model"))
        return std::nullopt;
    if (block.table != Table::holding)
        throw Wrong{"model: SunSpec models are in the table holding"};
    InModel in{static_cast<std::uint16_t>(whole_at(line, "model", 1, last_address)), {}};
    if (line.contains("base"))
        in.base = static_cast<std::uint16_t>(whole_at(line, "base", 0, last_address - block.address));
    return in;
}

Purpose purpose_of(const json& line) {
    Purpose purpose;
    if (const auto word = word_at(line, "pace", pace_words, "live, slow, once"))
        purpose.pace = static_cast<adapter::Pace>(*word);
    if (line.contains("period_us"))
        purpose.period = Duration{whole_at(line, "period_us", 0, longest_period_us)};
    if (line.contains("optional")) {
        if (!line.at("optional").is_boolean())
            throw Wrong{"optional: expected true or false"};
        purpose.optional = line.at("optional").get<bool>();
    }
    return purpose;
}

Told told_of(const json& line, const Options& options) {
    Told told{block_of(line, options)};
    told.in = model_of(line, told.block);
    if (line.contains("count"))
        told.asked = static_cast<std::size_t>(whole_at(line, "count", 1, last_address + 1));
    told.purpose = purpose_of(line);
    return told;
}

std::variant<std::monostate, Told, Gap, Failure> failure_of(const json& line, const Options& options) {
    const auto reason = adapter::absence(text_at(line, "error"));
    if (!reason)
        throw Wrong{"error: expected one of not_connected, timeout, refused, garbled, not_a_value"};
    if (!line.contains("address"))
        return Failure{*reason, purpose_of(line)};
    Gap gap{place_of(line, options, options.table), *reason, purpose_of(line), {}};
    gap.place.values.resize(static_cast<std::size_t>(whole_at(line, "count", 1, last_address + 1)));
    gap.in = model_of(line, gap.place);
    return gap;
}

CaptureLine parse(const json& line, const Options& options) {
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
        result.content = told_of(line, options);
    } else if (line.contains("error")) {
        result.content = failure_of(line, options);
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
        return parse(parsed, options);
    } catch (const Wrong& wrong) {
        return Err{wrong.what};
    }
}

} // namespace retrocan::modbus
