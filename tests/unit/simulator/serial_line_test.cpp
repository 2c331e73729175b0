// SPDX-License-Identifier: Apache-2.0
#include "simulator/serial_line.h"

#include <vector>

#include <gtest/gtest.h>

namespace retrocan::simulator {
namespace {

using namespace std::chrono_literals;

TEST(SerialLine, ByteTimesAndSilences) {
    EXPECT_EQ(SerialLine{.baud = 9600}.time_of(96), 100ms);                                // 10 bits
    EXPECT_EQ((SerialLine{.baud = 9600, .parity = 'E'}.time_of(96)), 110ms);               // 11
    EXPECT_EQ((SerialLine{.baud = 9600, .parity = 'O', .stop_bits = 2}.time_of(8)), 10ms); // 12
    EXPECT_EQ(SerialLine{.baud = 9600}.silence(), 3'645'833ns);                            // 3.5 bytes
    EXPECT_EQ(SerialLine{.baud = 19200}.silence(), 1'822'916ns);
    EXPECT_EQ(SerialLine{.baud = 38400}.silence(), 1750us);
}

} // namespace
} // namespace retrocan::simulator
