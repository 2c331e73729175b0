// SPDX-License-Identifier: Apache-2.0
#include "unit/bank/bank_of_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::bank {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using policy::Charging;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Pack {
    Charge capacity; ///< 0: not known
    Current ccl;
    Charging charging{Charging::allowed};
};
struct Case {
    const char* name;
    std::vector<Pack> packs;
    Current total;
    Charging charging{Charging::allowed};
    const char* first{}; ///< who decides
};

const Case cases[] = {
    {"equal packs: the sum", {{100_Ah, 50_A}, {100_Ah, 50_A}}, 100_A, Charging::allowed, "attic"},
    {"the tighter one decides", {{100_Ah, 50_A}, {100_Ah, 20_A}}, 40_A, Charging::allowed, "barn"},
    {"by capacity", {{300_Ah, 60_A}, {100_Ah, 30_A}}, 80_A, Charging::allowed, "attic"}, // 60 * 4 / 3
    {"by capacity, the small one decides",
     {{300_Ah, 90_A}, {100_Ah, 25_A}},
     100_A,
     Charging::allowed,
     "barn"},
    {"rounded down", {{100_Ah, 10_A}, {200_Ah, 100_mA}}, 150_mA, Charging::allowed, "barn"},
    {"rounded down to the last count",
     {{200_Ah, 10_A}, {100_Ah, 1_A}, {40_Ah, 1_A}},
     3'400_mA,
     Charging::allowed,
     "barn"},
    {"thirds", {{300_Ah, 10_A}, {100_Ah, 100_A}}, 13'333_mA, Charging::allowed, "attic"},
    {"an unknown capacity: equal shares", {{0_Ah, 30_A}, {100_Ah, 50_A}}, 60_A, Charging::allowed, "attic"},
    {"a blocked one limits nothing, and gives nothing",
     {{100_Ah, 0_A, Charging::blocked}, {100_Ah, 50_A}, {100_Ah, 50_A}},
     100_A,
     Charging::allowed,
     "barn"},
    {"what a blocked one could carry is not given to the others",
     {{300_Ah, 0_A, Charging::blocked}, {100_Ah, 50_A}},
     50_A,
     Charging::allowed,
     "barn"},
    {"all blocked",
     {{100_Ah, 0_A, Charging::blocked}, {100_Ah, 0_A, Charging::blocked}},
     0_A,
     Charging::prohibited,
     nullptr},
    {"one must not be charged",
     {{100_Ah, 0_A, Charging::prohibited}, {100_Ah, 50_A}},
     0_A,
     Charging::prohibited,
     "attic"},
    {"one full, one not", {{100_Ah, 5_A, Charging::full}, {100_Ah, 50_A}}, 10_A, Charging::allowed, "attic"},
    {"all full",
     {{100_Ah, 5_A, Charging::full}, {100_Ah, 5_A, Charging::full}},
     10_A,
     Charging::full,
     "attic"},
    {"full, and the rest blocked",
     {{100_Ah, 5_A, Charging::full}, {100_Ah, 0_A, Charging::blocked}},
     5_A,
     Charging::full,
     "attic"},
    {"32 767 A at a small share",
     {{65'000_Ah, 10'000_A}, {1_Ah, 10'000_A}},
     10'000'153_mA,
     Charging::allowed,
     "attic"},
};

TEST(Sharing, TheTotalIsTheLeastOfLimitOverShare) {
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        TestBank b{c.packs.size(), {}};
        for (std::size_t i = 0; i < c.packs.size(); ++i) {
            b[i].member.capacity = c.packs[i].capacity;
            if (c.packs[i].capacity == 0_Ah)
                b[i].member.capacity.reset();
            b[i].limits->ccl.value = c.packs[i].ccl;
            b[i].limits->charging = c.packs[i].charging;
        }
        const View view = b.look();
        EXPECT_EQ(view.limits->ccl.value, c.total);
        EXPECT_EQ(view.limits->charging, c.charging);
        EXPECT_TRUE(view.limits->complete);
        if (c.first != nullptr)
            EXPECT_THAT(view.limits->ccl.reason.input,
                        HasSubstr(std::string{c.first} + ": the battery asks"));
        else
            EXPECT_EQ(view.limits->ccl.reason, (policy::Reason{"bank", "every charge switch is open", ""}));
    }
}

TEST(Sharing, DischargingLikewise) {
    TestBank b{3, {}};
    b[0].limits->dcl.value = 30_A;
    b[1].limits->discharge_blocked = true;
    b[1].limits->dcl.value = 0_A;
    View view = b.look();
    EXPECT_EQ(view.limits->dcl.value, 60_A);
    EXPECT_EQ(view.limits->ccl.value, 150_A) << "it can be charged";
    EXPECT_FALSE(view.limits->discharge_blocked);
    EXPECT_EQ(view.limits->dcl.reason,
              (policy::Reason{"battery", "attic: the battery asks for 80 A; its share is 50 %", "dcl"}));
    b[0].limits->discharge_blocked = b[2].limits->discharge_blocked = true;
    view = b.look();
    EXPECT_EQ(view.limits->dcl.value, 0_A);
    EXPECT_TRUE(view.limits->discharge_blocked);
}

TEST(Sharing, VoltageLimitsAreTheSafestOfAll) {
    TestBank b{2, {}};
    b[1].limits->cvl = {55'200_mV, {"temperature", "55.2 V at -1 degC", "cell_temperature_min"}};
    b[0].limits->discharge_voltage = 47_V;
    b[1].limits->complete = false;
    const View view = b.look();
    EXPECT_EQ(view.limits->cvl.value, 55'200_mV);
    EXPECT_EQ(view.limits->cvl.reason,
              (policy::Reason{"temperature", "barn: 55.2 V at -1 degC", "cell_temperature_min"}));
    EXPECT_EQ(view.limits->discharge_voltage, 47_V);
    EXPECT_FALSE(view.limits->complete);
}

/// attic is allowed 50 A, so is barn; 100 A for both.
TestBank two() {
    TestBank b{2, {}};
    b[0].limits->dcl.value = b[1].limits->dcl.value = 50_A;
    EXPECT_EQ(b.look().limits->dcl.value, 100_A);
    return b;
}

TEST(Sharing, ABatteryAboveItsLimitLowersTheTotalInThatRatio_AtOnce) {
    TestBank b = two();
    b[0].current(60_A);
    b[1].current(40_A);
    View view = b.look_after(1s);
    EXPECT_EQ(view.limits->ccl.value, 83'333_mA); // 100 * 50 / 60
    EXPECT_EQ(view.limits->dcl.value, 100_A);
    EXPECT_EQ(view.limits->ccl.reason.input, "attic: the battery asks for 50 A; its share is 50 %, it was "
                                             "measured to carry more");
    EXPECT_THAT(
        all_of(view.objections),
        HasSubstr("attic charges above its share: it carries up to 60 % of the current instead of 50 %"));
    b[0].current(-60_A);
    b[1].current(-40_A);
    view = b.look_after(1s);
    EXPECT_EQ(view.limits->dcl.value, 83'333_mA);
}

TEST(Sharing, FivePercentAndOneAmpereAreAllowedOver) {
    TestBank b = two();
    b[0].current(53'500_mA); // 50 + 2.5 + 1
    b[1].current(46'500_mA);
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 100_A);
    b[0].current(53'501_mA);
    EXPECT_LT(b.look_after(1s).limits->ccl.value, 94_A);
}

// The system takes seconds to follow; what still flows meanwhile is no reason to go down further.
TEST(Sharing, WhatFlowsBeforeTheSystemObeysDoesNotLowerItAgain) {
    TestBank b = two();
    b[0].current(60_A);
    b[1].current(40_A);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(b.look_after(1s).limits->ccl.value, 83'333_mA);
    b[0].limits->ccl.value = 10_A; // by a curve: the current is six times that for a while
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 16'666_mA);
}

TEST(Sharing, AnEvenDivisionIsKeptThoughNobodyObeys) {
    TestBank b = two();
    b[0].current(90_A);
    b[1].current(90_A);
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 100_A) << "their shares are right";
}

TEST(Sharing, TheTotalIsNeverLoweredBelowTheLimitOfTheOneThatIsOver) {
    TestBank b = two();
    b[0].current(60_A);
    b[1].current(-55_A); // a battery charges the other
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 50_A);
}

TEST(Sharing, NotEvenWhenFewerAreLeftToCarry) {
    TestBank b{3, {}};
    b.look();
    b[0].current(90_A);
    b[1].current(5_A);
    b[2].current(5_A);
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 55'555_mA); // 50 / 0.9
    b[1].limits->charging = Charging::blocked;                // 2.7 times a half is more than all
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 50_A);
}

TEST(Sharing, ComparesOnceEveryBatteryHasToldANewCurrent) {
    TestBank b = two();
    b[0].current(55_A); // a load step that only the first has told yet
    b[0].tell(b.now + 1s);
    std::vector<Member> members{b[0].member, b[1].member};
    EXPECT_EQ(b.bank.look(members, t0 + 1s).limits->ccl.value, 100_A);
    b[1].current(45_A);
    b[1].tell(b.now + 2s);
    members = {b[0].member, b[1].member};
    EXPECT_EQ(b.bank.look(members, t0 + 2s).limits->ccl.value, 90'909_mA); // 100 * 50 / 55
}

TEST(Sharing, RecoversSlowly_AndOnlyDownToWhatIsMeasured) {
    TestBank b = two();
    b[0].current(60_A);
    b[1].current(40_A);
    b.look_after(1s);
    b[0].current(44_A); // of 80: 55 %
    b[1].current(36_A);
    // 20 % above its share, less 0.2 % a second, until it is 10 % after 50 s.
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 83'472_mA); // 100 / 1.198
    for (int i = 0; i < 48; ++i)
        b.look_after(1s);
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 90'909_mA); // 100 / 1.1
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 90'909_mA);
    EXPECT_EQ(b.look_after(1h).limits->ccl.value, 90'909_mA);
    b[0].current(40_A);
    b[1].current(40_A);
    const View view = b.look_after(1h);
    EXPECT_EQ(view.limits->ccl.value, 100_A);
    EXPECT_THAT(view.objections, IsEmpty());
}

TEST(Sharing, IsNotUndoneWhileNoCurrentTellsAnything) {
    TestBank b = two();
    b[0].current(60_A);
    b[1].current(40_A);
    b.look_after(1s);
    b[0].current(0_A);
    b[1].current(0_A);
    EXPECT_EQ(b.look_after(1h).limits->ccl.value, 83'333_mA);
    b[0].current(5_A);
    b[1].current(15_A); // less than a quarter of the 83 A in force
    EXPECT_EQ(b.look_after(1h).limits->ccl.value, 83'333_mA);
    b[0].current(11_A);
    b[1].current(11_A);
    EXPECT_EQ(b.look_after(1h).limits->ccl.value, 100_A);
}

TEST(Sharing, ABatteryThatIsLostBeginsAnew) {
    BankSettings settings = degrade();
    settings.grace = {};
    TestBank b{2, settings};
    b.look();
    b[0].current(60_A);
    b[1].current(40_A);
    ASSERT_EQ(b.look_after(1s).limits->ccl.value, 83'333_mA);
    b[0].lose();
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 50_A);
    b[0].run(b.now);
    EXPECT_EQ(b.look_after(1s).limits->ccl.value, 100_A);
}

/// Two batteries of equal capacity on one bus. What flows follows the limit with a delay, and divides as the
/// resistances want it.
TEST(Sharing, DoesNotOscillateInAClosedLoop) {
    TestBank b = two();
    double flowing = 0;
    Current lowest{};
    Current highest{};
    Current most_of_attic{};
    const auto run = [&](double share, int seconds, int settle) {
        std::vector<Current> sent;
        lowest = highest = most_of_attic = {};
        for (int i = 0; i < seconds; ++i) {
            const double noise = 1 + 0.004 * ((i * 7919) % 5 - 2); // of the sensor, 0.8 % at most
            b[0].current({static_cast<std::int64_t>(flowing * share * noise)});
            b[1].current({static_cast<std::int64_t>(flowing * (1 - share))});
            const Current limit = b.look_after(1s).limits->ccl.value;
            sent.push_back(limit);
            // The GX sets it every 3 s, and that value is 2 s old.
            if (i % 3 == 0 && i >= 2)
                flowing += (static_cast<double>(sent[sent.size() - 3].count) - flowing) * 0.6;
            if (i < settle)
                continue;
            lowest = lowest == Current{} ? limit : std::min(lowest, limit);
            highest = std::max(highest, limit);
            most_of_attic = std::max(most_of_attic, {static_cast<std::int64_t>(flowing * share)});
        }
    };
    run(0.6, 1200, 60);
    EXPECT_LE(most_of_attic, 53'500_mA);
    EXPECT_GE(lowest, 81'500_mA); // 83.3 A less noise
    EXPECT_LE(highest - lowest, 2'000_mA);
    run(0.5, 1200, 300);
    EXPECT_GE(lowest, 98'500_mA) << "the limit has come back";
    run(0.8, 1200, 60);
    EXPECT_LE(most_of_attic, 53'500_mA);
    EXPECT_LE(highest - lowest, 2'000_mA);
}

} // namespace
} // namespace retrocan::bank
