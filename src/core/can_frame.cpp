// SPDX-License-Identifier: Apache-2.0
#include "core/can_frame.h"

#include <charconv>
#include <cinttypes>
#include <cstdio>

namespace retrocan {

namespace {

constexpr std::uint32_t error_flag = 0x20000000; // as candump prints error frames: bit 29 of the identifier

std::string quoted(std::string_view text) {
    return "\"" + std::string{text} + "\"";
}

template <class T>
bool parse_number(std::string_view text, T& value, int base) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

std::string to_text(const CanFrame& frame) {
    const bool standard = frame.kind == CanFrame::Kind::standard;
    const std::uint32_t id = frame.kind == CanFrame::Kind::error ? frame.id | error_flag : frame.id;
    char text[32];
    int used = std::snprintf(text, sizeof text, standard ? "%03" PRIX32 "#" : "%08" PRIX32 "#", id);
    if (frame.remote)
        return std::string(text, static_cast<std::size_t>(used)) + "R";
    for (std::size_t i = 0; i < frame.size; ++i)
        used +=
            std::snprintf(text + used, sizeof text - static_cast<std::size_t>(used), "%02X", frame.data[i]);
    return {text, static_cast<std::size_t>(used)};
}

Result<CanFrame, std::string> parse_frame(std::string_view text) {
    const auto bad = [&](std::string_view why) {
        return Err{"not a CAN frame: " + quoted(text) + ": " + std::string{why}};
    };
    const std::size_t hash = text.find('#');
    if (hash != 3 && hash != 8)
        return bad("expected 3 or 8 hex digits before '#'");
    CanFrame frame;
    if (!parse_number(text.substr(0, hash), frame.id, 16))
        return bad("the identifier is not hexadecimal");
    if (hash == 8) {
        frame.kind = (frame.id & error_flag) != 0 ? CanFrame::Kind::error : CanFrame::Kind::extended;
        frame.id &= 0x1FFFFFFF;
    } else if (frame.id > 0x7FF) {
        return bad("a standard identifier is at most 7FF");
    }
    const std::string_view bytes = text.substr(hash + 1);
    if (!bytes.empty() && bytes.front() == 'R') {
        frame.remote = true;
        return frame;
    }
    if (bytes.size() % 2 != 0 || bytes.size() > 16)
        return bad("expected 0 to 8 bytes of two hex digits");
    frame.size = static_cast<std::uint8_t>(bytes.size() / 2);
    for (std::size_t i = 0; i < frame.size; ++i)
        if (!parse_number(bytes.substr(2 * i, 2), frame.data[i], 16))
            return bad("a byte is not hexadecimal");
    return frame;
}

std::string to_text(const LoggedFrame& line) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(line.at);
    char stamp[48];
    const int used =
        std::snprintf(stamp, sizeof stamp, "(%010lld.%06lld) ", static_cast<long long>(seconds.count()),
                      static_cast<long long>((line.at - seconds).count()));
    return std::string(stamp, static_cast<std::size_t>(used)) + line.interface + " " + to_text(line.frame);
}

Result<LoggedFrame, std::string> parse_log_line(std::string_view text) {
    const auto bad = [&] {
        return Err{"not a line of candump -L: " + quoted(text) +
                   ": expected \"(seconds.micros) interface id#data\""};
    };
    const std::size_t close = text.find(") ");
    const std::size_t dot = text.find('.');
    if (text.empty() || text.front() != '(' || close == std::string_view::npos || dot > close)
        return bad();
    std::int64_t seconds = 0;
    std::int64_t micros = 0;
    const std::string_view fraction = text.substr(dot + 1, close - dot - 1);
    if (!parse_number(text.substr(1, dot - 1), seconds, 10) || fraction.size() != 6 ||
        !parse_number(fraction, micros, 10) || seconds < 0 || micros < 0 || seconds > 1'000'000'000'000)
        return bad();
    const std::string_view rest = text.substr(close + 2);
    const std::size_t blank = rest.find(' ');
    if (blank == std::string_view::npos || blank == 0)
        return bad();
    std::string_view frame_text = rest.substr(blank + 1);
    while (!frame_text.empty() &&
           (frame_text.back() == ' ' || frame_text.back() == '\r' || frame_text.back() == '\n'))
        frame_text.remove_suffix(1);
    // candump -L -x appends the direction ("R", "T") after a blank.
    frame_text = frame_text.substr(0, frame_text.find(' '));
    const auto frame = parse_frame(frame_text);
    if (!frame)
        return Err{frame.error()};
    return LoggedFrame{std::chrono::seconds{seconds} + std::chrono::microseconds{micros},
                       std::string{rest.substr(0, blank)}, *frame};
}

} // namespace retrocan
