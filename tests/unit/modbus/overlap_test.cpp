// SPDX-License-Identifier: Apache-2.0
#include "modbus_adapter.h"
#include "specs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> faults_of(std::vector<adapter::PointSpec> points, const Keys& mapping = {}) {
    Faults faults;
    (void)ModbusAdapter{}.source(spec(mapping, {{"host", text("10.0.0.5")}}, std::move(points)), faults);
    return texts(faults);
}

const Keys cells{{"at", number(16)}, {"type", text("u16")}};
const Keys temperatures{{"at", number(32)}, {"type", text("s16")}};

TEST(Overlap, OfARunWithTheNextIsAFault) {
    EXPECT_THAT(faults_of({point("cell", cells, 16), point("temp", temperatures, 4)}), IsEmpty());
    EXPECT_THAT(
        faults_of({point("cell", cells, 18), point("temp", temperatures, 4)}),
        ElementsAre("a.toml:20:9: points.temp.at: its registers, 32 to 35, straddle those of the point "
                    "\"cell\", 16 to 33; one of the two is wrong"));
}

TEST(Overlap, WithinAnotherPointIsMeant) {
    EXPECT_THAT(
        faults_of({point("word", {{"at", number(8)}, {"type", text("u32")}}),
                   point("low", {{"at", number(9)}, {"type", text("u16")}}),
                   point("version", {{"at", number(40)}, {"type", text("ascii")}, {"length", number(8)}}),
                   point("digit", {{"at", number(43)}, {"type", text("u8")}, {"first", text("high")}})}),
        IsEmpty());
}

TEST(Overlap, CountsUnitsTablesAndStepsApart) {
    EXPECT_THAT(
        faults_of({point("cell", cells, 18),
                   point("temp", {{"at", number(32)}, {"type", text("s16")}, {"unit_id", number(2)}}, 4),
                   point("coil", {{"at", number(30)}, {"table", text("coil")}}, 8)}),
        IsEmpty());
    EXPECT_THAT(
        faults_of({point("a", {{"at", number(0)}, {"type", text("u32")}}, 4),
                   point("b", {{"at", number(14)}, {"type", text("u32")}})},
                  {{"address_step", number(2)}}),
        ElementsAre("a.toml:20:9: points.b.at: its registers, 14 to 16, straddle those of the point \"a\", "
                    "0 to 14; one of the two is wrong"));
}

TEST(Overlap, LeavesWhatLiesBetweenTheElementsOfARunAlone) {
    EXPECT_THAT(
        faults_of({point("max", {{"at", number(7)}, {"type", text("u16")}, {"stride", number(32)}}, 4),
                   point("min", {{"at", number(9)}, {"type", text("u16")}, {"stride", number(32)}}, 5)}),
        IsEmpty());
}

} // namespace
} // namespace retrocan::modbus
