// SPDX-License-Identifier: Apache-2.0
// One connection against a real server: each fault, and what becomes of the request.
#include "simulator/modbus_server.h"
#include "simulator/seplos_v3.h"
#include "tcp.h"

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace std::chrono_literals;
using adapter::Absence;
using simulator::ModbusFault;
using simulator::ModbusServer;
using simulator::ModbusTable;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = ModbusFault::Kind;

Request request(std::uint8_t unit, Table table, std::uint16_t address, std::uint16_t count) {
    Request result;
    result.unit = unit;
    result.table = table;
    result.address = address;
    result.count = count;
    return result;
}

class ExchangeTest : public testing::Test {
protected:
    ExchangeTest() {
        const std::vector<std::uint16_t> values{100, 101, 102, 103};
        const std::vector<std::uint16_t> others{200, 201, 202, 203};
        const std::vector<std::uint16_t> coils{1, 0, 0, 1, 1, 0, 1, 0, 0, 1};
        server.set(1, ModbusTable::holding, 10, values);
        server.set(1, ModbusTable::input, 10, others);
        server.set(1, ModbusTable::coil, 10, coils);
        server.set(1, ModbusTable::discrete, 11, coils);
        open();
    }
    void open() {
        auto opened = endpoint.open(1s);
        ASSERT_TRUE(opened) << opened.error();
        connection = std::move(opened).value();
    }
    Exchange read(const Request& what, Duration timeout = 2s) { return connection->read(what, timeout); }
    std::vector<std::uint16_t> values(const Request& what) {
        const Exchange exchange = read(what);
        const auto* block = std::get_if<Block>(&exchange);
        EXPECT_NE(block, nullptr);
        return block != nullptr ? block->values : std::vector<std::uint16_t>{};
    }
    Broken broken(const Request& what, Duration timeout = 2s) {
        const Exchange exchange = read(what, timeout);
        const auto* result = std::get_if<Broken>(&exchange);
        EXPECT_NE(result, nullptr);
        return result != nullptr ? *result : Broken{};
    }
    void fault(Kind kind) { server.set_fault({.kind = kind, .unit = {}, .table = {}}); }

    ModbusServer server;
    TcpEndpoint endpoint{"bms", "127.0.0.1", server.port(), 65533};
    std::unique_ptr<Connection> connection;
    const Request four = request(1, Table::holding, 10, 4);
};

TEST_F(ExchangeTest, ReadsEachTable) {
    EXPECT_THAT(values(four), ElementsAre(100, 101, 102, 103));
    EXPECT_THAT(values(request(1, Table::input, 11, 2)), ElementsAre(201, 202));
    EXPECT_THAT(values(request(1, Table::coil, 10, 10)), ElementsAre(1, 0, 0, 1, 1, 0, 1, 0, 0, 1));
    EXPECT_THAT(values(request(1, Table::discrete, 12, 3)), ElementsAre(0, 0, 1));
    EXPECT_TRUE(connection->quiet());
}

TEST_F(ExchangeTest, AnExceptionLeavesTheLinkInOrder) {
    const auto refused = [&](const Request& what) {
        const Exchange exchange = read(what);
        const auto* refusal = std::get_if<Refusal>(&exchange);
        return refusal == nullptr ? -1 : int{refusal->code};
    };
    EXPECT_EQ(refused(request(1, Table::holding, 10, 5)), 2);
    EXPECT_EQ(refused(request(2, Table::holding, 10, 1)), 11);
    server.add_block(1, ModbusTable::holding, 10, 11);
    server.add_block(1, ModbusTable::holding, 12, 13);
    EXPECT_EQ(refused(four), 2); // crosses the border of two blocks
    EXPECT_THAT(values(request(1, Table::holding, 12, 2)), ElementsAre(102, 103));
    EXPECT_EQ(server.counters().connections, 1u);
}

TEST_F(ExchangeTest, NoAnswerIsATimeout) {
    fault(Kind::hang);
    const auto began = std::chrono::steady_clock::now();
    const Broken result = broken(four, 100ms);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 95ms);
    EXPECT_EQ(result.reason, Absence::timeout);
    EXPECT_EQ(result.text, "no answer within 0.1 s");
    EXPECT_FALSE(result.closed);
}

TEST_F(ExchangeTest, HalfAnAnswerIsATimeoutToo) {
    fault(Kind::half_frame);
    EXPECT_EQ(broken(four, 100ms).reason, Absence::timeout);
}

TEST_F(ExchangeTest, WhatIsNotTheAnswerIsGarbled) {
    const std::pair<Kind, const char*> cases[] = {
        {Kind::wrong_transaction, "transaction"},
        {Kind::wrong_unit, "unit 2, expected 1"},
        {Kind::wrong_length, "length"},
        {Kind::short_answer, "3 registers instead of the 4 that were asked for"},
        {Kind::garbage, "an answer"},
    };
    for (const auto& [kind, text] : cases) {
        fault(kind);
        const Broken result = broken(four, 100ms);
        // Garbage may also look like the beginning of something longer.
        if (kind != Kind::garbage || result.reason != Absence::timeout) {
            EXPECT_EQ(result.reason, Absence::garbled) << text;
            EXPECT_THAT(result.text, HasSubstr(text));
        }
        open();
    }
}

TEST_F(ExchangeTest, TheAnswerToAnEarlierRequestDoesNotCount) {
    EXPECT_THAT(values(request(1, Table::holding, 10, 1)), ElementsAre(100));
    fault(Kind::previous_answer);
    const Broken result = broken(request(1, Table::holding, 12, 1), 100ms);
    EXPECT_EQ(result.reason, Absence::timeout);
    EXPECT_EQ(result.text, "no answer within 0.1 s");
    EXPECT_EQ(endpoint.counters().late, 1u);
    EXPECT_EQ(endpoint.counters().answers, 1u);
}

/// A gateway may hand over the late answer of a serial device, and then the right one.
TEST_F(ExchangeTest, TheRightAnswerMayFollowALateOne) {
    fault(Kind::twice);
    for (std::uint16_t i = 0; i < 4; ++i) {
        const std::vector<std::uint16_t> value{static_cast<std::uint16_t>(100 + i)};
        EXPECT_EQ(values(request(1, Table::holding, static_cast<std::uint16_t>(10 + i), 1)), value);
    }
    EXPECT_EQ(endpoint.counters().late, 3u);
    EXPECT_EQ(server.counters().connections, 1u);
    EXPECT_TRUE(connection->last_turnaround());
}

TEST_F(ExchangeTest, TransactionsAreCountedOnOverConnections) {
    fault(Kind::wrong_transaction);
    for (const char* expected : {"expected 65534", "expected 65535", "expected 0", "expected 1"}) {
        EXPECT_THAT(broken(four).text, HasSubstr(expected));
        open();
    }
}

TEST_F(ExchangeTest, TransactionsBeginAnywhere) {
    fault(Kind::wrong_transaction);
    std::set<std::string> texts;
    for (int i = 0; i < 5; ++i) {
        endpoint = TcpEndpoint{"bms", "127.0.0.1", server.port()};
        open();
        texts.insert(broken(four).text);
    }
    EXPECT_GT(texts.size(), 1u);
}

TEST_F(ExchangeTest, AnAnswerThatCameTwiceIsSeenBeforeTheNextRequest) {
    fault(Kind::twice);
    EXPECT_THAT(values(four), ElementsAre(100, 101, 102, 103));
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (connection->quiet() && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    EXPECT_FALSE(connection->quiet());
}

TEST_F(ExchangeTest, TheEndOfTheConnectionIsToldApart) {
    fault(Kind::close_half_way);
    Broken result = broken(four);
    EXPECT_EQ(result.reason, Absence::not_connected);
    EXPECT_TRUE(result.closed);
    open();
    fault(Kind::close_after_answer);
    EXPECT_THAT(values(four), ElementsAre(100, 101, 102, 103));
    result = broken(four);
    EXPECT_TRUE(result.closed);
    EXPECT_FALSE(connection->quiet());
}

TEST_F(ExchangeTest, CannotConnectWhereNobodyListens) {
    fault(Kind::refuse);
    EXPECT_TRUE(broken(four).closed);
    const auto opened = TcpEndpoint{"bms", "127.0.0.1", server.port()}.open(1s);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), "Connection refused");
    fault(Kind::none);
    EXPECT_TRUE((TcpEndpoint{"bms", "localhost", server.port()}.open(1s)));
}

TEST(InTime, AnAnswerThatTookLongerThanItCanIsATimeout) {
    for (const Exchange& exchange : {Exchange{Block{}}, Exchange{Refusal{2}}}) {
        EXPECT_EQ(in_time(exchange, 10ms, 500ms).index(), exchange.index());
        EXPECT_EQ(in_time(exchange, 750ms, 500ms).index(), exchange.index());
        const Exchange late = in_time(exchange, 751ms, 500ms);
        ASSERT_TRUE(std::holds_alternative<Broken>(late));
        EXPECT_EQ(std::get<Broken>(late).reason, Absence::timeout);
        EXPECT_FALSE(std::get<Broken>(late).closed);
    }
}

TEST(InTime, WhatIsBrokenStaysAsItIs) {
    const Exchange late = in_time(Broken{Absence::garbled, "rubbish", true}, 1h, 500ms);
    EXPECT_EQ(std::get<Broken>(late).reason, Absence::garbled);
    EXPECT_EQ(std::get<Broken>(late).text, "rubbish");
    EXPECT_TRUE(std::get<Broken>(late).closed);
}

TEST(TcpEndpoint, SaysThatAHostHasNoAddress) {
    const auto opened = TcpEndpoint{"bms", "not a host", 502}.open(1s);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error(), HasSubstr("no address for this host: "));
}

TEST(ModbusServer, CountsBytesWhereTheDeviceDoes) {
    ModbusServer server{0, 2};
    const std::vector<std::uint16_t> cells{3288, 3287, 3286};
    server.set(1, ModbusTable::holding, 0x1200, cells);
    auto opened = TcpEndpoint{"bms", "127.0.0.1", server.port()}.open(1s);
    ASSERT_TRUE(opened);
    const auto connection = std::move(opened).value();
    const Exchange exchange = connection->read(request(1, Table::holding, 0x1202, 2), 2s);
    ASSERT_TRUE(std::holds_alternative<Block>(exchange));
    EXPECT_THAT(std::get<Block>(exchange).values, ElementsAre(3287, 3286));
}

TEST(SeplosV3, IsServedWithTheValuesOfTheMoment) {
    std::atomic<std::int64_t> seconds{0};
    const simulator::DemoBattery battery{1};
    ModbusServer server;
    simulator::serve_seplos_v3(server, 0, battery, [&] { return Duration{std::chrono::seconds{seconds}}; });
    auto opened = TcpEndpoint{"bms", "127.0.0.1", server.port()}.open(1s);
    ASSERT_TRUE(opened);
    const auto connection = std::move(opened).value();
    for (const std::int64_t at : {0, 60, 300}) {
        seconds = at;
        const Exchange exchange = connection->read(request(0, Table::input, 0x1000, 18), 2s);
        const auto* block = std::get_if<Block>(&exchange);
        ASSERT_NE(block, nullptr);
        EXPECT_EQ(block->values,
                  simulator::seplos_v3_blocks(battery.at(std::chrono::seconds{at})).front().values);
    }
    const Exchange coils = connection->read(request(0, Table::coil, 0x1200, 0x90), 2s);
    EXPECT_TRUE(std::holds_alternative<Block>(coils));
    const Exchange past_the_block = connection->read(request(0, Table::input, 0x1000, 19), 2s);
    EXPECT_TRUE(std::holds_alternative<Refusal>(past_the_block));
    const Exchange holding = connection->read(request(0, Table::holding, 0x1000, 1), 2s);
    EXPECT_TRUE(std::holds_alternative<Refusal>(holding));
}

} // namespace
} // namespace retrocan::modbus
