// SPDX-License-Identifier: Apache-2.0
// Recorded answers that no mapping's test can hold: ends of chains, and dialects that are not Modbus, which
// are dropped whole.
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
TEST(Recorded, AnAnswerOfTheVoltronicDialectIsDropped) {
    const auto answer = decoded({}, 16, "01 03 00 10 00 01 85 CF -> 01 03 00 01 00 08 15 CC");
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error(), HasSubstr("byte count 0"));
}

// JBD UP16S: a function code of its own, with start and end addresses.
TEST(Recorded, AnAnswerOfTheJbdDialectIsDropped) {
    const auto answer =
        decoded({}, 16,
                "01 78 10 00 10 A0 00 00 7F B2 -> "
                "0178100010a0009c14c200000004951818384d187d007aa8027a02830001006400000001000000040001000400"
                "03000a0cfb00010cf60cf9000102710004026d026f0240096001b0157c00100cf60cf90cfa0cfa0cf90cf80cfa"
                "0cfa0cf90cfb0cfa0cfb0cf90cfb0cfa0cf900040271026f026f026d000000040c014a42443837363534333231"
                "000000000000000000000000000000000000000003000700000004000052e7");
    EXPECT_FALSE(answer);
}

} // namespace
} // namespace retrocan::modbus
