// SPDX-License-Identifier: Apache-2.0
// Invariant 1 on the wire: whatever becomes of the source, no 0x351 and no measured value later than
// `stale_after` after the last good answer.
#include "e2e/rig.h"

#include <random>
#include <thread>

#include <gtest/gtest.h>

namespace retrocan::e2e {
namespace {

using namespace std::chrono_literals;
using Fault = simulator::ModbusFault;

struct Kind {
    const char* name;
    Fault fault;
    bool drop_packets{};
};

const Kind kinds[] = {
    {"killed", {.kind = Fault::Kind::refuse}},
    {"hung", {.kind = Fault::Kind::hang}},
    {"exceptions", {.kind = Fault::Kind::exception, .exception = 4}},
    {"required_block_lost", {.kind = Fault::Kind::exception, .table = simulator::ModbusTable::coil}},
    {"packets_dropped", {}, true},
};

bool in_vm() {
    return std::getenv("RETROCAN_TEST_BUS") != nullptr;
} // NOLINT(concurrency-mt-unsafe)

int trials() {
    const char* given = std::getenv("RETROCAN_TRIALS"); // NOLINT(concurrency-mt-unsafe)
    return given != nullptr ? std::atoi(given) : 4;     // NOLINT(cert-err34-c): ours
}

void drop_packets(bool drop) {
    const std::string command =
        std::string{"tc qdisc "} + (drop ? "add" : "del") + " dev lo root" + (drop ? " netem loss 100%" : "");
    ASSERT_EQ(std::system(command.c_str()), 0) << command; // NOLINT: the VM has no other users
}

/// Only a machine of our own can be told to drop its packets: the VM.
std::vector<Kind> kinds_here() {
    std::vector<Kind> here;
    for (const Kind& kind : kinds)
        if (!kind.drop_packets || in_vm())
            here.push_back(kind);
    return here;
}

class Stale : public ::testing::TestWithParam<Kind> {};

void expect_silence_in_time(Rig& rig, TimePoint last_good, Duration stale_after) {
    // What the guest's scheduler and the way of the answer may add; on an idle host next to nothing.
    const Duration tolerance = in_vm() ? 20ms : 15ms;
    const auto frames = rig.bus->frames();
    ASSERT_FALSE(frames.empty());
    EXPECT_LE(frames.back().at - last_good, stale_after + tolerance) << to_text(frames.back().frame) << "\n"
                                                                     << rig.log();
    // And it must not stop without need: less than a period before the data expires.
    EXPECT_GE(support::only(frames, 0x351).back().at - last_good, stale_after - 1s - 200ms) << rig.log();
    EXPECT_NE(rig.log().find("stale"), std::string::npos);
}

void one_trial(const Kind& kind, std::mt19937& random, const Options& options, Duration stale_after) {
    Rig rig{options};
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution{0, 999}(random)});
    if (kind.drop_packets)
        drop_packets(true);
    rig.fault(kind.fault);
    const TimePoint last_good = rig.last_good_answer();
    std::this_thread::sleep_for(stale_after + 1500ms);
    if (kind.drop_packets)
        drop_packets(false);
    expect_silence_in_time(rig, last_good, stale_after);
}

TEST_P(Stale, Invariant1_TheLastFrameIsNoLaterThanStaleAfter) {
    std::mt19937 random{std::random_device{}()};
    for (int i = 0; i < trials(); ++i) {
        SCOPED_TRACE(i);
        one_trial(GetParam(), random, {}, 2s);
    }
}

INSTANTIATE_TEST_SUITE_P(Source, Stale, ::testing::ValuesIn(kinds_here()),
                         [](const auto& test) { return std::string{test.param.name}; });

TEST(StaleDefault, Invariant1_HoldsAtFiveSeconds) {
    std::mt19937 random{std::random_device{}()};
    Options options;
    options.stale_after = "5 s";
    one_trial(kinds[1], random, options, 5s);
}

TEST(Recovery, ASourceThatComesBackRunsAgainAfterThreeGoodRounds) {
    Rig rig;
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    rig.fault({.kind = Fault::Kind::refuse});
    std::this_thread::sleep_for(3500ms);
    const std::size_t before = rig.bus->frames().size();
    std::this_thread::sleep_for(500ms);
    EXPECT_EQ(rig.bus->frames().size(), before) << "silent";
    const TimePoint healed = BootClock::now();
    rig.heal();
    ASSERT_TRUE(rig.sends_within(12s, healed)) << rig.log();
    const auto frames = rig.bus->frames();
    EXPECT_GE(frames.at(before).at - healed, 400ms) << "three rounds, 200 ms apart";
}

TEST(Start, Invariant1_NothingIsSentBeforeThreeGoodRounds) {
    Options options;
    Rig rig{options};
    rig.fault({.kind = Fault::Kind::hang});
    std::this_thread::sleep_for(3s); // the bus has been listened to
    const std::size_t before = rig.bus->frames().size();
    EXPECT_EQ(before, 0U);
    const TimePoint healed = BootClock::now();
    rig.heal();
    ASSERT_TRUE(rig.sends_within(12s)) << rig.log();
    EXPECT_GE(rig.bus->frames().front().at - healed, 400ms);
}

// Invariant 5: a source that answers late never delays the transmit cycle.
TEST(LateSource, Invariant5_DoesNotDelayTheFrames) {
    Options options;
    options.timeout = "2 s";
    options.stale_after = "10 s";
    Rig rig{options};
    rig.server.set_fault({.kind = Fault::Kind::late, .delay = 400ms});
    ASSERT_TRUE(rig.sends_within(30s)) << rig.log();
    ASSERT_TRUE(
        support::eventually([&] { return support::only(rig.bus->frames(), 0x351).size() >= 8; }, 15s));
    const Duration tolerance = in_vm() ? 20ms : 15ms;
    const auto limits = support::only(rig.bus->frames(), 0x351);
    // An emulated processor is slow at what it does for the first time: there the first cycle may come late.
    for (std::size_t i = in_vm() ? 2 : 1; i < limits.size(); ++i) {
        EXPECT_GE(limits[i].at - limits[i - 1].at, 1s - tolerance);
        EXPECT_LE(limits[i].at - limits[i - 1].at, 1s + tolerance);
    }
}

} // namespace
} // namespace retrocan::e2e
