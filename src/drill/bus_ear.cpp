// SPDX-License-Identifier: Apache-2.0
#include "drill/bus_ear.h"

#include "victron/decode.h"
#include "victron/message.h"

#include <algorithm>

namespace retrocan::drill {

namespace {

constexpr Duration memory = std::chrono::minutes{10};
constexpr std::uint32_t gx_id = 0x305;

bool is_of_battery(const CanFrame& frame) {
    const victron::Message* message = victron::message_of(frame);
    return message != nullptr &&
           std::ranges::any_of(victron::messages(), [&](const auto& m) { return m.id == message->id; });
}

} // namespace

void BusEar::take(const CanFrame& frame, TimePoint at) {
    if (frame.kind == CanFrame::Kind::standard && frame.id == gx_id)
        gx_heard_ = at;
    if (!is_of_battery(frame))
        return;
    while (!heard_.empty() && at - heard_.front().at > memory)
        heard_.pop_front();
    heard_.push_back({at, frame.id});
    if (frame.id == victron::limits_id)
        last_limits_ = at;
    victron::decode_into(frame, values_);
}

std::optional<TimePoint> BusEar::first_limits(TimePoint since) const {
    for (const Heard& heard : heard_)
        if (heard.at >= since && heard.id == victron::limits_id)
            return heard.at;
    return std::nullopt;
}

Duration BusEar::widest_gap(TimePoint from, TimePoint to) const {
    Duration widest{};
    TimePoint before = from;
    for (const Heard& heard : heard_)
        if (heard.id == victron::limits_id && heard.at >= from && heard.at < to) {
            widest = std::max(widest, heard.at - before);
            before = heard.at;
        }
    return std::max(widest, to - before);
}

std::size_t BusEar::frames(TimePoint from, TimePoint to) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(heard_, [&](const Heard& h) { return h.at >= from && h.at < to; }));
}

std::vector<std::uint32_t> BusEar::identifiers(TimePoint from, TimePoint to) const {
    std::vector<std::uint32_t> ids;
    for (const victron::Message& message : victron::messages())
        if (std::ranges::any_of(
                heard_, [&](const Heard& h) { return h.id == message.id && h.at >= from && h.at < to; }))
            ids.push_back(message.id);
    return ids;
}

std::optional<TimePoint> BusEar::first_frame(TimePoint since) const {
    const auto first = std::ranges::find_if(heard_, [&](const Heard& h) { return h.at >= since; });
    return first == heard_.end() ? std::nullopt : std::optional{first->at};
}

std::vector<std::string> BusEar::active() const {
    std::vector<std::string> names;
    const auto add = [&](const char* what, const PerAlarm<victron::Pair>& pairs) {
        for (std::size_t i = 0; i < pairs.size(); ++i)
            if (pairs[i] == victron::Pair::active)
                names.push_back(std::string{what} + std::string{to_text(static_cast<AlarmKind>(i))});
    };
    add("alarm ", values_.alarms);
    add("warning ", values_.warnings);
    return names;
}

} // namespace retrocan::drill
