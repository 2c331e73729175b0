// SPDX-License-Identifier: Apache-2.0
#include "fleet_server.h"

#include <array>
#include <cerrno>
#include <deque>
#include <unistd.h>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>

namespace retrocan::bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Pending {
    Clock::time_point at;
    int socket;
    std::vector<std::uint8_t> answer;
};

void put_u16(std::vector<std::uint8_t>& bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

std::vector<std::uint8_t> answer_to(const std::array<std::uint8_t, 12>& request) {
    const std::size_t address = static_cast<std::size_t>(request[8] << 8 | request[9]);
    const std::size_t count = static_cast<std::size_t>(request[10] << 8 | request[11]);
    std::vector<std::uint8_t> answer{request[0], request[1], 0, 0};
    put_u16(answer, 3 + count * 2);
    answer.push_back(request[6]);
    answer.push_back(request[7]);
    answer.push_back(static_cast<std::uint8_t>(count * 2));
    for (std::size_t i = 0; i < count; ++i)
        put_u16(answer, (address + i) * 3 + 7);
    return answer;
}

} // namespace

FleetServer::FleetServer() : listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY); // each device has an address of its own in 127.0.0.0/8
    socklen_t size = sizeof address;
    constexpr int backlog = 1024;
    if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, backlog) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::system_error{errno, std::system_category(), "the server cannot listen"};
    port_ = ntohs(address.sin_port);
}

FleetServer::~FleetServer() {
    close(listener_);
}

void FleetServer::serve(std::chrono::milliseconds delay) {
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    epoll_event wanted{EPOLLIN, {.fd = listener_}};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener_, &wanted);
    std::deque<Pending> pending; // in order: all wait equally long
    for (;;) {
        std::array<epoll_event, 64> events{};
        const int count =
            epoll_wait(poll, events.data(), static_cast<int>(events.size()), pending.empty() ? -1 : 1);
        for (int i = 0; i < count; ++i) {
            const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
            if (fd == listener_) {
                const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
                const int on = 1;
                setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                epoll_event more{EPOLLIN, {.fd = client}};
                epoll_ctl(poll, EPOLL_CTL_ADD, client, &more);
                continue;
            }
            std::array<std::uint8_t, 12> request{};
            const ssize_t got = recv(fd, request.data(), request.size(), 0);
            if (got == static_cast<ssize_t>(request.size()))
                pending.push_back({Clock::now() + delay, fd, answer_to(request)});
            else if (got == 0)
                close(fd);
        }
        for (; !pending.empty() && pending.front().at <= Clock::now(); pending.pop_front())
            send(pending.front().socket, pending.front().answer.data(), pending.front().answer.size(),
                 MSG_NOSIGNAL);
    }
}

} // namespace retrocan::bench
