// SPDX-License-Identifier: Apache-2.0
#include "modbus_adapter.h"
#include "specs.h"
#include "write.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Value list(std::vector<std::int64_t> values) {
    return values;
}

std::vector<std::string> faults_of(const Keys& keys, const Options& options = {}) {
    Faults faults;
    const bool good = read_write(write("wake", keys), options, faults).has_value();
    EXPECT_EQ(good, faults.empty());
    return texts(faults);
}

TEST(Write, TakesEachKey) {
    Faults faults;
    Options options;
    options.unit = 3;
    options.answer_unit = 4;
    options.addresses_from = 1;
    const auto usual =
        read_write(write("wake", {{"at", number(0x1090)}, {"registers", list({1})}}), options, faults);
    ASSERT_TRUE(usual);
    EXPECT_EQ(usual->unit, 3);
    EXPECT_EQ(usual->answer_unit, 4);
    EXPECT_EQ(usual->address, 0x108F);
    EXPECT_TRUE(usual->single);
    const auto other = read_write(write("wake", {{"at", number(65534)},
                                                 {"registers", list({1, 65535})},
                                                 {"unit_id", number(9)},
                                                 {"function", number(16)}}),
                                  options, faults);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->unit, 9);
    EXPECT_EQ(other->answer_unit, std::nullopt);
    EXPECT_THAT(other->registers, ElementsAre(1, 65535));
    EXPECT_FALSE(other->single);
    EXPECT_THAT(faults_of({{"at", number(0)}, {"registers", list(std::vector<std::int64_t>(123))}}),
                IsEmpty());
    EXPECT_THAT(faults_of({{"at", number(0)}, {"registers", list({5})}, {"function", number(6)}}), IsEmpty());
}

TEST(Write, SaysWhatIsWrong) {
    EXPECT_THAT(
        faults_of({}),
        ElementsAre("a.toml:40:1: writes.wake.at: missing; expected an address from 0 to 65535",
                    "a.toml:40:1: writes.wake.registers: missing; expected the numbers to write, as in [1]"));
    EXPECT_THAT(faults_of({{"at", number(0)}, {"registers", list({1})}},
                          [] {
                              Options options;
                              options.addresses_from = 1;
                              return options;
                          }()),
                ElementsAre("a.toml:40:9: writes.wake.at: expected a whole number from 1 to 65535; got 0"));
    EXPECT_THAT(faults_of({{"at", number(65535)}, {"registers", list({1, 2})}}),
                ElementsAre("a.toml:40:9: writes.wake.at: 65535 + 2 registers reach past 65535"));
    EXPECT_THAT(faults_of({{"at", number(1)}, {"registers", list({})}}),
                ElementsAre("a.toml:40:9: writes.wake.registers: expected 1 to 123 numbers; got 0"));
    EXPECT_THAT(faults_of({{"at", number(1)}, {"registers", list(std::vector<std::int64_t>(124))}}),
                ElementsAre("a.toml:40:9: writes.wake.registers: expected 1 to 123 numbers; got 124"));
    EXPECT_THAT(
        faults_of({{"at", number(1)}, {"registers", list({-1})}}),
        ElementsAre("a.toml:40:9: writes.wake.registers: expected a list of whole numbers from 0 to 65535; "
                    "got -1"));
    EXPECT_THAT(faults_of({{"at", number(1)}, {"registers", list({1, 2})}, {"function", number(6)}}),
                ElementsAre("a.toml:40:9: writes.wake.function: 6 writes one register, but there are 2"));
    EXPECT_THAT(faults_of({{"at", number(1)}, {"registers", list({1})}, {"function", number(10)}}),
                ElementsAre("a.toml:40:9: writes.wake.function: expected 6 (one register) or 16; got 10"));
    EXPECT_THAT(faults_of({{"at", number(1)}, {"registers", list({1})}, {"unit", number(256)}}),
                ElementsAre(testing::HasSubstr("writes.wake.unit: unknown key")));
}

TEST(Write, IsNeverToAllDevices) {
    Options to_all;
    to_all.unit = 0;
    const Keys keys{{"at", number(1)}, {"registers", list({1})}};
    EXPECT_THAT(
        faults_of(keys, to_all),
        ElementsAre("a.toml:40:1: writes.wake.unit_id: the mapping's unit_id 0 writes to every device on "
                    "the line, and none answers; give the write a unit_id from 1 to 255"));
    Keys own = keys;
    own.emplace_back("unit_id", number(0));
    EXPECT_THAT(
        faults_of(own, to_all),
        ElementsAre("a.toml:40:9: writes.wake.unit_id: expected a whole number from 1 to 255; got 0"));
    own.back().second = number(1);
    EXPECT_THAT(faults_of(own, to_all), IsEmpty());
}

TEST(Write, IsInThePlan) {
    Faults faults;
    auto s = spec({}, {{"host", text("a")}}, {point("x", {{"at", number(1)}, {"type", text("u16")}})});
    s.writes = {write("wake", {{"at", number(0x1090)}, {"registers", list({1})}}),
                write("tick", {{"at", number(0x2010)}, {"registers", list({1, 0})}, {"unit_id", number(7)}},
                      adapter::Pace::slow, 10s)};
    const auto source = ModbusAdapter{}.source(s, faults);
    ASSERT_THAT(texts(faults), IsEmpty());
    EXPECT_EQ(without_times(source->plan()), "unit 1: holding 1, each poll\n"
                                             "unit 1: writes 4240 = 1, once\n"
                                             "unit 7: writes 8208 = 1 0, every 10 s");
}

} // namespace
} // namespace retrocan::modbus
