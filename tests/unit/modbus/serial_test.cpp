// SPDX-License-Identifier: Apache-2.0
// Serial ports: real pseudo terminals, with the times of a real line, and libmodbus at the other end.
#include "crc.h"
#include "pty.h"
#include "question.h"
#include "rtu.h"
#include "serial.h"
#include "serial_path.h"

#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <modbus.h>
#include <sys/file.h>

namespace retrocan::modbus {
namespace {

using namespace std::chrono_literals;
using adapter::Absence;
using test::PacedDevice;
using test::Pty;
using testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

Request request(std::uint16_t address, std::uint16_t count) {
    Request result;
    result.unit = 1;
    result.address = address;
    result.count = count;
    return result;
}

Bytes with_crc(Bytes frame) {
    add_crc(frame);
    return frame;
}

/// Each register holds its own address.
Bytes answer_to(const Bytes& asked) {
    const auto first = static_cast<unsigned>((asked[2] << 8) | asked[3]);
    const auto count = static_cast<unsigned>((asked[4] << 8) | asked[5]);
    Bytes answer{asked[0], asked[1], static_cast<std::uint8_t>(2 * count)};
    for (unsigned i = first; i < first + count; ++i) {
        answer.push_back(static_cast<std::uint8_t>(i >> 8));
        answer.push_back(static_cast<std::uint8_t>(i & 0xFF));
    }
    return with_crc(answer);
}

SerialPort at(const std::string& path, int baud) {
    return {.path = path, .line = {baud, Parity::none, 1}};
}

std::unique_ptr<Connection> opened(SerialEndpoint& endpoint) {
    auto result = endpoint.open(1s);
    EXPECT_TRUE(result) << (result ? "" : result.error());
    return result ? std::move(result).value() : nullptr;
}

void expect_addresses(const Exchange& exchange, std::uint16_t first, std::size_t count) {
    ASSERT_TRUE(std::holds_alternative<Block>(exchange))
        << (std::holds_alternative<Broken>(exchange) ? std::get<Broken>(exchange).text : "refused");
    const Block& block = std::get<Block>(exchange);
    ASSERT_EQ(block.values.size(), count);
    for (std::size_t i = 0; i < count; ++i)
        EXPECT_EQ(block.values[i], first + i);
}

std::chrono::nanoseconds byte_time(int baud) {
    return std::chrono::nanoseconds{std::int64_t{10} * 1'000'000'000 / baud};
}

class PacedTest : public testing::TestWithParam<int> {
protected:
    int baud = GetParam();
    std::vector<PacedDevice::Piece> plain(const Bytes& asked, std::chrono::microseconds turnaround = 2ms) {
        return {{turnaround, answer_to(asked)}};
    }
    Pty pty;
    SerialEndpoint endpoint{at(pty.path(), baud)};
};

TEST_P(PacedTest, ReadsAndIsBusy) {
    const PacedDevice device{pty.master(), byte_time(baud), [&](const Bytes& asked) { return plain(asked); }};
    const auto connection = opened(endpoint);
    const std::uint16_t count = 60;
    for (int i = 0; i < 4; ++i)
        expect_addresses(connection->read(request(100, count), 500ms), 100, count);
    const int polls = baud > 20'000 ? 60 : 8;
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < polls; ++i)
        expect_addresses(connection->read(request(100, count), 500ms), 100, count);
    const Duration taken = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
    const Duration least =
        polls * (std::chrono::duration_cast<Duration>(byte_time(baud) * (8 + 5 + 2 * count)) +
                 endpoint.wire().silence + 2ms);
    // Printed only: the machine may be busy.
    std::printf("[ MEASURE  ] %d baud: the bus is busy %.2f %% of the time\n", baud,
                100.0 * static_cast<double>(least.count()) / static_cast<double>(taken.count()));
    EXPECT_GE(taken, least); // never too early
    EXPECT_GT(connection->last_turnaround(), 1ms);
}

struct LineFault {
    const char* name;
    std::function<std::vector<PacedDevice::Piece>(const Bytes&, const Bytes& answer)> make;
    const char* text; ///< of the failure; empty: the right value comes all the same
    std::uint64_t Counters::*counted;
};

TEST_P(PacedTest, EachFaultIsDroppedAndCounted) {
    const auto pieces = [](const Bytes& bytes) { return std::vector<PacedDevice::Piece>{{2ms, bytes}}; };
    const LineFault faults[] = {
        {"stray",
         [&](const Bytes&, const Bytes& answer) {
             return std::vector<PacedDevice::Piece>{{1ms, {0x00, 0xFE, 0x03}}, {5ms, answer}};
         },
         "", &Counters::stray},
        {"echo",
         [&](const Bytes& asked, const Bytes& answer) {
             return std::vector<PacedDevice::Piece>{{0ms, asked}, {2ms, answer}};
         },
         "", &Counters::echo},
        {"other unit",
         [&](const Bytes&, const Bytes& answer) {
             Bytes other{answer.begin(), answer.end() - 2};
             other[0] = 9;
             return pieces(with_crc(other));
         },
         "an answer of unit 9 instead of unit 1", &Counters::other_unit},
        {"crc",
         [&](const Bytes&, const Bytes& answer) {
             Bytes spoilt = answer;
             spoilt[5] ^= 4;
             return pieces(spoilt);
         },
         "an answer with wrong CRC", &Counters::crc},
        {"cut",
         [&](const Bytes&, const Bytes& answer) {
             return pieces({answer.begin(), answer.begin() + 9});
         },
         "an answer that ends after 9 of 15 bytes", &Counters::cut},
        {"late",
         [&](const Bytes&, const Bytes& answer) {
             return std::vector<PacedDevice::Piece>{{350ms, answer}};
         },
         "no answer within 0.3 s", &Counters::late},
    };
    std::atomic<const LineFault*> fault{nullptr};
    const PacedDevice device{pty.master(), byte_time(baud), [&](const Bytes& asked) {
                                 const LineFault* const now = fault;
                                 return now == nullptr ? plain(asked) : now->make(asked, answer_to(asked));
                             }};
    const auto connection = opened(endpoint);
    for (const LineFault& each : faults) {
        const Counters before = endpoint.counters();
        fault = &each;
        const Exchange exchange = connection->read(request(500, 5), 300ms);
        fault = nullptr;
        if (*each.text == '\0') {
            expect_addresses(exchange, 500, 5);
        } else {
            ASSERT_TRUE(std::holds_alternative<Broken>(exchange)) << each.name;
            EXPECT_THAT(std::get<Broken>(exchange).text, HasSubstr(each.text));
            EXPECT_TRUE(std::get<Broken>(exchange).usable);
        }
        // Of the same length: what is late would pass for its answer.
        expect_addresses(connection->read(request(700, 5), 300ms), 700, 5);
        const Counters after = endpoint.counters();
        EXPECT_GT(after.*each.counted, before.*each.counted) << each.name;
    }
}
INSTANTIATE_TEST_SUITE_P(Bauds, PacedTest, testing::Values(9600, 115200));

/// A server of libmodbus on a pseudo terminal.
class LibmodbusServer {
public:
    explicit LibmodbusServer(int master) : master_{master} {
        for (int i = 0; i < 200; ++i) {
            mapping_->tab_registers[i] = static_cast<std::uint16_t>(i);
            mapping_->tab_bits[i] = static_cast<std::uint8_t>(i % 3 == 0);
        }
        // It opens the port itself; what it has opened is replaced by the other end.
        if (modbus_set_slave(context_, 1) != 0)
            throw std::runtime_error{"libmodbus"};
        modbus_set_socket(context_, master_);
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~LibmodbusServer() {
        thread_ = {};
        modbus_free(context_);
        modbus_mapping_free(mapping_);
    }
    LibmodbusServer(const LibmodbusServer&) = delete;
    LibmodbusServer& operator=(const LibmodbusServer&) = delete;

    [[nodiscard]] std::uint16_t register_at(int at) const { return mapping_->tab_registers[at]; }

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            pollfd waiting{master_, POLLIN, 0};
            if (poll(&waiting, 1, 20) <= 0)
                continue;
            std::uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
            const int size = modbus_receive(context_, query);
            if (size > 0)
                modbus_reply(context_, query, size, mapping_);
            else
                std::this_thread::sleep_for(5ms);
        }
    }

    int master_;
    modbus_t* context_ = modbus_new_rtu("/dev/null", 19200, 'N', 8, 1);
    modbus_mapping_t* mapping_ = modbus_mapping_new(200, 0, 200, 0);
    std::jthread thread_;
};

TEST(SerialEndpoint, ReadsAndWritesALibmodbusServer) {
    const Pty pty;
    const LibmodbusServer server{pty.master()};
    SerialEndpoint endpoint{at(pty.path(), 19200)};
    const auto connection = opened(endpoint);
    expect_addresses(connection->read(request(10, 125), 1s), 10, 125);
    Request coils = request(0, 19);
    coils.table = Table::coil;
    const Exchange bits = connection->read(coils, 1s);
    ASSERT_TRUE(std::holds_alternative<Block>(bits));
    for (std::size_t i = 0; i < 19; ++i)
        EXPECT_EQ(std::get<Block>(bits).values[i], i % 3 == 0 ? 1 : 0);
    const Exchange refused = connection->read(request(199, 2), 1s);
    ASSERT_TRUE(std::holds_alternative<Refusal>(refused));
    EXPECT_EQ(std::get<Refusal>(refused).code, 2);
    Write write;
    write.unit = 1;
    write.address = 100;
    write.registers = {7, 8};
    EXPECT_TRUE(std::holds_alternative<Written>(connection->write(write, 1s)));
    write.address = 102;
    write.registers = {9};
    write.single = true;
    EXPECT_TRUE(std::holds_alternative<Written>(connection->write(write, 1s)));
    EXPECT_EQ(server.register_at(101), 8);
    EXPECT_EQ(server.register_at(102), 9);
    EXPECT_EQ(endpoint.counters(), (Counters{.answers = 5}));
}

TEST(SerialEndpoint, APortThatIsLostComesBackUnderItsName) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("retrocan-by-id-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const auto name = folder / "usb-adapter";
    auto first = std::make_unique<Pty>();
    std::filesystem::remove(name);
    std::filesystem::create_symlink(first->path(), name);
    SerialEndpoint endpoint{at(name.string(), 9600)};
    auto connection = opened(endpoint);
    {
        const PacedDevice device{first->master(), byte_time(9600), [&](const Bytes& asked) {
                                     return std::vector<PacedDevice::Piece>{{1ms, answer_to(asked)}};
                                 }};
        expect_addresses(connection->read(request(1, 2), 500ms), 1, 2);
    }
    first->unplug();
    const Exchange lost = connection->read(request(1, 2), 500ms);
    ASSERT_TRUE(std::holds_alternative<Broken>(lost));
    EXPECT_EQ(std::get<Broken>(lost).reason, Absence::not_connected);
    EXPECT_THAT(std::get<Broken>(lost).text, HasSubstr(name.string() + " is lost: "));
    EXPECT_FALSE(std::get<Broken>(lost).closed);
    EXPECT_FALSE(std::get<Broken>(lost).usable);
    connection.reset();
    std::filesystem::remove(name);
    const auto gone = endpoint.open(1s);
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error(), "there is no such port now; is the adapter plugged in?");

    const Pty second;
    std::filesystem::create_symlink(second.path(), name);
    connection = opened(endpoint);
    const PacedDevice device{second.master(), byte_time(9600), [&](const Bytes& asked) {
                                 return std::vector<PacedDevice::Piece>{{1ms, answer_to(asked)}};
                             }};
    expect_addresses(connection->read(request(3, 2), 500ms), 3, 2);
    std::filesystem::remove_all(folder);
}

TEST(SerialEndpoint, APortIsForOneProgram) {
    const Pty pty;
    SerialEndpoint endpoint{at(pty.path(), 9600)};
    SerialEndpoint other{at(pty.path(), 19200)};
    {
        const auto connection = opened(endpoint);
        const auto second = other.open(1s);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error(), "another program has this port");
    }
    EXPECT_TRUE(other.open(1s));
}

TEST(SerialEndpoint, SaysWhatAPortCannot) {
    const Pty pty;
    SerialPort port = at(pty.path(), 9600);
    port.rs485 = true;
    const auto no_rs485 = SerialEndpoint{port}.open(1s);
    ASSERT_FALSE(no_rs485);
    EXPECT_THAT(no_rs485.error(), HasSubstr("rs485 = \"rts\": this port has no such mode"));
    const auto no_port = SerialEndpoint{at("/dev/null", 9600)}.open(1s);
    ASSERT_FALSE(no_port);
    EXPECT_EQ(no_port.error(), "this is no serial port");
    const auto refused = SerialEndpoint{at(pty.path(), 12345)}.open(1s); // libmodbus sets 9600 instead
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), "the port cannot be set to 12345 8N1");
    SerialPort even = at(pty.path(), 115200);
    even.line = {115200, Parity::even, 2};
    EXPECT_TRUE(SerialEndpoint{even}.open(1s));
}

TEST(SerialPath, AWarningNamesTheLastingPath) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("retrocan-names-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const Pty pty;
    const std::string name = (folder / "usb-FTDI_A1-if00").string();
    std::filesystem::create_symlink(pty.path(), name);
    EXPECT_EQ(real_path(name), pty.path());
    EXPECT_EQ(real_path("/dev/serial/by-id/none"), "/dev/serial/by-id/none");
    EXPECT_EQ(serial_warning(name, folder), std::nullopt);
    EXPECT_EQ(serial_warning("/dev/serial/by-id/none", folder),
              "there is no serial port /dev/serial/by-id/none now; is the adapter plugged in?");
    EXPECT_EQ(serial_warning("/dev/ttyUSB97", folder),
              "/dev/ttyUSB97 may be another adapter after the next start; use its name in " +
                  folder.string() + " (there is no such port now)");
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace retrocan::modbus
