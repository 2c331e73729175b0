// SPDX-License-Identifier: Apache-2.0
#include "daemon/bridge.h"

#include "daemon/foreign_watch.h"
#include "victron/encode.h"

#include <algorithm>
#include <utility>

namespace retrocan::daemon {

namespace {

constexpr std::uint32_t keep_alive_id = 0x305;

/// Lower on the bus, which counts in tenths: a limit that dithers below that is the same one.
bool is_lower(const policy::Limits& now, const policy::Limits& sent) {
    const auto lower = [](auto a, auto b) { return a.value.count / 100 < b.value.count / 100; };
    return lower(now.cvl, sent.cvl) || lower(now.ccl, sent.ccl) || lower(now.dcl, sent.dcl);
}

std::optional<TimePoint> earliest(std::optional<TimePoint> a, std::optional<TimePoint> b) {
    return !a ? b : !b ? a : std::min(*a, *b);
}

} // namespace

Bridge::Bridge(BridgeSettings settings, const std::vector<const mapping::Bound*>& bounds, TimePoint now)
    : settings_{std::move(settings)}
    , bank_{settings_.bank, bounds.size()}
    , since_{now}
    , system_{settings_.system, settings_.memory}
    , gx_{settings_.gx, now} {
    members_.list.reserve(bounds.size());
    for (std::size_t i = 0; i < bounds.size(); ++i)
        members_.list.push_back({mapping::Decoder{*bounds[i]}, policy::Pack{settings_.members[i].pack, now}});
    look(now);
}

void Bridge::take(std::size_t member, const adapter::Answer& answer, TimePoint now) {
    tick(now);
    policy::Pack& pack = members_[member].pack;
    pack.take(members_[member].decoder.take(answer), now);
    look(now);
    if (view_.state == policy::PackState::running && view_.limits) {
        if (pack.good_round() && view_.counts[member])
            system_.round(values_of_all(now), *view_.limits, now);
        else
            system_.lower(*view_.limits, now);
    }
    follow_state(now);
    want_lower_limits(now);
}

/// Each battery as its policy judges it now.
std::vector<bank::Member> Bridge::judged(TimePoint now) const {
    std::vector<bank::Member> members;
    members.reserve(members_.size());
    for (std::size_t i = 0; i < members_.size(); ++i) {
        const policy::Pack& pack = members_[i].pack;
        const bool running = pack.state() == policy::PackState::running && pack.limits();
        members.push_back({.name = settings_.members[i].name,
                           .state = pack.state(),
                           .reason = pack.reason(),
                           .alive_until = pack.alive_until(),
                           .values = pack.values(now),
                           .limits = running ? &*pack.limits() : nullptr,
                           .alarms = pack.alarms(now),
                           .capacity = settings_.members[i].capacity});
    }
    return members;
}

bank::View Bridge::view_at(TimePoint now) {
    return bank_.look(judged(now), now);
}

bool Bridge::restored() {
    view_ = view_at(looked_at_);
    return true;
}

/// The batteries as one, anew.
void Bridge::look(TimePoint now) {
    const policy::PackState before = view_.state;
    view_ = view_at(now);
    looked_at_ = now;
    if (view_.state == before)
        return;
    since_ = now;
    ran_ = ran_ || view_.state == policy::PackState::running;
    if (view_.state != policy::PackState::running)
        system_.restart();
}

BatteryState Bridge::values_of_all(TimePoint now) const {
    BatteryState values = view_.values;
    drop_expired(values, now);
    return values;
}

BatteryState Bridge::values(TimePoint now) const {
    return system_.completed(values_of_all(now), now);
}

bool Bridge::may_send(TimePoint now) const {
    return view_.state == policy::PackState::running && now + policy::least_life <= view_.alive_until &&
           system_.limits() && system_.must_be_silent().empty();
}

void Bridge::heard(const CanFrame& frame, TimePoint now) {
    if (frame.kind != CanFrame::Kind::standard || frame.remote)
        return;
    if (frame.id == keep_alive_id)
        gx_.heard(now);
    if (!is_ours(frame.id))
        return;
    // After our first frame another sender is told to people, but by itself is no reason to stop: who stops
    // decides that the other one is right.
    if (sent_before_ ? settings_.on_foreign == OnForeign::silent : frame.id == victron::limits_id)
        heard_foreign(now);
}

void Bridge::heard_foreign(TimePoint now) {
    foreign_frames_ = now - foreign_heard_ <= foreign_pause ? foreign_frames_ + 1 : 1;
    foreign_heard_ = now;
    if (sent_before_ && foreign_frames_ < foreign_enough)
        return;
    hearing_ = Hearing::foreign;
    schedule_.stop();
}

void Bridge::bus_up(TimePoint now) {
    bus_is_up_ = true;
    const bool heard_before = std::exchange(bus_is_heard_, true);
    gx_.bus_up(now);
    if (hearing_ == Hearing::foreign) {
        if (!heard_before)
            foreign_heard_ = now; // whether it is gone can only be heard from now on
    } else if (!sent_before_) {
        hearing_ = Hearing::listening;
        listening_since_ = now;
    }
}

void Bridge::bus_down() {
    bus_is_up_ = false;
    bus_is_heard_ = false;
    gx_.bus_down();
    if (!sent_before_ && hearing_ != Hearing::foreign)
        hearing_ = Hearing::not_yet;
}

/// The other battery goes on being listened to: the bus is up again only after a frame of ours, and that
/// waits for the other battery to be gone.
void Bridge::bus_rests() {
    bus_is_up_ = false;
    gx_.bus_rests();
}

void Bridge::tick(TimePoint now) {
    bool changed = bank_.next() && now >= *bank_.next();
    for (Member& member : members_.list) {
        const policy::PackState before = member.pack.state();
        const bool due = before == policy::PackState::running && now >= member.pack.next();
        member.pack.tick(now);
        changed = changed || due;
    }
    if (changed) {
        look(now);
        if (view_.limits)
            system_.lower(*view_.limits, now);
        want_lower_limits(now);
    }
    if (hearing_ == Hearing::listening && now - listening_since_ >= listening_time)
        hearing_ = Hearing::clear;
    if (hearing_ == Hearing::foreign && bus_is_heard_ && now - foreign_heard_ >= foreign_memory)
        hearing_ = Hearing::clear;
    gx_.tick(now);
    follow_state(now);
}

/// Starts and stops the schedule as the state of the batteries and the bus allow.
void Bridge::follow_state(TimePoint now) {
    for (Member& member : members_.list) {
        const policy::PackState state = member.pack.state();
        if (state != member.seen && state == policy::PackState::stale)
            member.decoder.restart();
        member.seen = state;
    }

    std::optional<victron::Mode> mode;
    const bool bus_allows = hearing_ == Hearing::clear && !gx_.must_be_silent();
    if (bus_allows && may_send(now))
        mode = victron::Mode::full;
    else if (bus_allows && settings_.on_stale == OnStale::alarm && ran_ && sent_before_)
        mode = victron::Mode::alarm;

    if (!mode) {
        schedule_.stop();
        sent_limits_.reset();
    } else if (!schedule_.running() || schedule_.mode() != *mode) {
        if (*mode == victron::Mode::full)
            settle_messages(now);
        sent_limits_.reset();
        schedule_.start(now, *mode);
    }
}

/// Which messages this battery has is decided once and kept for life, so that a GX never sees a part of it
/// come or go.
void Bridge::settle_messages(TimePoint now) {
    if (settled_)
        return;
    settled_.emplace();
    const victron::Values values = values_for_bus(now);
    for (std::size_t i = 0; i < victron::messages().size(); ++i)
        settled_->set(i, victron::encode(victron::messages()[i], values, settings_.name_rule).has_value());
}

void Bridge::want_lower_limits(TimePoint now) {
    if (sent_limits_ && system_.limits() && is_lower(*system_.limits(), *sent_limits_))
        schedule_.want_limits(now);
}

std::optional<CanFrame> Bridge::due(TimePoint now) {
    tick(now);
    while (const auto due = schedule_.due(now)) {
        if (schedule_.skipped() != skipped_seen_) { // after a stall: a 0x351 may have been among them
            skipped_seen_ = schedule_.skipped();
            schedule_.want_limits(now);
        }
        if (auto bytes = frame(*due->message, now))
            return bytes;
    }
    return std::nullopt;
}

bool Bridge::may_write(const CanFrame& frame, TimePoint now) const {
    const bool has_values = schedule_.mode() == victron::Mode::full || frame.id == victron::limits_id;
    return !has_values || may_send(now);
}

void Bridge::written(const CanFrame& frame) {
    sent_before_ = true;
    if (frame.id == victron::limits_id)
        sent_limits_ = system_.limits();
    if (frame.id == victron::alarms_id)
        for (Member& member : members_.list)
            member.pack.alarms_sent();
}

void Bridge::not_written(const CanFrame& frame, TimePoint now) {
    if (frame.id == victron::limits_id)
        schedule_.want_limits(now);
}

/// Of this very moment: a source of alarms may have expired since the last look().
policy::AlarmPairs Bridge::alarms(TimePoint now) const {
    if (members_.size() == 1)
        return members_[0].pack.alarms(now);
    bool missing = false;
    for (const bool counts : view_.counts)
        missing = missing || !counts;
    const std::vector<bank::Member> members = judged(now);
    return bank::merged_alarms(members, missing, now);
}

victron::Values Bridge::values_for_bus(TimePoint now) const {
    return report(values(now), system_.limits(), alarms(now), settings_.report);
}

/// The one place where bytes for the bus are made. The last checks stand here, whatever came before.
std::optional<CanFrame> Bridge::frame(const victron::Message& message, TimePoint now) {
    if (schedule_.mode() == victron::Mode::alarm)
        return victron::encode(message, stale_report(last_values_), settings_.name_rule);
    if (!may_send(now))
        return std::nullopt;
    const auto slot = static_cast<std::size_t>(&message - victron::messages().data());
    if (!settled_ || !settled_->test(slot))
        return std::nullopt;
    if (message.id == victron::limits_id) {
        if (!policy::within(*system_.limits(), settings_.system.envelope)) {
            ++refused_;
            return std::nullopt;
        }
    }
    last_values_ = values_for_bus(now);
    return victron::encode(message, last_values_, settings_.name_rule);
}

std::optional<TimePoint> Bridge::next() const {
    std::optional<TimePoint> next = schedule_.next();
    for (const Member& member : members_.list)
        if (member.pack.state() == policy::PackState::running)
            next = earliest(next, member.pack.next());
    next = earliest(next, bank_.next());
    next = earliest(next, gx_.next());
    if (hearing_ == Hearing::listening)
        next = earliest(next, listening_since_ + listening_time);
    if (hearing_ == Hearing::foreign && bus_is_heard_)
        next = earliest(next, foreign_heard_ + foreign_memory);
    return next;
}

} // namespace retrocan::daemon
