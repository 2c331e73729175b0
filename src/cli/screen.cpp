// SPDX-License-Identifier: Apache-2.0
#include "cli/screen.h"

#include "core/unit.h"
#include "victron/describe.h"

#include <cstdio>

#include <spdlog/spdlog.h>

namespace retrocan::cli {

namespace {

constexpr std::size_t log_lines = 6;
constexpr const char* clear = "\x1b[H\x1b[J"; // home, erase to the end
constexpr const char* hide_cursor = "\x1b[?25l";
constexpr const char* show_cursor = "\x1b[?25h";

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 1), ' ');
    return text;
}

std::string seconds_since(TimePoint then, TimePoint now) {
    return std::to_string((now - then) / std::chrono::seconds{1}) + " s";
}

std::string state_line(const daemon::Service& service, TimePoint now) {
    const daemon::Bridge& bridge = service.bridge();
    std::string text = std::string{policy::to_text(bridge.view().state)} + " for " +
                       seconds_since(bridge.since(), now) + ": " + bridge.view().reason;
    if (!bridge.system().must_be_silent().empty())
        return text + "; SILENT: " + bridge.system().must_be_silent();
    if (bridge.gx().must_be_silent())
        return text + "; SILENT: the GX is not heard any more";
    switch (service.bridge().hearing()) {
    case daemon::Hearing::not_yet:
        return text + "; the bus is not up";
    case daemon::Hearing::listening:
        return text + "; listening on the bus first";
    case daemon::Hearing::foreign:
        return text + "; SILENT: somebody else sends as a battery on this bus";
    case daemon::Hearing::clear:
        break;
    }
    return text;
}

template <class Q>
std::string limit_line(const char* name, const policy::Limit<Q>& limit) {
    return "  " + padded(name, 6) + padded(to_text(limit.value), 12) + std::string{limit.reason.limiter} +
           ": " + limit.reason.input + "\n";
}

std::string values_text(const BatteryState& state) {
    // In the order of signals(); two columns.
    std::string text;
    bool left = true;
    for (std::size_t i = 0; i < plain_signals; ++i) {
        const auto value = signal_text(state, i);
        if (!value)
            continue;
        const std::string cell = padded(signal_name(i), 28) + padded(*value, 20);
        text += left ? "  " + cell : cell + "\n";
        left = !left;
    }
    return left ? text : text + "\n";
}

std::string members_text(const daemon::Bridge& bridge, TimePoint now) {
    std::string text = "Batteries\n";
    for (std::size_t i = 0; i < bridge.members(); ++i) {
        const policy::Pack& pack = bridge.pack(i);
        text += "  " + padded(bridge.name(i), 12) + (bridge.view().counts[i] ? "  " : "! ") +
                std::string{policy::to_text(pack.state())} + " for " + seconds_since(pack.since(), now) +
                ": " + pack.reason() + "\n";
    }
    return text;
}

std::string frames_text(const daemon::Service& service, TimePoint now) {
    std::string text;
    for (const auto& [id, sent] : service.sent()) {
        if (now - sent.at > std::chrono::seconds{3})
            continue;
        const char* mark = sent.result == can::WriteResult::written ? "  " : "! ";
        text += mark + padded(to_text(sent.frame), 22) + victron::describe(sent.frame) + "\n";
    }
    return text.empty() ? "  none: the bus is silent\n" : text;
}

std::string screen_text(const daemon::Service& service, TimePoint now) {
    const daemon::Bridge& bridge = service.bridge();
    std::string text = state_line(service, now) + "\n\n";
    if (bridge.members() > 1)
        text += members_text(bridge, now) + "\n";
    text += "Battery\n" + values_text(bridge.values(now)) + "\nLimits\n";
    if (const auto& limits = bridge.system().limits())
        text +=
            limit_line("CVL", limits->cvl) + limit_line("CCL", limits->ccl) + limit_line("DCL", limits->dcl);
    else
        text += "  none\n";
    const auto gx = bridge.gx().heard_at();
    text += gx ? "  GX heard " + seconds_since(*gx, now) + " ago\n" : "  no GX heard (0x305)\n";
    return text + "\nLast frames\n" + frames_text(service, now);
}

} // namespace

Screen::Screen(std::string title, std::string link)
    : title_{std::move(title)}
    , link_{std::move(link)}
    , log_{std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(log_lines)}
    , logger_before_{spdlog::default_logger()} {
    auto logger = std::make_shared<spdlog::logger>("screen", log_);
    logger->set_pattern("%H:%M:%S %l %v");
    spdlog::set_default_logger(std::move(logger));
    std::fputs(hide_cursor, stdout);
}

Screen::~Screen() {
    std::fputs(show_cursor, stdout);
    std::fputs("\n", stdout);
    std::fflush(stdout);
    spdlog::set_default_logger(logger_before_);
}

void Screen::draw(const daemon::Service& service) {
    std::string text = clear + title_ + "   to " + link_ + "   (Ctrl-C ends)\n" +
                       screen_text(service, BootClock::now()) + "\nLog\n";
    for (const std::string& line : log_->last_formatted())
        text += "  " + line;
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

} // namespace retrocan::cli
