// SPDX-License-Identifier: Apache-2.0
#include "daemon/gx_watch.h"
#include "unit/daemon/bridge_rig.h"

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

const GxPolicy silent_after_12_minutes{OnGxLost::silent, 12min};

/// Asks for the next deadline, as the loop does, so that no other step is needed.
void pass(GxWatch& gx, TimePoint& now, Duration time) {
    const TimePoint end = now + time;
    while (const auto next = gx.next()) {
        if (*next > end)
            break;
        ASSERT_GE(*next, now) << "a deadline that stays in the past would be a busy loop";
        now = *next;
        gx.tick(now);
        ASSERT_NE(gx.next(), next);
    }
    now = end;
    gx.tick(now);
}

class GxWatchTest : public ::testing::Test {
protected:
    void pass(Duration time) { daemon::pass(gx, now, time); }

    TimePoint now{t0};
    GxWatch gx{silent_after_12_minutes, t0};
};

TEST_F(GxWatchTest, IsPresentWhileItIsHeardEachSecondAndLostAfterFive) {
    gx.bus_up(now);
    EXPECT_EQ(gx.state(), GxState::never);
    pass(3s);
    gx.heard(now);
    EXPECT_EQ(gx.state(), GxState::present);
    EXPECT_EQ(gx.since(), t0 + 3s);
    for (int i = 0; i < 10; ++i) {
        pass(1s);
        gx.heard(now);
    }
    EXPECT_EQ(gx.heard_at(), t0 + 13s);
    EXPECT_EQ(gx.since(), t0 + 3s);
    pass(4999ms);
    EXPECT_EQ(gx.state(), GxState::present);
    pass(1ms);
    EXPECT_EQ(gx.state(), GxState::lost);
    EXPECT_EQ(gx.since(), t0 + 18s);
    EXPECT_EQ(gx.losses(), 1U);
    pass(1min);
    gx.heard(now);
    EXPECT_EQ(gx.state(), GxState::present);
    EXPECT_EQ(gx.losses(), 1U);
}

TEST_F(GxWatchTest, ALossThatNobodyLookedAtCounts) {
    gx.bus_up(now);
    gx.heard(now);
    gx.heard(now + 1min);
    EXPECT_EQ(gx.losses(), 1U);
    EXPECT_EQ(gx.state(), GxState::present);
    EXPECT_EQ(gx.since(), t0 + 1min);
}

TEST_F(GxWatchTest, IsMissedAfterAMinuteOfListening) {
    pass(10min);
    EXPECT_FALSE(gx.missed()) << "the bus was not up";
    gx.bus_up(now);
    pass(59s);
    EXPECT_FALSE(gx.missed());
    gx.bus_down();
    pass(10min);
    gx.bus_up(now);
    pass(59s);
    EXPECT_FALSE(gx.missed());
    pass(1s);
    EXPECT_TRUE(gx.missed());
    EXPECT_FALSE(gx.must_be_silent()) << "nobody who has never been heard silences us";
    pass(24h);
    EXPECT_FALSE(gx.must_be_silent());
    EXPECT_EQ(gx.state(), GxState::never);
    gx.heard(now);
    EXPECT_FALSE(gx.missed());
}

TEST_F(GxWatchTest, SilencesAtTheVeryEndOfItsTimeAndUntilItIsHeard) {
    gx.bus_up(now);
    gx.heard(now);
    pass(12min - 1us);
    EXPECT_FALSE(gx.must_be_silent());
    pass(1us);
    EXPECT_TRUE(gx.must_be_silent());
    pass(5h);
    EXPECT_TRUE(gx.must_be_silent());
    gx.heard(now);
    EXPECT_FALSE(gx.must_be_silent());
    pass(12min - 1us);
    EXPECT_FALSE(gx.must_be_silent());
}

// An interface that was down says nothing about the GX; and a system whose GX only answers must not be mute
// for ever because a cable was out.
TEST_F(GxWatchTest, WaitsItsWholeTimeAgainWhenTheBusIsBack) {
    gx.bus_up(now);
    gx.heard(now);
    gx.bus_down();
    pass(1h);
    EXPECT_EQ(gx.state(), GxState::lost);
    EXPECT_FALSE(gx.must_be_silent());
    gx.bus_up(now);
    pass(12min - 1us);
    EXPECT_FALSE(gx.must_be_silent());
    pass(1us);
    EXPECT_TRUE(gx.must_be_silent());
    gx.bus_down();
    gx.bus_up(now);
    EXPECT_FALSE(gx.must_be_silent());
}

TEST_F(GxWatchTest, IsNotCountedAsLostWhileNothingCanBeHeard) {
    gx.bus_up(now);
    gx.heard(now);
    gx.bus_down();
    pass(1min);
    EXPECT_EQ(gx.state(), GxState::lost);
    EXPECT_EQ(gx.losses(), 0U);
    gx.bus_up(now);
    gx.heard(now);
    gx.bus_rests();
    pass(1min);
    EXPECT_EQ(gx.losses(), 1U) << "a link that rests hears";
    pass(24h);
    EXPECT_FALSE(gx.must_be_silent()) << "a GX that only answers would never be back";
}

TEST(GxWatch, WarnNeverSilences) {
    GxWatch gx{GxPolicy{}, t0};
    TimePoint now = t0;
    gx.bus_up(now);
    gx.heard(now);
    pass(gx, now, 24h);
    EXPECT_EQ(gx.state(), GxState::lost);
    EXPECT_FALSE(gx.must_be_silent());
}

class GxBridgeTest : public ::testing::Test, public Rig {
protected:
    void use(const GxPolicy& policy) {
        BridgeSettings s = settings(*bound);
        s.gx = policy;
        bridge.emplace(s, std::vector{static_cast<const mapping::Bound*>(bound.get())}, t0);
        bridge->bus_up(now);
    }
    std::size_t sent_in(Duration time) {
        const std::size_t before = times_of(0x351).size();
        pass(time);
        return times_of(0x351).size() - before;
    }
};

TEST_F(GxBridgeTest, AShortFrameIsTheGxAndAnExtendedOneIsNot) {
    use({});
    bridge->heard(*parse_frame("00000305#0000000000000000"), now);
    bridge->heard(*parse_frame("306#00"), now);
    EXPECT_EQ(bridge->gx().state(), GxState::never);
    bridge->heard(*parse_frame("305#"), now);
    EXPECT_EQ(bridge->gx().state(), GxState::present);
}

TEST_F(GxBridgeTest, ItsLossIsNoConditionForSending) {
    use({});
    EXPECT_GE(sent_in(10s), 7U) << "though none was ever heard";
    bridge->heard(*parse_frame("305#0000000000000000"), now);
    pass(11min);
    EXPECT_EQ(bridge->gx().state(), GxState::lost);
    EXPECT_EQ(sent_in(10s), 10U);
}

TEST_F(GxBridgeTest, ByTheOwnersWishItSilencesAllAndItsReturnEndsThatAtOnce) {
    use({OnGxLost::silent, 10min});
    pass(5s);
    bridge->heard(*parse_frame("305#0000000000000000"), now);
    const TimePoint heard = now;
    pass(10min - 1ms);
    ASSERT_FALSE(sent.empty());
    EXPECT_GT(sent.back().first, heard + 10min - 1s);
    const std::size_t before = sent.size();
    pass(30s);
    EXPECT_EQ(sent.size(), before) << "of all identifiers";
    bridge->heard(*parse_frame("305#"), now);
    EXPECT_EQ(sent_in(50ms), 1U);
    EXPECT_EQ(sent_in(10s), 10U);
}

} // namespace
} // namespace retrocan::daemon
