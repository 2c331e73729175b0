// SPDX-License-Identifier: Apache-2.0
// A capture through mapping, policy and schedule. Expected bytes are worked out by hand from the table of
// chapter 2.
#include "daemon/capture_source.h"
#include "daemon/replay.h"
#include "unit/daemon/battery_of_captures.h"

#include <random>

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

std::vector<std::string> of_id(const std::vector<std::string>& frames, const std::string& id) {
    std::vector<std::string> result;
    for (const std::string& frame : frames)
        if (frame.find(" " + id + "#") != std::string::npos)
            result.push_back(frame);
    return result;
}

TEST(Replay, GivesTheFramesOfACaptureAtTheirTimes) {
    const BatteryOfCaptures battery;
    std::vector<std::string> lines{R"({"t":10,"capture":1})"};
    for (int second = 10; second < 15; ++second)
        lines.push_back(battery.answer(second * 1'000'000, {5280, 123, 80, 215, 80, 0}));
    const Replayed replayed = battery.replay(lines);
    EXPECT_EQ(replayed.fault, "");
    // Clear bus after 2 s of listening; the third good round comes at 12 s too. 56.4 V, 80 A, 120 A.
    const std::vector<std::string> expected{"(0000000012.030000) can0 351#34022003B0040000",
                                            "(0000000013.030000) can0 351#34022003B0040000"};
    EXPECT_EQ(of_id(replayed.frames, "351"), expected);
    // 52.80 V, 12.3 A, 21.5 degC
    EXPECT_EQ(of_id(replayed.frames, "356").front(), "(0000000012.040000) can0 356#A0147B00D7000000");
}

TEST(Replay, AFallenLimitIsOutBetweenTheLines) {
    const BatteryOfCaptures battery;
    std::vector<std::string> lines;
    for (int second = 10; second < 15; ++second)
        lines.push_back(battery.answer(second * 1'000'000, {5280, 123, 80, 215, 80, 0}));
    lines.push_back(battery.answer(15'300'000, {5280, 123, 80, 215, 10, 0}));
    lines.emplace_back(R"({"t":15.4})");
    const auto limits = of_id(battery.replay(lines).frames, "351");
    EXPECT_EQ(limits.back(), "(0000000015.300000) can0 351#34026400B0040000") << "10 A, out of turn";
}

TEST(Replay, TheEndOfLifeFallsBetweenTheLines) {
    const BatteryOfCaptures battery;
    std::vector<std::string> lines;
    for (int second = 10; second < 14; ++second)
        lines.push_back(battery.answer(second * 1'000'000, {5280, 123, 80, 215, 80, 0}));
    lines.emplace_back(R"({"t":60})");
    const Replayed replayed = battery.replay(lines);
    EXPECT_EQ(of_id(replayed.frames, "351").back().substr(0, 19), "(0000000017.030000)")
        << "the last answer was at 13 s, and lives for 5 s";
}

TEST(Replay, TheCaptureSaysWhatTheBusDid) {
    const BatteryOfCaptures battery;
    std::vector<std::string> lines{R"({"t":10,"capture":1,"bus":true})"};
    for (int second = 10; second < 30; ++second) {
        if (second == 15)
            lines.emplace_back(R"({"t":15,"bus":"up","text":"can0: up"})");
        if (second == 16)
            lines.emplace_back(R"({"t":16,"can":"351#00"})");
        if (second == 22)
            lines.emplace_back(R"({"t":22,"bus":"down"})");
        lines.push_back(battery.answer(second * 1'000'000, {5280, 123, 80, 215, 80, 0}));
    }
    EXPECT_EQ(battery.replay(lines).frames.size(), 0U) << "another battery was heard at 16 s";
    lines.erase(std::ranges::find(lines, R"({"t":16,"can":"351#00"})"));
    const auto frames = battery.replay(lines).frames;
    ASSERT_FALSE(frames.empty());
    EXPECT_EQ(frames.front().substr(0, 19), "(0000000017.000000)") << "2 s after the bus came up";
    EXPECT_EQ(frames.back().substr(0, 12), "(0000000021.") << "the bus went down at 22 s";
    std::ranges::replace(lines, R"({"t":22,"bus":"down"})", R"({"t":22,"bus":"rests"})");
    EXPECT_EQ(battery.replay(lines).frames, frames) << "nor is anything sent while the link rests";
}

TEST(Replay, LinesOfOthersAreLeftOut) {
    const BatteryOfCaptures battery;
    const Replayed replayed =
        battery.replay({R"({"t":1,"battery":"attic","address":0,"registers":[1,2,3,4,5,6]})", R"({"t":2})"});
    EXPECT_EQ(replayed.fault, "");
    EXPECT_EQ(replayed.answers, 0U);
}

TEST(Replay, ABadLineIsAFaultWithItsColumn) {
    const BatteryOfCaptures battery;
    EXPECT_EQ(battery.replay({R"({"t":1})", R"({"t":2,"address":0,"registers":[70000]})"}).fault,
              "20: registers: expected whole numbers from 0 to 65535");
    EXPECT_EQ(battery.replay({R"({"t":1})", R"({"t":0.5})"}).fault,
              "2: t: goes back from 1.0 s to 0.5 s; a capture is of one run, in order");
    EXPECT_EQ(battery.replay({R"({"t":1)"}).fault.substr(0, 16), "7: not JSON from");
}

TEST(Replay, SaysWhenTheFilesAreOthersThanThoseOfTheRecording) {
    const BatteryOfCaptures battery;
    const Replayed replayed = battery.replay(
        {R"({"t":1,"capture":1,"retrocan":"0.0.1","configuration":"0","mappings":{"shed":"1","attic":"2"}})"});
    EXPECT_EQ(replayed.notes.size(), 3U);
    EXPECT_EQ(battery.replay({R"({"t":1,"capture":1})"}).notes.size(), 0U);
}

/// A run with everything in it: answers that change, failures, silences, others on the bus.
std::vector<std::string> random_capture(const BatteryOfCaptures& battery, std::uint32_t seed) {
    std::mt19937 random{seed};
    const auto below = [&](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
    std::vector<std::string> lines;
    std::int64_t t = 1'000'000;
    for (int i = 0; i < 400; ++i) {
        t += below(30) == 0 ? below(9'000'000) : 200'000 + below(900'000);
        if (below(40) == 0)
            lines.push_back("{\"t\":" + battery.seconds(t) + ",\"can\":\"305#00\"}");
        if (below(25) == 0)
            lines.push_back("{\"t\":" + battery.seconds(t) + ",\"error\":\"timeout\"}");
        else
            lines.push_back(battery.answer(t, {5200 + below(100), below(200), 80 - below(5), 215,
                                               40 + below(50), below(8) == 0 ? 1 : 0}));
    }
    return lines;
}

TEST(Replay, Invariant8_TheSameCaptureGivesTheSameBytes) {
    const BatteryOfCaptures battery;
    for (std::uint32_t seed = 0; seed < 5; ++seed) {
        const auto lines = random_capture(battery, seed);
        const Replayed first = battery.replay(lines);
        EXPECT_GT(first.frames.size(), 500U);
        EXPECT_EQ(first.frames, battery.replay(lines).frames);
        EXPECT_EQ(first.frames, BatteryOfCaptures{}.replay(lines).frames);
    }
}

TEST(Replay, AnsweringEachLineGivesTheSameFrames) {
    const BatteryOfCaptures battery;
    const auto lines = random_capture(battery, 7); // no two answers at one time
    EXPECT_EQ(battery.replay(lines, true).frames, battery.replay(lines).frames);
}

} // namespace
} // namespace retrocan::daemon
