// SPDX-License-Identifier: Apache-2.0
#include "socket.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <poll.h>
#include <unistd.h>
#include <vector>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <system_error>

namespace retrocan::modbus {

namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

std::string system_text(int error) {
    return std::system_category().message(error);
}

/// 0 when connected, else the error number.
int connect_within(int fd, const addrinfo& address, Duration timeout) {
    if (connect(fd, address.ai_addr, address.ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    const TimePoint end = BootClock::now() + timeout;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - BootClock::now());
        pollfd waiting{fd, POLLOUT, 0};
        const int ready = poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return errno;
        if (ready == 0)
            return ETIMEDOUT;
        int error = 0;
        socklen_t size = sizeof error;
        return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
    }
}

Result<Socket, int> open_one(const addrinfo& address, Duration timeout) {
    Socket socket{::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (socket.get() < 0)
        return Err{errno};
    if (socket.get() >= FD_SETSIZE) // libmodbus waits with select()
        return Err{EMFILE};
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (const int error = connect_within(socket.get(), address, timeout); error != 0)
        return Err{error};
    return socket;
}

} // namespace

Socket::~Socket() {
    if (fd_ >= 0)
        close(fd_);
}

Result<Socket, std::string> connect_tcp(const std::string& host, std::uint16_t port, Duration timeout) {
    const TimePoint end = BootClock::now() + timeout;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (failure != 0)
        return Err{std::string{"no address for this host: "} +
                   (failure == EAI_SYSTEM ? system_text(errno) : gai_strerror(failure))};
    const Addresses addresses{found, &freeaddrinfo};
    std::int64_t left = 0;
    for (const addrinfo* a = found; a != nullptr; a = a->ai_next)
        ++left;
    int error = EADDRNOTAVAIL;
    for (const addrinfo* a = found; a != nullptr; a = a->ai_next, --left) {
        auto socket = open_one(*a, (end - BootClock::now()) / left);
        if (socket)
            return std::move(socket).value();
        error = socket.error();
    }
    return Err{system_text(error)};
}

} // namespace retrocan::modbus
