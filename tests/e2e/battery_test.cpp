// SPDX-License-Identifier: Apache-2.0
// Real registers in, bytes on the bus out. The expected bytes are worked out by hand: from the register
// tables of the batteries and the table of chapter 2 of the CAN-bus BMS protocol.
#include "e2e/rig.h"

#include <cstdio>
#include <optional>

#include <gtest/gtest.h>

namespace retrocan::e2e {
namespace {

using namespace std::chrono_literals;

/// The frames of one whole cycle, in the order in which they came.
std::vector<std::string> one_cycle(const std::vector<support::Seen>& frames) {
    std::vector<std::string> cycle;
    for (const support::Seen& seen : frames)
        if (seen.at < frames.front().at + 900ms)
            cycle.push_back(to_text(seen.frame));
    return cycle;
}

std::vector<std::string> frames_of(Rig& rig) {
    EXPECT_TRUE(rig.sends_within(20s)) << rig.log();
    EXPECT_TRUE(support::eventually([&] { return support::only(rig.bus->frames(), 0x351).size() >= 2; }, 3s));
    return one_cycle(rig.bus->frames());
}

TEST(Battery, SeplosV3FromItsCapturedRegisters) {
    Rig rig;
    const std::vector<std::string> expected{
        "35E#5347313653323030",                         // "SG16S200": the name's first 8, since 0x370 is sent
        "370#5347313653323030", "371#412D53503537422D", // "SG16S200A-SP57B-": 17 characters cut at 16
        "35F#000001054A010000",                         // type 0, firmware "15" = 1.5, 330 Ah online
        "35A#A8AAAA02A8AA020A", // all but general supported and quiet; warnings without contactor, short,
                                // internal; online
        "351#400208070807D001", // 57.6 V, 180 A, 180 A, 46.4 V
        "355#5300640080200000", // 83 %, 99.9 % = 100 %, 83.20 %
        "356#CD14F2FFD4000000", // 53.25 V, -1.37 A = -1.4 A, 21.2 degC
        "373#FF0C000D26012601", // 3.327 V, 3.328 V, 21.1 and 21.4 degC: 21 + 273 K
        "374#63656C6C20310000", "375#63656C6C20330000", // "cell 1", "cell 3": the first of equals
        "376#73656E736F722034", "377#73656E736F722031", // "sensor 4", "sensor 1"
        "378#0000000000000000", // no counter of its own: what is counted here begins at 0
        "379#4A01000000000000", // 330 Ah
        "380#503537422D413235", "381#3036313230303232", // the last 16 of "SP57B-A2506120022"
    };
    EXPECT_EQ(frames_of(rig), expected) << rig.log();
}

TEST(Battery, JkPbFromItsCapturedRegisters) {
    Options options;
    options.mapping = "jk/pb";
    options.unit = 3;
    options.stale_after = "5 s"; // it wants 120 ms between requests
    Rig rig{options};
    const std::vector<std::string> expected{
        "35E#4A4B5F5042324131", "370#4A4B5F5042324131", "371#3653323050000000", // "JK_PB2A16S20P"
        "35F#00000F2918010000",                                                 // firmware 15.41, 280 Ah
        "35A#A8A8AA0000008008", // alarms but general, low temperature and imbalance; warnings: internal;
                                // online
        "351#28025802E8039001", // 3.450 V x 16 = 55.2 V, 60 A, 100 A, 2.500 V x 16 = 40 V
        "355#370064007C150000", // 55 %, 100 %, 55.00 %
        "356#96140000CB000000", // 52.695 V = 52.70 V, 0 A, 20.3 degC
        "373#DD0CDE0C24012501", // 3.293 V, 3.294 V, 19.4 degC: 19 + 273 K, 20.3 degC: 20 + 273 K
        "374#63656C6C20310000", "375#63656C6C20370000", // "cell 1", "cell 7"
        "376#73656E736F722034", "377#73656E736F722033", // "sensor 4", "sensor 3"
        "378#0000000000000000",                         // counted here
        "379#1801000000000000",                         // 280 Ah
    };
    EXPECT_EQ(frames_of(rig), expected) << rig.log();
}

TEST(Battery, FramesAreFewMillisecondsApartAndOnceASecond) {
    Rig rig;
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    ASSERT_TRUE(
        support::eventually([&] { return support::only(rig.bus->frames(), 0x351).size() >= 5; }, 10s));
    const auto frames = rig.bus->frames();
    const bool in_vm = std::getenv("RETROCAN_TEST_BUS") != nullptr; // NOLINT(concurrency-mt-unsafe)
    const Duration tolerance = in_vm ? 20ms : 15ms;
    const auto limits = support::only(frames, 0x351);
    // An emulated processor is slow at what it does for the first time: there the first cycle may come late.
    for (std::size_t i = in_vm ? 2 : 1; i < limits.size(); ++i) {
        EXPECT_GE(limits[i].at - limits[i - 1].at, 1s - tolerance);
        EXPECT_LE(limits[i].at - limits[i - 1].at, 1s + tolerance);
    }
    for (const support::Seen& seen : frames) {
        EXPECT_EQ(seen.frame.kind, CanFrame::Kind::standard);
        EXPECT_GE(seen.frame.id, 0x351U);
        EXPECT_LE(seen.frame.id, 0x382U);
    }
}

/// The first request of a poll after `since`: the one that reads the limits.
std::optional<TimePoint> next_poll(const Rig& rig, TimePoint since) {
    TimePoint before{};
    for (const TimePoint request : rig.requests()) {
        if (request > since && request - before > 100ms)
            return request;
        before = request;
    }
    return std::nullopt;
}

TEST(Battery, ALimitThatFallsIsOnTheBusBeforeItsTurn) {
    Options options;
    options.poll = "300 ms";
    Rig rig{options};
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    ASSERT_TRUE(support::eventually([&] { return support::only(rig.bus->frames(), 0x351).size() >= 2; }, 5s));
    // Each value below the one before; the limits end at 10 A.
    for (std::uint16_t ampere = 100; ampere >= 10; ampere = static_cast<std::uint16_t>(ampere - 10)) {
        const TimePoint changed = BootClock::now();
        rig.server.set(1, simulator::ModbusTable::input, 0x1010, {&ampere, 1});
        std::optional<TimePoint> seen_at;
        const auto on_the_bus = [&] {
            for (const support::Seen& seen : support::only(rig.bus->frames(), 0x351))
                if (!seen_at && (seen.frame.data[2] | seen.frame.data[3] << 8) == ampere * 10)
                    seen_at = seen.at;
            return seen_at.has_value();
        };
        ASSERT_TRUE(support::eventually(on_the_bus, 2s)) << ampere << " A\n" << rig.log();
        const auto asked = next_poll(rig, changed);
        ASSERT_TRUE(asked);
        const double late = std::chrono::duration<double, std::milli>(*seen_at - *asked).count();
        std::printf("limit of %u A on the bus %.1f ms after the poll that read it\n", unsigned{ampere}, late);
        EXPECT_LE(late, 120.0) << "a slot, or what is left of the 100 ms since the last 0x351";
    }
}

TEST(Battery, SigtermEndsItCleanly) {
    Rig rig;
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    const TimePoint asked = BootClock::now();
    rig.daemon->signal(15);
    EXPECT_EQ(rig.daemon->wait(3s), 0) << rig.log();
    EXPECT_LE(rig.bus->frames().back().at, asked + 20ms) << "the transmitter stops first";
}

} // namespace
} // namespace retrocan::e2e
