// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace retrocan::daemon {

namespace {

/// In quotes, as JSON has it.
std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view word(adapter::LinkNews::State state) {
    using State = adapter::LinkNews::State;
    switch (state) {
    case State::connected:
        return "connected";
    case State::lost:
        return "lost";
    case State::silent:
        return "silent";
    case State::answering:
        return "answering";
    }
    return "";
}

/// Seconds with six decimals.
void append_time(std::string& text, TimePoint at) {
    constexpr std::int64_t second = 1'000'000;
    const std::int64_t us = at.time_since_epoch().count();
    if (us < 0)
        text += '-';
    const auto [whole, rest] = std::div(std::abs(us), second);
    std::array<char, 20> digits{};
    const auto seconds = std::to_chars(digits.data(), digits.data() + digits.size(), whole);
    text.append(digits.data(), seconds.ptr);
    const auto decimals = std::to_chars(digits.data(), digits.data() + digits.size(), second + rest);
    digits[0] = '.'; // the leading 1 that keeps the zeros
    text.append(digits.data(), decimals.ptr);
}

} // namespace

CaptureWriter::CaptureWriter(const std::vector<std::string>& batteries) {
    for (const std::string& name : batteries)
        names_.push_back(",\"battery\":" + json_text(name));
}

std::string CaptureWriter::begin(TimePoint at, std::size_t size) {
    constexpr std::size_t room = 80; // for the time and the battery
    last_ = std::max(last_, at);
    std::string line;
    line.reserve(size + room);
    line += "{\"t\":";
    append_time(line, last_);
    return line;
}

std::string CaptureWriter::head(const CaptureHead& head, TimePoint now) {
    std::string line = begin(now, head.snapshot.size());
    line += ",\"capture\":" + std::to_string(capture_version) + ",\"retrocan\":" + json_text(head.program) +
            ",\"configuration\":" + json_text(head.configuration) + ",\"mappings\":{";
    bool first = true;
    for (const auto& [battery, fingerprint] : head.mappings)
        line += (std::exchange(first, false) ? "" : ",") + json_text(battery) + ":" + json_text(fingerprint);
    line += std::string{"},\"bus\":"} + (head.bus ? "true" : "false");
    if (head.continues)
        line += ",\"continues\":true";
    if (!head.snapshot.empty())
        line += ",\"snapshot\":" + head.snapshot;
    return line + "}\n";
}

std::string CaptureWriter::answer(std::size_t battery, const adapter::Answer& answer) {
    if (answer.traffic.size() < 2) // not even {}
        return {};
    std::string line = begin(answer.at, answer.traffic.size());
    line += names_.at(battery);
    line += ',';
    line.append(answer.traffic, 1); // behind its brace
    line += '\n';
    return line;
}

std::string CaptureWriter::news(std::size_t battery, const adapter::LinkNews& news, TimePoint now) {
    std::string line = begin(now, news.text.size());
    line += names_.at(battery);
    line += ",\"link\":\"";
    line += word(news.state);
    return line + "\",\"text\":" + json_text(news.text) + "}\n";
}

std::string CaptureWriter::heard(const CanFrame& frame, TimePoint now) {
    return begin(now, 0) + ",\"can\":\"" + to_text(frame) + "\"}\n";
}

std::string CaptureWriter::bus(const BusNews& news, std::string_view text, TimePoint now) {
    return begin(now, text.size()) + ",\"bus\":\"" +
           (news.up      ? "up"
            : news.rests ? "rests"
                         : "down") +
           "\",\"text\":" + json_text(text) + "}\n";
}

} // namespace retrocan::daemon
