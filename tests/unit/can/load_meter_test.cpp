// SPDX-License-Identifier: Apache-2.0
#include "can/load_meter.h"
#include "can/recent_count.h"

#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

using namespace std::chrono_literals;

TimePoint at(Duration time) {
    return TimePoint{1000s + time};
}

Statistics counted(std::uint64_t rx_packets, std::uint64_t rx_bytes, std::uint64_t tx_packets = 0,
                   std::uint64_t tx_bytes = 0) {
    Statistics s;
    s.rx_packets = rx_packets;
    s.rx_bytes = rx_bytes;
    s.tx_packets = tx_packets;
    s.tx_bytes = tx_bytes;
    return s;
}

// 1000 frames of 8 bytes: 47 + 64 + 97 / 8 bits each, 123,125 in all: 24.6 % of 500 kbit in one second. Ours,
// 20 of 8 bytes: 0.5 %.
TEST(LoadMeter, CountsBitsOfFramesAndData) {
    LoadMeter meter;
    meter.take(counted(70, 500), at(0s));
    EXPECT_FALSE(meter.load());
    meter.take(counted(1070, 8500, 20, 160), at(1s));
    ASSERT_TRUE(meter.load());
    EXPECT_EQ(meter.load()->others_percent, 24U);
    EXPECT_EQ(meter.load()->all_percent, 25U);
    EXPECT_EQ(meter.load()->others_frames, 1000U);
}

// Without data: 47 + 33 / 8 bits, 51,125 for 1000: 10.2 %.
TEST(LoadMeter, FramesWithoutDataWeighLess) {
    LoadMeter meter;
    meter.take({}, at(0s));
    meter.take(counted(1000, 0), at(1s));
    EXPECT_EQ(meter.load()->others_percent, 10U);
}

TEST(LoadMeter, IsOfTheLastFiveSeconds) {
    LoadMeter meter;
    std::uint64_t frames = 0;
    for (int s = 0; s <= 20; ++s) {
        meter.take(counted(frames, frames * 8), at(s * 1s));
        frames += s < 10 ? 1000 : 0;
    }
    EXPECT_EQ(meter.load()->others_frames, 0U);
}

TEST(LoadMeter, BeginsAnewWithTheCounters) {
    LoadMeter meter;
    meter.take(counted(1000, 8000), at(0s));
    meter.take(counted(2000, 16000), at(1s));
    meter.take(counted(5, 40), at(2s));
    EXPECT_FALSE(meter.load()) << "the adapter was unplugged";
    meter.take(counted(1005, 8040), at(3s));
    EXPECT_EQ(meter.load()->others_frames, 1000U);
}

TEST(LoadMeter, ManySamplesWithinASecondDoNoHarm) {
    LoadMeter meter;
    for (std::uint64_t i = 0; i <= 100; ++i)
        meter.take(counted(i, i * 8), at(static_cast<int>(i) * 1ms));
    EXPECT_EQ(meter.load()->others_frames, 1000U);
    meter.take(counted(100, 800), at(100ms));
    EXPECT_EQ(meter.load()->others_frames, 1000U) << "no time has passed";
}

TEST(LoadMeter, NoInterfaceNoStatistics) {
    EXPECT_FALSE(read_statistics("can99"));
    EXPECT_FALSE(bit_rate_of("can99"));
    ASSERT_TRUE(read_statistics("lo"));
    EXPECT_FALSE(read_statistics("lo")->is_hardware);
}

TEST(LoadMeter, ReadsTheTableOfTheKernel) {
    const char* const table =
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets "
        "errs drop fifo colls carrier compressed\n"
        " vcan0:     1       2    3    4    5     6          7         8        9      10   11 "
        "  12   13    14      15         16\n"
        "  can0:4000000000 500000007    3    1   20   300          0         0      160     20  "
        "  7    0    0     0       0          0\n";
    const auto can = parse_statistics(table, "can0");
    ASSERT_TRUE(can) << "and not vcan0";
    EXPECT_EQ(can->rx_bytes, 4'000'000'000U);
    EXPECT_EQ(can->rx_packets, 500'000'007U);
    EXPECT_EQ(can->rx_errors, 3U);
    EXPECT_EQ(can->rx_lost, 321U);
    EXPECT_EQ(can->tx_bytes, 160U);
    EXPECT_EQ(can->tx_packets, 20U);
    EXPECT_EQ(can->tx_errors, 7U);
    EXPECT_EQ(parse_statistics(table, "vcan0")->tx_errors, 11U);
    EXPECT_FALSE(parse_statistics(table, "can1"));
    EXPECT_FALSE(parse_statistics("  can0: 1 2 3\n", "can0"));
    EXPECT_FALSE(parse_statistics("", "can0"));
}

TEST(RecentCount, ForgetsAfterItsWindow) {
    RecentCount<10> count;
    EXPECT_EQ(count.sum(at(0s)), 0U);
    count.add(at(0s), 5);
    count.add(at(900ms), 2);
    count.add(at(3s));
    EXPECT_EQ(count.sum(at(3s)), 8U);
    EXPECT_EQ(count.seconds(at(3s)), 2U);
    EXPECT_EQ(count.sum(at(9999ms)), 8U);
    EXPECT_EQ(count.sum(at(10s)), 1U);
    EXPECT_EQ(count.sum(at(13s)), 0U);
    count.add(at(100s));
    EXPECT_EQ(count.sum(at(100s)), 1U) << "what was in its place is gone";
}

} // namespace
} // namespace retrocan::can
