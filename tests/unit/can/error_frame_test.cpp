// SPDX-License-Identifier: Apache-2.0
#include "can/error_frame.h"

#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

using namespace std::chrono_literals;

// As the kernel sent them in trials: slcan (e1a, sw, sp, sb), sja1000 (overrun), and made-up ones.
struct Case {
    const char* frame;
    BusError error;
    const char* text;
};
const Case cases[] = {
    {"20000040#0000000000000000", BusError::bus_off, "bus-off"},
    {"20000100#", BusError::restarted, "controller restarted"},
    {"200000A8#0000001900000000", BusError::no_acknowledge, "no acknowledgement, protocol error, bus error"},
    {"20000020#0000000000000000", BusError::no_acknowledge, "no acknowledgement"},
    {"20000088#0000801900000000", BusError::no_acknowledge,
     "protocol error, bus error"},                                               // by its place alone
    {"20000088#0000811900000000", BusError::other, "protocol error, bus error"}, // a bit error at that place
    {"20000204#0020000000008200", BusError::no_acknowledge, "error-passive (sending)"},
    {"20000204#0008000000006400", BusError::other, "error-warning (sending)"},
    {"20000004#0010000000000000", BusError::other, "error-passive (receiving)"},
    {"20000204#0001000000000000", BusError::other, "receive overrun"},
    {"20000200#0000000000000000", BusError::other, "unknown error"},
    {"20000060#0000000000000000", BusError::bus_off, "bus-off, no acknowledgement"},
};

TEST(ErrorFrame, SaysWhatFollows) {
    for (const Case& c : cases) {
        const auto frame = parse_frame(c.frame);
        ASSERT_TRUE(frame) << c.frame;
        EXPECT_EQ(bus_error(*frame), c.error) << c.frame;
        EXPECT_EQ(describe_error(*frame), c.text) << c.frame;
    }
}

class ErrorNewsTest : public testing::Test {
protected:
    bool news(const char* frame, Duration at) { return news_.is_news(*parse_frame(frame), TimePoint{at}); }
    ErrorNews news_;
};
const char* const ack = "20000020#0000000000000000";
const char* const ack_too = "200000A8#0000001900000000";
const char* const passive = "20000204#0010000000000000";
const char* const passive_later = "20000204#0010000000000082"; // only the counters differ
const char* const overrun = "20000204#0001000000000000";

TEST_F(ErrorNewsTest, TellsTheSameOnlyAfterAPause) {
    EXPECT_TRUE(news(passive, 0s));
    EXPECT_FALSE(news(passive_later, 2s));
    EXPECT_FALSE(news(passive, 11s)) << "9 s after it was seen last";
    EXPECT_TRUE(news(passive, 21s));
}

TEST_F(ErrorNewsTest, TellsTwoInTurnOnceASecond) {
    int told = 0;
    for (int i = 0; i < 1000; ++i)
        told += news(i % 2 == 0 ? passive : overrun, i * 10ms) ? 1 : 0;
    EXPECT_LE(told, 10);
    EXPECT_GE(told, 2);
}

TEST_F(ErrorNewsTest, HasOneMissingAcknowledgement) {
    EXPECT_TRUE(news(passive, 0s));
    EXPECT_TRUE(news(ack, 0s)) << "whatever else was told";
    EXPECT_FALSE(news(ack_too, 9s));
    EXPECT_FALSE(news(ack, 18s));
    EXPECT_TRUE(news(ack, 28s));
}

} // namespace
} // namespace retrocan::can
