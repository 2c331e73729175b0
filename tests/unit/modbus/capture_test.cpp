// SPDX-License-Identifier: Apache-2.0
#include "capture.h"
#include "modbus_adapter.h"
#include "specs.h"

#include <chrono>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using namespace std::chrono_literals;
using adapter::Absence;
using adapter::RawValue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Readings in short: "0=3288", "4=-2871", "2:timeout", "1=text".
std::vector<std::string> in_short(const adapter::Answer& answer) {
    std::vector<std::string> result;
    for (const adapter::Reading& reading : answer.readings) {
        std::string text = std::to_string(reading.slot);
        if (const auto* reason = std::get_if<Absence>(&reading.content)) {
            text += ":" + std::string{adapter::to_text(*reason)};
        } else {
            const auto& value = std::get<RawValue>(reading.content);
            if (const auto* whole = std::get_if<std::int64_t>(&value))
                text += "=" + std::to_string(*whole);
            else if (const auto* words = std::get_if<std::string>(&value))
                text += "=" + *words;
            else
                text += "=" + std::to_string(std::get<double>(value));
        }
        result.push_back(text);
    }
    return result;
}

class Decode : public testing::Test {
protected:
    void use(const Keys& mapping, std::vector<adapter::PointSpec> points,
             std::vector<adapter::BlockSpec> blocks = {}) {
        Faults faults;
        source_ = ModbusAdapter{}.source(
            spec(mapping, {{"host", text("a")}}, std::move(points), std::move(blocks)), faults);
        ASSERT_THAT(texts(faults), IsEmpty());
    }
    adapter::Answer decode(const std::string& line) {
        auto answer = source_->decode(line);
        EXPECT_TRUE(answer) << answer.error();
        return answer ? *answer : adapter::Answer{};
    }
    std::unique_ptr<adapter::Source> source_;
};

TEST_F(Decode, JkCellsOfARealCapture) {
    use({{"address_step", number(2)}}, {point("cell", {{"at", number(0x1200)}, {"type", text("u16")}}, 8)});
    const auto answer = decode(R"({"t":1.002,"battery":"shed","unit":1,"table":"holding","address":4608,)"
                               R"("registers":[3288,3287,3287,3287,3288,3287,3288,3288]})");
    EXPECT_EQ(answer.at.time_since_epoch(), 1002ms);
    EXPECT_THAT(in_short(answer),
                ElementsAre("0=3288", "1=3287", "2=3287", "3=3287", "4=3288", "5=3287", "6=3288", "7=3288"));
}

TEST_F(Decode, JkPackOfARealCapture) {
    // JK_PB2A16S20P, registers from 0x127A on: temperature of the board, voltage, current, sensors, SOC.
    use({{"address_step", number(2)}, {"unit_id", number(3)}},
        {point("mos", {{"at", number(0x128A)}, {"type", text("s16")}}),
         point("voltage", {{"at", number(0x1290)}, {"type", text("u32")}}),
         point("current", {{"at", number(0x1298)}, {"type", text("s32")}}),
         point("sensor", {{"at", number(0x129C)}, {"type", text("s16")}}, 2),
         point("soc", {{"at", number(0x12A6)}, {"type", text("u16")}}),
         point("remaining", {{"at", number(0x12A8)}, {"type", text("s32")}}),
         point("full", {{"at", number(0x12AC)}, {"type", text("u32")}})});
    EXPECT_THAT(in_short(decode(
                    R"({"unit":3,"table":"holding","address":4730,"registers":[0,0,0,0,0,0,0,0,203,0,0,0,)"
                    R"(52695,0,0,0,0,195,198,0,0,0,55,2,24147,4,17856,0,62]})")),
                ElementsAre("0=203", "1=52695", "2=0", "3=195", "4=198", "5=55", "6=155219", "7=280000"));
}

TEST_F(Decode, SeplosPackOfARealCapture) {
    use({{"unit_id", number(3)}, {"table", text("input")}},
        {point("voltage", {{"at", number(0x1000)}, {"type", text("u16")}}),
         point("current", {{"at", number(0x1001)}, {"type", text("s16")}}),
         point("soc", {{"at", number(0x1005)}, {"type", text("u16")}}),
         point("dcl", {{"at", number(0x100F)}, {"type", text("u16")}}),
         point("fet", {{"at", number(0x1278)}, {"table", text("coil")}}, 2),
         point("state", {{"at", number(0x1240)}, {"table", text("coil")}})});
    EXPECT_THAT(
        in_short(decode(R"({"unit":3,"table":"input","address":4096,"registers":[5268,62665,22260,28000,422,)"
                        R"(795,997,26,3292,2941,3294,3289,2944,2935,0,70,70,1000]})")),
        ElementsAre("0=5268", "1=-2871", "2=795", "3=70"));
    // Bytes 8 to 15 of the coils: 01 00 00 00 00 00 00 03.
    std::string coils = R"({"unit":3,"table":"coil","address":4672,"coils":[1)";
    for (int i = 1; i < 64; ++i)
        coils += i == 56 || i == 57 ? ",1" : ",0";
    EXPECT_THAT(in_short(decode(coils + "]}")), ElementsAre("4=1", "5=1", "6=1"));
}

// EG4 LL, a 12 V pack: voltage, current, cells, temperatures as bytes.
const std::string eg4 =
    "01 03 00 00 00 27 05 D0 -> 01 03 4E 05 2C FF C2 0C EE 0C F1 0C ED 0C F1 00 00 00 00 00 00 "
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 11 00 11 00 11 00 00 02 EE 00 64 "
    "00 30 00 02 00 00 00 00 00 00 00 00 00 01 00 00 00 00 11 C8 00 00 00 00 00 04 00 00 00 00 "
    "95 A4";

TEST_F(Decode, TemperaturesInBytesOfARealExchange) {
    use({}, {point("voltage", {{"at", number(0)}, {"type", text("u16")}}),
             point("current", {{"at", number(1)}, {"type", text("s16")}}),
             point("cell", {{"at", number(2)}, {"type", text("u16")}}, 4),
             point("sensor", {{"at", number(33)}, {"type", text("s8")}, {"first", text("high")}}, 6),
             point("swapped", {{"at", number(33)}, {"type", text("s8")}, {"first", text("low")}}, 2),
             point("left",
                   {{"at", number(33)}, {"type", text("s8")}, {"first", text("high")}, {"stride", number(1)}},
                   2)});
    const std::vector<std::string> expected{"0=1324", "1=-62", "2=3310", "3=3313", "4=3309", "5=3313",
                                            "6=17",   "7=-56", "8=0",    "9=0",    "10=0",   "11=0",
                                            "12=-56", "13=17", "14=17",  "15=0"};
    EXPECT_EQ(in_short(decode(eg4)), expected);
    std::string without_blanks;
    for (const char c : eg4)
        if (c != ' ')
            without_blanks += c;
    EXPECT_EQ(in_short(decode(without_blanks)), expected);
}

TEST_F(Decode, AnotherUnitIdInTheAnswerIfTheMappingSaysSo) {
    // Daly, asked as 0x81, answers as 0x51: state, remaining capacity, cycles.
    const std::string daly =
        "81 03 00 41 00 3E 8B CE -> "
        "51037c00090005003e0004003e000100000002000000000a98000700070000000000000000000100"
        "010000000000000cf201d700000040004600000000ffff000075301a06021402210b4b0402000000000080000074be001103"
        "5f0000"
        "000000000080000000000000ffffffffffffffffffffffffffffffff00ffffff0002b8ac";
    const auto points = {point("state", {{"at", number(0x48)}, {"type", text("u16")}}),
                         point("remaining", {{"at", number(0x4B)}, {"type", text("u16")}}),
                         point("cycles", {{"at", number(0x4C)}, {"type", text("u16")}})};
    use({{"unit_id", number(0x81)}, {"answer_unit_id", number(0x51)}}, points);
    EXPECT_THAT(in_short(decode(daly)), ElementsAre("0=2", "1=2712", "2=7"));
    use({{"unit_id", number(0x81)}}, points);
    EXPECT_EQ(source_->decode(daly).error(), "an answer with unit 81, expected 129");
    use({{"unit_id", number(0x82)}, {"answer_unit_id", number(0x51)}}, points);
    EXPECT_EQ(source_->decode(daly).error(), "an answer with unit 81, expected 129"); // it is another unit's
}

TEST_F(Decode, ARealTraceOfModbusTcp) {
    // Huawei LUNA2000 behind an inverter.
    use({{"unit_id", number(2)}}, {point("soc", {{"at", number(37760)}, {"type", text("u16")}}),
                                   point("current", {{"at", number(37764)}, {"type", text("s16")}}),
                                   point("power", {{"at", number(37765)}, {"type", text("s32")}}),
                                   point("charged", {{"at", number(37780)}, {"type", text("u32")}})});
    const std::string request = "00 30 00 00 00 06 02 03 93 80 00 1C";
    const std::string answer =
        "00 30 00 00 00 3B 02 03 38 03 16 00 00 00 02 1D FB 00 2D 00 00 0D 06 00 00 27 10 00 "
        "00 27 10 00 00 27 10 00 00 27 10 00 00 00 00 00 00 00 00 00 00 00 02 D3 A3 00 02 EC "
        "88 00 00 03 35 00 00 02 74";
    EXPECT_THAT(in_short(decode(request + " -> " + answer)),
                ElementsAre("0=790", "1=45", "2=3334", "3=185251"));
    EXPECT_EQ(source_->decode("00 31" + request.substr(5) + "->" + answer).error(),
              "an answer with transaction 48, expected 49");
    EXPECT_EQ(source_->decode("00 30 00 01" + request.substr(11) + "->" + answer).error(),
              "request: protocol 1, expected 0");
    EXPECT_EQ(source_->decode("00 30 00 00 00 07" + request.substr(17) + "->" + answer).error(),
              "request: length 7, expected 6");
}

TEST_F(Decode, LowWordFirstInARealExchange) {
    // BYD HVS: SOC, voltage, energies charged and discharged.
    use({},
        {point("soc", {{"at", number(0x500)}, {"type", text("u16")}}),
         point("charged", {{"at", number(0x511)}, {"type", text("u32")}, {"order", text("low word first")}}),
         point("discharged",
               {{"at", number(0x513)}, {"type", text("u32")}, {"order", text("low word first")}})});
    EXPECT_THAT(
        in_short(decode("01 03 05 00 00 19 84 CC -> 01 03 32 00 43 01 4A 01 4A 00 63 FF F8 52 A8 00 15 00 14 "
                        "00 14 00 00 03 0F 00 00 00 00 00 00 09 02 00 02 52 76 17 03 00 00 13 84 00 00 00 02 "
                        "09 02 00 00 04 2C 92 5B")),
        ElementsAre("0=67", "1=5891", "2=4996"));
}

TEST_F(Decode, AnAnswerThatIsCutAtTheLastRegisterIsAnError) {
    use({}, {point("a", {{"at", number(105)}, {"type", text("u16")}})});
    EXPECT_EQ(
        source_
            ->decode(
                "01 03 00 69 00 2E 15 CA -> 01 03 2E 32 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                "00 00 00 00 00 30 36 00 00 00 00 30 31 36 00 00 00 00 00 00 00 00 00 00 00 00 00 00 97 8C")
            .error(),
        "an answer with 23 registers instead of the 46 that were asked for");
}

TEST_F(Decode, ARefusalIsOneOfThePointsThatWereAskedFor) {
    use({}, {point("a", {{"at", number(21)}, {"type", text("u16")}}),
             point("b", {{"at", number(22)}, {"type", text("u16")}}, 2),
             point("c", {{"at", number(22)}, {"type", text("u64")}})});
    EXPECT_THAT(in_short(decode("00 01 00 00 00 06 01 03 00 16 00 02 -> 00 01 00 00 00 03 01 83 02")),
                ElementsAre("1:refused", "2:refused"));
    EXPECT_THAT(in_short(decode("00 01 00 00 00 06 01 03 00 16 00 02 -> 00 01 00 00 00 03 01 83 0B")),
                ElementsAre("1:timeout", "2:timeout")); // a gateway speaks for a device that is silent
}

TEST_F(Decode, CoilsOfARealExchange) {
    // Seplos V3, coils from 0x1200 on: bit 64 and bits 120 and 121 are set.
    use({{"unit_id", number(3)}, {"table", text("coil")}},
        {point("a", {{"at", number(0x1240)}}), point("fet", {{"at", number(0x1278)}}, 3)});
    EXPECT_THAT(in_short(decode("03 01 12 00 00 90 38 FC -> 0301120000000000000000010000000000000300000947")),
                ElementsAre("0=1", "1=1", "2=1", "3=0"));
}

TEST_F(Decode, RegistersFromAnAddressOn) {
    use({{"unit_id", number(7)}, {"table", text("input")}},
        {point("a", {{"at", number(0x1001)}, {"type", text("u16")}}, 2),
         point("other", {{"at", number(0x1001)}, {"type", text("u16")}, {"unit_id", number(8)}})});
    EXPECT_THAT(in_short(decode("0x1000: 5312 0x7B 0")), ElementsAre("0=123", "1=0"));
    EXPECT_THAT(in_short(decode("  4097:65535\t0X00ff\r")), ElementsAre("0=65535", "1=255"));
    use({{"addresses_from", number(1)}}, {point("a", {{"at", number(10)}, {"type", text("u16")}})});
    EXPECT_THAT(in_short(decode("10: 7")), ElementsAre("0=7"));
    EXPECT_THAT(in_short(decode(R"({"address":9,"registers":[7]})")), ElementsAre("0=7")); // as on the wire
    use({{"table", text("coil")}}, {point("a", {{"at", number(10)}}, 2)});
    EXPECT_THAT(in_short(decode("10: 1 0")), ElementsAre("0=1", "1=0"));
    EXPECT_EQ(source_->decode("10: 1 2").error(), "coils: expected numbers from 0 to 1; got \"2\"");
}

TEST_F(Decode, EmptyLinesAndRemarksAreNothing) {
    use({}, {point("a", {{"at", number(10)}, {"type", text("u16")}})});
    for (const char* line : {"", "  \t", "\r\n", "# 10: 1", "  # 01 -> 02"})
        EXPECT_THAT(in_short(decode(line)), IsEmpty()) << line;
}

TEST_F(Decode, OnlyZerosAreNoAnswerIfTheMappingSaysSo) {
    const auto points = {in_block(point("a", {{"at", number(10)}, {"type", text("u16")}}, 2)),
                         point("b", {{"at", number(12)}, {"type", text("u16")}})};
    use({}, points, {block("live", {{"all_zero", text("no answer")}})});
    EXPECT_THAT(in_short(decode("10: 0 0 0 0")), ElementsAre("0:garbled", "1:garbled", "2=0"));
    EXPECT_THAT(in_short(decode("10: 0 0 0 1")), ElementsAre("0=0", "1=0", "2=0"));
    EXPECT_THAT(in_short(decode("10: 0 0 0")), ElementsAre("0=0", "1=0", "2=0"));
    use({{"all_zero", text("no answer")}}, points, {block("live", {{"all_zero", text("values")}})});
    EXPECT_THAT(in_short(decode("10: 0 0 0 0")), ElementsAre("0=0", "1=0", "2:garbled"));
}

TEST_F(Decode, ModelsAreWhereTheyWereFound) {
    const auto points = {in_block(point("soc", {{"at", number(12)}, {"type", text("u16")}})),
                         point("plain", {{"at", number(12)}, {"type", text("u16")}})};
    const auto blocks = {block("base", {{"sunspec", number(802)}})};
    use({{"found", std::vector<std::int64_t>{1, 40002, 802, 40308}}}, points, blocks);
    EXPECT_THAT(in_short(decode("40308: 802 62 0 0 0 0 0 0 0 0 0 0 990")), ElementsAre("0=990"));
    EXPECT_THAT(in_short(decode("12: 990")), ElementsAre("1=990"));
    use({{"found", std::vector<std::int64_t>{802, 65530}}}, points, blocks);
    EXPECT_THAT(in_short(decode("65530: 802 62 0 0 0 0 0 0 0 0 0 0 990")), ElementsAre("0=990"));
    use({}, points, blocks);
    EXPECT_THAT(in_short(decode("12: 990")), ElementsAre("1=990")); // where the model is is not known
}

TEST_F(Decode, ARunOverUnits) {
    use({},
        {point(
            "soc",
            {{"at", number(2)}, {"type", text("bcd16")}, {"unit_id", number(5)}, {"unit_id_step", number(2)}},
            3)});
    EXPECT_THAT(in_short(decode(R"({"unit":5,"address":2,"registers":[80]})")), ElementsAre("0=50"));
    EXPECT_THAT(in_short(decode(R"({"unit":7,"address":2,"registers":[26]})")), ElementsAre("1:not_a_value"));
    EXPECT_THAT(in_short(decode(R"({"unit":9,"address":2,"registers":[81]})")), ElementsAre("2=51"));
}

TEST_F(Decode, WhatIsWrongWithALineIsSaid) {
    use({}, {point("a", {{"at", number(10)}, {"type", text("u16")}})});
    const std::string request = "01 03 00 16 00 01 65 CE";
    const std::pair<std::string, const char*> lines[] = {
        {"hello", "expected a JSON object, as in"},
        {request + " -> 01 03 02 14 AB F6 8C", "an answer with CRC F6 8C, expected F6 FB"},
        {"01 03 00 16 00 01 64 0E -> 01 03 02 14 AB F6 FB", "request: CRC 64 0E, expected 65 CE"},
        {request + " -> ", "an answer that is too short"},
        {request + " -> 01 03 02 1", "answer: expected bytes of two hexadecimal digits; got \"1\""},
        {request + " -> 01 03 0x02", "answer: expected bytes of two hexadecimal digits; got \"0x\""},
        {"gg -> 01", "request: expected bytes of two hexadecimal digits; got \"gg\""},
        {" -> 01 03 02 14 AB F6 8B", "request: 0 bytes; expected 8 (serial, with CRC) or 12 (Modbus TCP)"},
        {"01 10 05 50 00 02 04 00 01 81 00 F8 53 -> 01", "request: 13 bytes; expected 8"},
        {"01 06 00 16 00 01 A9 CE -> 01", "request: function 6 is no read; expected 1 to 4"},
        {"00 01 00 00 00 06 01 03 00 16 00 7E -> 01", "request: asks for 126 registers; expected 1 to 125"},
        {"00 01 00 00 00 06 01 01 00 16 00 00 -> 01", "request: asks for 0 bits; expected 1 to 2000"},
        {"00 01 00 00 00 06 01 03 00 16 00 01 -> 01", "an answer shorter than its header"},
        {"00 01 00 00 00 06 01 03 00 16 00 01 -> 00 01 00 00 00 05 01 04 02 00 01", "function 4, expected 3"},
        {"00 01 00 00 00 06 01 03 00 16 00 01 -> 00 01 00 00 00 05 01 03 04 00 01",
         "byte count 4, expected 2"},
        {"65536: 1", "expected an address from 0 to 65535 before the colon; got \"65536\""},
        {"-1: 1", "before the colon; got \"-1\""},
        {"0x: 1", "before the colon; got \"0x\""},
        {": 1", "before the colon; got \"\""},
        {"1 2: 1", "before the colon; got \"1 2\""},
        {"1:", "no numbers behind the address"},
        {"1: 2 65536", "registers: expected numbers from 0 to 65535; got \"65536\""},
        {"1: 2, 3", "got \"2,\""},
        {"1: 14B4", "got \"14B4\"; write 0x14B4 if it is hexadecimal"},
        {"01 03 00 80 00 01 -> 01 03 02 00 05", "without the CRC; write the registers as 0x0080: 5312 0x7B"},
        {"1: \x01\xFF", "got \"??\""},
        {"1: " + std::string(100, '9'), "got \"99999999999999999999...\""},
    };
    for (const auto& [line, expected] : lines) {
        const auto answer = source_->decode(line);
        ASSERT_FALSE(answer) << line;
        EXPECT_THAT(answer.error(), HasSubstr(expected)) << line;
    }
}

TEST(CaptureLine, AnyBitThatIsWrongInASerialExchangeIsFound) {
    ASSERT_TRUE(parse_capture_line(eg4, Options{}));
    for (std::size_t i = 0; i < eg4.size(); ++i) {
        if (eg4[i] == ' ' || eg4[i] == '-' || eg4[i] == '>')
            continue;
        std::string line = eg4;
        line[i] = line[i] == '0' ? '8' : '0';
        EXPECT_FALSE(parse_capture_line(line, Options{})) << i;
    }
}

TEST_F(Decode, OnlyWhatLiesWhollyInTheLine) {
    use({}, {point("a", {{"at", number(9)}, {"type", text("u16")}}),
             point("b", {{"at", number(10)}, {"type", text("u32")}}),
             point("c", {{"at", number(10)}, {"type", text("u64")}}),
             point("d", {{"at", number(12)}, {"type", text("u32")}}),
             point("e", {{"at", number(12)}, {"type", text("u16")}})});
    EXPECT_THAT(in_short(decode(R"({"address":10,"registers":[0,1,2]})")), ElementsAre("1=1", "4=2"));
}

TEST_F(Decode, OfOthersNothing) {
    use({}, {point("a", {{"at", number(10)}, {"type", text("u16")}})});
    for (const char* line : {
             R"({"t":3.0})",
             R"({"battery":"attic","address":10,"registers":[1]})",
             R"({"battery":"attic","error":"timeout"})",
             R"({"unit":2,"address":10,"registers":[1]})",
             R"({"table":"input","address":10,"registers":[1]})",
             R"({"address":10,"coils":[1]})",
             R"({"battery":"shed","topic":"bms/voltage","payload":"53.1","retain":false})",
         })
        EXPECT_THAT(in_short(decode(line)), IsEmpty()) << line;
}

TEST_F(Decode, AFailureIsOneOfEachPoint) {
    use({}, {point("a", {{"at", number(10)}, {"type", text("u16")}}, 2),
             point("b", {{"at", number(3)}, {"table", text("coil")}})});
    const auto answer = decode(R"({"t":2,"battery":"shed","error":"timeout"})");
    EXPECT_EQ(answer.at.time_since_epoch(), 2s);
    EXPECT_THAT(in_short(answer), ElementsAre("0:timeout", "1:timeout", "2:timeout"));
}

TEST_F(Decode, HostileLinesAreErrors) {
    use({}, {point("a", {{"at", number(10)}, {"type", text("u16")}})});
    const std::pair<std::string, const char*> lines[] = {
        {"[1]", "expected a JSON object"},
        {"{\"address\":10,\"registers\":[1}", "not a JSON object"},
        {std::string(100'000, '['), "expected a JSON object"},
        {std::string(100'000, '{'), "not a JSON object"},
        {R"({"t":1e999})", "not a JSON object"},
        {R"({"t":1e300})", "t: expected seconds"},
        {R"({"t":"now"})", "t: expected seconds"},
        {R"({"battery":3})", "battery: expected a text"},
        {R"({"registers":[1]})", "address: missing"},
        {R"({"address":-1,"registers":[1]})", "address: expected whole numbers from 0 to 65535"},
        {R"({"address":65536,"registers":[1]})", "address: expected"},
        {R"({"address":1.5,"registers":[1]})", "address: expected"},
        {R"({"address":18446744073709551615,"registers":[1]})", "address: expected"},
        {R"({"address":10,"registers":[]})", "registers: expected a list"},
        {R"({"address":10,"registers":7})", "registers: expected a list"},
        {R"({"address":10,"registers":[65536]})", "registers: expected whole numbers from 0 to 65535"},
        {R"({"address":10,"registers":[-1]})", "registers: expected"},
        {R"({"address":10,"registers":[null]})", "registers: expected"},
        {R"({"address":10,"registers":[true]})", "registers: expected"},
        {R"({"address":10,"coils":[2]})", "coils: expected whole numbers from 0 to 1"},
        {R"({"address":10,"coils":[1],"registers":[1]})", "not both"},
        {R"({"table":"coil","address":10,"registers":[1]})", "coil has coils, not registers"},
        {R"({"table":"input","address":10,"coils":[1]})", "input has registers, not coils"},
        {R"({"table":"x","address":10,"registers":[1]})", "table: expected one of"},
        {R"({"unit":256,"address":10,"registers":[1]})", "unit: expected"},
        {R"({"error":"weather"})", "error: expected one of"},
        {R"({"error":7})", "error: expected a text"},
        {std::string(2'000'000, ' '), "longer than a megabyte"},
    };
    for (const auto& [line, expected] : lines) {
        const auto answer = source_->decode(line);
        ASSERT_FALSE(answer) << line.substr(0, 80);
        EXPECT_THAT(answer.error(), HasSubstr(expected)) << line.substr(0, 80);
    }
}

TEST(CaptureLine, CutAnywhereIsAnErrorOrNothingWrong) {
    const std::string line =
        R"({"t":1.002,"battery":"shed","unit":1,"table":"holding","address":10,"registers":[1,2]})";
    for (std::size_t size = 1; size < line.size(); ++size)
        EXPECT_FALSE(parse_capture_line(line.substr(0, size), Options{})) << size;
    EXPECT_TRUE(parse_capture_line(line, Options{}));
}

} // namespace
} // namespace retrocan::modbus
