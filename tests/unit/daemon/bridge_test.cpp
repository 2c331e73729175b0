// SPDX-License-Identifier: Apache-2.0
#include "unit/daemon/bridge_rig.h"

#include <map>

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

class BridgeTest : public ::testing::Test, protected Rig {};

TEST_F(BridgeTest, SendsTheWholeSetOnceASecondInOrder) {
    bridge->bus_up(now);
    pass(4s);
    std::vector<std::uint32_t> ids;
    for (const auto& [at, frame] : sent)
        if (at < sent.front().first + 1s)
            ids.push_back(frame.id);
    EXPECT_EQ(ids, (std::vector<std::uint32_t>{0x35E, 0x35A, 0x351, 0x355, 0x356, 0x378}));
    const auto limits = times_of(0x351);
    for (std::size_t i = 1; i < limits.size(); ++i)
        EXPECT_EQ(limits[i] - limits[i - 1], 1s);
    // From the table of chapter 2: CVL 56.4 V, CCL 80 A, DCL 120 A, no discharge voltage; 12.3 A, 21.5 degC.
    const auto text = [this](std::uint32_t id) {
        for (const auto& [at, frame] : sent)
            if (frame.id == id)
                return to_text(frame);
        return std::string{};
    };
    EXPECT_EQ(text(0x351), "351#34022003B0040000");
    EXPECT_EQ(text(0x355), "355#50006400401F0000");
    EXPECT_EQ(text(0x35E), "35E#41434D4500000000");
    EXPECT_EQ(text(0x35A), "35A#0800000000000000") << "high voltage: supported, not active";
    EXPECT_EQ(text(0x356).substr(8), "7B00D7000000");
}

TEST_F(BridgeTest, Invariant1_NothingBeforeThreeGoodRoundsAndTwoSecondsOfListening) {
    pass(5s);
    EXPECT_TRUE(sent.empty()) << "the bus is not up";
    const TimePoint up = now;
    bridge->bus_up(now);
    pass(3s);
    ASSERT_FALSE(sent.empty());
    EXPECT_GE(sent.front().first, up + 2s);
    EXPECT_LE(sent.front().first, up + 2s + 1ms);
}

TEST_F(BridgeTest, FirstFrameComesAtOnceAfterTheThirdGoodRound) {
    bridge->bus_up(now);
    pass(4s, false);
    for (int i = 0; i < 3; ++i) {
        answer();
        pass(i < 2 ? Duration{200ms} : Duration{50ms}, false);
    }
    ASSERT_FALSE(sent.empty());
    EXPECT_EQ(times_of(0x351).size(), 1U) << "0x351 within 50 ms";
}

TEST_F(BridgeTest, Invariant1_No351LaterThanStaleAfterTheLastGoodRound) {
    bridge->bus_up(now);
    pass(5s);
    const TimePoint last_answer = t0 + 4s;
    pass(20s, false);
    ASSERT_FALSE(sent.empty());
    EXPECT_LE(sent.back().first, last_answer + 5s - 20ms);
    EXPECT_GE(sent.back().first, last_answer + 4s - 20ms) << "and no sooner than it must";
    EXPECT_EQ(bridge->pack().state(), policy::PackState::stale);
}

TEST_F(BridgeTest, AForeign351BeforeTheFirstFrameSilencesUs) {
    bridge->bus_up(now);
    pass(1s);
    bridge->heard(*parse_frame("351#3802E803E803E001"), now);
    pass(29s);
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(bridge->hearing(), Hearing::foreign);
    pass(2s);
    EXPECT_FALSE(sent.empty()) << "it has been gone for 30 s";
}

TEST_F(BridgeTest, TheGxAndOthersMaySendWhatTheyLike) {
    bridge->bus_up(now);
    for (const char* text : {"305#0000000000000000", "307#1234567856494300", "00000351#00", "123#"})
        bridge->heard(*parse_frame(text), now);
    pass(3s);
    EXPECT_EQ(bridge->hearing(), Hearing::clear);
    EXPECT_EQ(bridge->gx().heard_at(), t0);
    EXPECT_FALSE(sent.empty());
}

TEST_F(BridgeTest, AFallingLimitGoesOutWithinOneSlotAndMovesNoDeadline) {
    bridge->bus_up(now);
    pass(4600ms);
    const auto before = times_of(0x351);
    answer(10);
    const TimePoint fell = now;
    pass(5ms, false);
    ASSERT_EQ(times_of(0x351).size(), before.size() + 1);
    EXPECT_EQ(to_text(sent.back().second), "351#34026400B0040000");
    EXPECT_LE(sent.back().first, fell + 5ms);
    pass(2s, false);
    EXPECT_EQ(times_of(0x351).at(before.size() + 1), before.back() + 1s);
}

TEST_F(BridgeTest, ARisingLimitWaitsForItsTurn) {
    bridge->bus_up(now);
    pass(4600ms);
    const auto before = times_of(0x351).size();
    answer(90);
    pass(100ms, false);
    EXPECT_EQ(times_of(0x351).size(), before);
}

TEST_F(BridgeTest, Invariant2_NoLimitOnTheBusIsAboveTheEnvelope) {
    bridge->bus_up(now);
    for (const std::int64_t wild : {0, 1, 99, 100, 101, 500, 65'535, -1}) {
        answer(wild);
        pass(700ms, false);
        answer(wild);
        pass(700ms, false);
    }
    for (const auto& [at, frame] : sent) {
        if (frame.id != 0x351)
            continue;
        const auto field = [&f = frame](std::size_t i) { return f.data[i] | f.data[i + 1] << 8; };
        EXPECT_EQ(field(0), 564);
        EXPECT_LE(field(2), 1000);
        EXPECT_LE(field(4), 1200);
    }
    EXPECT_EQ(bridge->refused(), 0U);
    EXPECT_GE(times_of(0x351).size(), 8U);
}

TEST_F(BridgeTest, ListeningBeginsAnewWhenTheBusWasDownBeforeTheFirstFrame) {
    bridge->bus_up(now);
    pass(1s);
    bridge->bus_down();
    pass(5s);
    EXPECT_TRUE(sent.empty());
    const TimePoint up = now;
    bridge->bus_up(now);
    pass(3s);
    ASSERT_FALSE(sent.empty());
    EXPECT_GE(sent.front().first, up + 2s);
}

TEST_F(BridgeTest, AForeignBatteryIsNotGoneWhileNothingCanBeHeard) {
    bridge->bus_up(now);
    bridge->heard(*parse_frame("351#3802E803E803E001"), now);
    bridge->bus_down();
    pass(40s);
    EXPECT_EQ(bridge->hearing(), Hearing::foreign);
    bridge->bus_up(now);
    pass(29s);
    EXPECT_TRUE(sent.empty());
}

TEST_F(BridgeTest, AFrameThatTheBusDidNotTakeIsNoFirstFrame) {
    bus_takes = false;
    bridge->bus_up(now);
    pass(4s);
    bridge->heard(*parse_frame("351#3802E803E803E001"), now);
    EXPECT_EQ(bridge->hearing(), Hearing::foreign);
    bus_takes = true;
    pass(2s);
    EXPECT_TRUE(sent.empty());
}

TEST_F(BridgeTest, Invariant1_AFrameThatWasDueMayNotGoWhenItsDataHasExpiredMeanwhile) {
    bridge->bus_up(now);
    pass(4s);
    const CanFrame limits = *parse_frame("351#34022003B0040000");
    EXPECT_TRUE(bridge->may_write(limits, now));
    EXPECT_FALSE(bridge->may_write(limits, now + 5s)) << "the process slept between";
}

// Invariant 8: the same answers at the same times give the same frames at the same times.
TEST(BridgeReplay, Invariant8_TheSameInputGivesTheSameFrames) {
    const auto drive = [](Rig& rig) {
        rig.bridge->bus_up(rig.now);
        rig.pass(10s);
        rig.pass(7s, false);
        rig.pass(5s);
    };
    Rig a;
    Rig b;
    drive(a);
    drive(b);
    ASSERT_FALSE(a.sent.empty());
    EXPECT_EQ(a.sent, b.sent);
}

class AlarmBridgeTest : public ::testing::Test, protected Rig {
protected:
    AlarmBridgeTest() : Rig{OnStale::alarm} {}
};

TEST_F(AlarmBridgeTest, WhileStaleItSendsNamesAndTheInternalAlarmAlone) {
    bridge->bus_up(now);
    pass(3s, false);
    EXPECT_TRUE(sent.empty()) << "not before a first running";
    pass(4s);
    pass(6s, false);
    sent.clear();
    pass(3s, false);
    std::map<std::string, int> frames;
    for (const auto& [at, frame] : sent)
        ++frames[to_text(frame)];
    EXPECT_EQ(frames, (std::map<std::string, int>{{"35A#0000400000000000", 3}, {"35E#41434D4500000000", 3}}));
}

} // namespace
} // namespace retrocan::daemon
