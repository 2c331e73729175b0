// SPDX-License-Identifier: Apache-2.0
#include "daemon/transmitter.h"

#include <algorithm>

namespace retrocan::daemon {

namespace {

// An echo wakes us; this is for a controller that never sends one, whose late slots have to be counted off.
constexpr Duration look_again = std::chrono::milliseconds{100};

} // namespace

Transmitter::Transmitter(boost::asio::io_context& io, Bridge& bridge, can::Link& link, OnFrame on_frame,
                         std::function<void()> on_wake)
    : bridge_{bridge}
    , link_{link}
    , on_frame_{std::move(on_frame)}
    , on_wake_{std::move(on_wake)}
    , timer_{io} {}

void Transmitter::pump() {
    while (!stopped_) {
        const TimePoint now = BootClock::now(); // read anew before each write
        bridge_.tick(now);
        const bool waits_for_echo = link_.unconfirmed();
        const auto frame = waits_for_echo ? std::nullopt : bridge_.due(now);
        if (!frame) {
            auto next = bridge_.next();
            if (waits_for_echo)
                next = now + look_again;
            if (next)
                sleep_until(*next);
            else
                timer_.cancel();
            return;
        }
        const can::WriteResult result = link_.write(*frame);
        if (result != can::WriteResult::written)
            bridge_.not_written(*frame, now);
        on_frame_(*frame, result, now);
    }
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
