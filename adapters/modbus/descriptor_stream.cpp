// SPDX-License-Identifier: Apache-2.0
#include "descriptor_stream.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <poll.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <system_error>

namespace retrocan::modbus {

namespace {

timespec to_timespec(Duration time) {
    return {static_cast<time_t>(time.count() / 1'000'000),
            static_cast<long>(time.count() % 1'000'000 * 1000)};
}

} // namespace

DescriptorStream::DescriptorStream(Socket descriptor, Kind kind, std::string name)
    : descriptor_{std::move(descriptor)}, kind_{kind}, name_{std::move(name)} {
    // Of this thread: a wake-up may otherwise be 50 us late, which is half a byte at 57600 baud.
    prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
}

StreamEnd DescriptorStream::end(int error) const {
    const bool closed = kind_ == Kind::socket && (error == 0 || error == ECONNRESET || error == EPIPE);
    if (closed)
        return {true, "connection closed by the other side"};
    const std::string why =
        error == 0 ? "nothing is behind it any more" : std::system_category().message(error);
    return {false, kind_ == Kind::serial ? name_ + " is lost: " + why : why};
}

std::optional<StreamEnd> DescriptorStream::send(std::span<const std::uint8_t> bytes) {
    // So few bytes go out whole, or the port is stuck.
    const ssize_t sent = kind_ == Kind::socket
                             ? ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL)
                             : write(descriptor_.get(), bytes.data(), bytes.size());
    if (sent == static_cast<ssize_t>(bytes.size()))
        return std::nullopt;
    return end(sent < 0 ? errno : EAGAIN);
}

Result<std::size_t, StreamEnd> DescriptorStream::receive(std::span<std::uint8_t> into) {
    const ssize_t got = read(descriptor_.get(), into.data(), into.size());
    if (got > 0)
        return static_cast<std::size_t>(got);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? Result<std::size_t, StreamEnd>{std::size_t{0}}
                                                 : Result<std::size_t, StreamEnd>{Err{end(errno)}};
    if (kind_ == Kind::socket)
        return Err{end(0)};
    // A port without bytes reads as 0, as one does that is gone.
    pollfd now{descriptor_.get(), POLLIN, 0};
    if (poll(&now, 1, 0) > 0 && (now.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        return Err{end(0)};
    return std::size_t{0};
}

bool DescriptorStream::is_closed() const {
    if (kind_ == Kind::serial)
        return false;
    pollfd now{descriptor_.get(), POLLRDHUP, 0};
    return poll(&now, 1, 0) != 0;
}

void DescriptorStream::sleep(TimePoint until) {
    const timespec at = to_timespec(until.time_since_epoch());
    while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &at, nullptr) == EINTR) {
    }
}

void DescriptorStream::wait(TimePoint until) {
    for (;;) {
        const Duration left = std::max(until - BootClock::now(), Duration{});
        const timespec timeout = to_timespec(left);
        pollfd waiting{descriptor_.get(), POLLIN, 0};
        if (ppoll(&waiting, 1, &timeout, nullptr) >= 0 || errno != EINTR)
            return;
    }
}

} // namespace retrocan::modbus
