// SPDX-License-Identifier: Apache-2.0
#include "can/error_frame.h"

#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

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

} // namespace
} // namespace retrocan::can
