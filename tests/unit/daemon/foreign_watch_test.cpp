// SPDX-License-Identifier: Apache-2.0
#include "daemon/foreign_watch.h"
#include "unit/daemon/bridge_rig.h"
#include "victron/message.h"

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

CanFrame frame(const char* text) {
    return *parse_frame(text);
}

TEST(ForeignWatch, TellsWhatItCountedInTheFirstTwoSecondsThenEachMinuteThenTheEnd) {
    ForeignWatch others;
    std::vector<std::string> told;
    TimePoint now = t0;
    for (int ms = 0; ms < 130'000; ms += 500, now += 500ms) {
        if (ms < 70'000 && ms % 1000 == 0)
            others.heard(frame("351#3802E803E803E001"), false, now);
        if (ms < 70'000 && ms % 2000 == 0)
            others.heard(frame("355#6400640000000000"), false, now);
        if (const auto news = others.news(now))
            told.push_back(std::to_string(ms) +
                           (news->ended ? " ended"
                                        : " " + std::to_string(news->seconds) + " s " + news->identifiers +
                                              (news->on_the_bus ? " bus" : " here")));
    }
    // 0x351 at 0, 1 and 2 s when it is asked at 2 s; then at 3 .. 62 s; the last is at 69 s.
    EXPECT_EQ(told, (std::vector<std::string>{"2000 2 s 0x351 (3), 0x355 (2) bus",
                                              "62000 60 s 0x351 (60), 0x355 (30) bus", "99000 ended"}));
    EXPECT_EQ(others.frames(), 105U);
    EXPECT_FALSE(others.present());
}

TEST(ForeignWatch, TellsAProgramOfThisMachineFromAnotherNode) {
    ForeignWatch others;
    others.heard(frame("35A#00"), true, t0);
    EXPECT_FALSE(others.news(t0 + 2s)->on_the_bus);
    others.heard(frame("35A#00"), true, t0 + 3s);
    others.heard(frame("35A#00"), false, t0 + 4s);
    EXPECT_TRUE(others.news(t0 + 62s)->ended) << "nothing for 58 s";
    others.heard(frame("35A#00"), true, t0 + 63s);
    others.heard(frame("35A#00"), false, t0 + 64s);
    EXPECT_TRUE(others.news(t0 + 65s)->on_the_bus) << "both: the other node is the worse one";
}

TEST(ForeignWatch, OneFrameIsToldToo) {
    ForeignWatch others;
    others.heard(frame("382#00"), false, t0);
    EXPECT_EQ(others.news(t0 + 1min)->identifiers, "0x382 (1)") << "though it was asked late";
    EXPECT_TRUE(others.news(t0 + 61s)->ended);
    EXPECT_FALSE(others.news(t0 + 62s));
}

TEST(ForeignWatch, NobodyIsGoneWhileNothingCanBeHeard) {
    ForeignWatch others;
    others.heard(frame("351#00"), false, t0);
    EXPECT_FALSE(others.news(t0 + 2s)->ended);
    others.bus_down(t0 + 10s);
    others.bus_down(t0 + 20s); // for another reason
    EXPECT_FALSE(others.news(t0 + 5min));
    others.bus_up(t0 + 5min);
    EXPECT_FALSE(others.news(t0 + 5min)) << "nor are minutes told in which nobody could count";
    EXPECT_FALSE(others.news(t0 + 5min + 29s));
    EXPECT_TRUE(others.news(t0 + 5min + 30s)->ended);
}

TEST(ForeignWatch, KnowsWhichIdentifiersAreOurs) {
    ForeignWatch others;
    for (const char* text : {"305#00", "307#00", "359#00", "00000351#00", "351#R", "123#"})
        others.heard(frame(text), false, t0);
    EXPECT_FALSE(others.present()) << "the GX, a maker's own alarms, and what is no battery's frame at all";
    for (const victron::Message& message : victron::messages()) {
        ForeignWatch one;
        one.heard({.id = message.id, .size = 8}, false, t0);
        EXPECT_TRUE(one.present());
    }
}

class ForeignBridgeTest : public ::testing::Test, public Rig {
protected:
    void use(OnForeign on_foreign) {
        BridgeSettings s = settings(*bound);
        s.on_foreign = on_foreign;
        bridge.emplace(s, std::vector{static_cast<const mapping::Bound*>(bound.get())}, t0);
        bridge->bus_up(now);
        pass(5s);
    }
    /// The other battery for some seconds; what we sent meanwhile.
    std::size_t beside(int seconds, const char* text = "355#6400640000000000") {
        const std::size_t before = sent.size();
        for (int i = 0; i < seconds; ++i) {
            bridge->heard(frame(text), now);
            pass(1s);
        }
        return sent.size() - before;
    }
};

TEST_F(ForeignBridgeTest, AfterOurFirstFrameAnotherBatteryIsNoReasonToStop) {
    use(OnForeign::warn);
    ASSERT_FALSE(sent.empty());
    const std::size_t before = times_of(0x351).size();
    beside(20, "351#3802E803E803E001");
    EXPECT_EQ(times_of(0x351).size(), before + 20);
    EXPECT_EQ(bridge->hearing(), Hearing::clear);
}

TEST_F(ForeignBridgeTest, ByTheOwnersWishTheThirdFrameSilencesUntilItHasBeenGoneForHalfAMinute) {
    use(OnForeign::silent);
    EXPECT_GT(beside(2), 10U);
    EXPECT_EQ(beside(60), 0U);
    EXPECT_EQ(bridge->hearing(), Hearing::foreign);
    const std::size_t before = sent.size();
    pass(28900ms); // the last was heard a second ago
    EXPECT_EQ(sent.size(), before);
    pass(1200ms);
    EXPECT_GT(sent.size(), before);
    EXPECT_EQ(bridge->hearing(), Hearing::clear);
}

TEST_F(ForeignBridgeTest, OddFramesFarApartAreNoBattery) {
    use(OnForeign::silent);
    for (int i = 0; i < 5; ++i) {
        EXPECT_GT(beside(1), 0U);
        pass(10s);
    }
}

TEST_F(ForeignBridgeTest, AnotherBatteryIsNotGoneBecauseTheBusWasDown) {
    use(OnForeign::silent);
    beside(4);
    bridge->bus_down();
    bus_takes = false;
    pass(1min);
    bus_takes = true;
    bridge->bus_up(now);
    const std::size_t before = sent.size();
    pass(29900ms);
    EXPECT_EQ(sent.size(), before);
    pass(1200ms);
    EXPECT_GT(sent.size(), before);
}

// The link is up again only after a frame of ours, so this must not wait for it.
TEST_F(ForeignBridgeTest, ALinkThatRestsStillHearsThatTheOtherBatteryIsGone) {
    use(OnForeign::silent);
    beside(3);
    bridge->bus_rests();
    EXPECT_EQ(beside(60), 0U);
    EXPECT_EQ(bridge->hearing(), Hearing::foreign);
    const std::size_t before = sent.size();
    pass(28900ms); // the last was heard a second ago
    EXPECT_EQ(sent.size(), before);
    pass(1200ms);
    EXPECT_GT(sent.size(), before) << "it is tried again";
    EXPECT_FALSE(bridge->bus_is_up());
    bridge->bus_up(now);
    EXPECT_EQ(bridge->hearing(), Hearing::clear);
}

TEST_F(ForeignBridgeTest, ARestThatEndsDoesNotBeginTheWaitAnew) {
    use(OnForeign::silent);
    beside(4);
    bridge->bus_rests();
    pass(20s);
    bridge->bus_up(now);
    const std::size_t before = sent.size();
    pass(10s);
    EXPECT_GT(sent.size(), before);
}

TEST_F(ForeignBridgeTest, ARestThatBecomesADownHearsNothing) {
    use(OnForeign::silent);
    beside(4);
    bridge->bus_rests();
    bridge->bus_down();
    pass(1min);
    EXPECT_EQ(bridge->hearing(), Hearing::foreign);
}

} // namespace
} // namespace retrocan::daemon
