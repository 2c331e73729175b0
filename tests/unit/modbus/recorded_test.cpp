// SPDX-License-Identifier: Apache-2.0
// Recorded answers that no mapping's test can hold: ends of chains, and dialects that are not quite Modbus.
#include "modbus_adapter.h"
#include "specs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using testing::HasSubstr;

/// One register from 0x0010 and one from 40372 on, unit 1 unless a key says otherwise.
Result<adapter::Answer, std::string> decoded(const Keys& mapping, std::int64_t at, const char* line) {
    Faults faults;
    const auto source = ModbusAdapter{}.source(
        spec(mapping, {{"host", text("a")}}, {point("x", {{"at", number(at)}, {"type", text("s16")}})}),
        faults);
    EXPECT_TRUE(source) << (faults.empty() ? "" : to_text(faults.front()));
    return source->decode(line);
}

std::int64_t value(const Result<adapter::Answer, std::string>& answer) {
    EXPECT_TRUE(answer) << answer.error();
    EXPECT_EQ(answer->readings.size(), 1U);
    return std::get<std::int64_t>(std::get<adapter::RawValue>(answer->readings.at(0).content));
}

// Buknuwo 12 V pack, of its Bluetooth module: the temperature of its switches, 18.7 degC.
TEST(Recorded, TemperatureOfABuknuwo) {
    EXPECT_EQ(value(decoded({}, 57, "01 03 00 39 00 01 54 07 -> 01 03 02 00 BB F8 37")), 187);
}

// Kostal Plenticore plus, Modbus TCP: the end of its chain of SunSpec models, 0xFFFF and length 0.
TEST(Recorded, EndOfAKostalsChain) {
    EXPECT_EQ(value(decoded({{"unit_id", number(71)}}, 40372,
                            "00 13 00 00 00 06 47 03 9D B4 00 02 -> 00 13 00 00 00 07 47 03 04 FF FF 00 00")),
              -1);
}

// A JK in its Voltronic mode: the length has two bytes and counts registers.
TEST(Recorded, TheVoltronicDialectIsRead) {
    const char* const line = "01 03 00 10 00 01 85 CF -> 01 03 00 01 00 08 15 CC";
    EXPECT_EQ(value(decoded({{"answer_length", text("words")}}, 16, line)), 8);
    const auto answer = decoded({}, 16, line);
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error(), HasSubstr("byte count 0"));
}

/// One register of a block that a procedure gives.
Result<adapter::Answer, std::string> payload(const Keys& block_keys, std::int64_t at, const std::string& line,
                                             std::int64_t unit = 1, const char* type = "u16") {
    Faults faults;
    adapter::PointSpec x = in_block(point("x", {{"at", number(at)}, {"type", text(type)}}, 1,
                                          adapter::Pace::slow, std::chrono::seconds{30}));
    x.optional = true;
    auto s =
        spec({{"unit_id", number(unit)}}, {{"serial", text("/dev/ttyS9")}}, {x}, {block("b", block_keys)});
    s.writes = {write("ask", {{"at", number(0x1620)}, {"registers", std::vector<std::int64_t>{0}}})};
    const auto source = ModbusAdapter{}.source(s, faults);
    EXPECT_TRUE(source) << (faults.empty() ? "" : to_text(faults.front()));
    return source->decode(line);
}

const Keys jbd_status{{"procedure", text("range")},
                      {"function", number(0x78)},
                      {"first", number(0x1000)},
                      {"last", number(0x10A0)}};
const std::string jbd_asked = "01 78 10 00 10 A0 00 00 7F B2 -> ";
const std::string jbd_told =
    "0178100010a0009c14c200000004951818384d187d007aa8027a0283000100640000000100000004000100040003000a"
    "0cfb00010cf60cf9000102710004026d026f0240096001b0157c00100cf60cf90cfa0cfa0cf90cf80cfa0cfa0cf90cfb"
    "0cfa0cfb0cf90cfb0cfa0cf900040271026f026f026d000000040c014a42443837363534333231000000000000000000"
    "000000000000000000000003000700000004000052e7";

// JBD UP16S: a function code of its own, with start and end addresses.
TEST(Recorded, TheJbdDialectIsRead) {
    EXPECT_EQ(value(payload(jbd_status, 0, jbd_asked + jbd_told)), 5314); // 53.14 V
    EXPECT_EQ(value(payload(jbd_status, 29, jbd_asked + jbd_told)), 576); // 57.6 V
    EXPECT_FALSE(decoded({}, 16, (jbd_asked + jbd_told).c_str()));
}

TEST(Recorded, NothingOfASpoiltJbdAnswerIsRead) {
    for (std::size_t i = 0; i < jbd_told.size(); i += 2) {
        std::string spoilt = jbd_told;
        spoilt[i] = spoilt[i] == '0' ? '1' : '0';
        EXPECT_FALSE(payload(jbd_status, 0, jbd_asked + spoilt)) << i;
        EXPECT_FALSE(payload(jbd_status, 0, jbd_asked + jbd_told.substr(0, i))) << i;
    }
}

const Keys jk_status{{"procedure", text("trigger")},
                     {"write", text("ask")},
                     {"begins", std::vector<std::int64_t>{0x55, 0xAA, 0xEB, 0x90, 2}},
                     {"size", number(300)}};
const std::string jk_asked = "03 10 16 20 00 01 02 00 00 CF 91 -> ";
const std::string jk_told =
    "55aaeb900200dd0cdd0cdd0cdd0cdd0cdd0cde0cdd0cde0cde0cde0cde0cde0cdd0cde0cdd0c00000000000000000000"
    "00000000000000000000000000000000000000000000ffff0000dd0c01000100330034003f0042004d00580066007100"
    "77007100660062005a004400400036000000000000000000000000000000000000000000000000000000000000000000"
    "cb0000000000d7cd00000000000000000000c300c6000000000000000037535e0200c04504003e00000086b709016400"
    "00000422e50201010000000000000000000000000000ff00010000009703000000001671404000000000951400000001"
    "010100060000b4e3af0000000000cb00c200c7009703863ec40b100900008051010000000302000000000000000001fe"
    "ff7fdc2f0101b0cf07000021";
const std::string jk_acknowledged = "03 10 16 20 00 01 05 A9";

// JK, unit 3: a write is answered by 300 bytes with the low byte of each number first; then it is
// acknowledged.
TEST(Recorded, TheTriggeredFrameOfAJkIsRead) {
    EXPECT_EQ(value(payload(jk_status, 3, jk_asked + jk_told + jk_acknowledged, 3)), 0xDD0C); // 3.293 V
    EXPECT_EQ(value(payload(jk_status, 3, jk_asked + jk_told + " 00 " + jk_acknowledged, 3)), 0xDD0C);
    EXPECT_FALSE(payload(jk_status, 3, jk_asked + jk_told, 3)); // nobody knows whose it is
    EXPECT_FALSE(payload(jk_status, 3, jk_asked + jk_told + "02 10 16 20 00 01 04 78", 3));
    std::string spoilt = jk_told;
    spoilt[100] = '7';
    EXPECT_FALSE(payload(jk_status, 3, jk_asked + spoilt + jk_acknowledged, 3));
}

} // namespace
} // namespace retrocan::modbus
