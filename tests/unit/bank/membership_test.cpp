// SPDX-License-Identifier: Apache-2.0
#include "unit/bank/bank_of_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::bank {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using policy::PackState;
using testing::HasSubstr;
using testing::IsEmpty;
using Counts = std::vector<bool>;

TEST(StopBank, RunsOnceAllRun) {
    TestBank b{2, {}};
    b[1].lose("no complete round yet", PackState::starting);
    View view = b.look();
    EXPECT_EQ(view.state, PackState::starting);
    EXPECT_EQ(view.reason, "all 2 batteries have to run; barn is starting: no complete round yet");
    EXPECT_FALSE(view.limits);
    EXPECT_EQ(view.values, BatteryState{});
    EXPECT_EQ(view.counts, (Counts{false, false}));

    b[1].run(b.now);
    view = b.look_after(1s);
    EXPECT_EQ(view.state, PackState::running);
    EXPECT_EQ(view.reason, "2 of 2 batteries run");
    EXPECT_TRUE(view.limits);
    EXPECT_EQ(view.counts, (Counts{true, true}));
    EXPECT_THAT(view.objections, IsEmpty());
    EXPECT_EQ(b.bank.next(), std::nullopt);
}

TEST(StopBank, IsStaleInTheLookInWhichOneIsLost_AndNamesIt) {
    TestBank b{3, {}};
    ASSERT_EQ(b.look().state, PackState::running);
    b[1].lose("no good round for 5 s: timeout");
    View view = b.look_after(1s);
    EXPECT_EQ(view.state, PackState::stale);
    EXPECT_EQ(view.reason, "all 3 batteries have to run; barn is stale: no good round for 5 s: timeout");
    EXPECT_FALSE(view.limits);
    EXPECT_EQ(view.values, BatteryState{});
    EXPECT_EQ(view.counts, (Counts{false, false, false}));
    const std::string reason = view.reason;
    EXPECT_EQ(b.look_after(1s).reason, reason) << "nothing has changed: no line in the log";

    b[1].run(b.now);
    EXPECT_EQ(b.look_after(1s).state, PackState::running);
}

TEST(StopBank, DoesNotStartWithVoltagesApart) {
    TestBank b{2, {}};
    b[0].voltage(52'800_mV);
    b[1].voltage(53'801_mV);
    const View view = b.look();
    EXPECT_EQ(view.state, PackState::starting);
    EXPECT_EQ(view.reason, "all 2 batteries have to run; barn is left out: 1 V above the others, at most 1 V "
                           "is allowed");
    b[1].voltage(53'800_mV);
    EXPECT_EQ(b.look().state, PackState::running);
}

TEST(StopBank, GoesOnWhenVoltagesDriftApartInOperation) {
    TestBank b{2, {}};
    ASSERT_EQ(b.look().state, PackState::running);
    b[1].voltage(55_V);
    const View view = b.look_after(1s);
    EXPECT_EQ(view.state, PackState::running);
    EXPECT_THAT(all_of(view.objections), HasSubstr("voltages apart: barn has 55 V, attic 52.8 V"));
}

// Its policy notices that a moment later; until then its state says running.
TEST(Bank, DoesNotCountABatteryWhoseDataHasExpired) {
    TestBank b{2, degrade()};
    ASSERT_EQ(b.look().state, PackState::running);
    std::vector<Member> members{b[0].member, b[1].member};
    members[0].alive_until = t0 + 4s;
    EXPECT_EQ(b.bank.look(members, t0 + 4s - 1us).counts, (Counts{true, true}));
    const View view = b.bank.look(members, t0 + 4s);
    EXPECT_EQ(view.counts, (Counts{false, true}));
    EXPECT_EQ(view.limits->ccl.value, 50_A);
    EXPECT_EQ(view.alive_until, t0 + 5s);
}

TEST(DegradeBank, WaitsForAllAtTheStart_ButNotLongerThanTheGrace) {
    BankSettings settings = degrade();
    settings.min_online = 2;
    TestBank b{3, settings};
    for (std::size_t i = 0; i < 3; ++i)
        b[i].lose("no complete round yet", PackState::starting);
    EXPECT_EQ(b.look().reason,
              "at least 2 of 3 batteries have to run; attic is starting: no complete round "
              "yet, barn is starting: no complete round yet, cellar is starting: no complete "
              "round yet");
    EXPECT_EQ(b.bank.next(), std::nullopt);
    b[0].run(b.now);
    EXPECT_EQ(b.look_after(10s).state, PackState::starting); // the first runs: 30 s from here
    EXPECT_EQ(b.bank.next(), t0 + 40s);
    b[1].run(b.now);
    const View waiting = b.look_after(30s - 1us);
    EXPECT_EQ(waiting.state, PackState::starting);
    EXPECT_EQ(waiting.reason, "waiting for the others; cellar is starting: no complete round yet");
    const View view = b.look_after(1us);
    EXPECT_EQ(view.state, PackState::running);
    EXPECT_EQ(view.counts, (Counts{true, true, false}));
    EXPECT_EQ(view.reason, "2 of 3 batteries run");
    EXPECT_THAT(all_of(view.objections), HasSubstr("without cellar: it is not running; the others go on"));
    EXPECT_EQ(b.bank.next(), std::nullopt);
}

TEST(DegradeBank, StartsAtOnceWhenAllRun) {
    EXPECT_EQ(TestBank(3, degrade()).look().state, PackState::running);
}

TEST(DegradeBank, DoesNotStartBelowMinOnline_HoweverLongItWaits) {
    BankSettings settings = degrade();
    settings.min_online = 2;
    TestBank b{2, settings};
    b[0].lose();
    EXPECT_EQ(b.look().state, PackState::starting);
    EXPECT_EQ(b.look_after(1h).state, PackState::starting);
    EXPECT_EQ(b.bank.next(), std::nullopt) << "nothing to wake up for";
}

TEST(DegradeBank, GoesOnWithTheRestWhileThereIsMinOnline) {
    BankSettings settings = degrade();
    settings.min_online = 2;
    TestBank b{3, settings};
    ASSERT_EQ(b.look().state, PackState::running);
    b[0].lose();
    View view = b.look_after(1s);
    EXPECT_EQ(view.state, PackState::running);
    EXPECT_EQ(view.counts, (Counts{false, true, true}));
    b[2].lose("the data is frozen");
    view = b.look_after(1s);
    EXPECT_EQ(view.state, PackState::stale);
    EXPECT_EQ(view.counts, (Counts{false, false, false}));
    EXPECT_EQ(view.reason, "at least 2 of 3 batteries have to run; attic is stale: no good round for 5 s, "
                           "cellar is stale: the data is frozen");
    EXPECT_FALSE(view.limits);
}

TEST(DegradeBank, AfterAStaleTheRestWaitsForTheOthersAgain) {
    BankSettings settings = degrade();
    settings.min_online = 2;
    TestBank b{3, settings};
    b.look();
    b[0].lose();
    b[1].lose();
    ASSERT_EQ(b.look_after(1s).state, PackState::stale);
    EXPECT_EQ(b.bank.next(), t0 + 31s);
    b[1].run(b.now);
    EXPECT_EQ(b.look_after(1s).state, PackState::stale);
    EXPECT_EQ(b.look_after(29s).state, PackState::running);
}

TEST(DegradeBank, WithNobodyLeftIsStale) {
    TestBank b{2, degrade()};
    b.look();
    b[0].lose();
    b[1].lose();
    const View view = b.look_after(1s);
    EXPECT_EQ(view.state, PackState::stale);
    EXPECT_EQ(b.bank.next(), std::nullopt);
}

TEST(DegradeBank, LetsABatteryBackWhenItsVoltageFits_AndKeepsItThen) {
    TestBank b{3, degrade()};
    b.look();
    b[2].lose();
    b.look_after(1s);
    b[0].voltage(52'700_mV);
    b[1].voltage(52'900_mV); // the bank has 52.8 V
    b[2].run(b.now);
    b[2].tell(b.now);
    b[2].voltage(50'500_mV);
    View view = b.look_after(1s);
    EXPECT_EQ(view.counts, (Counts{true, true, false}));
    EXPECT_EQ(view.limits->ccl.value, 100_A) << "only two carry";
    EXPECT_THAT(all_of(view.objections),
                HasSubstr("cellar left out: 2.3 V below the others, at most 1 V is "
                          "allowed; if it is connected, a current flows that nobody"));
    b[2].voltage(51'799_mV);
    EXPECT_EQ(b.look_after(1s).counts, (Counts{true, true, false}));
    b[2].voltage(51'800_mV);
    EXPECT_EQ(b.look_after(1s).counts, (Counts{true, true, true}));
    b[2].voltage(51_V);
    EXPECT_EQ(b.look_after(1s).counts, (Counts{true, true, true})) << "no going in and out";
}

TEST(DegradeBank, CountsWhoWasLeftOutWhenAllOthersAreGone) {
    TestBank b{2, degrade()};
    b.look();
    b[1].lose();
    b.look_after(1s);
    b[1].run(b.now);
    b[1].tell(b.now);
    b[1].voltage(50_V);
    ASSERT_EQ(b.look_after(1s).counts, (Counts{true, false}));
    b[0].lose();
    const View view = b.look_after(1s);
    EXPECT_EQ(view.state, PackState::running);
    EXPECT_EQ(view.counts, (Counts{false, true}));
    EXPECT_EQ(view.values.voltage->value, 50_V);
}

TEST(DegradeBank, AtTheStartLeavesOutWhoIsFarFromTheMiddle) {
    TestBank b{3, degrade()};
    b[0].voltage(55_V);
    b[1].voltage(52_V);
    b[2].voltage(52'500_mV); // the middle one
    const View view = b.look();
    EXPECT_EQ(view.state, PackState::running);
    EXPECT_EQ(view.counts, (Counts{false, true, true}));
    EXPECT_THAT(all_of(view.objections), HasSubstr("attic left out: 2.5 V above the others"));
}

TEST(Bank, ABatteryThatIsSwitchedOffIsNotCompared_ButADangerousDifferenceIsTold) {
    TestBank b{2, {}};
    b[1].limits->charging = policy::Charging::blocked;
    b[1].limits->discharge_blocked = true;
    b[1].voltage(50_V);
    const View view = b.look();
    EXPECT_EQ(view.state, PackState::running);
    EXPECT_EQ(view.values.voltage->value, 52'800_mV) << "its voltage is not the bank's";
    EXPECT_EQ(all_of(view.objections),
              "barn switched off: 2.8 V below the others; if its switches close now, "
              "a current flows that nobody limits\n");
}

TEST(Bank, MinOnlineIsAtLeastOneAndAtMostAll) {
    BankSettings settings = degrade();
    settings.min_online = 0;
    TestBank none{2, settings};
    none[0].lose();
    none[1].lose();
    EXPECT_EQ(none.look().state, PackState::starting);
    settings.min_online = 9;
    EXPECT_EQ(TestBank(2, settings).look().state, PackState::running);
}

} // namespace
} // namespace retrocan::bank
