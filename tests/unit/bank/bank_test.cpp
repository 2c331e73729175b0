// SPDX-License-Identifier: Apache-2.0
#include "bank/bank.h"
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
using testing::Not;

TEST(BankOfOne, IsThatBatteryUnchanged) {
    TestPack pack{"attic", t0};
    Member& m = pack.member;
    m.values.cvl = Aged<Voltage>{56'800_mV, t0, t0 + 60s};
    m.values.cell_voltage_max_id = Aged<std::string>{"09", t0, t0 + 60s};
    m.alarms.alarms[1] = false;
    m.alarms.warnings[2] = true;
    pack.limits->charging = policy::Charging::full;
    for (const BankSettings& settings : {BankSettings{}, degrade()}) {
        Bank bank{settings, 1};
        View view = bank.look({&m, 1}, t0);
        EXPECT_EQ(view.state, PackState::running);
        EXPECT_EQ(view.reason, m.reason);
        EXPECT_EQ(view.alive_until, m.alive_until);
        EXPECT_EQ(view.values, m.values);
        EXPECT_EQ(view.limits, *pack.limits);
        EXPECT_EQ(view.alarms.alarms, m.alarms.alarms);
        EXPECT_EQ(view.alarms.warnings, m.alarms.warnings);
        EXPECT_THAT(view.objections, IsEmpty());
        EXPECT_EQ(view.counts, std::vector<bool>{true});
        EXPECT_EQ(bank.next(), std::nullopt);
    }
    pack.lose("the data is frozen");
    Bank bank{{}, 1};
    const View view = bank.look({&m, 1}, t0);
    EXPECT_EQ(view.state, PackState::stale);
    EXPECT_EQ(view.reason, "the data is frozen");
    EXPECT_FALSE(view.limits);
    EXPECT_EQ(view.counts, std::vector<bool>{false});
}

TEST(Bank, OfThirtyTwo) {
    std::vector<TestPack> packs;
    std::vector<Member> members;
    for (std::size_t i = 0; i < most_members; ++i)
        packs.emplace_back("pack", t0);
    for (const TestPack& pack : packs)
        members.push_back(pack.member);
    Bank bank{{}, most_members};
    const View view = bank.look(members, t0);
    EXPECT_EQ(view.limits->ccl.value, 1'600_A);
    EXPECT_EQ(view.values.capacity->value, 3'200_Ah);
}

TEST(Bank, WhileABatteryIsMissing_CvlIsTheHoldVoltageAtMost) {
    BankSettings settings = degrade();
    settings.hold = 54'050_mV;
    TestBank b{2, settings};
    EXPECT_EQ(b.look().limits->cvl.value, 56'800_mV);
    b[0].lose();
    View view = b.look_after(1s);
    EXPECT_EQ(view.limits->cvl.value, 54_V) << "in whole tenths";
    EXPECT_EQ(view.limits->cvl.reason, (policy::Reason{"bank", "attic is missing: hold voltage 54 V", ""}));
    EXPECT_EQ(b.look_after(1h).limits->cvl.value, 54_V);
    b[1].limits->cvl.value = 53_V;
    view = b.look_after(1s);
    EXPECT_EQ(view.limits->cvl.value, 53_V);
    EXPECT_EQ(view.limits->cvl.reason.limiter, "battery");
    b[1].limits->cvl.value = 56_V;
    b[0].run(b.now);
    EXPECT_EQ(b.look_after(1s).limits->cvl.value, 56_V);
}

TEST(Bank, HoldAlsoActsWhenItStartsWithoutABattery_OrOneIsLeftOut) {
    BankSettings settings = degrade();
    settings.hold = 54_V;
    settings.grace = {};
    TestBank start{2, settings};
    start[1].lose();
    EXPECT_EQ(start.look().limits->cvl.value, 54_V);
    TestBank apart{2, settings};
    apart[1].voltage(55_V);
    EXPECT_EQ(apart.look().limits->cvl.value, 54_V);
}

TEST(Bank, ForTheGraceAfterALossNoLimitRises) {
    TestBank b{3, degrade()};
    b[0].limits->cvl.value = 55_V; // the lost one is the tightest
    b[0].limits->ccl.value = 5_A;
    b[0].limits->dcl.value = 10_A;
    b[0].limits->discharge_voltage = 48_V;
    View view = b.look();
    ASSERT_EQ(view.limits->ccl.value, 15_A);
    ASSERT_EQ(view.limits->dcl.value, 30_A);
    b[0].lose();
    view = b.look_after(1s);
    EXPECT_EQ(b.bank.next(), t0 + 31s);
    EXPECT_EQ(view.limits->cvl.value, 55_V);
    EXPECT_EQ(view.limits->ccl.value, 15_A);
    EXPECT_EQ(view.limits->dcl.value, 30_A);
    EXPECT_EQ(view.limits->discharge_voltage, 48_V);
    EXPECT_EQ(view.limits->ccl.reason,
              (policy::Reason{"bank", "attic is missing: no limit rises for 30 s", ""}));

    b[1].limits->ccl.value = 2_A; // falling is not held back
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 4_A);
    b[1].limits->ccl.value = 50_A;
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 4_A) << "and stays";
    EXPECT_EQ(b.look_after(28s - 1us).limits->ccl.value, 4_A);
    view = b.look_after(1us);
    EXPECT_EQ(view.limits->ccl.value, 100_A);
    EXPECT_EQ(view.limits->dcl.value, 160_A);
    EXPECT_EQ(view.limits->cvl.value, 56'800_mV);
    EXPECT_EQ(view.limits->discharge_voltage, 46_V);
    EXPECT_EQ(b.bank.next(), std::nullopt);
}

TEST(Bank, TheGraceEndsWhenAllAreBack_AndBeginsAnewWithTheNextLoss) {
    TestBank b{3, degrade()};
    b[0].limits->ccl.value = 5_A;
    b.look();
    b[0].lose();
    ASSERT_EQ(b.look_after(1s).limits->ccl.value, 15_A);
    b[0].limits->ccl.value = 10_A;
    b[0].run(b.now);
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 30_A);
    b[0].lose();
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 30_A);
    EXPECT_EQ(b.bank.next(), t0 + 33s);
    b[1].lose();
    EXPECT_EQ(b.look_after(20s).limits->ccl.value, 30_A);
    EXPECT_EQ(b.bank.next(), t0 + 53s);
    EXPECT_EQ(b.look_after(20s).limits->ccl.value, 30_A);
    EXPECT_EQ(b.look_after(10s).limits->ccl.value, 50_A);
}

TEST(Bank, AfterAStaleNothingOfTheTimeBeforeHoldsLimitsDown) {
    TestBank b{2, {}};
    b[0].limits->ccl.value = 5_A;
    ASSERT_EQ(b.look().limits->ccl.value, 10_A);
    b[0].lose();
    ASSERT_FALSE(b.look_after(1s).limits);
    b[0].limits->ccl.value = 50_A;
    b[0].run(b.now);
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 100_A);
}

TEST(Bank, TellsVoltagesThatAreApart_UntilTheyAreClearlyNot) {
    TestBank b{2, {}};
    const auto told = [&](Voltage barn) {
        b[1].voltage(barn);
        return all_of(b.look_after(1s).objections);
    };
    EXPECT_EQ(told(53'300_mV), "");
    EXPECT_EQ(told(53'301_mV),
              "voltages apart: barn has 53.301 V, attic 52.8 V, although they should be connected\n");
    EXPECT_THAT(told(53'201_mV), HasSubstr("voltages apart: "));
    EXPECT_EQ(told(53'200_mV), "");
    EXPECT_EQ(told(53'300_mV), "");
}

} // namespace
} // namespace retrocan::bank
