// SPDX-License-Identifier: Apache-2.0
#include "daemon/transmitter.h"

#include "victron/message.h"

#include <algorithm>

namespace retrocan::daemon {

namespace {

// An echo wakes us; this is for a controller that never sends one, whose late slots have to be counted off.
constexpr Duration look_again = std::chrono::milliseconds{100};

} // namespace

Transmitter::Transmitter(boost::asio::io_context& io, Bridge& bridge, can::Link& link, OnFrame on_frame,
                         std::function<void()> on_wake, Clock clock)
    : bridge_{bridge}
    , link_{link}
    , on_frame_{std::move(on_frame)}
    , on_wake_{std::move(on_wake)}
    , clock_{std::move(clock)}
    , timer_{io} {}

void Transmitter::pump() {
    while (!stopped_) {
        const TimePoint now = clock_();
        bridge_.tick(now);
        const bool waits_for_echo = link_.unconfirmed();
        const auto frame = waits_for_echo ? std::nullopt : bridge_.due(now);
        if (!frame) {
            sleep(waits_for_echo, now);
            return;
        }
        write(*frame);
    }
}

void Transmitter::write(const CanFrame& frame) {
    // Whether the frame before was echoed: a bus that took one away is first tried with something that may be
    // late.
    const bool proven = link_.counters().confirmed >= confirmed_by_now_;
    const TimePoint now = clock_(); // read anew: the process may have slept since it was due
    if (!bridge_.may_write(frame, now) || (frame.id == victron::limits_id && !proven)) {
        bridge_.not_written(frame, now);
        return;
    }
    const can::WriteResult result = link_.write(frame);
    if (result == can::WriteResult::written) {
        confirmed_by_now_ = link_.counters().confirmed + (link_.unconfirmed() ? 1 : 0);
        bridge_.written(frame);
    } else {
        bridge_.not_written(frame, now);
    }
    on_frame_(frame, result, now);
}

void Transmitter::sleep(bool waits_for_echo, TimePoint now) {
    auto next = bridge_.next();
    if (waits_for_echo)
        next = next && *next > now ? std::min(*next, now + look_again) : now + look_again;
    if (next)
        sleep_until(*next);
    else
        timer_.cancel();
}

void Transmitter::stop() {
    stopped_ = true;
    timer_.cancel();
}

void Transmitter::sleep_until(TimePoint when) {
    timer_.expires_at(when);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            on_wake_();
    });
}

} // namespace retrocan::daemon
