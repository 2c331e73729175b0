// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture_line.h"

#include <array>
#include <cmath>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

namespace retrocan::daemon {

namespace {

using nlohmann::json;

constexpr std::size_t longest_line = std::size_t{4} << 20;
constexpr double latest = 9e9; // seconds: microseconds stay exact in a double

struct Wrong {
    std::string what;
};

std::string text_at(const json& object, const char* key) {
    if (!object.contains(key))
        return {};
    if (!object.at(key).is_string())
        throw Wrong{std::string{key} + ": expected a text"};
    return object.at(key).get<std::string>();
}

bool flag_at(const json& object, const char* key) {
    if (!object.contains(key))
        return false;
    if (!object.at(key).is_boolean())
        throw Wrong{std::string{key} + ": expected true or false"};
    return object.at(key).get<bool>();
}

CaptureHead head_of(const json& line) {
    const json& version = line.at("capture");
    if (!version.is_number_integer() || version != capture_version)
        throw Wrong{"capture: this program reads version " + std::to_string(capture_version) +
                    " of the format; record it again, or replay it with the version that recorded it"};
    CaptureHead head;
    head.program = text_at(line, "retrocan");
    head.configuration = text_at(line, "configuration");
    if (line.contains("mappings")) {
        if (!line.at("mappings").is_object())
            throw Wrong{"mappings: expected the fingerprints of mappings by the names of batteries"};
        for (const auto& [battery, fingerprint] : line.at("mappings").items())
            head.mappings[battery] = fingerprint.is_string() ? fingerprint.get<std::string>() : "";
    }
    head.bus = flag_at(line, "bus");
    head.continues = flag_at(line, "continues");
    if (line.contains("snapshot"))
        head.snapshot = line.at("snapshot").dump();
    return head;
}

TimePoint time_of(const json& line) {
    if (!line.contains("t"))
        throw Wrong{"t: missing; expected the time in seconds, as in {\"t\":1.002}"};
    const json& t = line.at("t");
    if (!t.is_number() || !(std::abs(t.get<double>()) <= latest))
        throw Wrong{"t: expected seconds"};
    return TimePoint{Duration{std::llround(t.get<double>() * 1e6)}};
}

CaptureLine content_of(const json& line) {
    CaptureLine result{time_of(line), {}};
    if (line.contains("capture")) {
        result.content = head_of(line);
    } else if (line.contains("can")) {
        const auto frame = parse_frame(text_at(line, "can"));
        if (!frame)
            throw Wrong{"can: " + frame.error()};
        result.content = *frame;
    } else if (line.contains("bus")) {
        const std::string word = text_at(line, "bus");
        if (word != "up" && word != "down" && word != "rests")
            throw Wrong{"bus: expected up, down or rests"};
        result.content = BusNews{.up = word == "up", .rests = word == "rests"};
    } else if (!line.contains("link") && line.size() > (line.contains("battery") ? 2U : 1U)) {
        Traffic traffic;
        if (line.contains("battery"))
            traffic.battery = text_at(line, "battery");
        result.content = traffic;
    }
    return result;
}

} // namespace

Result<CaptureLine, LineFault> parse_capture_line(std::string_view line) {
    if (line.size() > longest_line)
        return Err{LineFault{1, "longer than 4 megabytes"}};
    try {
        const json parsed = json::parse(line);
        if (!parsed.is_object())
            return Err{LineFault{1, "expected a JSON object, as in {\"t\":1.002}"}};
        return content_of(parsed);
    } catch (const json::parse_error& error) {
        const auto column = static_cast<std::uint32_t>(std::max<std::size_t>(error.byte, 1));
        return Err{LineFault{column, "not JSON from here on; expected an object, as in {\"t\":1.002}"}};
    } catch (const json::exception&) { // a number that no type holds
        return Err{LineFault{1, "has a number that is too large"}};
    } catch (const Wrong& wrong) {
        return Err{LineFault{column_of(line, wrong.what), wrong.what}};
    }
}

std::string bare_line(std::string_view line) {
    auto bare = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!bare.is_object())
        return std::string{line};
    bare.erase("t");
    bare.erase("battery");
    return bare.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::uint32_t column_of(std::string_view line, std::string_view message) {
    const std::size_t colon = message.find(':');
    if (colon == std::string_view::npos)
        return 1;
    const std::string key = '"' + std::string{message.substr(0, colon)} + '"';
    const std::size_t found = line.find(key);
    return found == std::string_view::npos ? 1 : static_cast<std::uint32_t>(found + 1);
}

std::string fingerprint_of_file(const std::string& file) {
    std::ifstream stream{file, std::ios::binary};
    if (!stream.is_open())
        return {};
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a
    for (std::istreambuf_iterator<char> c{stream}, end; c != end; ++c)
        hash = (hash ^ static_cast<unsigned char>(*c)) * 0x100000001b3U;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4)
        text += digits[(hash >> shift) & 0xFU];
    return text;
}

} // namespace retrocan::daemon
