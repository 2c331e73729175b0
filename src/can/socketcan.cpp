// SPDX-License-Identifier: Apache-2.0
#include "can/socketcan.h"

#include "can/error_frame.h"
#include "can/interface.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <optional>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>

namespace retrocan::can {

namespace {

using namespace std::chrono_literals;

constexpr Duration look_often = 250ms; // while something is wrong
constexpr Duration look_idle = 1s;
constexpr Duration rest_first = 1s; // after a reset, doubled with each that did not help
constexpr Duration rest_longest = 30s;
constexpr Duration error_is_over = 10s; // the same error is news again after so long without it
constexpr Duration error_gap = 1s;      // and no two of them are news in less
constexpr Duration bus_off_is_over = 60s;

std::string errno_text(int error) {
    return std::system_category().message(error);
}

can_frame to_kernel(const CanFrame& frame) {
    can_frame raw{};
    raw.can_id = frame.id;
    if (frame.kind == CanFrame::Kind::extended)
        raw.can_id |= CAN_EFF_FLAG;
    if (frame.remote)
        raw.can_id |= CAN_RTR_FLAG;
    raw.can_dlc = std::min<std::uint8_t>(frame.size, CAN_MAX_DLEN);
    std::copy_n(frame.data.begin(), raw.can_dlc, raw.data);
    return raw;
}

CanFrame from_kernel(const can_frame& raw) {
    CanFrame frame;
    if ((raw.can_id & CAN_ERR_FLAG) != 0) {
        frame.kind = CanFrame::Kind::error;
        frame.id = raw.can_id & CAN_ERR_MASK;
    } else if ((raw.can_id & CAN_EFF_FLAG) != 0) {
        frame.kind = CanFrame::Kind::extended;
        frame.id = raw.can_id & CAN_EFF_MASK;
    } else {
        frame.id = raw.can_id & CAN_SFF_MASK;
    }
    frame.remote = frame.kind != CanFrame::Kind::error && (raw.can_id & CAN_RTR_FLAG) != 0;
    frame.size = std::min<std::uint8_t>(raw.can_dlc, CAN_MAX_DLEN);
    std::copy_n(raw.data, frame.size, frame.data.begin());
    return frame;
}

/// Three sources say how the interface is: what read() and write() answer, error frames, and the kernel when
/// it is asked (look(), by a timer and whenever one of the others hints at a change). Only look() opens and
/// closes.
class SocketCan final : public Link {
public:
    SocketCan(boost::asio::io_context& io, std::string interface, SocketCanOptions options)
        : io_{io}
        , name_{std::move(interface)}
        , options_{std::move(options)}
        , look_timer_{io}
        , confirm_timer_{io} {}

    void start(Listener listener) override {
        listener_ = std::move(listener);
        look_in(Duration::zero());
    }

    WriteResult write(const CanFrame& frame) override;
    [[nodiscard]] bool unconfirmed() const override { return pending_.has_value(); }
    [[nodiscard]] const Counters& counters() const override { return counters_; }
    [[nodiscard]] std::string name() const override { return name_; }

private:
    struct Pending {
        CanFrame frame;
        TimePoint at;
    };

    // The socket.
    int open(const Interface& interface); // 0 or errno
    void close();
    void close_for_a_while();
    [[nodiscard]] int write_now(const can_frame& raw); // 0 or errno
    void wait_to_read();
    void read_all();
    void received(const can_frame& raw, int flags);
    void received_error(const CanFrame& frame);
    void received_own(const CanFrame& frame);

    // The interface.
    void look();
    void look_in(Duration delay);
    void unusable(std::string why);
    void enter_bus_off(const std::string& sign);
    void leave_bus_off();
    void report_state(std::string why = {});

    // The frame that is on its way.
    void confirm_time_is_up();
    int take_back(); // 0 or errno
    void forget_pending(const std::string& why);

    void emit(Event::Kind kind, std::string text = {}, const CanFrame& frame = {}) {
        if (listener_)
            listener_({kind, BootClock::now(), frame, std::move(text)});
    }
    [[nodiscard]] bool everything() const { return options_.identifiers.empty(); }

    /// A handler that does nothing once the link is gone: it may be on its way when the link is destroyed.
    template <class F>
    auto while_alive(F handler) {
        return [alive = std::weak_ptr<bool>{alive_}, handler](const boost::system::error_code& error) {
            if (!error && !alive.expired())
                handler();
        };
    }

    boost::asio::io_context& io_;
    std::string name_;
    SocketCanOptions options_;
    Listener listener_;
    Counters counters_;

    std::optional<boost::asio::posix::stream_descriptor> socket_;
    unsigned sockets_{}; ///< counts them, for handlers that belong to an earlier one
    int index_{};
    TimePoint open_again_{}; ///< not before, after an error of the socket
    boost::asio::steady_timer look_timer_;
    boost::asio::steady_timer confirm_timer_;

    bool usable_{};        ///< the socket is open and the interface up
    bool reported_up_{};   ///< the last of `up` and `down` that was reported
    std::string reported_; ///< and the reason of a `down`

    bool bus_off_{};
    bool restarted_{}; ///< a RESTARTED frame came while bus-off
    TimePoint bus_off_at_{};
    Duration bus_off_rest_{}; ///< a bus that throws us out again and again is not tried at once

    std::optional<Pending> pending_;
    bool stuck_{};    ///< `pending_` was reported as stuck
    bool unproven_{}; ///< since the last reset no frame was confirmed
    bool owe_up_{};   ///< we took the interface down and could not take it up again
    TimePoint rest_since_{};
    TimePoint rest_until_{};
    Duration rest_{rest_first};

    std::optional<TimePoint> no_acknowledge_at_; ///< seen last
    CanFrame last_error_{};                      ///< reported last, as are the two below
    TimePoint last_error_at_{};
    TimePoint last_error_seen_{};

    std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

// --- The socket
// ---------------------------------------------------------------------------------------------

int SocketCan::open(const Interface& interface) {
    const int fd = ::socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, CAN_RAW);
    if (fd < 0)
        return errno;
    socket_.emplace(io_, fd);
    const auto set = [fd](int level, int option, const auto* value, std::size_t size) {
        return ::setsockopt(fd, level, option, value, static_cast<socklen_t>(size)) == 0;
    };
    const int on = 1;
    const int smallest = 0; // the kernel makes it its minimum: a handful of frames
    const can_err_mask_t errors = CAN_ERR_MASK;
    std::vector<can_filter> filters;
    for (const std::uint32_t id : options_.identifiers)
        filters.push_back({id, CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG});
    sockaddr_can address{};
    address.can_family = AF_CAN;
    address.can_ifindex = interface.index;
    // The filters before bind(), so that no other frame slips in.
    const bool good =
        set(SOL_CAN_RAW, CAN_RAW_LOOPBACK, &on, sizeof on) &&
        set(SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, &on, sizeof on) &&
        set(SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors) &&
        set(SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest) &&
        (everything() ||
         set(SOL_CAN_RAW, CAN_RAW_FILTER, filters.data(), filters.size() * sizeof(can_filter))) &&
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the way of the socket calls
        ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (!good) {
        const int error = errno;
        close();
        return error;
    }
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

int SocketCan::write_now(const can_frame& raw) {
    // Never waited for: with a stuck controller POLLOUT stays set.
    return ::write(socket_->native_handle(), &raw, sizeof raw) == sizeof raw ? 0 : errno;
}

WriteResult SocketCan::write(const CanFrame& frame) {
    assert(std::ranges::find(options_.identifiers, frame.id) != options_.identifiers.end());
    const TimePoint now = BootClock::now();
    if (!usable_ || bus_off_ || now < rest_until_) {
        ++counters_.dropped_not_ready;
        return WriteResult::not_ready;
    }
    if (pending_) {
        ++counters_.dropped_unconfirmed;
        return WriteResult::unconfirmed;
    }
    const can_frame raw = to_kernel(frame);
    int error = write_now(raw);
    if (error == ENETDOWN) {
        // The first write after a short down and up is told of the past; the second counts.
        const auto interface = find_interface(name_);
        if (interface && interface->up && interface->index == index_)
            error = write_now(raw);
    }
    if (error == 0) {
        ++counters_.written;
        pending_ = Pending{from_kernel(raw), now};
        confirm_timer_.expires_after(options_.confirm_within);
        confirm_timer_.async_wait(while_alive([this, number = counters_.written] {
            if (pending_ && number == counters_.written)
                confirm_time_is_up();
        }));
        return WriteResult::written;
    }
    if (error == ENOBUFS || error == EAGAIN) {
        ++counters_.dropped_queue_full;
        return WriteResult::queue_full;
    }
    ++counters_.dropped_not_ready;
    if (error != ENETDOWN)
        close_for_a_while();
    usable_ = false;
    look_in(Duration::zero());
    return WriteResult::not_ready;
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
    // Bounded, so that a busy bus does not keep the loop from its other work; the rest is read in the next
    // turn.
    for (int i = 0; i < 100 && socket_; ++i) {
        can_frame raw{};
        iovec part{&raw, sizeof raw};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        const ssize_t size = ::recvmsg(socket_->native_handle(), &message, MSG_DONTWAIT);
        if (size == sizeof raw) {
            received(raw, message.msg_flags);
        } else if (size >= 0 || errno == EINTR) {
            continue;
        } else if (errno == ENETDOWN) {
            went_down = true; // told once; what the controller held is gone, even if it is up again by now
        } else if (errno == EAGAIN) {
            break;
        } else {
            close_for_a_while();
            went_down = true;
        }
    }
    if (went_down) {
        forget_pending("the interface went down");
        look();
    }
}

void SocketCan::received(const can_frame& raw, int flags) {
    const CanFrame frame = from_kernel(raw);
    if (frame.kind == CanFrame::Kind::error) {
        ++counters_.error_frames;
        received_error(frame);
    } else if ((flags & MSG_CONFIRM) != 0) {
        ++counters_.confirmed;
        received_own(frame);
    } else {
        ++counters_.received;
        // Another node is alive (not another program here), so it can acknowledge again.
        if ((flags & MSG_DONTROUTE) == 0)
            rest_until_ = std::min(rest_until_, rest_since_ + rest_first);
        emit(Event::Kind::frame, {}, frame);
    }
}

void SocketCan::received_own(const CanFrame& frame) {
    if (pending_ && pending_->frame == frame) {
        const auto late = BootClock::now() - pending_->at;
        pending_.reset();
        confirm_timer_.cancel();
        if (std::exchange(stuck_, false))
            emit(Event::Kind::unstuck,
                 name_ + ": " + to_text(frame) + " was sent after all, " +
                     std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(late).count()) +
                     " ms late",
                 frame);
    }
    rest_ = rest_first;
    unproven_ = false;
    emit(Event::Kind::confirmed, {}, frame);
    report_state();
}

void SocketCan::received_error(const CanFrame& frame) {
    const TimePoint now = BootClock::now();
    switch (bus_error(frame)) {
    case BusError::bus_off:
        return enter_bus_off("");
    case BusError::restarted:
        forget_pending("the controller was restarted");
        restarted_ = bus_off_;
        return look();
    case BusError::no_acknowledge:
        if (!no_acknowledge_at_ || now - *no_acknowledge_at_ > error_is_over)
            emit(Event::Kind::nobody_acknowledges,
                 name_ +
                     ": nobody on the bus acknowledges: cable, termination, or the GX profile is not CAN-bus "
                     "BMS 500 kbit/s",
                 frame);
        no_acknowledge_at_ = now;
        return;
    case BusError::other:
        break;
    }
    CanFrame what = frame;
    what.data[6] = what.data[7] = 0; // error counters
    const bool again = what == last_error_ && now - last_error_seen_ < error_is_over;
    last_error_seen_ = now;
    if (!everything() && (again || now - last_error_at_ < error_gap))
        return;
    last_error_ = what;
    last_error_at_ = now;
    emit(Event::Kind::error_frame, name_ + ": " + describe_error(frame), frame);
}

// --- The interface
// ------------------------------------------------------------------------------------------

void SocketCan::look_in(Duration delay) {
    look_timer_.expires_after(delay);
    look_timer_.async_wait(while_alive([this] { look(); }));
}

void SocketCan::look() {
    look_in(look_often);
    const auto interface = find_interface(name_);
    if (!interface) {
        close();
        return unusable(name_ + ": no such interface");
    }
    if (socket_ && interface->index != index_)
        close(); // it is another one now, or ours was renamed
    if (!socket_) {
        forget_pending("the interface went away");
        if (BootClock::now() < open_again_)
            return unusable(name_ + ": the socket failed");
        if (const int error = interface->is_can ? open(*interface) : ENODEV; error != 0)
            return unusable(name_ + ": " + (interface->is_can ? errno_text(error) : "not a CAN interface"));
    }
    if (!interface->up) {
        if (owe_up_ && set_interface_up(name_, true) == 0)
            owe_up_ = false; // seen to be up in the next turn
        return unusable(name_ + ": the interface is down (ip link set " + name_ + " up)");
    }
    if (!usable_) {
        usable_ = true;
        unproven_ = false;
        owe_up_ = false;
        rest_until_ = {};
        bus_off_rest_ = {};
    }
    const auto since = BootClock::now() - bus_off_at_;
    if (!interface->carrier && !restarted_)
        enter_bus_off(" (no carrier)");
    else if (bus_off_ && since >= bus_off_rest_ && (restarted_ || since >= look_idle))
        leave_bus_off();
    report_state();
    if (reported_up_ && !bus_off_)
        look_in(look_idle);
}

void SocketCan::unusable(std::string why) {
    usable_ = false;
    forget_pending("the interface went down");
    report_state(std::move(why));
}

void SocketCan::enter_bus_off(const std::string& sign) {
    restarted_ = false;
    if (bus_off_)
        return;
    const TimePoint now = BootClock::now();
    const bool again = bus_off_at_ != TimePoint{} && now - bus_off_at_ < bus_off_is_over;
    bus_off_rest_ = again ? std::clamp(bus_off_rest_ * 2, rest_first, rest_longest) : Duration::zero();
    bus_off_ = true;
    bus_off_at_ = now;
    emit(Event::Kind::bus_off,
         name_ + ": bus-off" + sign +
             ": the controller left the bus after too many errors: cable, termination, or "
             "bit rate; it comes back by itself only with restart-ms set");
    look_in(look_often);
}

void SocketCan::leave_bus_off() {
    bus_off_ = false;
    restarted_ = false;
    forget_pending("the controller was restarted");
    emit(Event::Kind::bus_back, name_ + ": the controller is back on the bus");
}

void SocketCan::report_state(std::string why) {
    const bool up = usable_ && !unproven_;
    if (up && bus_off_)
        return; // told by `bus_off` and `bus_back`
    if (up == reported_up_ && (up || why == reported_))
        return;
    reported_up_ = up;
    reported_ = why;
    emit(up ? Event::Kind::up : Event::Kind::down, up ? name_ + ": up" : std::move(why));
}

// --- The frame that is on its way
// ---------------------------------------------------------------------------

void SocketCan::confirm_time_is_up() {
    const auto number = counters_.written;
    read_all(); // when we were held up, its echo may wait to be read
    if (number != counters_.written)
        return; // a listener has written the next one
    if (!pending_ || bus_off_)
        return;
    const CanFrame frame = pending_->frame;
    const int error = options_.may_reset ? take_back() : EPERM;
    const bool known = unproven_; // the same trouble goes on
    stuck_ = error != 0;
    if (!known)
        emit(Event::Kind::stuck,
             name_ + ": " + to_text(frame) +
                 " is not sent: nobody on the bus acknowledges it, or the controller hangs" +
                 (stuck_ ? "; it cannot be taken back (" + errno_text(error) +
                               (error == EPERM ? ": that needs CAP_NET_ADMIN" : "") +
                               "), so it will go out, old as it is, when the bus works "
                               "again; nothing else is written until then"
                         : ""),
             frame);
    if (stuck_)
        return;
    if (!known)
        emit(Event::Kind::unstuck,
             name_ + ": " + to_text(frame) + " was dropped by taking the interface down and up", frame);
    unproven_ = true;
    report_state(name_ + ": nothing is sent; one frame is tried now and then");
    look_in(owe_up_ ? Duration::zero() : look_often);
}

int SocketCan::take_back() {
    if (const int error = set_interface_up(name_, false); error != 0)
        return error;
    owe_up_ = set_interface_up(name_, true) != 0;
    int told = 0;
    socklen_t size = sizeof told;
    ::getsockopt(socket_->native_handle(), SOL_SOCKET, SO_ERROR, &told, &size); // reads off the ENETDOWN
    ++counters_.never_confirmed;
    pending_.reset();
    rest_since_ = BootClock::now();
    rest_until_ = rest_since_ + rest_;
    rest_ = std::min(rest_ * 2, rest_longest);
    return 0;
}

void SocketCan::forget_pending(const std::string& why) {
    if (!pending_)
        return;
    ++counters_.never_confirmed;
    const CanFrame frame = pending_->frame;
    pending_.reset();
    confirm_timer_.cancel();
    if (std::exchange(stuck_, false))
        emit(Event::Kind::unstuck, name_ + ": " + to_text(frame) + " was dropped: " + why, frame);
}

} // namespace

std::unique_ptr<Link> make_socketcan(boost::asio::io_context& io, std::string interface,
                                     SocketCanOptions options) {
    return std::make_unique<SocketCan>(io, std::move(interface), std::move(options));
}

} // namespace retrocan::can
