// SPDX-License-Identifier: Apache-2.0
#include "can/raw_socket.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <vector>

#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace retrocan::can {

namespace {

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

template <class T>
bool set_option(int socket, int level, int option, const T& value) {
    return ::setsockopt(socket, level, option, &value, sizeof value) == 0;
}

bool set_filter(int socket, std::span<const std::uint32_t> identifiers) {
    if (identifiers.empty())
        return true; // the default: everything
    std::vector<can_filter> filters;
    for (const std::uint32_t id : identifiers)
        filters.push_back({id, CAN_SFF_MASK | CAN_EFF_FLAG | CAN_RTR_FLAG});
    return ::setsockopt(socket, SOL_CAN_RAW, CAN_RAW_FILTER, filters.data(),
                        static_cast<socklen_t>(filters.size() * sizeof(can_filter))) == 0;
}

bool bind_to(int socket, int index) {
    sockaddr_can address{};
    address.can_family = AF_CAN;
    address.can_ifindex = index;
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

} // namespace

Result<int, int> open_raw_socket(int index, std::span<const std::uint32_t> identifiers) {
    const int socket = ::socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, CAN_RAW);
    if (socket < 0)
        return Err{int{errno}};
    const int on = 1;
    const int smallest = 0; // the kernel makes it its minimum, a handful of frames
    const can_err_mask_t all_errors = CAN_ERR_MASK;
    // bind() comes last, so that no frame slips in before the filter is set.
    if (set_option(socket, SOL_CAN_RAW, CAN_RAW_LOOPBACK, on) &&
        set_option(socket, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, on) &&
        set_option(socket, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, all_errors) &&
        set_option(socket, SOL_SOCKET, SO_SNDBUF, smallest) && set_filter(socket, identifiers) &&
        bind_to(socket, index))
        return socket;
    const int error = errno;
    ::close(socket);
    return Err{error};
}

int write_frame(int socket, const CanFrame& frame) {
    const can_frame raw = to_kernel(frame);
    return ::write(socket, &raw, sizeof raw) == ssize_t{sizeof raw} ? 0 : errno;
}

Result<ReceivedFrame, int> read_frame(int socket) {
    can_frame raw{};
    iovec part{&raw, sizeof raw};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ssize_t size = 0;
    do
        size = ::recvmsg(socket, &message, MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return Err{int{errno}};
    using From = ReceivedFrame::From;
    const int flags = message.msg_flags;
    const From from = (flags & MSG_CONFIRM) != 0     ? From::self
                      : (flags & MSG_DONTROUTE) != 0 ? From::this_host
                                                     : From::bus;
    return ReceivedFrame{from_kernel(raw), from};
}

CanFrame as_received(const CanFrame& frame) {
    return from_kernel(to_kernel(frame));
}

} // namespace retrocan::can
