// SPDX-License-Identifier: Apache-2.0
#include "simulator/fault_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Kind = ModbusFault::Kind;

ModbusFault wire(const char* text, Duration now = {}, Framing framing = Framing::tcp) {
    const auto fault = parse_fault(text, now, framing);
    EXPECT_TRUE(fault) << text << ": " << (fault ? "" : fault.error());
    if (!fault || !std::holds_alternative<ModbusFault>(*fault))
        return {.kind = Kind::none, .unit = {}, .table = {}};
    return std::get<ModbusFault>(*fault);
}

std::string error_of(const char* text, Framing framing = Framing::tcp) {
    const auto fault = parse_fault(text, {}, framing);
    return fault ? "no error" : fault.error();
}

TEST(FaultText, KindAndValue) {
    EXPECT_EQ(wire("silent").kind, Kind::hang);
    EXPECT_EQ(wire("late:700ms").kind, Kind::late);
    EXPECT_EQ(wire("late:700ms").delay, 700ms);
    EXPECT_EQ(wire("late:1.5").delay, 1500ms);
    EXPECT_EQ(wire("exception").exception, 2);
    EXPECT_EQ(wire("exception:6").exception, 6);
    EXPECT_EQ(wire("crc", {}, Framing::rtu).kind, Kind::wrong_crc);
}

TEST(FaultText, TimesCountFromNow) {
    const ModbusFault fault = wire("cut@10s..20s", 100s);
    EXPECT_EQ(fault.from, 110s);
    EXPECT_EQ(fault.until, 120s);
    EXPECT_EQ(wire("cut", 100s).from, 100s);
    EXPECT_EQ(wire("cut@500ms", 100s).until, Duration::max());
}

TEST(FaultText, Conditions) {
    const ModbusFault fault = wire("twice every 3 unit 2 at 0x1300..0x1310 table input");
    EXPECT_EQ(fault.every, 3U);
    EXPECT_EQ(fault.unit, 2);
    EXPECT_EQ(fault.first, 0x1300);
    EXPECT_EQ(fault.last, 0x1310);
    EXPECT_EQ(fault.table, ModbusTable::input);
    EXPECT_EQ(wire("twice at 7").last, 7);
}

TEST(FaultText, ValueFaults) {
    const auto jump = parse_fault("jump:soc@3s", 1s, Framing::tcp);
    ASSERT_TRUE(jump);
    const auto& value = std::get<ValueFault>(*jump);
    EXPECT_EQ(value.kind, ValueFault::Kind::jump);
    EXPECT_EQ(value.name, "soc");
    EXPECT_EQ(value.from, 4s);
    EXPECT_EQ(value.until, 5s); // once
    EXPECT_EQ(std::get<ValueFault>(*parse_fault("frozen", 1s, Framing::rtu)).until, Duration::max());
}

TEST(FaultText, WhatIsWrongIsSaid) {
    EXPECT_THAT(error_of("lat:700ms"), HasSubstr("no such fault; there are late:TIME, silent"));
    EXPECT_THAT(error_of(""), HasSubstr("no such fault"));
    EXPECT_THAT(error_of("late"), HasSubstr("expected a time"));
    EXPECT_THAT(error_of("late:700 V"), HasSubstr("expected"));
    EXPECT_THAT(error_of("exception:x"), HasSubstr("expected a whole number up to 255"));
    EXPECT_THAT(error_of("silent:3"), HasSubstr("takes no value"));
    EXPECT_THAT(error_of("crc"), HasSubstr("no CRC"));
    EXPECT_THAT(error_of("refuse", Framing::rtu), HasSubstr("serial"));
    EXPECT_THAT(error_of("cut@20s..10s"), HasSubstr("ends before it begins"));
    EXPECT_THAT(error_of("cut every"), HasSubstr("expected a value"));
    EXPECT_THAT(error_of("cut often 3"), HasSubstr("expected every N"));
    EXPECT_THAT(error_of("cut table coils"), HasSubstr("holding, input, coil or discrete"));
    EXPECT_THAT(error_of("frozen unit 3"), HasSubstr("of values"));
}

} // namespace
} // namespace retrocan::simulator
