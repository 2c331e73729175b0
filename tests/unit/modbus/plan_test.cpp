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
    return source ? without_times(source->plan()) : "";
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
                        point("y", {{"at", number(11)}, {"type", text("u16")}, {"unit_id", number(224)}})}),
              "unit 1: holding 10, each poll\n"
              "unit 1: coil 11, each poll\n"
              "unit 224: holding 11, each poll\n"
              "unit 1: holding 11, every 30 s\n"
              "unit 1: holding 14, every 30 s\n"
              "unit 1: holding 13, every 60 s\n"
              "unit 1: holding 12, once");
}

TEST(Plan, BlocksOfOtherMannersAreReadApart) {
    const auto plan_of_block = [](const Keys& keys, const char* expected) {
        Faults faults;
        const auto source = ModbusAdapter{}.source(
            spec({}, {{"host", text("a")}}, {u16(10), in_block(u16(11)), u16(12)}, {block("b", keys)}),
            faults);
        EXPECT_THAT(texts(faults), testing::IsEmpty());
        EXPECT_EQ(without_times(source->plan()), expected);
    };
    EXPECT_EQ(plan({}, {u16(10), u16(11), u16(12)}), "unit 1: holding 10..12, each poll");
    plan_of_block({}, "unit 1: holding 10..12, each poll");
    for (const auto& [key, value] : Keys{{"timeout", text("1 s")},
                                         {"pause", text("100 ms")},
                                         {"longest_read", number(9)},
                                         {"longest_gap", number(2)},
                                         {"all_zero", text("no answer")}})
        plan_of_block({{key, value}},
                      key == "pause" || key == "longest_gap" || key == "all_zero" || key == "timeout"
                          ? "unit 1: holding 10, each poll\nunit 1: holding 12, each poll\n"
                            "unit 1: holding 11, each poll"
                          : "unit 1: holding 11, each poll\nunit 1: holding 10, each poll\n"
                            "unit 1: holding 12, each poll");
    plan_of_block(
        {{"at", number(100)}},
        "unit 1: holding 10, each poll\nunit 1: holding 12, each poll\nunit 1: holding 111, each poll");
    plan_of_block(
        {{"unit_id", number(7)}},
        "unit 1: holding 10, each poll\nunit 1: holding 12, each poll\nunit 7: holding 11, each poll");
    plan_of_block(
        {{"table", text("input")}},
        "unit 1: holding 10, each poll\nunit 1: holding 12, each poll\nunit 1: input 11, each poll");
    plan_of_block(
        {{"sunspec", number(802)}},
        "unit 1: holding 10, each poll\nunit 1: holding 12, each poll\nunit 1: model 802 + 11, each poll");
}

TEST(Plan, APointsOwnKeyGoesBeforeItsBlocks) {
    Faults faults;
    const auto own = in_block(point(
        "x", {{"at", number(1)}, {"type", text("u16")}, {"table", text("input")}, {"unit_id", number(9)}}));
    const auto source = ModbusAdapter{}.source(
        spec({{"unit_id", number(3)}}, {{"host", text("a")}}, {own},
             {block("b", {{"unit_id", number(7)}, {"at", number(100)}, {"table", text("coil")}})}),
        faults);
    EXPECT_THAT(texts(faults), testing::IsEmpty());
    EXPECT_EQ(without_times(source->plan()), "unit 9: input 101, each poll");
    EXPECT_EQ(source->where(0), "unit 9: input 101 (0x0065)");
}

TEST(Plan, OptionalPointsAreReadApart) {
    auto optional = u16(11, 1, Pace::slow, 30s);
    optional.optional = true;
    EXPECT_EQ(plan({}, {u16(10, 1, Pace::slow, 30s), optional}),
              "unit 1: holding 10, every 30 s\nunit 1: holding 11, every 30 s, optional");
}

TEST(Plan, AddressesThatCountFromOne) {
    EXPECT_EQ(plan({{"addresses_from", number(1)}}, {u16(1, 2)}), "unit 1: holding 0..1, each poll");
}

TEST(Plan, RunsWithAStrideAreReadWithTheirGapsOrOneByOne) {
    const auto run = [](const char* type, std::int64_t stride) {
        return point("x", {{"at", number(0)}, {"type", text(type)}, {"stride", number(stride)}}, 3);
    };
    EXPECT_EQ(plan({{"longest_gap", number(2)}}, {run("u32", 4)}), "unit 1: holding 0..9, each poll");
    EXPECT_EQ(plan({}, {run("u16", 2)}),
              "unit 1: holding 0, each poll\nunit 1: holding 2, each poll\nunit 1: holding 4, each poll");
}

TEST(Plan, ARunOverUnitsIsOneReadEach) {
    EXPECT_EQ(
        plan({}, {point("x",
                        {{"at", number(2)},
                         {"type", text("u32")},
                         {"unit_id", number(4)},
                         {"unit_id_step", number(3)}},
                        3)}),
        "unit 4: holding 2..3, each poll\nunit 7: holding 2..3, each poll\nunit 10: holding 2..3, each poll");
}

std::string where(const Keys& mapping, adapter::PointSpec p, std::vector<adapter::BlockSpec> blocks = {}) {
    Faults faults;
    const auto source = ModbusAdapter{}.source(
        spec(mapping, {{"host", text("a")}}, {u16(1), std::move(p)}, std::move(blocks)), faults);
    EXPECT_THAT(texts(faults), testing::IsEmpty());
    return source ? source->where(1) : "";
}

TEST(Plan, SaysWhereAPointIs) {
    EXPECT_EQ(where({}, u16(0x1200, 16)), "holding 4608..4623 (0x1200..0x120F)");
    EXPECT_EQ(where({}, u16(65535)), "holding 65535 (0xFFFF)");
    EXPECT_EQ(where({{"address_step", number(2)}}, u16(0x1200, 16)), "holding 4608..4638 (0x1200..0x121E)");
    EXPECT_EQ(where({}, coil(0x1240, 2)), "coil 4672..4673 (0x1240..0x1241)");
    EXPECT_EQ(where({{"unit_id", number(3)}},
                    point("x", {{"at", number(1)}, {"type", text("u16")}, {"unit_id", number(3)}})),
              "holding 1 (0x0001)");
    EXPECT_EQ(where({}, point("x", {{"at", number(1)}, {"type", text("f32")}, {"unit_id", number(3)}})),
              "unit 3: holding 1..2 (0x0001..0x0002)");
    EXPECT_EQ(
        where({}, point("x", {{"at", number(1)}, {"type", text("u16")}, {"unit_id_step", number(1)}}, 3)),
        "units 1..3: holding 1 (0x0001)");
    EXPECT_EQ(where({}, point("x", {{"at", number(33)}, {"type", text("s8")}, {"first", text("high")}}, 6)),
              "holding 33..35 (0x0021..0x0023)");
    EXPECT_EQ(where({}, in_block(u16(11)), {block("b", {{"sunspec", number(802)}})}), "model 802 + 11");
    EXPECT_EQ(
        where({}, in_block(u16(11, 4)), {block("b", {{"sunspec", number(802)}, {"unit_id", number(71)}})}),
        "unit 71: model 802 + 11..14");
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
