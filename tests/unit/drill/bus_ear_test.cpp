// SPDX-License-Identifier: Apache-2.0
#include "drill/bus_ear.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::drill {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimePoint t0{1h};

CanFrame frame(const char* text) {
    return *parse_frame(text);
}

TEST(BusEar, KnowsWhenLimitsCame) {
    BusEar ear;
    EXPECT_FALSE(ear.last_limits());
    ear.take(frame("351#3802E803E803E001"), t0);
    ear.take(frame("355#5900640000000000"), t0 + 5ms);
    ear.take(frame("351#3802E803E803E001"), t0 + 1s);
    EXPECT_EQ(ear.last_limits(), t0 + 1s);
    EXPECT_EQ(ear.first_limits(t0), t0);
    EXPECT_EQ(ear.first_limits(t0 + 1us), t0 + 1s);
    EXPECT_EQ(ear.first_limits(t0 + 1001ms), std::nullopt);
}

TEST(BusEar, MeasuresGapsUpToBothEnds) {
    BusEar ear;
    ear.take(frame("351#3802E803E803E001"), t0 + 300ms);
    ear.take(frame("351#3802E803E803E001"), t0 + 1300ms);
    EXPECT_EQ(ear.widest_gap(t0, t0 + 1400ms), 1s);
    EXPECT_EQ(ear.widest_gap(t0, t0 + 4s), 2700ms); // nothing after the second
    EXPECT_EQ(ear.widest_gap(t0 + 2s, t0 + 4s), 2s);
}

TEST(BusEar, TellsTheBatteryFromTheGxAndFromOthers) {
    BusEar ear;
    ear.take(frame("305#0000000000000000"), t0);
    ear.take(frame("307#1234567856494300"), t0);
    ear.take(frame("00000351#3802E803E803E001"), t0); // extended: another protocol
    ear.take(frame("35C#C000"), t0);
    ear.take(frame("351#R"), t0);
    EXPECT_EQ(ear.gx_heard(), t0);
    EXPECT_EQ(ear.frames(t0, t0 + 1s), 0U);
    EXPECT_EQ(ear.last_limits(), std::nullopt);
    EXPECT_THAT(ear.identifiers(t0, t0 + 1s), IsEmpty());
    ear.take(frame("356#3116CE003E010000"), t0 + 1ms);
    ear.take(frame("35A#0000000000000000"), t0 + 2ms);
    EXPECT_EQ(ear.frames(t0, t0 + 1s), 2U);
    EXPECT_EQ(ear.frames(t0, t0 + 2ms), 1U);
    EXPECT_EQ(ear.first_frame(t0), t0 + 1ms);
    EXPECT_THAT(ear.identifiers(t0, t0 + 1s), ElementsAre(0x35AU, 0x356U)); // the order of the bus
}

// Chapter 2: byte 0 bits 2 and 3 are the high voltage alarm, byte 7 bits 0 and 1 the cell imbalance warning.
TEST(BusEar, NamesTheActivePairs) {
    BusEar ear;
    ear.take(frame("35A#AAAAAAAAAAAAAAAA"), t0);
    EXPECT_THAT(ear.active(), IsEmpty());
    ear.take(frame("35A#A6AAAAAAAAAAAAA9"), t0);
    EXPECT_THAT(ear.active(), ElementsAre("alarm high_voltage", "warning cell_imbalance"));
    ear.take(frame("35A#0000000000000000"), t0); // not supported
    EXPECT_THAT(ear.active(), IsEmpty());
}

TEST(BusEar, ForgetsAfterTenMinutes) {
    BusEar ear;
    ear.take(frame("351#3802E803E803E001"), t0);
    ear.take(frame("351#3802E803E803E001"), t0 + 10min + 1ms);
    EXPECT_EQ(ear.frames(t0, t0 + 1h), 1U);
}

} // namespace
} // namespace retrocan::drill
