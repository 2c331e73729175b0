// SPDX-License-Identifier: Apache-2.0
// The server on a pseudo terminal and over TCP; libmodbus, or plain bytes, is at the other end.
#include "simulator/modbus_server.h"
#include "simulator/open_file.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <poll.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <modbus.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace retrocan::simulator {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using Bytes = std::vector<std::uint8_t>;
using Kind = ModbusFault::Kind;
using Clock = std::chrono::steady_clock;

ModbusFault fault(Kind kind) {
    return {.kind = kind, .delay = 100ms, .unit = {}, .table = {}};
}

/// A libmodbus master.
class Master {
public:
    explicit Master(modbus_t* context) : context_{context, &modbus_free} {
        modbus_set_response_timeout(context_.get(), 0, 300'000);
        connected_ = modbus_connect(context_.get()) == 0;
    }
    ~Master() { modbus_close(context_.get()); }
    Master(const Master&) = delete;
    Master& operator=(const Master&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    /// Empty if it failed: errno says why.
    std::vector<std::uint16_t> read(int unit, int address, int count) {
        std::vector<std::uint16_t> values(static_cast<std::size_t>(count));
        modbus_set_slave(context_.get(), unit);
        modbus_flush(context_.get());
        if (modbus_read_registers(context_.get(), address, count, values.data()) != count)
            return {};
        return values;
    }

private:
    std::unique_ptr<modbus_t, decltype(&modbus_free)> context_;
    bool connected_{};
};

const std::vector<std::uint16_t> values{10, 11, 12, 13};

ServerOptions pty(unsigned baud = 115200) {
    ServerOptions options{.where = ServerOptions::Pty{}};
    options.line.baud = baud;
    options.paced = true;
    return options;
}

struct OnPty : testing::Test {
    ModbusServer server{pty()};
    Master master{modbus_new_rtu(server.name().c_str(), 115200, 'N', 8, 1)};
    void SetUp() override {
        ASSERT_TRUE(master.connected());
        server.set(3, ModbusTable::holding, 100, values);
    }
};

TEST_F(OnPty, AnswersAndRefusesAsOverTcp) {
    EXPECT_EQ(master.read(3, 100, 4), values);
    EXPECT_THAT(master.read(3, 101, 2), ElementsAre(11, 12));
    EXPECT_TRUE(master.read(3, 103, 2).empty());
    EXPECT_EQ(errno, EMBXILADD);
    EXPECT_EQ(server.counters().answers, 2U);
    EXPECT_EQ(server.counters().exceptions, 1U);
}

TEST_F(OnPty, AUnitThatNobodyHasIsSilence) {
    EXPECT_TRUE(master.read(4, 100, 1).empty());
    EXPECT_EQ(errno, ETIMEDOUT);
    EXPECT_EQ(master.read(3, 100, 4), values);
}

TEST_F(OnPty, FaultsAreSeenByTheMaster) {
    for (const Kind kind : {Kind::hang, Kind::wrong_unit, Kind::half_frame, Kind::garbage, Kind::wrong_crc}) {
        server.set_fault(fault(kind));
        EXPECT_TRUE(master.read(3, 100, 4).empty()) << static_cast<int>(kind);
    }
    server.set_fault(fault(Kind::exception));
    EXPECT_TRUE(master.read(3, 100, 4).empty());
    server.set_fault({});
    EXPECT_EQ(master.read(3, 100, 4), values);
}

TEST_F(OnPty, EveryThirdOnly) {
    ModbusFault third = fault(Kind::hang);
    third.every = 3;
    server.set_fault(third);
    std::vector<bool> answered;
    for (int i = 0; i < 6; ++i)
        answered.push_back(!master.read(3, 100, 4).empty());
    EXPECT_THAT(answered, ElementsAre(true, true, false, true, true, false));
}

TEST_F(OnPty, AnswersInTheNameOfAnotherUnit) {
    server.answer_as(3, 0x51);
    EXPECT_TRUE(master.read(3, 100, 4).empty()); // libmodbus does not take it
}

/// Bytes of the other end.
class RawEnd {
public:
    explicit RawEnd(const std::string& path) : file_{open(path.c_str(), O_RDWR | O_NOCTTY)} {}
    explicit RawEnd(std::uint16_t port) : file_{socket(AF_INET, SOCK_STREAM, 0)} {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_port = htons(port);
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(connect(file_.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where), 0);
    }
    void write(const Bytes& bytes) const {
        EXPECT_EQ(::write(file_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }
    /// So many bytes, or what came until nothing came for `limit`.
    [[nodiscard]] Bytes read(std::size_t count, std::chrono::milliseconds limit = 500ms) const {
        Bytes bytes;
        pollfd waiting{file_.get(), POLLIN, 0};
        while (bytes.size() < count && poll(&waiting, 1, static_cast<int>(limit.count())) > 0) {
            std::array<std::uint8_t, 256> some{};
            const ssize_t size = ::read(file_.get(), some.data(), some.size());
            if (size <= 0)
                break;
            bytes.insert(bytes.end(), some.begin(), some.begin() + size);
        }
        return bytes;
    }

private:
    OpenFile file_;
};

// Of a capture (mappings/buknuwo/12v.toml): unit 1, one register at 0, which is 0xDE78.
const Bytes request{0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0A};
const Bytes answer{0x01, 0x03, 0x02, 0xDE, 0x78, 0xE1, 0xC6};

TEST(RtuServer, AnswersACapturedRequestWithTheCapturedBytes) {
    ModbusServer server{pty()};
    server.set(1, ModbusTable::holding, 0, std::array<std::uint16_t, 1>{0xDE78});
    const RawEnd end{server.name()};
    end.write(request);
    EXPECT_EQ(end.read(answer.size()), answer);
}

TEST(RtuServer, DropsNoiseAndBrokenRequestsBehindASilence) {
    ModbusServer server{pty()};
    server.set(1, ModbusTable::holding, 0, std::array<std::uint16_t, 1>{0xDE78});
    const RawEnd end{server.name()};
    const Bytes broken{0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x84, 0x0B}; // the CRC ends in 0x0A
    for (const Bytes& noise : {broken, Bytes{0xFF, 0x00, 0x7E}, Bytes{0x01, 0x03, 0x00}}) {
        end.write(noise);
        EXPECT_THAT(end.read(1, 100ms), ElementsAre());
        end.write(request);
        EXPECT_EQ(end.read(answer.size()), answer);
    }
}

TEST(RtuServer, StrayEchoTwiceAndPreviousAreWhatTheySay) {
    ModbusServer server{pty()};
    server.set(1, ModbusTable::holding, 0, std::array<std::uint16_t, 1>{0xDE78});
    const RawEnd end{server.name()};
    const auto seen = [&](Kind kind, std::size_t count) {
        server.set_fault(fault(kind));
        end.write(request);
        return end.read(count);
    };
    const auto joined = [](Bytes a, const Bytes& b) {
        a.insert(a.end(), b.begin(), b.end());
        return a;
    };
    EXPECT_EQ(seen(Kind::echo, 15), joined(request, answer));
    EXPECT_EQ(seen(Kind::twice, 14), joined(answer, answer));
    EXPECT_EQ(seen(Kind::stray, 10), joined({0xFF, 0x00, 0xFE}, answer));
    server.set(1, ModbusTable::holding, 0, std::array<std::uint16_t, 1>{7});
    EXPECT_EQ(seen(Kind::previous_answer, 7), answer);
}

TEST(RtuServer, WhatIsAskedWhileItIsLateGoesBy) {
    ModbusServer server{pty()};
    server.set(1, ModbusTable::holding, 0, std::array<std::uint16_t, 1>{0xDE78});
    server.set_fault(fault(Kind::late)); // 100 ms
    const RawEnd end{server.name()};
    end.write(request);
    EXPECT_THAT(end.read(1, 50ms), ElementsAre());
    end.write(request);
    EXPECT_EQ(end.read(answer.size() * 2, 300ms), answer);
}

TEST(RtuServer, BytesComeNoFasterThanTheLine) {
    ModbusServer server{pty(19200)};
    server.set(1, ModbusTable::holding, 0, std::vector<std::uint16_t>(60, 1));
    const RawEnd end{server.name()};
    const Clock::time_point begin = Clock::now();
    end.write({0x01, 0x03, 0x00, 0x00, 0x00, 0x3C, 0x45, 0xDB}); // 60 registers
    EXPECT_EQ(end.read(125).size(), 125U);
    const auto took = Clock::now() - begin;
    // 8 bytes, 3.5 bytes of silence, 125 bytes; 10 bits each
    const auto least = std::chrono::nanoseconds{1'000'000'000LL * (8 * 10 + 35 + 125 * 10) / 19200};
    EXPECT_GE(took, least);
    std::printf("%.3f ms, at least %.3f ms\n", std::chrono::duration<double, std::milli>{took}.count(),
                std::chrono::duration<double, std::milli>{least}.count());
}

TEST(RtuServer, LinkLeadsToThePseudoTerminalAndGoesWithIt) {
    const auto link = std::filesystem::temp_directory_path() / ("simulated-" + std::to_string(getpid()));
    {
        ServerOptions options = pty();
        options.where = ServerOptions::Pty{link.string()};
        const ModbusServer server{options};
        EXPECT_EQ(std::filesystem::read_symlink(link), server.name());
    }
    EXPECT_FALSE(std::filesystem::is_symlink(link));
}

TEST(RtuOverTcp, CarriesSerialFramesAsTheyAre) {
    ModbusServer server{ServerOptions{.where = ServerOptions::Tcp{.framing = Framing::rtu}}};
    server.set(1, ModbusTable::holding, 0, std::array<std::uint16_t, 1>{0xDE78});
    const RawEnd end{server.port()};
    end.write(request);
    EXPECT_EQ(end.read(answer.size()), answer);
    Bytes other = request;
    other[0] = 2; // with the checksum of unit 1: dropped
    end.write(other);
    EXPECT_THAT(end.read(1, 100ms), ElementsAre());
}

TEST(TcpServer, SeveralFaultsEachDoTheirPart) {
    ModbusServer server;
    server.set(3, ModbusTable::holding, 100, values);
    server.set_faults({fault(Kind::late), fault(Kind::exception)});
    Master master{modbus_new_tcp("127.0.0.1", server.port())};
    ASSERT_TRUE(master.connected());
    const Clock::time_point begin = Clock::now();
    EXPECT_TRUE(master.read(3, 100, 4).empty());
    EXPECT_EQ(errno, EMBXILADD);
    EXPECT_GE(Clock::now() - begin, 100ms);
}

TEST(TcpServer, UnitsMayCountTheirAddressesDifferently) {
    ModbusServer server;
    server.set_address_step(4, 2);
    server.set(3, ModbusTable::holding, 100, values);
    server.set(4, ModbusTable::holding, 100, values);
    Master master{modbus_new_tcp("127.0.0.1", server.port())};
    ASSERT_TRUE(master.connected());
    EXPECT_THAT(master.read(3, 102, 2), ElementsAre(12, 13));
    EXPECT_THAT(master.read(4, 102, 2), ElementsAre(11, 12));
}

TEST(Servers, SayWhatCannotBeHad) {
    const ModbusServer first;
    EXPECT_THROW(ModbusServer{first.port()}, std::system_error);
    EXPECT_THROW((ModbusServer{ServerOptions{.where = ServerOptions::Port{"/dev/no-such-port"}}}),
                 std::system_error);
    EXPECT_THROW((ModbusServer{ServerOptions{.where = ServerOptions::Tcp{.address = "not an address"}}}),
                 std::system_error);
}

} // namespace
} // namespace retrocan::simulator
