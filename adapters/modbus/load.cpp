// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include "core/unit.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace retrocan::modbus {

namespace {

/// What one battery takes of its link.
struct LinkShare {
    const ModbusSource* battery{};
    std::size_t reads{};   ///< of one poll
    Duration poll{};       ///< that all of them take
    double part_of_time{}; ///< with the slow points; 1: all of it
};

LinkShare share_of(const ModbusSource& battery, const Wire& wire, Duration pause) {
    const ReadPlan plan = battery.read_plan(wire);
    LinkShare share{&battery, plan.live_requests(), {}, 0};
    for (std::size_t i = 0; i < plan.requests().size(); ++i) {
        const Request& request = plan.requests()[i];
        const Duration own = std::max(wire.silence, request.manner.pause);
        const Duration time = plan.wire_time(i) + std::max(pause - own, Duration{});
        if (request.pace == adapter::Pace::live)
            share.poll += time;
        else if (request.pace == adapter::Pace::slow)
            share.part_of_time +=
                static_cast<double>(time.count()) / static_cast<double>(request.period.count());
    }
    share.part_of_time +=
        static_cast<double>(share.poll.count()) / static_cast<double>(battery.poll().count());
    return share;
}

std::string rounded(Duration time) {
    constexpr Duration unit = std::chrono::milliseconds{10};
    return retrocan::to_text(Duration{(time + unit / 2) / unit * unit});
}

std::string line_text(const Options& options) {
    return options.serial.path.empty() ? "" : " at " + to_text(options.serial.line);
}

/// "a poll of "shed" takes 1.42 s (12 reads at 9600 8N1), but its period is 1 s".
std::string too_much(const std::vector<LinkShare>& shares, const std::string& link) {
    const Options& options = shares.front().battery->options();
    std::string text;
    for (const LinkShare& share : shares)
        text += std::string{text.empty() ? "" : ", "} + "a poll of \"" + share.battery->battery() +
                "\" takes " + rounded(share.poll) + " of each " + retrocan::to_text(share.battery->poll()) +
                " (" + std::to_string(share.reads) + (share.reads == 1 ? " read" : " reads") +
                line_text(options) + ")";
    return link + " is too slow: " + text;
}

} // namespace

Duration shared_pause(const std::vector<const ModbusSource*>& batteries) {
    Duration pause{};
    if (batteries.size() > 1)
        for (const ModbusSource* const battery : batteries)
            pause = std::max(pause, battery->options().manner.pause);
    return pause;
}

void check_load(const std::vector<const ModbusSource*>& batteries, Faults& faults, Faults& warnings) {
    const Wire wire = wire_of(batteries.front()->options());
    const Duration pause = shared_pause(batteries);
    const auto shares = [&](Duration turnaround) {
        Wire assumed = wire;
        assumed.turnaround_guess = turnaround;
        std::vector<LinkShare> result;
        result.reserve(batteries.size());
        for (const ModbusSource* const battery : batteries)
            result.push_back(share_of(*battery, assumed, pause));
        return result;
    };
    const auto sum = [](const std::vector<LinkShare>& all) {
        double parts = 0;
        for (const LinkShare& share : all)
            parts += share.part_of_time;
        return parts;
    };
    const ModbusSource& last = *batteries.back();
    const std::string what_to_do = "; poll less often, read at a higher baud rate, or read fewer points";
    if (const auto at_least = shares({}); sum(at_least) > 1)
        faults.push_back(
            {last.place(), too_much(at_least, last.link()) + ", even if answers came at once" + what_to_do});
    else if (const auto likely = shares(wire.turnaround_guess); sum(likely) > 1)
        warnings.push_back({last.place(), too_much(likely, last.link()) + ", if answers begin after " +
                                              retrocan::to_text(wire.turnaround_guess) + what_to_do});
}

} // namespace retrocan::modbus
