// SPDX-License-Identifier: Apache-2.0
#include "can/socketcan.h"

#include "can/backoff.h"
#include "can/error_frame.h"
#include "can/interface.h"
#include "can/interface_setup.h"
#include "can/raw_socket.h"
#include "can/reports.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <system_error>

namespace retrocan::can {

namespace {

using namespace std::chrono_literals;

constexpr Duration look_often = 250ms; // while something is wrong
constexpr Duration look_idle = 1s;
constexpr Duration bus_off_is_over = 60s; // a next one has nothing to do with it

/// Three sources say how the interface is: what read() and write() answer, error frames, and the kernel when
/// it is asked (look(), by a timer and when another source hints at a change). Only look() opens the socket.
class SocketCan final : public Link {
public:
    SocketCan(boost::asio::io_context& io, const std::string& interface, SocketCanOptions options)
        : io_{io}, options_{std::move(options)}, reports_{interface}, look_timer_{io}, confirm_timer_{io} {}

    void start(Listener listener) override {
        reports_.tell(std::move(listener));
        look_in(Duration::zero());
    }

    WriteResult write(const CanFrame& frame) override;
    [[nodiscard]] bool unconfirmed() const override { return pending_.has_value(); }
    [[nodiscard]] const Counters& counters() const override { return counters_; }
    [[nodiscard]] std::string name() const override { return reports_.name(); }
    [[nodiscard]] BusHealth* health() override { return &reports_.health(); }

private:
    // The socket.
    int open(const Interface& interface); // 0 or errno
    void close();
    void close_for_a_while();
    void wait_to_read();
    void read_all();
    void received(const ReceivedFrame& it);
    void received_error(const CanFrame& frame);
    void received_own(const CanFrame& frame);

    // The interface.
    void look();
    void look_in(Duration delay);
    const std::optional<std::string>& prepare();
    void measure();
    void unusable(const std::string& why);
    void enter_bus_off();
    void leave_bus_off();

    // The frame that is on its way.
    void confirm_time_is_up();
    int take_back(); // 0 or errno
    void forget_pending(const std::string& why);

    /// A handler that does nothing once the link is gone: it may be on its way when the link is destroyed.
    template <class F>
    auto while_alive(F handler) {
        return [alive = std::weak_ptr<bool>{alive_}, handler](const boost::system::error_code& error) {
            if (!error && !alive.expired())
                handler();
        };
    }

    boost::asio::io_context& io_;
    SocketCanOptions options_;
    Reports reports_;
    Counters counters_;

    std::optional<boost::asio::posix::stream_descriptor> socket_;
    unsigned sockets_{}; ///< counts them, for handlers that belong to an earlier one
    int index_{};
    TimePoint open_again_{}; ///< not before, after an error of the socket
    boost::asio::steady_timer look_timer_;
    boost::asio::steady_timer confirm_timer_;

    int prepared_{};                        ///< the index of the interface that was to be set up
    std::optional<std::string> unprepared_; ///< why it could not be
    Backoff prepare_rest_;

    bool usable_{}; ///< the socket is open and the interface up

    bool bus_off_{};
    bool restarted_{}; ///< a RESTARTED frame came while bus-off
    TimePoint bus_off_at_{};
    TimePoint measured_at_{};
    Backoff bus_off_rest_; ///< a bus that throws us out again and again is not tried at once

    std::optional<CanFrame> pending_;
    TimePoint pending_since_{};
    bool stuck_{};    ///< `pending_` was reported as stuck
    bool unproven_{}; ///< since the last reset no frame was confirmed
    bool owe_up_{};   ///< we took the interface down and could not take it up again
    Backoff reset_rest_;

    ErrorNews error_news_;
    std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

// --- The socket --------------------------------------------------------------------------------------

int SocketCan::open(const Interface& interface) {
    const auto fd = open_raw_socket(interface.index, options_.identifiers);
    if (!fd)
        return fd.error();
    socket_.emplace(io_, *fd);
    index_ = interface.index;
    wait_to_read();
    return 0;
}

void SocketCan::close() {
    socket_.reset();
    ++sockets_;
    index_ = 0;
}

/// After an error that the socket should not have: a new one, but not at once, lest this becomes a busy loop.
void SocketCan::close_for_a_while() {
    close();
    open_again_ = BootClock::now() + look_often;
}

WriteResult SocketCan::write(const CanFrame& frame) {
    assert(options_.identifiers.empty() ||
           std::ranges::find(options_.identifiers, frame.id) != options_.identifiers.end());
    const TimePoint now = BootClock::now();
    const auto drop = [](std::uint64_t& counter, WriteResult why) { return ++counter, why; };
    if (!usable_ || bus_off_ || reset_rest_.rests(now))
        return drop(counters_.dropped_not_ready, WriteResult::not_ready);
    if (pending_)
        return drop(counters_.dropped_unconfirmed, WriteResult::unconfirmed);
    // POLLOUT is never waited for: with a stuck controller it stays set.
    int error = write_frame(socket_->native_handle(), frame);
    if (error == ENETDOWN) {
        // The first write after a short down and up is told of the past; the second counts.
        const auto interface = find_interface(reports_.name());
        if (interface && interface->up && interface->index == index_)
            error = write_frame(socket_->native_handle(), frame);
    }
    if (error == 0) {
        ++counters_.written;
        pending_ = as_received(frame);
        pending_since_ = now;
        confirm_timer_.expires_after(options_.confirm_within);
        confirm_timer_.async_wait(while_alive([this, number = counters_.written] {
            if (pending_ && number == counters_.written)
                confirm_time_is_up();
        }));
        return WriteResult::written;
    }
    if (error == ENOBUFS || error == EAGAIN)
        return drop(counters_.dropped_queue_full, WriteResult::queue_full);
    if (error != ENETDOWN)
        close_for_a_while();
    usable_ = false;
    look_in(Duration::zero());
    return drop(counters_.dropped_not_ready, WriteResult::not_ready);
}

void SocketCan::wait_to_read() {
    const auto handler = [this, number = sockets_] {
        if (number == sockets_)
            read_all();
        if (number == sockets_)
            wait_to_read();
    };
    socket_->async_wait(boost::asio::posix::stream_descriptor::wait_read, while_alive(handler));
}

void SocketCan::read_all() {
    bool went_down = false;
    // Bounded, so that a busy bus does not keep the loop from its other work; the next turn reads the rest.
    for (int i = 0; i < 100 && socket_; ++i) {
        const auto result = read_frame(socket_->native_handle());
        if (result) {
            received(*result);
        } else if (result.error() == EAGAIN) {
            break;
        } else {
            went_down = true; // what the controller held is gone, even if it is up again by now
            if (result.error() != ENETDOWN)
                close_for_a_while();
        }
    }
    if (went_down) {
        forget_pending("the interface went down");
        look();
    }
}

void SocketCan::received(const ReceivedFrame& it) {
    if (it.frame.kind == CanFrame::Kind::error) {
        ++counters_.error_frames;
        received_error(it.frame);
    } else if (it.from == ReceivedFrame::From::self) {
        ++counters_.confirmed;
        received_own(it.frame);
    } else {
        ++counters_.received;
        if (it.from == ReceivedFrame::From::bus) // a node is alive, and can acknowledge
            reset_rest_.hopeful();
        reports_.event(Event::Kind::frame, {}, it.frame, it.from == ReceivedFrame::From::this_host);
    }
}

void SocketCan::received_own(const CanFrame& frame) {
    if (pending_ == frame) {
        const auto late = BootClock::now() - pending_since_;
        pending_.reset();
        confirm_timer_.cancel();
        if (std::exchange(stuck_, false))
            reports_.event(Event::Kind::unstuck,
                           to_text(frame) + " was sent after all, " + std::to_string(late / 1ms) + " ms late",
                           frame);
    }
    reset_rest_.worked();
    unproven_ = false;
    reports_.event(Event::Kind::confirmed, {}, frame);
    if (usable_ && !bus_off_)
        reports_.up();
}

void SocketCan::received_error(const CanFrame& frame) {
    reports_.health().error(frame, BootClock::now());
    const BusError error = bus_error(frame);
    if (error == BusError::bus_off)
        return enter_bus_off();
    if (error == BusError::restarted) {
        forget_pending("the controller was restarted");
        restarted_ = bus_off_;
        return look();
    }
    const bool news = error_news_.is_news(frame, BootClock::now());
    if (error == BusError::no_acknowledge && news)
        reports_.event(Event::Kind::nobody_acknowledges,
                       "nobody on the bus acknowledges: cable, termination, or the GX profile is not CAN-bus "
                       "BMS with the bit "
                       "rate of this interface",
                       frame);
    else if (news || options_.identifiers.empty())
        reports_.event(Event::Kind::error_frame, describe_error(frame), frame);
}

// --- The interface -----------------------------------------------------------------------------------

void SocketCan::look_in(Duration delay) {
    look_timer_.expires_after(delay);
    look_timer_.async_wait(while_alive([this] { look(); }));
}

void SocketCan::look() {
    look_in(look_often);
    if (const auto& why = prepare())
        return unusable(*why);
    const auto interface = find_interface(reports_.name());
    if (!interface) {
        close();
        return unusable("no such interface");
    }
    if (socket_ && interface->index != index_)
        close(); // it is another one now, or ours was renamed
    if (!socket_) {
        forget_pending("the interface went away");
        if (BootClock::now() < open_again_)
            return unusable("the socket failed");
        if (const int error = interface->is_can ? open(*interface) : ENODEV; error != 0)
            return unusable(interface->is_can ? std::system_category().message(error)
                                              : "not a CAN interface");
    }
    if (!interface->up) {
        if (owe_up_ && set_interface_up(reports_.name(), true) == 0)
            owe_up_ = false; // seen to be up in the next turn
        return unusable("the interface is down (ip link set " + reports_.name() + " up)");
    }
    if (!usable_) {
        usable_ = true;
        reports_.health().set_bit_rate(bit_rate_of(reports_.name()));
        if (const auto state = interface_state(reports_.name()))
            reports_.health().set_kind(state->kind);
        unproven_ = false;
        owe_up_ = false;
        reset_rest_.worked();
        bus_off_rest_.worked();
    }
    const TimePoint now = BootClock::now();
    if (!interface->carrier && !restarted_)
        enter_bus_off();
    else if (bus_off_ && !bus_off_rest_.rests(now) && (restarted_ || now - bus_off_at_ >= look_idle))
        leave_bus_off();
    if (!bus_off_ && !unproven_) {
        reports_.up();
        look_in(look_idle);
    }
    measure();
}

void SocketCan::measure() {
    const TimePoint now = BootClock::now();
    if (now - measured_at_ < look_idle)
        return;
    measured_at_ = now;
    if (const auto statistics = read_statistics(reports_.name()))
        reports_.health().statistics(*statistics, now);
}

/// Why the interface that has the name now cannot be used.
const std::optional<std::string>& SocketCan::prepare() {
    const auto interface = options_.prepare ? find_interface(reports_.name()) : std::nullopt;
    const int index = interface && interface->is_can ? interface->index : 0;
    const TimePoint now = BootClock::now();
    const bool another = std::exchange(prepared_, index) != index;
    if (index == 0 || another) {
        unprepared_.reset();
        prepare_rest_.worked();
    }
    if (index != 0 && (another || unprepared_) && !prepare_rest_.rests(now)) {
        unprepared_ = options_.prepare(reports_.name());
        if (unprepared_)
            prepare_rest_.failed(now);
    }
    return unprepared_;
}

void SocketCan::unusable(const std::string& why) {
    usable_ = false;
    forget_pending("the interface went down");
    reports_.down(why);
}

void SocketCan::enter_bus_off() {
    restarted_ = false;
    if (bus_off_)
        return;
    const TimePoint now = BootClock::now();
    if (bus_off_at_ != TimePoint{} && now - bus_off_at_ < bus_off_is_over)
        bus_off_rest_.failed(now);
    else
        bus_off_rest_.worked();
    bus_off_ = true;
    bus_off_at_ = now;
    reports_.event(
        Event::Kind::bus_off,
        "bus-off: the controller left the bus after too many errors: cable, termination or bit rate; "
        "it comes back by itself only with restart-ms set");
    look_in(look_often);
}

void SocketCan::leave_bus_off() {
    bus_off_ = false;
    restarted_ = false;
    forget_pending("the controller was restarted");
    reports_.event(Event::Kind::bus_back, "the controller is back on the bus");
}

// --- The frame that is on its way --------------------------------------------------------------------

void SocketCan::confirm_time_is_up() {
    const auto number = counters_.written;
    read_all(); // when we were held up, its echo may wait to be read
    if (!pending_ || bus_off_ || number != counters_.written)
        return; // it is settled, and perhaps a listener has written the next one
    const CanFrame frame = *pending_;
    const int error = options_.may_reset ? take_back() : EPERM;
    const bool known = unproven_; // the same trouble goes on
    stuck_ = error != 0;
    if (!known)
        reports_.event(Event::Kind::stuck,
                       to_text(frame) +
                           " is not sent: nobody on the bus acknowledges it, or the controller hangs" +
                           (stuck_ ? "; it cannot be taken back (" + std::system_category().message(error) +
                                         (error == EPERM ? ": that needs CAP_NET_ADMIN" : "") +
                                         "), so it will go out, old as it is, when the bus works "
                                         "again; nothing else is written until then"
                                   : ""),
                       frame);
    if (stuck_)
        return;
    if (!known)
        reports_.event(Event::Kind::unstuck,
                       to_text(frame) + " was dropped by taking the interface down and up", frame);
    unproven_ = true;
    reports_.rests("nothing is sent; one frame is tried now and then");
    look_in(owe_up_ ? Duration::zero() : look_often);
}

int SocketCan::take_back() {
    if (const int error = set_interface_up(reports_.name(), false); error != 0)
        return error;
    owe_up_ = set_interface_up(reports_.name(), true) != 0;
    ++counters_.never_confirmed;
    pending_.reset();
    reset_rest_.failed(BootClock::now());
    return 0;
}

void SocketCan::forget_pending(const std::string& why) {
    if (!pending_)
        return;
    ++counters_.never_confirmed;
    const CanFrame frame = *pending_;
    pending_.reset();
    confirm_timer_.cancel();
    if (std::exchange(stuck_, false))
        reports_.event(Event::Kind::unstuck, to_text(frame) + " was dropped: " + why, frame);
}

} // namespace

std::unique_ptr<Link> make_socketcan(boost::asio::io_context& io, const std::string& interface,
                                     SocketCanOptions options) {
    return std::make_unique<SocketCan>(io, interface, std::move(options));
}

} // namespace retrocan::can
