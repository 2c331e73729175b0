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
    void use(const Keys& mapping, std::vector<adapter::PointSpec> points) {
        Faults faults;
        source_ = ModbusAdapter{}.source(spec(mapping, {{"host", text("a")}}, std::move(points)), faults);
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
    use({{"address_step", number(2)}, {"unit", number(3)}},
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
    use({{"unit", number(3)}, {"table", text("input")}},
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

TEST_F(Decode, OnlyWhatLiesWhollyInTheLine) {
    use({}, {point("a", {{"at", number(9)}, {"type", text("u16")}}),
             point("b", {{"at", number(10)}, {"type", text("u32")}}),
             point("c", {{"at", number(11)}, {"type", text("u32")}}),
             point("d", {{"at", number(12)}, {"type", text("u32")}})});
    EXPECT_THAT(in_short(decode(R"({"address":10,"registers":[0,1,2]})")), ElementsAre("1=1", "2=65538"));
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
        {"", "not a JSON object"},
        {"[1]", "not a JSON object"},
        {"{\"address\":10,\"registers\":[1}", "not a JSON object"},
        {std::string(100'000, '['), "not a JSON object"},
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
    for (std::size_t size = 0; size < line.size(); ++size)
        EXPECT_FALSE(parse_capture_line(line.substr(0, size), 1, Table::holding)) << size;
    EXPECT_TRUE(parse_capture_line(line, 1, Table::holding));
}

} // namespace
} // namespace retrocan::modbus
