// SPDX-License-Identifier: Apache-2.0
#include "can/interface_wish.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace retrocan::can {

namespace {

using Kind = InterfaceState::Kind;
using What = Step::What;

constexpr std::uint32_t usual_restart_ms = 100;
constexpr std::uint32_t usual_queue = 10; // the kernel's own for CAN
constexpr std::uint32_t long_queue = 100;
constexpr std::uint32_t rate_tolerance = 200; // one part in: a clock may not divide to the very rate

std::string number(std::uint32_t value) {
    return std::to_string(value);
}

/// Such a step is taken by a stopped controller only.
bool needs_stop(What what) {
    return what > What::stop && what < What::queue;
}

std::string setting(Step step) {
    switch (step.what) {
    case What::bit_rate:
        return "bitrate " + number(step.value);
    case What::listen_only:
        return "listen-only off";
    case What::loopback:
        return "loopback off";
    case What::one_shot:
        return "one-shot off";
    case What::restart_ms:
        return "restart-ms " + number(step.value);
    case What::report_errors:
        return "berr-reporting on";
    case What::queue:
        return "txqueuelen " + number(step.value);
    case What::stop:
        return "down";
    case What::start:
        return "up";
    }
    return "";
}

void judge_bit_rate(const InterfaceState& state, const InterfaceWish& wish, std::vector<Deviation>& all) {
    if (!state.bit_rate || same_rate(*state.bit_rate, wish.bit_rate))
        return;
    const std::string should =
        number(wish.bit_rate) + ", as the GX's profile with " + number(wish.bit_rate / 1000) + " kbit/s";
    const Step step{What::bit_rate, wish.bit_rate};
    if (*state.bit_rate != 0)
        all.push_back({"the bit rate is " + number(*state.bit_rate) + " bit/s", should,
                       "with a rate that is not the bus's it hears nothing and disturbs what the others send",
                       step, true});
    else if (state.kind == Kind::serial)
        all.push_back(
            {"no bit rate is set here", should,
             "the adapter has its own, or what slcand told it (-s6 is 500 kbit/s, -s5 is 250 kbit/s)", step});
    else
        all.push_back({"no bit rate is set", should, "without one it cannot be taken up", step, true});
}

void judge_modes(const InterfaceState& state, std::vector<Deviation>& all) {
    const auto off = [&](bool on, std::string_view name, std::string_view why, What what) {
        if (on)
            all.push_back({std::string{name} + " is on", "off", std::string{why}, {what}, true});
    };
    off(state.listen_only, "listen-only", "it sends nothing and acknowledges nothing", What::listen_only);
    off(state.loopback, "loopback", "it hears itself only, and takes that for an acknowledgement",
        What::loopback);
    off(state.one_shot, "one-shot",
        "a frame that is disturbed, or gives way to another, is lost instead of repeated", What::one_shot);
}

void judge_restart(const InterfaceState& state, const InterfaceWish& wish, std::vector<Deviation>& all) {
    if (!state.restart_ms || state.kind != Kind::controller)
        return;
    const std::uint32_t value = wish.restart_ms.value_or(usual_restart_ms);
    if (*state.restart_ms == 0)
        all.push_back({"restart-ms is not set",
                       number(value),
                       "after too many errors the controller leaves the bus, and never comes back by itself",
                       {What::restart_ms, value}});
    else if (wish.restart_ms && *state.restart_ms != value)
        all.push_back({"restart-ms is " + number(*state.restart_ms),
                       number(value) + " (can.restart_ms)",
                       "so long the controller stays off the bus after too many errors",
                       {What::restart_ms, value}});
}

void judge_queue(const InterfaceState& state, const InterfaceWish& wish, std::vector<Deviation>& all) {
    if (!state.queue || state.kind == Kind::only_here)
        return;
    const std::uint32_t value = wish.queue.value_or(usual_queue);
    if (wish.queue ? *state.queue != value : *state.queue > long_queue)
        all.push_back({"the queue holds " + number(*state.queue) + " frames (txqueuelen)",
                       number(value) + (wish.queue ? " (can.queue)" : ""),
                       "what other programs send waits in it while the bus does not work, and goes out late",
                       {What::queue, value}});
}

} // namespace

bool same_rate(std::uint32_t is, std::uint32_t wish) {
    return (is > wish ? is - wish : wish - is) <= wish / rate_tolerance;
}

std::string gx_profile(std::optional<std::uint32_t> bit_rate) {
    if (bit_rate && same_rate(*bit_rate, 250'000))
        return "\"VE.Can & CAN-bus BMS (250 kbit/s)\"";
    return "\"CAN-bus BMS (500 kbit/s)\" (newer Venus OS: \"CAN-bus BMS LV (500 kbit/s)\")";
}

std::vector<Deviation> judge(const InterfaceState& state, const InterfaceWish& wish) {
    std::vector<Deviation> all;
    judge_bit_rate(state, wish, all);
    judge_modes(state, all);
    if (!state.up)
        all.push_back({"the interface is down", "up", "nothing can be sent or heard", {What::start}, true});
    judge_restart(state, wish, all);
    judge_queue(state, wish, all);
    if (state.can_report_errors && !state.reports_errors)
        all.push_back({"berr-reporting is off",
                       "on",
                       "a wrong bit rate and a missing acknowledgement are told by the controller only "
                       "with it",
                       {What::report_errors}});
    return all;
}

std::vector<Step> steps_for(const InterfaceState& state, const std::vector<Deviation>& deviations) {
    std::vector<Step> steps;
    steps.reserve(deviations.size() + 2);
    for (const Deviation& deviation : deviations)
        steps.push_back(deviation.step);
    if (state.up && std::ranges::any_of(steps, [](Step step) { return needs_stop(step.what); })) {
        steps.push_back({What::stop});
        steps.push_back({What::start});
    }
    std::ranges::sort(steps);
    return steps;
}

std::string to_command(const std::string& name, Step step) {
    return "ip link set " + name + (needs_stop(step.what) ? " type can " : " ") + setting(step);
}

std::vector<std::string> to_commands(const std::string& name, const std::vector<Step>& steps) {
    std::vector<std::string> commands;
    commands.reserve(steps.size());
    bool together = false;
    for (const Step step : steps) {
        if (together && needs_stop(step.what))
            commands.back().append(" ").append(setting(step));
        else
            commands.push_back(to_command(name, step));
        together = needs_stop(step.what);
    }
    return commands;
}

std::string one_line(const std::vector<std::string>& commands) {
    std::string line;
    for (const std::string& command : commands)
        line += (line.empty() ? "" : "; ") + command;
    return line;
}

std::optional<std::string> unseen(const InterfaceState& state) {
    if (state.kind == Kind::only_here)
        return state.name + ": a virtual bus of this machine: it has no bit rate, and no GX is on it";
    if (state.kind == Kind::serial && !state.bit_rate)
        return state.name + ": the bit rate of an adapter on a serial line cannot be seen here: slcand sets "
                            "it (-s6 is 500 kbit/s, -s5 is 250 kbit/s)";
    if (!state.bit_rate)
        return state.name + ": its bit rate cannot be seen here (ip -details link show " + state.name + ")";
    return std::nullopt;
}

std::string to_text(const Deviation& deviation) {
    return deviation.is + "; expected " + deviation.should + ": " + deviation.why;
}

std::vector<std::string> setup_report(const InterfaceState& state, const InterfaceWish& wish) {
    std::vector<std::string> lines;
    const auto deviations = judge(state, wish);
    lines.reserve(deviations.size() * 2 + 3);
    for (const Deviation& deviation : deviations)
        lines.push_back(state.name + ": " + to_text(deviation));
    if (!deviations.empty()) {
        lines.push_back(state.name + ": what sets it right until the next start (as root):");
        for (const std::string& command : to_commands(state.name, steps_for(state, deviations)))
            lines.push_back("    " + command);
    }
    if (const auto line = unseen(state))
        lines.push_back(*line);
    return lines;
}

} // namespace retrocan::can
