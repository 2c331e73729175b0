// SPDX-License-Identifier: Apache-2.0
// Serial frames through a TCP connection: a server on loopback that says what each test wants.
#include "crc.h"
#include "question.h"
#include "rtu_tcp.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <poll.h>
#include <stop_token>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace retrocan::modbus {
namespace {

using namespace std::chrono_literals;
using adapter::Absence;
using testing::ElementsAre;
using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

// BYD Battery-Box, its status (recorded).
const Bytes told{0x01, 0x03, 0x32, 0x00, 0x43, 0x01, 0x4A, 0x01, 0x4A, 0x00, 0x63, 0xFF, 0xF8, 0x52,
                 0xA8, 0x00, 0x15, 0x00, 0x14, 0x00, 0x14, 0x00, 0x00, 0x03, 0x0F, 0x00, 0x00, 0x00,
                 0x00, 0x00, 0x00, 0x09, 0x02, 0x00, 0x02, 0x52, 0x76, 0x17, 0x03, 0x00, 0x00, 0x13,
                 0x84, 0x00, 0x00, 0x00, 0x02, 0x09, 0x02, 0x00, 0x00, 0x04, 0x2C, 0x92, 0x5B};

/// Serves one connection after the other; `answer` is called with each request.
class TcpServer {
public:
    explicit TcpServer(std::function<void(int socket, const Bytes&)> answer) : answer_{std::move(answer)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address); // NOLINT: the interface of sockets
        if (bind(listener_, any, size) != 0 || listen(listener_, 4) != 0 ||
            getsockname(listener_, any, &size) != 0)
            throw std::runtime_error{"no server"};
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~TcpServer() {
        thread_ = {};
        close(listener_);
    }
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    static bool readable(int socket, const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd waiting{socket, POLLIN, 0};
            if (poll(&waiting, 1, 20) > 0)
                return true;
        }
        return false;
    }
    void run(const std::stop_token& stop) {
        while (readable(listener_, stop)) {
            const int socket = accept(listener_, nullptr, nullptr);
            Bytes request(256);
            while (readable(socket, stop)) {
                request.resize(256);
                const ssize_t got = recv(socket, request.data(), request.size(), 0);
                if (got <= 0)
                    break;
                request.resize(static_cast<std::size_t>(got));
                answer_(socket, request);
            }
            close(socket);
        }
    }

    std::function<void(int, const Bytes&)> answer_;
    int listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port_{};
    std::jthread thread_;
};

void put(int socket, const Bytes& bytes) {
    send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

Request status() {
    Request request;
    request.unit = 1;
    request.address = 0x0500;
    request.count = 25;
    return request;
}

void expect_status(const Exchange& exchange) {
    ASSERT_TRUE(std::holds_alternative<Block>(exchange))
        << (std::holds_alternative<Broken>(exchange) ? std::get<Broken>(exchange).text : "refused");
    EXPECT_EQ(std::get<Block>(exchange).values.at(0), 67);
    EXPECT_EQ(std::get<Block>(exchange).values.at(5), 21160);
}

TEST(RtuTcp, ReadsSerialFramesThroughTcp) {
    std::atomic<int> kind{0};
    const TcpServer server{[&](int socket, const Bytes& asked) {
        EXPECT_EQ(asked, (Bytes{0x01, 0x03, 0x05, 0x00, 0x00, 0x19, 0x84, 0xCC}));
        switch (kind.load()) {
        case 0:
            put(socket, told);
            break;
        case 1: // in pieces, as a radio passes it on
            put(socket, {told.begin(), told.begin() + 20});
            std::this_thread::sleep_for(30ms);
            put(socket, {told.begin() + 20, told.end()});
            break;
        case 2:
            put(socket, {0x00, 0x01});
            put(socket, told);
            break;
        case 3: {
            Bytes spoilt = told;
            spoilt[7] ^= 1;
            put(socket, spoilt);
            break;
        }
        case 4:
            break;
        default:
            shutdown(socket, SHUT_RDWR);
            break;
        }
    }};
    RtuTcpEndpoint endpoint{"byd", "127.0.0.1", server.port()};
    auto opened = endpoint.open(1s);
    ASSERT_TRUE(opened);
    const auto connection = std::move(opened).value();
    for (kind = 0; kind < 3; ++kind)
        expect_status(connection->read(status(), 1s));
    const Exchange spoilt = connection->read(status(), 1s);
    ASSERT_TRUE(std::holds_alternative<Broken>(spoilt));
    EXPECT_EQ(std::get<Broken>(spoilt).text, "an answer with wrong CRC");
    kind = 4;
    const Exchange silent = connection->read(status(), 100ms);
    ASSERT_TRUE(std::holds_alternative<Broken>(silent));
    EXPECT_EQ(std::get<Broken>(silent).text, "no answer within 0.1 s");
    EXPECT_TRUE(connection->quiet());
    kind = 5;
    const Exchange closed = connection->read(status(), 1s);
    ASSERT_TRUE(std::holds_alternative<Broken>(closed));
    EXPECT_TRUE(std::get<Broken>(closed).closed);
    EXPECT_EQ(std::get<Broken>(closed).reason, Absence::not_connected);
    EXPECT_FALSE(connection->quiet());
    EXPECT_EQ(endpoint.counters().answers, 3u);
    EXPECT_EQ(endpoint.counters().crc, 1u);
    EXPECT_EQ(endpoint.counters().stray, 2u);
}

} // namespace
} // namespace retrocan::modbus
