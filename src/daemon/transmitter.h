// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"
#include "daemon/bridge.h"

#include <functional>
#include <optional>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

namespace retrocan::daemon {

/// Writes what the bridge says, when it says so. It sleeps, asks and writes: all decisions are the bridge's,
/// and nothing that a source, a client or the bus does delays it. On the event loop's thread.
class Transmitter {
public:
    /// Called for each frame after it was handed to the link.
    using OnFrame = std::function<void(const CanFrame&, can::WriteResult, TimePoint)>;

    using Clock = std::function<TimePoint()>;

    /// Bridge and link outlive it. `clock` is another one in tests only. `on_wake` is called when a deadline
    /// has come; it calls pump().
    Transmitter(boost::asio::io_context& io, Bridge& bridge, can::Link& link, OnFrame on_frame,
                std::function<void()> on_wake, Clock clock = BootClock::now);

    /// Something changed: writes what is due and sleeps until the next deadline.
    void pump();
    /// Silent from here on.
    void stop();

private:
    void write(const CanFrame& frame);
    void sleep(bool waits_for_echo, TimePoint now);
    void sleep_until(TimePoint when);

    Bridge& bridge_;
    can::Link& link_;
    OnFrame on_frame_;
    std::function<void()> on_wake_;
    Clock clock_;
    boost::asio::basic_waitable_timer<BootClock> timer_;
    std::uint64_t confirmed_by_now_{}; ///< what the link counts once the frame written last was echoed
    bool stopped_{};
};

} // namespace retrocan::daemon
