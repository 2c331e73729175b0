// SPDX-License-Identifier: Apache-2.0
#include "daemon/bridge.h"

#include "victron/encode.h"

#include <algorithm>

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

Bridge::Bridge(BridgeSettings settings, const mapping::Bound& bound, TimePoint now)
    : settings_{std::move(settings)}, decoder_{bound}, pack_{settings_.pack, now} {}

void Bridge::take(const adapter::Answer& answer, TimePoint now) {
    pack_.take(decoder_.take(answer), now);
    follow_state(now);
    want_lower_limits(now);
}

void Bridge::heard(const CanFrame& frame, TimePoint now) {
    if (frame.kind != CanFrame::Kind::standard)
        return;
    if (frame.id == keep_alive_id)
        gx_heard_ = now;
    // After our first frame another sender is told to people, but is no reason to stop: who stops decides
    // that the other one is right.
    if (frame.id == victron::limits_id && !sent_before_) {
        hearing_ = Hearing::foreign;
        foreign_heard_ = now;
        schedule_.stop();
    }
}

void Bridge::bus_up(TimePoint now) {
    bus_is_up_ = true;
    if (sent_before_)
        return;
    if (hearing_ == Hearing::foreign) {
        foreign_heard_ = now; // whether it is gone can only be heard from now on
    } else {
        hearing_ = Hearing::listening;
        listening_since_ = now;
    }
}

void Bridge::bus_down() {
    bus_is_up_ = false;
    if (!sent_before_ && hearing_ != Hearing::foreign)
        hearing_ = Hearing::not_yet;
}

void Bridge::tick(TimePoint now) {
    pack_.tick(now);
    if (hearing_ == Hearing::listening && now - listening_since_ >= listening_time)
        hearing_ = Hearing::clear;
    if (hearing_ == Hearing::foreign && bus_is_up_ && now - foreign_heard_ >= foreign_memory)
        hearing_ = Hearing::clear;
    follow_state(now);
}

/// Starts and stops the schedule as the state of the pack and the bus allow.
void Bridge::follow_state(TimePoint now) {
    const policy::PackState state = pack_.state();
    if (state != state_seen_ && state == policy::PackState::stale)
        decoder_.restart();
    state_seen_ = state;

    std::optional<victron::Mode> mode;
    if (hearing_ == Hearing::clear && pack_.may_send(now))
        mode = victron::Mode::full;
    else if (hearing_ == Hearing::clear && settings_.on_stale == OnStale::alarm && pack_.ran() &&
             sent_before_)
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
    const victron::Values values = report(pack_, settings_.report, now);
    for (std::size_t i = 0; i < victron::messages().size(); ++i)
        settled_->set(i, victron::encode(victron::messages()[i], values, settings_.name_rule).has_value());
}

void Bridge::want_lower_limits(TimePoint now) {
    if (sent_limits_ && pack_.limits() && is_lower(*pack_.limits(), *sent_limits_))
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
    return !has_values || pack_.may_send(now);
}

void Bridge::written(const CanFrame& frame) {
    sent_before_ = true;
    if (frame.id == victron::limits_id)
        sent_limits_ = pack_.limits();
    if (frame.id == victron::alarms_id)
        pack_.alarms_sent();
}

void Bridge::not_written(const CanFrame& frame, TimePoint now) {
    if (frame.id == victron::limits_id)
        schedule_.want_limits(now);
}

/// The one place where bytes for the bus are made. The last checks stand here, whatever came before.
std::optional<CanFrame> Bridge::frame(const victron::Message& message, TimePoint now) {
    if (schedule_.mode() == victron::Mode::alarm)
        return victron::encode(message, stale_report(last_values_), settings_.name_rule);
    if (!pack_.may_send(now))
        return std::nullopt;
    const auto slot = static_cast<std::size_t>(&message - victron::messages().data());
    if (!settled_ || !settled_->test(slot))
        return std::nullopt;
    if (message.id == victron::limits_id) {
        if (!pack_.limits() || !policy::within(*pack_.limits(), settings_.pack.limits.envelope)) {
            ++refused_;
            return std::nullopt;
        }
    }
    last_values_ = report(pack_, settings_.report, now);
    return victron::encode(message, last_values_, settings_.name_rule);
}

std::optional<TimePoint> Bridge::next() const {
    std::optional<TimePoint> next = schedule_.next();
    if (pack_.state() == policy::PackState::running)
        next = earliest(next, pack_.alive_until());
    if (hearing_ == Hearing::listening)
        next = earliest(next, listening_since_ + listening_time);
    if (hearing_ == Hearing::foreign && bus_is_up_)
        next = earliest(next, foreign_heard_ + foreign_memory);
    return next;
}

} // namespace retrocan::daemon
