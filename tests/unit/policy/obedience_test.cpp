// SPDX-License-Identifier: Apache-2.0
#include "policy/obedience.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;

/// Rounds of one second each.
class Rounds {
public:
    explicit Rounds(ObediencePolicy policy = {}) : obedience{policy} {}

    void run(int seconds, Current current, Current ccl, Current dcl = 100_A) {
        for (int i = 0; i < seconds; ++i)
            obedience.round(current, ccl, dcl, now += 1s);
    }
    /// After how many rounds it is said; -1: not within a minute.
    int until_charge_fault(Current current, Current ccl) {
        for (int i = 1; i <= 60; ++i) {
            run(1, current, ccl);
            if (!obedience.charge_fault().empty())
                return i;
        }
        return -1;
    }

    Obedience obedience;
    TimePoint now{t0};
};

TEST(Obedience, TellsWhoDoesNotObeyCcl) {
    Rounds rounds;
    rounds.run(10, 42_A, 10_A); // the first at 0 s, the last at 9 s
    EXPECT_EQ(rounds.obedience.charge_fault(), "");
    rounds.run(1, 42_A, 10_A);
    EXPECT_EQ(
        rounds.obedience.charge_fault(),
        "42.0 A are charged although at most 10.0 A are allowed: with feed-in on, solar chargers do not "
        "obey CCL; or another charger is not controlled; or the limits are not received");
    EXPECT_EQ(rounds.obedience.discharge_fault(), "");
}

TEST(Obedience, TellsWhoDoesNotObeyDcl) {
    Rounds rounds;
    rounds.run(11, -80'049_mA, 10_A, 50'050_mA);
    EXPECT_EQ(rounds.obedience.discharge_fault(),
              "80.0 A are discharged although at most 50.1 A are allowed: in island mode DCL acts only at 0; "
              "or a load at the battery is not controlled; or the limits are not received");
    EXPECT_EQ(rounds.obedience.charge_fault(), "");

    Rounds other;
    other.run(11, -5_A, 10_A, 0_A);
    EXPECT_EQ(other.obedience.discharge_fault(),
              "5.0 A are discharged although at most 0.0 A are allowed: a load at the battery is not "
              "controlled; or the limits are not received");
}

TEST(Obedience, HasAMarginOfTwoAmpereAndFivePercent) {
    struct Case {
        Current limit;
        Current allowed; ///< the last that is not above it
    };
    for (const auto& [limit, allowed] : {Case{0_A, 2_A}, Case{10_A, 12'500_mA}, Case{100_A, 107_A}}) {
        EXPECT_EQ(Rounds{}.until_charge_fault(allowed, limit), -1) << limit.count;
        EXPECT_EQ(Rounds{}.until_charge_fault(allowed + 1_mA, limit), 11) << limit.count;
    }
}

TEST(Obedience, ABreakBeginsThePatienceAnew) {
    Rounds rounds;
    rounds.run(10, 42_A, 10_A);
    rounds.run(1, 12_A, 10_A);
    EXPECT_EQ(rounds.until_charge_fault(42_A, 10_A), 11);
}

TEST(Obedience, ALimitThatHasJustFallenExplainsACurrent) {
    Rounds rounds;
    rounds.run(60, 50_A, 50_A);
    EXPECT_EQ(rounds.until_charge_fault(50_A, 10_A), 11) << "10 s after it fell";

    // The limit falls in the middle of a short excess: the old one still explains what flows.
    Rounds other{{.patience = 3s}};
    other.run(60, 50_A, 50_A);
    EXPECT_EQ(other.until_charge_fault(50_A, 10_A), 11);
    // Likewise one that was high for a moment only.
    Rounds third{{.patience = 3s}};
    third.run(60, 10_A, 10_A);
    third.run(2, 50_A, 50_A);
    EXPECT_EQ(third.until_charge_fault(50_A, 10_A), 11);
}

TEST(Obedience, ALimitThatKeepsFallingExplainsNothingForEver) {
    Rounds rounds;
    rounds.run(60, 50_A, 50_A);
    // An ampere less each second: after n of them it is 50 - n, and 60 - n is the most that was in force
    // within the last 10 s. 50 A are above it, 5 % and 2 A from 45 A on.
    int n = 0;
    while (rounds.obedience.charge_fault().empty() && n < 40)
        rounds.run(1, 50_A, 50_A - 1_A * ++n);
    EXPECT_EQ(n, 15);
}

TEST(Obedience, ALimitThatRisesCountsAtOnce) {
    Rounds rounds;
    rounds.run(10, 42_A, 10_A);
    EXPECT_EQ(rounds.until_charge_fault(42_A, 40_A), -1);
}

TEST(Obedience, EndsOnceTheCurrentWasWithinHalfOfTheMarginForAWhile) {
    Rounds rounds;
    rounds.run(11, 42_A, 10_A);
    const std::string fault = rounds.obedience.charge_fault();
    ASSERT_NE(fault, "");
    rounds.run(30, 11'251_mA, 10_A); // half of the margin is 1.25 A
    EXPECT_EQ(rounds.obedience.charge_fault(), fault) << "not above the limit any more, and not well within";
    rounds.run(10, 11'250_mA, 10_A);
    EXPECT_EQ(rounds.obedience.charge_fault(), fault);
    rounds.run(1, 13_A, 10_A);
    rounds.run(10, 11'250_mA, 10_A);
    EXPECT_EQ(rounds.obedience.charge_fault(), fault) << "a break begins it anew";
    rounds.run(1, 11'250_mA, 10_A);
    EXPECT_EQ(rounds.obedience.charge_fault(), "");
    EXPECT_EQ(rounds.until_charge_fault(42_A, 10_A), 11) << "and it may begin again";
}

TEST(Obedience, AfterASilenceNobodyHadALimitToObey) {
    Rounds rounds;
    rounds.run(11, 42_A, 10_A);
    rounds.obedience.forget();
    EXPECT_EQ(rounds.obedience.charge_fault(), "");
    EXPECT_EQ(rounds.until_charge_fault(42_A, 10_A), 11);
}

TEST(Obedience, LowersCvlWhereTheOwnerWantsIt) {
    for (const bool wanted : {false, true}) {
        Rounds rounds{{.lower_cvl = wanted}};
        rounds.run(10, 42_A, 10_A);
        EXPECT_FALSE(rounds.obedience.lower_cvl());
        rounds.run(1, 42_A, 10_A);
        EXPECT_EQ(rounds.obedience.lower_cvl(), wanted);
        rounds.run(11, 10_A, 10_A);
        EXPECT_FALSE(rounds.obedience.lower_cvl());

        Rounds discharged{{.lower_cvl = wanted}};
        discharged.run(60, -42_A, 10_A, 10_A);
        ASSERT_NE(discharged.obedience.discharge_fault(), "");
        EXPECT_FALSE(discharged.obedience.lower_cvl()) << "it is charging that CVL acts on";
    }
}

} // namespace
} // namespace retrocan::policy
