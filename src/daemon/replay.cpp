// SPDX-License-Identifier: Apache-2.0
#include "daemon/replay.h"

#include "daemon/capture_source.h"
#include "daemon/snapshot.h"

#include <algorithm>

namespace retrocan::daemon {

namespace {

std::string seconds(TimePoint at) {
    std::string text = std::to_string(static_cast<double>(at.time_since_epoch().count()) / 1e6);
    text.erase(text.find_last_not_of('0') + 1);
    return text.ends_with('.') ? text + "0 s" : text + " s";
}

} // namespace

Replay::Replay(const Assembly& assembly, CaptureHead today, OnFrame on_frame, OnNote on_note)
    : assembly_{assembly}
    , today_{std::move(today)}
    , on_frame_{std::move(on_frame)}
    , on_note_{std::move(on_note)} {}

std::optional<TimePoint> Replay::now() const {
    return bridge_ ? std::optional{now_} : std::nullopt;
}

std::optional<LineFault> Replay::take(std::string_view line) {
    const auto parsed = parse_capture_line(line);
    if (!parsed)
        return parsed.error();
    const auto& [at, content] = *parsed;
    if (bridge_ && at < now_)
        return LineFault{column_of(line, "t:"), "t: goes back from " + seconds(now_) + " to " + seconds(at) +
                                                    "; a capture is of one run, in order"};
    const auto* head = std::get_if<CaptureHead>(&content);
    if (bridge_ && at > now_) {
        advance(at, false);
        now_ = at;
    }
    if (!bridge_ || (head != nullptr && !head->continues))
        if (auto fault = begin(*parsed, line))
            return fault;
    if (const auto* traffic = std::get_if<Traffic>(&content))
        return take_traffic(*traffic, line, at);
    if (const auto* frame = std::get_if<CanFrame>(&content)) {
        bridge_->heard(*frame, at);
    } else if (const auto* bus = std::get_if<BusNews>(&content)) {
        if (bus->up)
            bridge_->bus_up(at);
        else if (bus->rests)
            bridge_->bus_rests();
        else
            bridge_->bus_down();
    }
    return std::nullopt;
}

/// The controller has been started, or its state is in the head.
std::optional<LineFault> Replay::begin(const CaptureLine& line, std::string_view text) {
    now_ = line.at;
    bridge_.emplace(assembly_.bridge, assembly_.bounds(), now_);
    const auto* head = std::get_if<CaptureHead>(&line.content);
    if (head != nullptr)
        for (const std::string& difference : differences(*head, today_))
            on_note_(difference + ": the frames may differ");
    if (head != nullptr && !head->snapshot.empty()) {
        if (auto error = restore(*bridge_, head->snapshot)) {
            bridge_.reset();
            return LineFault{column_of(text, *error), *error};
        }
        return std::nullopt;
    }
    if (head == nullptr || !head->bus)
        bridge_->bus_up(now_);
    return std::nullopt;
}

/// A line that names no battery is everybody's who can read it.
std::optional<LineFault> Replay::take_traffic(const Traffic& traffic, std::string_view line, TimePoint at) {
    std::optional<LineFault> fault;
    bool taken = false;
    for (std::size_t i = 0; i < assembly_.batteries.size(); ++i) {
        const BatteryAssembly& battery = assembly_.batteries[i];
        if (traffic.battery && *traffic.battery != battery.name)
            continue;
        auto answer = battery.source->decode(line);
        if (!answer) {
            fault = LineFault{column_of(line, answer.error()), answer.error()};
            continue;
        }
        taken = true;
        ++answers_;
        bridge_->take(i, *answer, at);
    }
    return taken ? std::nullopt : fault;
}

void Replay::catch_up() {
    if (bridge_)
        advance(now_, true);
}

void Replay::advance(TimePoint end, bool inclusive) {
    pump(); // what the last line made due
    while (true) {
        const auto next = bridge_->next();
        if (!next)
            return;
        const TimePoint when = std::max(*next, now_ + Duration{1}); // what is due now is out
        if (inclusive ? when > end : when >= end)
            return;
        now_ = when;
        pump();
    }
}

void Replay::pump() {
    bridge_->tick(now_);
    while (const auto frame = bridge_->due(now_)) {
        if (!bridge_->bus_is_up() || !bridge_->may_write(*frame, now_)) {
            bridge_->not_written(*frame, now_);
            continue;
        }
        bridge_->written(*frame);
        on_frame_(now_, *frame);
    }
}

} // namespace retrocan::daemon
