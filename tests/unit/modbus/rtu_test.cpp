// SPDX-License-Identifier: Apache-2.0
// Serial frames on a line in virtual time: each thing that can be on a line beside an answer.
#include "crc.h"
#include "fake_line.h"
#include "rtu.h"

#include <chrono>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace std::chrono_literals;
using adapter::Absence;
using test::Bytes;
using test::FakeLine;
using test::FakeStream;
using testing::ElementsAre;
using testing::HasSubstr;

// JK in its mode 013, unit 1: cells 1 to 8 from 0x1200 on (recorded).
const Bytes asked{0x01, 0x03, 0x12, 0x00, 0x00, 0x08, 0x41, 0x74};
const Bytes told{0x01, 0x03, 0x10, 0x0C, 0xD8, 0x0C, 0xD7, 0x0C, 0xD7, 0x0C, 0xD7,
                 0x0C, 0xD8, 0x0C, 0xD7, 0x0C, 0xD8, 0x0C, 0xD8, 0x72, 0x06};
const std::vector<std::uint16_t> cells{3288, 3287, 3287, 3287, 3288, 3287, 3288, 3288};

Request request(std::uint8_t unit, std::uint16_t address, std::uint16_t count) {
    Request result;
    result.unit = unit;
    result.address = address;
    result.count = count;
    return result;
}
const Request eight_cells = request(1, 0x1200, 8);

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
Bytes with_crc(Bytes frame) {
    add_crc(frame);
    return frame;
}

class RtuTest : public testing::Test {
protected:
    /// The device answers each request with these bytes, 3 ms after its end.
    void answers(const Bytes& bytes, Duration turnaround = 3ms) {
        line.device = [this, bytes, turnaround](const Bytes&, TimePoint end) {
            line.put(end + turnaround, bytes);
        };
    }
    Exchange read(const Request& what = eight_cells) {
        begun = line.now;
        return connection.read(what, 500ms);
    }
    std::vector<std::uint16_t> values(const Request& what = eight_cells) {
        const Exchange exchange = read(what);
        const auto* block = std::get_if<Block>(&exchange);
        EXPECT_NE(block, nullptr) << (std::holds_alternative<Broken>(exchange)
                                          ? std::get<Broken>(exchange).text
                                          : "refused");
        return block != nullptr ? block->values : std::vector<std::uint16_t>{};
    }
    Broken broken(const Request& what = eight_cells) {
        const Exchange exchange = read(what);
        EXPECT_TRUE(std::holds_alternative<Broken>(exchange));
        return std::holds_alternative<Broken>(exchange) ? std::get<Broken>(exchange) : Broken{};
    }

    SerialPort port; // 9600 8N1: a byte takes 1.0417 ms
    const Wire wire = wire_of(port);
    FakeLine line{wire.byte_time};
    std::shared_ptr<Counters> counters = std::make_shared<Counters>();
    RtuConnection connection{std::make_unique<FakeStream>(line), wire, 50ms, counters};
    TimePoint begun;
};

TEST(LineSettings, TimesAreThoseOfTheStandard) {
    const Wire slow = wire_of({.path = "/dev/ttyS0", .line = {9600, Parity::none, 1}});
    EXPECT_EQ(slow.byte_time, 1042us); // 10 bits
    EXPECT_EQ(slow.silence, 3646us);
    const Wire even = wire_of({.path = "/dev/ttyS0", .line = {19200, Parity::even, 1}});
    EXPECT_EQ(even.byte_time, 573us); // 11 bits
    EXPECT_EQ(even.silence, 2006us);
    const Wire fast = wire_of({.path = "/dev/ttyS0", .line = {115200, Parity::none, 2}});
    EXPECT_EQ(fast.byte_time, 96us);
    EXPECT_EQ(fast.silence, 1750us);
    EXPECT_EQ(to_text(LineSettings{19200, Parity::even, 1}), "19200 8E1");
}

TEST(Question, IsThatOfTheRecordings) {
    EXPECT_EQ(read_question(eight_cells).bytes, asked);
    // JK's trigger: one register, 0 to 0x1620 of unit 3.
    Write write;
    write.unit = 3;
    write.address = 0x1620;
    write.registers = {0};
    EXPECT_THAT(write_question(write).bytes,
                ElementsAre(0x03, 0x10, 0x16, 0x20, 0x00, 0x01, 0x02, 0x00, 0x00, 0xCF, 0x91));
}

TEST_F(RtuTest, ReadsRegisters) {
    answers(told);
    EXPECT_EQ(values(), cells);
    EXPECT_EQ(line.sent.front().second, asked);
    EXPECT_EQ(counters->answers, 1u);
    EXPECT_EQ(*counters, (Counters{.answers = 1}));
}

TEST_F(RtuTest, ARefusalIsNoFault) {
    answers(with_crc({0x01, 0x83, 0x02}));
    const Exchange exchange = read();
    ASSERT_TRUE(std::holds_alternative<Refusal>(exchange));
    EXPECT_EQ(std::get<Refusal>(exchange).code, 2);
}

TEST_F(RtuTest, WakesUpOnceAnAnswer) {
    answers(told);
    values();
    for (int i = 0; i < 20; ++i) {
        line.now += 100ms; // the silence is over long since
        line.wake_ups = 0;
        values();
        EXPECT_LE(line.wake_ups, 2) << i;
    }
    int sum = 0;
    for (int i = 0; i < 100; ++i) {
        line.now += 100ms;
        line.wake_ups = 0;
        values();
        sum += line.wake_ups;
    }
    EXPECT_LE(sum, 160);
}

TEST_F(RtuTest, KeepsTheSilenceOfThreeAndAHalfCharacters) {
    answers(told);
    for (int i = 0; i < 50; ++i) {
        values();
        const TimePoint heard = line.now;
        values();
        EXPECT_GE(line.sent.back().first - heard, wire.silence);
        EXPECT_LE(line.sent.back().first - heard, wire.silence + 1us);
    }
}

TEST_F(RtuTest, TheBusIsBusy) {
    answers(told);
    for (int i = 0; i < 10; ++i)
        values();
    const TimePoint from = line.now;
    for (int i = 0; i < 100; ++i)
        values();
    const Duration least = 100 * (wire.bytes(asked.size() + told.size()) + wire.silence + 3ms);
    EXPECT_GE(static_cast<double>(least.count()), 0.98 * static_cast<double>((line.now - from).count()));
}

TEST_F(RtuTest, TellsHowLongTheDeviceTakes) {
    EXPECT_EQ(connection.last_turnaround(), std::nullopt);
    answers(told);
    for (int i = 0; i < 10; ++i)
        values();
    EXPECT_NEAR(static_cast<double>(connection.last_turnaround()->count()), 3000.0, 100.0);
    answers(told, 20ms);
    values();
    EXPECT_NEAR(static_cast<double>(connection.last_turnaround()->count()), 20'000.0, 1100.0); // one byte
}

TEST_F(RtuTest, StrayBytesBeforeAnAnswerAreDropped) {
    answers(Bytes{0x00, 0xFF, 0x01, 0x03} + told);
    EXPECT_EQ(values(), cells);
    EXPECT_EQ(*counters, (Counters{.answers = 1, .stray = 4}));
}

TEST_F(RtuTest, TheOwnEchoIsDropped) {
    line.device = [&](const Bytes& bytes, TimePoint end) {
        line.put(line.now, bytes);
        line.put(end + 3ms, told);
    };
    for (int i = 1; i <= 3; ++i) {
        EXPECT_EQ(values(), cells);
        EXPECT_EQ(counters->echo, static_cast<std::uint64_t>(i));
    }
    EXPECT_EQ(counters->stray, 0u);
}

TEST_F(RtuTest, TheEchoAloneIsNoAnswer) {
    line.device = [&](const Bytes& bytes, TimePoint) { line.put(line.now, bytes); };
    const Broken result = broken();
    EXPECT_EQ(result.reason, Absence::timeout);
    EXPECT_EQ(result.text, "only the request itself came back, no answer within 0.5 s");
    EXPECT_TRUE(result.usable);
    // As coils it would even be a right frame: 17 coils of 0x0300 on take three bytes.
    Request coils = request(1, 0x0300, 17);
    coils.table = Table::coil;
    EXPECT_EQ(broken(coils).reason, Absence::timeout);
}

TEST_F(RtuTest, AnswersOfOtherUnitsAreDropped) {
    Bytes other = told;
    other[0] = 2;
    other.resize(other.size() - 2);
    answers(with_crc(other) + told);
    EXPECT_EQ(values(), cells);
    EXPECT_EQ(*counters, (Counters{.answers = 1, .other_unit = 1}));
    answers(with_crc(other));
    const Broken result = broken();
    EXPECT_EQ(result.reason, Absence::garbled);
    EXPECT_EQ(result.text, "an answer of unit 2 instead of unit 1, no answer within 0.5 s");
    EXPECT_EQ(counters->other_unit, 2u);
}

TEST_F(RtuTest, AWrongCrcIsDroppedAndEndsTheWait) {
    for (std::size_t byte = 3; byte < told.size(); ++byte) {
        Bytes spoilt = told;
        spoilt[byte] = static_cast<std::uint8_t>(spoilt[byte] ^ 0x10U);
        answers(spoilt);
        const Broken result = broken();
        EXPECT_EQ(result.reason, Absence::garbled);
        EXPECT_EQ(result.text, "an answer with wrong CRC");
        EXPECT_LT(line.now - begun, 100ms);
    }
    EXPECT_EQ(counters->crc, told.size() - 3);
    EXPECT_EQ(counters->answers, 0u);
}

TEST_F(RtuTest, ACutAnswerIsDroppedAndEndsTheWait) {
    for (std::size_t size = 3; size < told.size(); ++size) {
        answers(Bytes{told.begin(), told.begin() + static_cast<std::ptrdiff_t>(size)});
        const Broken result = broken();
        EXPECT_EQ(result.reason, Absence::garbled);
        EXPECT_EQ(result.text, "an answer that ends after " + std::to_string(size) + " of 21 bytes");
        EXPECT_LT(line.now - begun, 100ms);
        EXPECT_EQ(counters->cut, size - 2);
    }
    answers(told);
    EXPECT_EQ(values(), cells);
}

TEST_F(RtuTest, AnAnswerOfAnotherLengthIsDropped) {
    answers(with_crc({0x01, 0x03, 0x02, 0x0C, 0xD8}));
    const Broken result = broken();
    EXPECT_EQ(result.reason, Absence::garbled);
    EXPECT_EQ(result.text, "an answer of another length, and no answer within 0.5 s");
    EXPECT_EQ(counters->wrong, 1u);
}

TEST_F(RtuTest, NothingIsATimeout) {
    const Broken result = broken();
    EXPECT_EQ(result.reason, Absence::timeout);
    EXPECT_EQ(result.text, "no answer within 0.5 s");
    EXPECT_TRUE(result.usable);
    EXPECT_FALSE(result.closed);
    answers(Bytes(14, 0x55));
    EXPECT_EQ(broken().text, "14 stray bytes, no answer within 0.5 s");
}

TEST_F(RtuTest, ALateAnswerIsNeverTheOneToTheNextRequest) {
    for (const Duration late : {510ms, 600ms, 900ms, 990ms}) {
        answers(told, late);
        EXPECT_EQ(broken().reason, Absence::timeout);
        // Another register of the same length: the late answer would pass for its.
        const Bytes others = with_crc({0x01, 0x03, 0x10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
        EXPECT_GT(connection.not_before(1), line.now);
        EXPECT_LT(connection.not_before(2), line.now);
        answers(others);
        EXPECT_EQ(values(request(1, 0x1240, 8)), std::vector<std::uint16_t>(8, 0x0101)) << late.count();
        EXPECT_EQ(values(request(1, 0x1240, 8)), std::vector<std::uint16_t>(8, 0x0101));
    }
    EXPECT_EQ(counters->late, 4u);
}

TEST_F(RtuTest, OtherUnitsAreAskedMeanwhile) {
    answers(told, 700ms);
    EXPECT_EQ(broken().reason, Absence::timeout);
    Bytes other{told.begin(), told.end() - 2};
    other[0] = 2;
    answers(with_crc(other));
    begun = line.now;
    EXPECT_EQ(values(request(2, 0x1200, 8)), cells);
    EXPECT_LT(line.now - begun, 100ms);
}

TEST_F(RtuTest, OnASharedLineALostAnswerIsGivenUpEarlyAndOnlyOnce) {
    Bytes other{told.begin(), told.end() - 2};
    other[0] = 2;
    const Bytes of_other = with_crc(other);
    for (int i = 0; i < 20; ++i) {
        answers(told, 12ms);
        EXPECT_EQ(values(), cells);
        answers(of_other, 12ms);
        EXPECT_EQ(values(request(2, 0x1200, 8)), cells);
    }
    line.device = nullptr;
    const Broken early = broken();
    EXPECT_EQ(early.reason, Absence::timeout);
    EXPECT_LT(line.now - begun, 70ms) << "twice 12 ms and 20 ms, and the request and silence before";
    EXPECT_GE(connection.not_before(1), begun + 500ms) << "its answer may come until then";
    EXPECT_EQ(broken().text, "no answer within 0.5 s") << "the next time it has all of the timeout";
    answers(told, 400ms);
    EXPECT_EQ(values(), cells) << "so a unit that has become slow is heard";
}

TEST_F(RtuTest, WhatComesWithNoRequestOpenIsDropped) {
    answers(told);
    EXPECT_EQ(values(), cells);
    line.put(line.now + 10ms, told);
    line.put(line.now + 60ms, {0x00});
    line.now += 1s;
    const Bytes others = with_crc({0x01, 0x03, 0x10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
    answers(others);
    EXPECT_EQ(values(), std::vector<std::uint16_t>(8, 0x0101));
    EXPECT_EQ(*counters, (Counters{.answers = 2, .stray = 1, .late = 1}));
}

TEST_F(RtuTest, OfTwoAnswersNoneCounts) {
    answers(told);
    values();
    line.device = [&](const Bytes&, TimePoint end) {
        line.put(end - 30 * wire.byte_time, told + told); // an old one, and its own
    };
    EXPECT_EQ(broken().text, "two answers to one request");
}

TEST_F(RtuTest, ALineThatIsNeverSilentIsNoLine) {
    for (int i = 0; i < 2000; ++i)
        line.put(line.now + i * 2ms, {0xAA});
    EXPECT_EQ(broken().text, "the line is never silent");
    EXPECT_TRUE(line.sent.empty());
    EXPECT_GT(counters->stray, 100u);
}

TEST_F(RtuTest, AFloodEnds) {
    line.device = [&](const Bytes&, TimePoint end) { line.put(end, Bytes(5000, 0xAA)); };
    line.byte_time = 1us;
    EXPECT_THAT(broken().text, HasSubstr("stray bytes, no answer within 0.5 s"));
}

TEST_F(RtuTest, ALostPortIsBrokenForGood) {
    line.ended = StreamEnd{false, "/dev/ttyUSB0 is lost: Input/output error"};
    const Broken result = broken();
    EXPECT_EQ(result.reason, Absence::not_connected);
    EXPECT_EQ(result.text, "/dev/ttyUSB0 is lost: Input/output error");
    EXPECT_FALSE(result.closed);
    EXPECT_FALSE(result.usable);
    EXPECT_TRUE(connection.quiet());
}

TEST_F(RtuTest, WritesByBothFunctions) {
    Write write;
    write.unit = 17;
    write.address = 1;
    write.registers = {10, 258};
    answers(with_crc({17, 16, 0, 1, 0, 2}));
    EXPECT_TRUE(std::holds_alternative<Written>(connection.write(write, 500ms)));
    answers(with_crc({17, 0x90, 4}));
    const Exchange refused = connection.write(write, 500ms);
    ASSERT_TRUE(std::holds_alternative<Refusal>(refused));
    EXPECT_EQ(std::get<Refusal>(refused).code, 4);
    answers(with_crc({17, 16, 0, 1, 0, 3}));
    EXPECT_TRUE(std::holds_alternative<Broken>(connection.write(write, 500ms)));

    write.registers = {3};
    write.single = true;
    answers(with_crc({17, 6, 0, 1, 0, 3}));
    EXPECT_TRUE(std::holds_alternative<Written>(connection.write(write, 500ms)));
}

TEST_F(RtuTest, AnEchoIsNoWrittenRegisterWhereTheLineHearsItself) {
    const auto echo_and = [&](const Bytes& answer) {
        line.device = [this, answer](const Bytes& bytes, TimePoint end) {
            line.put(line.now, bytes);
            line.put(end + 3ms, answer);
        };
    };
    echo_and(told);
    EXPECT_EQ(values(), cells);
    Write write;
    write.unit = 17;
    write.address = 1;
    write.registers = {3};
    write.single = true;
    echo_and({});
    EXPECT_TRUE(std::holds_alternative<Broken>(connection.write(write, 500ms)));
    echo_and(with_crc({17, 6, 0, 1, 0, 3}));
    EXPECT_TRUE(std::holds_alternative<Written>(connection.write(write, 500ms)));
}

// JK in its Voltronic mode (recorded): the length has two bytes and counts registers.
TEST_F(RtuTest, ReadsALengthInWords) {
    Request words = request(1, 0x0010, 1);
    words.manner.length_in_words = true;
    EXPECT_EQ(read_question(words).bytes, (Bytes{0x01, 0x03, 0x00, 0x10, 0x00, 0x01, 0x85, 0xCF}));
    answers({0x01, 0x03, 0x00, 0x01, 0x00, 0x08, 0x15, 0xCC});
    EXPECT_EQ(values(words), std::vector<std::uint16_t>{8});
    EXPECT_EQ(broken(request(1, 0x0010, 1)).reason, Absence::garbled);
}

/// Whatever is around an answer, before it or in it: its own value or none.
TEST_F(RtuTest, NoiseNeverMakesAWrongValue) {
    std::mt19937 random{5}; // NOLINT(cert-msc51-cpp): the same each time
    const auto any = [&](int low, int high) { return std::uniform_int_distribution{low, high}(random); };
    const auto noise = [&](int most) {
        Bytes bytes(static_cast<std::size_t>(any(0, most)));
        for (std::uint8_t& byte : bytes) // much of it looks like a frame
            byte = any(0, 2) == 0 ? told[static_cast<std::size_t>(any(0, 4))]
                                  : static_cast<std::uint8_t>(any(0, 255));
        return bytes;
    };
    int good = 0;
    for (int round = 0; round < 4000; ++round) {
        Bytes heart = told;
        const int kind = any(0, 5);
        if (kind == 1)
            heart[static_cast<std::size_t>(any(0, 20))] ^= static_cast<std::uint8_t>(1U << any(0, 7));
        else if (kind == 2)
            heart.resize(static_cast<std::size_t>(any(0, 20)));
        else if (kind == 3)
            heart = asked + heart;
        else if (kind == 4)
            heart.erase(heart.begin() + any(0, 20));
        line.device = [&](const Bytes&, TimePoint end) {
            line.put(end + any(0, 40) * 1ms, noise(30) + heart + noise(30));
        };
        const Exchange exchange = read();
        if (const auto* block = std::get_if<Block>(&exchange)) {
            ASSERT_EQ(block->values, cells) << "round " << round;
            ++good;
        } else {
            ASSERT_TRUE(std::holds_alternative<Broken>(exchange));
            ASSERT_TRUE(std::get<Broken>(exchange).usable);
        }
    }
    EXPECT_GT(good, 1800); // of about 2000 that are whole
    EXPECT_LT(good, 2800);
}

} // namespace
} // namespace retrocan::modbus
