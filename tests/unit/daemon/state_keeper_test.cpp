// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_keeper.h"

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using policy::ChargeMemory;
using policy::EnergyMemory;
using policy::Phase;

constexpr TimePoint t0{1h};

Kept kept(Phase phase, Energy in) {
    return {ChargeMemory{phase, 0s}, EnergyMemory{in, {}, 0, 0}};
}

TEST(StateKeeper, KnowsWhatTheLastRunKept) {
    StateKeeper keeper{{{"shed", kept(Phase::floating, 7_Wh)}}, t0};
    EXPECT_EQ(keeper.find("shed"), kept(Phase::floating, 7_Wh));
    EXPECT_EQ(keeper.find("attic"), Kept{});
    keeper.keep("attic", kept(Phase::bulk, 1_Wh));
    keeper.keep("shed", kept(Phase::bulk, 8_Wh));
    EXPECT_EQ(keeper.state(),
              (KeptState{{"attic", kept(Phase::bulk, 1_Wh)}, {"shed", kept(Phase::bulk, 8_Wh)}}));
}

TEST(StateKeeper, WritesWhatAlwaysChangesEveryTenMinutes) {
    StateKeeper keeper{{{"shed", kept(Phase::bulk, {})}}, t0};
    int writes = 0;
    for (int second = 1; second <= 24 * 3600; ++second) {
        keeper.keep("shed", kept(Phase::bulk, {second}));
        if (keeper.due(t0 + std::chrono::seconds{second})) {
            ++writes;
            EXPECT_EQ(second % 600, 0);
        }
    }
    EXPECT_EQ(writes, 24 * 6);
}

TEST(StateKeeper, WritesNothingThatIsThereAlready) {
    StateKeeper keeper{{{"shed", kept(Phase::bulk, 7_Wh)}}, t0};
    keeper.keep("shed", kept(Phase::bulk, 7_Wh));
    EXPECT_FALSE(keeper.due(t0 + 24h));
    EXPECT_FALSE(keeper.due_at_stop(t0 + 24h));
}

TEST(StateKeeper, ANewPhaseIsNotKeptWaiting) {
    StateKeeper keeper{{{"shed", kept(Phase::bulk, {})}}, t0};
    keeper.keep("shed", kept(Phase::absorption, {}));
    EXPECT_FALSE(keeper.due(t0 + 60s - 1us)) << "phases that come and go do not wear the flash out";
    EXPECT_TRUE(keeper.due(t0 + 60s));
    EXPECT_FALSE(keeper.due(t0 + 61s)) << "it is written";
    keeper.keep("shed", kept(Phase::absorption, 1_Wh));
    EXPECT_FALSE(keeper.due(t0 + 660s - 1us));
    EXPECT_TRUE(keeper.due(t0 + 660s));
    keeper.keep("attic", kept(Phase::bulk, {}));
    EXPECT_TRUE(keeper.due(t0 + 720s)) << "the first phase of another one";
}

TEST(StateKeeper, APhaseThatFlapsIsWrittenOnceAMinuteAtMost) {
    StateKeeper keeper{{}, t0};
    int writes = 0;
    for (int second = 1; second <= 3600; ++second) {
        keeper.keep("shed", kept(second % 7 == 0 ? Phase::bulk : Phase::absorption, {second}));
        writes += keeper.due(t0 + std::chrono::seconds{second}) ? 1 : 0;
    }
    EXPECT_LE(writes, 60);
    EXPECT_GE(writes, 6);
}

TEST(StateKeeper, WhatIsNewIsWrittenAtTheStop) {
    StateKeeper keeper{{{"shed", kept(Phase::bulk, {})}}, t0};
    keeper.keep("shed", kept(Phase::bulk, 1_Wh));
    EXPECT_FALSE(keeper.due(t0 + 1s));
    EXPECT_TRUE(keeper.due_at_stop(t0 + 1s));
    EXPECT_FALSE(keeper.due_at_stop(t0 + 1s));
}

TEST(StateKeeper, KeepsWhatIsNotConfiguredAnyMore) {
    StateKeeper keeper{{{"sold", kept(Phase::bulk, 7_Wh)}}, t0};
    keeper.keep("shed", kept(Phase::bulk, 1_Wh));
    EXPECT_TRUE(keeper.due(t0 + 10min));
    EXPECT_EQ(keeper.state().size(), 2U);
}

} // namespace
} // namespace retrocan::daemon
