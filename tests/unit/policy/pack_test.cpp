// SPDX-License-Identifier: Apache-2.0
#include "policy/pack.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;

class PackTest : public ::testing::Test {
protected:
    void good(TimePoint at) { pack.take(good_round(at), at); }
    void run(TimePoint from = t0) {
        for (int i = 0; i < 3; ++i)
            good(from + i * 200ms);
        ASSERT_EQ(pack.state(), PackState::running) << pack.reason();
    }

    Pack pack{good_policy(), t0};
};

TEST_F(PackTest, Invariant1_NothingIsSentBeforeThreeGoodRounds) {
    EXPECT_FALSE(pack.may_send(t0));
    good(t0);
    good(t0 + 200ms);
    EXPECT_EQ(pack.state(), PackState::starting);
    EXPECT_FALSE(pack.may_send(t0 + 200ms));
    good(t0 + 400ms);
    EXPECT_EQ(pack.state(), PackState::running);
    EXPECT_TRUE(pack.may_send(t0 + 400ms));
}

TEST_F(PackTest, Invariant1_SilentFromTheVeryMomentOfExpiry) {
    run();
    const TimePoint last = t0 + 400ms;
    EXPECT_EQ(pack.alive_until(), last + 5s);
    EXPECT_TRUE(pack.may_send(last + 5s - 20ms));
    EXPECT_FALSE(pack.may_send(last + 5s - 20ms + 1us)) << "less than 20 ms of life left";
    pack.tick(last + 5s - 1us);
    EXPECT_EQ(pack.state(), PackState::running);
    pack.tick(last + 5s);
    EXPECT_EQ(pack.state(), PackState::stale);
    EXPECT_FALSE(pack.limits());
    EXPECT_EQ(pack.reason(), "no good round for 5 s: no complete round");
}

TEST_F(PackTest, LifeIsThatOfTheOldestRequiredValue) {
    Update round = good_round(t0 + 400ms);
    round.state.soc->expires = t0 + 2s;
    good(t0);
    good(t0 + 200ms);
    pack.take(round, t0 + 400ms);
    EXPECT_EQ(pack.alive_until(), t0 + 2s);
}

TEST_F(PackTest, AnOptionalValueDoesNotEndTheLife) {
    Update round = good_round(t0 + 400ms);
    round.state.cell_voltage_max->expires = t0 + 500ms;
    good(t0);
    good(t0 + 200ms);
    pack.take(round, t0 + 400ms);
    EXPECT_EQ(pack.alive_until(), t0 + 5400ms);
}

TEST_F(PackTest, OneLostPollDoesNotStopIt) {
    run();
    Update lost = good_round(t0 + 1400ms);
    lost.state = good_state(t0 + 400ms); // what was known before, with its age
    lost.missed = set_of({"voltage", "soc"});
    pack.take(lost, t0 + 1400ms);
    EXPECT_EQ(pack.state(), PackState::running);
    EXPECT_EQ(pack.alive_until(), t0 + 5400ms) << "a bad round does not prolong life";
    good(t0 + 2400ms);
    EXPECT_EQ(pack.alive_until(), t0 + 7400ms);
}

TEST_F(PackTest, EachRequiredSignalIsRequired) {
    const PackPolicy policy = good_policy();
    for (std::size_t i = 0; i < plain_signals; ++i) {
        if (!policy.required.test(i))
            continue;
        Pack fresh{policy, t0};
        for (int n = 0; n < 5; ++n) {
            const TimePoint at = t0 + n * 1s;
            Update round = good_round(at);
            std::visit([&](auto field) { (round.state.*field).reset(); }, signals()[i].field);
            fresh.take(round, at);
        }
        EXPECT_EQ(fresh.state(), PackState::starting) << signal_name(i);
    }
}

TEST_F(PackTest, AMissedRequiredSignalIsNoGoodRoundAlthoughItsOldValueLives) {
    run();
    for (int n = 1; n <= 6; ++n) {
        Update lost = good_round(t0 + 400ms + n * 1s);
        lost.missed = set_of({"dcl"});
        pack.take(lost, t0 + 400ms + n * 1s);
    }
    EXPECT_EQ(pack.state(), PackState::stale);
    EXPECT_EQ(pack.reason(), "no good round for 5 s: not answered: dcl");
}

TEST_F(PackTest, ABadRoundBetweenBeginsTheCountAnew) {
    good(t0);
    good(t0 + 1s);
    Update bad = good_round(t0 + 2s);
    bad.state.voltage.reset();
    pack.take(bad, t0 + 2s);
    good(t0 + 3s);
    good(t0 + 4s);
    EXPECT_EQ(pack.state(), PackState::starting);
    good(t0 + 5s);
    EXPECT_EQ(pack.state(), PackState::running);
}

TEST_F(PackTest, RoundsFurtherApartThanTheirLifeDoNotAddUp) {
    for (int n = 0; n < 5; ++n)
        good(t0 + n * 6s);
    EXPECT_EQ(pack.state(), PackState::starting);
}

TEST_F(PackTest, AnAnswerThatCompletesNoRoundIsNoRound) {
    for (int n = 0; n < 5; ++n) {
        Update part = good_round(t0 + n * 200ms);
        part.round_complete = false;
        pack.take(part, t0 + n * 200ms);
    }
    EXPECT_EQ(pack.state(), PackState::starting);
}

TEST_F(PackTest, WaitsForSlowAndOncePoints) {
    for (int n = 0; n < 4; ++n) {
        Update round = good_round(t0 + n * 200ms);
        round.slow_and_once_read = n == 3;
        pack.take(round, t0 + n * 200ms);
        EXPECT_EQ(pack.state(), n == 3 ? PackState::running : PackState::starting);
    }
}

TEST_F(PackTest, LimitsFallWithAnyValidValueAndRiseWithAGoodRound) {
    run();
    EXPECT_EQ(pack.limits()->ccl.value, 60_A);
    Update part = good_round(t0 + 500ms);
    part.round_complete = false;
    part.state.ccl->value = 10_A;
    part.state.soc.reset();
    pack.take(part, t0 + 500ms);
    EXPECT_EQ(pack.limits()->ccl.value, 10_A);

    part.state.ccl->value = 50_A;
    pack.take(part, t0 + 600ms);
    EXPECT_EQ(pack.limits()->ccl.value, 10_A);

    Update bad = good_round(t0 + 700ms);
    bad.state.soc.reset();
    pack.take(bad, t0 + 700ms);
    EXPECT_EQ(pack.limits()->ccl.value, 10_A);

    good(t0 + 800ms);
    EXPECT_EQ(pack.limits()->ccl.value, 60_A);
}

TEST_F(PackTest, AnOptionalValueThatExpiresIsAbsentARequiredOneIsKept) {
    run();
    Update part = good_round(t0 + 1s);
    part.round_complete = false;
    part.state.cell_voltage_max.reset();
    part.state.soc.reset();
    pack.take(part, t0 + 1s);
    EXPECT_FALSE(pack.values(t0 + 1s).cell_voltage_max);
    EXPECT_TRUE(pack.values(t0 + 1s).soc);
    EXPECT_FALSE(pack.values(t0 + 6s).soc) << "until its own life ends";
}

TEST_F(PackTest, AfterStaleItBeginsAnew) {
    run();
    pack.tick(t0 + 10s);
    ASSERT_EQ(pack.state(), PackState::stale);
    EXPECT_EQ(pack.values(t0 + 10s), BatteryState{});
    good(t0 + 11s);
    good(t0 + 11200ms);
    EXPECT_EQ(pack.state(), PackState::stale);
    EXPECT_FALSE(pack.may_send(t0 + 11200ms));
    good(t0 + 11400ms);
    EXPECT_EQ(pack.state(), PackState::running);
}

TEST_F(PackTest, AfterTheThirdStaleInTenMinutesItWantsThirtySeconds) {
    TimePoint at = t0;
    for (int n = 0; n < 3; ++n) {
        run(at);
        at += 20s;
        pack.tick(at);
        ASSERT_EQ(pack.state(), PackState::stale);
    }
    const TimePoint begin = at;
    for (; at < begin + 30s; at += 1s) {
        good(at);
        EXPECT_EQ(pack.state(), PackState::stale);
    }
    EXPECT_EQ(pack.reason(), "stale 3 times in 10 minutes: waiting for 30 s of good rounds");
    good(at);
    EXPECT_EQ(pack.state(), PackState::running);
}

TEST_F(PackTest, OldStalesAreForgotten) {
    TimePoint at = t0;
    for (int n = 0; n < 3; ++n) {
        run(at);
        at += 20s;
        pack.tick(at);
    }
    run(at + 11min);
}

TEST_F(PackTest, FrozenDataIsNoGoodRound) {
    run();
    TimePoint at = t0 + 1s;
    for (; at < t0 + 80s && pack.state() == PackState::running; at += 1s) {
        Update round = good_round(at);
        round.state.current->value = 100_A;
        round.fingerprint = 1;
        pack.take(round, at);
    }
    EXPECT_EQ(pack.state(), PackState::stale);
    EXPECT_EQ(pack.reason(), "no good round for 5 s: the data is frozen");
    EXPECT_GE(at, t0 + 61s);
}

TEST_F(PackTest, SaysWhyARoundIsNotGoodBeforeItRuns) {
    for (int n = 0; n < 3; ++n) {
        Update bad = good_round(t0 + n * 200ms);
        bad.state.soc.reset();
        pack.take(bad, t0 + n * 200ms);
    }
    EXPECT_EQ(pack.reason(), "no good round: no valid value: soc");
}

/// Rounds in which only some signals are answered anew; the others keep what they had at t0, and its age.
class Retained : public PackTest {
protected:
    /// Good rounds each second from t0 + 1 s on, with `keep` putting old signals in their places.
    static void rounds(Pack& pack, int seconds, void (*keep)(BatteryState&, const BatteryState&)) {
        const BatteryState old = good_state(t0);
        for (int n = 1; n <= seconds; ++n) {
            Update round = good_round(t0 + n * 1s);
            keep(round.state, old);
            pack.take(round, t0 + n * 1s);
        }
    }
};

TEST_F(Retained, Invariant1_AnExpiredDischargeVoltageIsNotSent) {
    PackPolicy policy = good_policy();
    policy.limits.provided.set(*signal_index("discharge_voltage"));
    Pack one{policy, t0};
    rounds(one, 4, [](BatteryState& s, const BatteryState&) {
        s.discharge_voltage = Aged<Voltage>{46'400_mV, t0, t0 + 5s};
    });
    EXPECT_EQ(one.limits()->discharge_voltage, 46'400_mV);
    rounds(one, 8, [](BatteryState& s, const BatteryState&) {
        s.discharge_voltage = Aged<Voltage>{46'400_mV, t0, t0 + 5s};
    });
    EXPECT_EQ(one.state(), PackState::running);
    EXPECT_EQ(one.limits()->discharge_voltage, 0_V);
}

TEST_F(Retained, ExpiredCellsDoNotContradictThePackVoltage) {
    Pack one{good_policy(), t0};
    rounds(one, 30, [](BatteryState& s, const BatteryState& old) {
        s.cell_voltage_min = old.cell_voltage_min;
        s.cell_voltage_max = old.cell_voltage_max;
        if (s.voltage->oldest > t0 + 6s)
            s.voltage->value = 56'000_mV; // charged on; the old cells would object
    });
    EXPECT_EQ(one.state(), PackState::running) << one.reason();
}

TEST_F(Retained, WhenMissingStandsInForWhatHasExpired) {
    PackPolicy policy = good_policy();
    policy.required &= ~set_of({"ccl", "cvl", "temperature"});
    policy.limits.when_missing = {.temperature = 20_degC, .cvl = 54_V, .ccl = 5_A};
    Pack one{policy, t0};
    const auto keep = [](BatteryState& s, const BatteryState& old) {
        s.ccl = old.ccl;
        s.cvl = Aged<Voltage>{56'000_mV, t0, t0 + 5s};
        s.temperature = old.temperature;
    };
    rounds(one, 4, keep);
    EXPECT_EQ(one.limits()->ccl.value, 60_A);
    EXPECT_EQ(one.limits()->cvl.value, 56'000_mV);
    rounds(one, 8, keep);
    ASSERT_EQ(one.state(), PackState::running) << one.reason();
    EXPECT_EQ(one.limits()->ccl.value, 5_A);
    EXPECT_EQ(one.limits()->ccl.reason.limiter, "when_missing");
    EXPECT_EQ(one.limits()->cvl.value, 54_V);
    EXPECT_EQ(one.values(t0 + 8s).temperature->value, 20_degC);
}

TEST_F(Retained, AStandInIsNoMeasureForTheNextReading) {
    PackPolicy policy = good_policy();
    policy.required.reset(*signal_index("temperature"));
    policy.limits.when_missing.temperature = 20_degC;
    Pack one{policy, t0};
    const auto hot = [](BatteryState& s, const BatteryState&) { s.temperature->value = 60_degC; };
    rounds(one, 3, hot);
    Update lost = good_round(t0 + 4s);
    lost.state.temperature.reset();
    one.take(lost, t0 + 4s);
    EXPECT_EQ(one.values(t0 + 4s).temperature->value, 20_degC);
    Update back = good_round(t0 + 5s);
    back.state.temperature->value = 60_degC;
    one.take(back, t0 + 5s);
    EXPECT_EQ(one.values(t0 + 5s).temperature->value, 60_degC);
}

TEST_F(PackTest, Invariant1_AnotherBatterySilencesAtOnce) {
    run();
    Update other = good_round(t0 + 1s);
    other.identity = Identity::differs;
    other.identity_fault = "model: \"type == 42\"";
    pack.take(other, t0 + 1s);
    EXPECT_EQ(pack.state(), PackState::stale);
    EXPECT_FALSE(pack.may_send(t0 + 1s));
    EXPECT_EQ(pack.reason(), "this is another battery than the mapping is for: model: \"type == 42\"");
    EXPECT_FALSE(pack.values(t0 + 1s).voltage) << "nothing that it says is taken";
    for (int i = 2; i < 6; ++i)
        pack.take(other, t0 + i * 1s);
    EXPECT_EQ(pack.state(), PackState::stale);
}

TEST_F(PackTest, Invariant1_NothingIsSentBeforeItIsKnownToBeTheRightBattery) {
    for (int i = 0; i < 5; ++i) {
        Update round = good_round(t0 + i * 200ms);
        round.identity = Identity::unknown;
        round.identity_fault = "type: \"type == 42\"";
        pack.take(round, t0 + i * 200ms);
    }
    EXPECT_EQ(pack.state(), PackState::starting);
    EXPECT_EQ(pack.reason(),
              "no good round: it has not told yet that it is the right battery: type: \"type == 42\"");
}

TEST_F(PackTest, Invariant1_AHeartbeatThatStandsStillEndsInSilence) {
    run();
    TimePoint at = t0 + 400ms;
    for (; at < t0 + 5400ms; at += 1s) {
        Update round = good_round(at);
        round.lost_heartbeat = at == t0 + 400ms ? "" : "tick";
        pack.take(round, at);
    }
    pack.tick(t0 + 5400ms);
    EXPECT_EQ(pack.state(), PackState::stale);
    EXPECT_EQ(pack.reason(), "no good round for 5 s: the heartbeat \"tick\" stands still");
}

TEST_F(PackTest, AContradictedSignIsSaidAfterThreeRounds) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(pack.objections().empty());
        Update round = good_round(t0 + i * 1s);
        round.sign_contradiction = "it says that it charges, and the current is -12 A";
        pack.take(round, t0 + i * 1s);
    }
    ASSERT_EQ(pack.objections().size(), 1U);
    EXPECT_NE(pack.objections()[0].find("it says that it charges, and the current is -12 A"),
              std::string::npos);
    good(t0 + 3s);
    EXPECT_TRUE(pack.objections().empty());
}

} // namespace
} // namespace retrocan::policy
