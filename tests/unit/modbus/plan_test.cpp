// SPDX-License-Identifier: Apache-2.0
#include "modbus_adapter.h"
#include "specs.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using namespace std::chrono_literals;
using adapter::Pace;

std::string plan(const Keys& mapping, std::vector<adapter::PointSpec> points) {
    Faults faults;
    const auto source =
        ModbusAdapter{}.source(spec(mapping, {{"host", text("a")}}, std::move(points)), faults);
    EXPECT_THAT(texts(faults), testing::IsEmpty());
    return source ? source->plan() : "";
}

adapter::PointSpec u16(std::int64_t at, std::size_t count = 1, Pace pace = Pace::live, Duration period = {}) {
    return point("x", {{"at", number(at)}, {"type", text("u16")}}, count, pace, period);
}
adapter::PointSpec coil(std::int64_t at, std::size_t count = 1) {
    return point("x", {{"at", number(at)}, {"table", text("coil")}}, count);
}

TEST(Plan, NeighboursAreReadTogetherInAnyOrder) {
    EXPECT_EQ(plan({}, {u16(12), u16(10, 2), u16(13)}), "unit 1: holding 10..13, each poll");
}

TEST(Plan, OneRegisterMayBelongToTwoPoints) {
    EXPECT_EQ(plan({}, {u16(10), point("y", {{"at", number(10)}, {"type", text("u32")}}), u16(10)}),
              "unit 1: holding 10..11, each poll");
}

TEST(Plan, GapsAreNotReadUnlessTheMappingAllows) {
    EXPECT_EQ(plan({}, {u16(10), u16(12)}), "unit 1: holding 10, each poll\nunit 1: holding 12, each poll");
    EXPECT_EQ(plan({{"longest_gap", number(1)}}, {u16(10), u16(12)}), "unit 1: holding 10..12, each poll");
    EXPECT_EQ(plan({{"longest_gap", number(1)}}, {u16(10), u16(13)}),
              "unit 1: holding 10, each poll\nunit 1: holding 13, each poll");
}

TEST(Plan, ARunIsCutBetweenItsValues) {
    EXPECT_EQ(
        plan({{"longest_read", number(5)}}, {point("x", {{"at", number(0)}, {"type", text("u32")}}, 4)}),
        "unit 1: holding 0..3, each poll\nunit 1: holding 4..7, each poll");
    EXPECT_EQ(plan({}, {u16(0, 126)}), "unit 1: holding 0..124, each poll\nunit 1: holding 125, each poll");
}

TEST(Plan, SixteenCoilsCountAsOneRegister) {
    EXPECT_EQ(plan({}, {coil(0, 2001)}), "unit 1: coil 0..1999, each poll\nunit 1: coil 2000, each poll");
    EXPECT_EQ(plan({{"longest_read", number(1)}}, {coil(0, 17)}),
              "unit 1: coil 0..15, each poll\nunit 1: coil 16, each poll");
    EXPECT_EQ(plan({{"longest_gap", number(1)}}, {coil(0), coil(17)}), "unit 1: coil 0..17, each poll");
    EXPECT_EQ(plan({{"longest_gap", number(1)}}, {coil(0), coil(18)}),
              "unit 1: coil 0, each poll\nunit 1: coil 18, each poll");
}

TEST(Plan, TablesUnitsAndPacesAreReadApart) {
    EXPECT_EQ(plan({}, {u16(12, 1, Pace::once), u16(11, 1, Pace::slow, 30s), u16(10), coil(11),
                        u16(13, 1, Pace::slow, 60s), u16(14, 1, Pace::slow, 30s),
                        point("y", {{"at", number(11)}, {"type", text("u16")}, {"unit", number(224)}})}),
              "unit 1: holding 10, each poll\n"
              "unit 1: coil 11, each poll\n"
              "unit 224: holding 11, each poll\n"
              "unit 1: holding 11, every 30 s\n"
              "unit 1: holding 14, every 30 s\n"
              "unit 1: holding 13, every 60 s\n"
              "unit 1: holding 12, once");
}

TEST(Plan, DevicesThatCountBytes) {
    // JK PB: cells 0x1200 in steps of 2, the pack voltage at 0x1290.
    EXPECT_EQ(
        plan({{"address_step", number(2)}, {"longest_read", number(61)}},
             {u16(0x1200, 16), u16(0x1240), point("v", {{"at", number(0x1290)}, {"type", text("u32")}})}),
        "unit 1: holding 4608..4638, each poll\nunit 1: holding 4672, each poll\n"
        "unit 1: holding 4752..4754, each poll");
    EXPECT_EQ(
        plan({{"address_step", number(2)}, {"longest_gap", number(16)}}, {u16(0x1200, 16), u16(0x1240)}),
        "unit 1: holding 4608..4672, each poll");
    // An address between two registers is none of theirs.
    EXPECT_EQ(plan({{"address_step", number(2)}, {"longest_gap", number(9)}}, {u16(10), u16(13)}),
              "unit 1: holding 10, each poll\nunit 1: holding 13, each poll");
}

} // namespace
} // namespace retrocan::modbus
