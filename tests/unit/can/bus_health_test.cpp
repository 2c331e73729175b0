// SPDX-License-Identifier: Apache-2.0
// Each fault of a bus as a link would see it, made up; and that each is told from the others.
#include "can/bus_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// As drivers send them.
const char* const no_acknowledge = "200000A8#0000001900000000";         // slcan
const char* const no_acknowledge_sja1000 = "20000088#0000801900000000"; // by its place in the frame alone
const char* const stuffing = "20000088#0000040A00000000";               // while receiving data
const char* const bit_error = "20000088#0000810A00000000";              // while sending data
const char* const checksum = "20000088#0000000800000000";               // its place is the checksum
const char* const sending_passive = "20000204#0020000000008200";        // counters 130, 0
const char* const receiving_passive = "20000204#0010000000000085";      // counters 0, 133
const char* const warning = "20000204#0008000000006000";                // counters 96, 0
const char* const active = "20000204#0040000000000000";
const char* const overrun = "20000204#0001000000000000";

class BusHealthTest : public testing::Test {
protected:
    BusHealthTest() { health.up(); }

    /// Lets time pass in steps of 100 ms. In each second: so many good frames and so many of `error`, and our
    /// own frames confirmed or not.
    void pass(Duration time, int good, int errors = 0, const char* error = stuffing, bool confirmed = true) {
        for (const TimePoint end = now + time; now < end; now += 100ms) {
            const auto tenth = now.time_since_epoch() / 100ms % 10;
            const auto now_of = [&](int per_second) {
                return static_cast<int>((tenth + 1) * per_second / 10 - tenth * per_second / 10);
            };
            for (int i = 0; i < now_of(good); ++i)
                health.received(now);
            for (int i = 0; i < now_of(errors); ++i)
                health.error(*parse_frame(error), now);
            if (confirmed)
                health.confirmed(now);
            look();
        }
    }
    void error(const char* text) { health.error(*parse_frame(text), now); }
    void look() {
        if (health.tick(now))
            states.push_back(health.state());
    }
    [[nodiscard]] const std::string& text() {
        look();
        return health.text();
    }

    BusHealth health{"can0"};
    TimePoint now{1000s};
    std::vector<BusState> states;
};

TEST_F(BusHealthTest, WorksWithAndWithoutOthers) {
    pass(1s, 2);
    EXPECT_EQ(states, std::vector{BusState::working});
    pass(60s, 0);
    EXPECT_EQ(states, std::vector{BusState::working});
    EXPECT_EQ(text(), "can0: the bus works");
}

TEST_F(BusHealthTest, ASingleDisturbedFrameIsNothing) {
    pass(1s, 2);
    for (int i = 0; i < 10; ++i) {
        error(stuffing);
        pass(5s, 2);
    }
    EXPECT_EQ(states, std::vector{BusState::working});
}

TEST_F(BusHealthTest, APlugThatIsPutInIsNoFlood) {
    for (int i = 0; i < 500; ++i)
        error(stuffing);
    pass(20s, 0);
    EXPECT_EQ(states, std::vector{BusState::working}) << "all within one second";
}

TEST_F(BusHealthTest, AFloodOfErrorsAndNothingGoodIsAWrongBitRate) {
    health.set_bit_rate(250'000);
    pass(1900ms, 0, 200, stuffing, false);
    EXPECT_EQ(health.state(), BusState::working) << "it has to last";
    pass(200ms, 0, 200, stuffing, false);
    EXPECT_EQ(health.state(), BusState::wrong_bit_rate);
    EXPECT_THAT(text(),
                HasSubstr("the bit rate is probably not that of the bus (this interface has 250 kbit/s)"));
    EXPECT_THAT(text(), HasSubstr("CAN-H and CAN-L are exchanged"));
    EXPECT_THAT(text(), Not(HasSubstr("acknowledge")));
    pass(60s, 0, 200, checksum, false);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::wrong_bit_rate})) << "once";
    pass(30s, 2);
    EXPECT_EQ(states.back(), BusState::working);
}

TEST_F(BusHealthTest, AnAdapterThatTellsStatesOnlyShowsAWrongBitRateToo) {
    pass(1s, 0);
    error(receiving_passive);
    EXPECT_THAT(text(), HasSubstr("the controller receives errors only"));
    EXPECT_EQ(health.state(), BusState::wrong_bit_rate);
}

TEST_F(BusHealthTest, WhereOthersWereHeardBeforeTheCableIsLikelier) {
    pass(5s, 2);
    pass(20s, 0, 100, stuffing, false);
    EXPECT_EQ(health.state(), BusState::wrong_bit_rate);
    EXPECT_THAT(text(), HasSubstr("There were good frames before"));
}

TEST_F(BusHealthTest, ManyErrorsBesideGoodFramesAreADisturbedBus) {
    pass(20s, 2, 10);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::disturbed}));
    EXPECT_THAT(text(), HasSubstr("disturbed frames in 10 s, and good ones too"));
    pass(16s, 2);
    EXPECT_EQ(states.size(), 2U) << "seven seconds until they were in two of ten only, ten of calm";
    pass(2s, 2);
    EXPECT_EQ(states.back(), BusState::working);
}

TEST_F(BusHealthTest, DisturbancesThatComeAndGoAreOne) {
    for (int i = 0; i < 5; ++i) {
        pass(5s, 2, 5);
        pass(12s, 2);
    }
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::disturbed}));
}

TEST_F(BusHealthTest, NobodyAcknowledges) {
    pass(2s, 0);
    error(no_acknowledge);
    error(no_acknowledge_sja1000);
    look();
    EXPECT_EQ(health.state(), BusState::working) << "two";
    error(no_acknowledge_sja1000);
    EXPECT_THAT(text(), HasSubstr("can0: nobody on the bus acknowledges what is sent"));
    EXPECT_EQ(health.state(), BusState::unacknowledged);
    pass(60s, 0, 100, no_acknowledge, false);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::unacknowledged}));
    pass(9s, 2);
    EXPECT_EQ(states.size(), 2U);
    pass(3s, 2);
    EXPECT_EQ(states.back(), BusState::working) << "ten seconds after the GX was heard";
}

TEST_F(BusHealthTest, AnAdapterThatTellsStatesOnlyShowsThatNobodyAcknowledges) {
    pass(10s, 2);
    error(warning);
    error(sending_passive);
    pass(200ms, 0, 0, "", false);
    health.stuck();
    look();
    EXPECT_EQ(health.state(), BusState::unacknowledged) << "though others were heard a moment ago";
    EXPECT_EQ(health.error_counters()->sending, 130);
    EXPECT_EQ(health.error_counters()->receiving, 0);
    pass(30s, 0, 0, "", false);
    EXPECT_EQ(health.state(), BusState::unacknowledged) << "while the link rests nothing new is reported";
}

// With slcan an echo proves nothing.
TEST_F(BusHealthTest, FramesThatOnlyTheAdapterTookAreNoAcknowledgement) {
    pass(60s, 0, 1, no_acknowledge, true);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::unacknowledged}));
    pass(25s, 0);
    EXPECT_EQ(states.back(), BusState::working) << "no error any more";
}

TEST_F(BusHealthTest, AGxThatIsUnpluggedIsSeenWithin3s) {
    pass(10s, 1);
    error(sending_passive);
    pass(3100ms, 0, 0, "", true);
    EXPECT_EQ(health.state(), BusState::unacknowledged);
}

TEST_F(BusHealthTest, AFrameThatDoesNotLeaveWithoutAnyErrorIsAStuckController) {
    pass(2s, 1);
    health.stuck();
    EXPECT_THAT(text(), HasSubstr("no error says why"));
    pass(20s, 1, 0, "", false);
    EXPECT_EQ(health.state(), BusState::stuck);
    pass(1s, 1);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::stuck, BusState::working}));
}

TEST_F(BusHealthTest, ErrorPassiveBesideGoodFrames) {
    pass(5s, 20);
    error(receiving_passive);
    EXPECT_THAT(
        text(),
        HasSubstr("error-passive (error counters: sending 0, receiving 133), though frames get through"));
    error(active);
    pass(11s, 20);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::error_passive, BusState::working}));
}

TEST_F(BusHealthTest, SendingErrorPassiveWhileTheGxIsHeardIsNoMissingAcknowledgement) {
    pass(5s, 20);
    for (int i = 0; i < 30; ++i) {
        error(i % 2 == 0 ? sending_passive : bit_error);
        pass(200ms, 20);
    }
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::error_passive}));
}

TEST_F(BusHealthTest, TheProfileOfTheGxIsThatOfTheBitRate) {
    error(sending_passive);
    EXPECT_THAT(text(), HasSubstr("is the profile of that port \"CAN-bus BMS (500 kbit/s)\" (newer Venus OS: "
                                  "\"CAN-bus BMS LV (500 kbit/s)\")"));
    health.set_bit_rate(250'000);
    EXPECT_THAT(text(), HasSubstr("is the profile of that port \"VE.Can & CAN-bus BMS (250 kbit/s)\" (this"));
    EXPECT_THAT(text(), Not(HasSubstr("500")));
}

TEST_F(BusHealthTest, AControllerThatIsBackCountsItsErrorsAnew) {
    pass(1s, 0);
    error(sending_passive);
    error(receiving_passive);
    health.bus_off(now);
    health.bus_back(now);
    pass(1s, 0);
    EXPECT_EQ(states.back(), BusState::working);
    pass(20s, 0);
    EXPECT_EQ(health.state(), BusState::working) << "not as a wrong bit rate, nor as not acknowledged";
}

TEST_F(BusHealthTest, OneThatWasStoppedToTakeAFrameBackDoesSoToo) {
    pass(1s, 0);
    error(receiving_passive);
    error(sending_passive); // the whole of the state now
    health.stuck();
    look();
    EXPECT_EQ(health.state(), BusState::unacknowledged);
    health.taken_back();
    pass(30s, 0, 0, "", false);
    EXPECT_EQ(health.state(), BusState::unacknowledged) << "nothing has spoken against it";
    pass(25s, 0);
    EXPECT_EQ(health.state(), BusState::working);

    error(receiving_passive);
    health.taken_back();
    pass(1s, 0);
    EXPECT_EQ(health.state(), BusState::working);
}

TEST_F(BusHealthTest, AGoodFrameEndsErrorPassiveWhileReceiving) {
    pass(1s, 0);
    error(receiving_passive);
    pass(1s, 1);
    pass(60s, 0);
    EXPECT_EQ(health.state(), BusState::working) << "though nothing is received any more";
}

TEST_F(BusHealthTest, ALostArbitrationAndARestartAreNoErrors) {
    pass(5s, 20);
    error(sending_passive);
    look();
    ASSERT_EQ(health.state(), BusState::error_passive);
    pass(21s, 20, 5, "20000002#0000000000000000"); // lost arbitration
    EXPECT_EQ(health.state(), BusState::working);
    pass(1s, 20, 5, "20000100#0000000000000000"); // restarted
    EXPECT_EQ(health.state(), BusState::working);
}

// The echo of a controller comes after the acknowledgement of another node.
TEST_F(BusHealthTest, AFrameThatAControllerHasSentIsAGoodOne) {
    health.set_kind(InterfaceState::Kind::controller);
    pass(20s, 0, 50, stuffing);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::disturbed})) << "no wrong bit rate";
    pass(30s, 0);
    ASSERT_EQ(health.state(), BusState::working);
    error(sending_passive);
    pass(5s, 0);
    EXPECT_NE(health.state(), BusState::unacknowledged);
}

TEST_F(BusHealthTest, WhatASerialAdapterHasTakenIsNone) {
    health.set_kind(InterfaceState::Kind::serial);
    pass(20s, 0, 50, stuffing);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::wrong_bit_rate}));
}

TEST_F(BusHealthTest, BusOffNamesTheBitRateWhereNobodyWasEverHeard) {
    pass(1s, 0);
    health.bus_off(now);
    EXPECT_THAT(text(), HasSubstr("bus-off"));
    EXPECT_THAT(text(), HasSubstr("Nobody could be heard"));
    // Back by restart-ms and thrown out again: one state, until a frame has gone through.
    for (int i = 0; i < 3; ++i) {
        health.bus_back(now);
        pass(500ms, 0, 0, "", false);
        health.bus_off(now);
        pass(500ms, 0, 0, "", false);
    }
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::bus_off}));
    EXPECT_THAT(text(), HasSubstr("4 times in a minute"));
    health.bus_back(now);
    pass(1s, 0);
    EXPECT_EQ(states.back(), BusState::working);
}

TEST_F(BusHealthTest, BusOffNamesTheCableWhereOthersWereHeard) {
    pass(1s, 1);
    health.bus_off(now);
    EXPECT_THAT(text(), HasSubstr("look at the cable first"));
}

TEST_F(BusHealthTest, ReceiveOverrun) {
    pass(1s, 100);
    error(overrun);
    EXPECT_THAT(text(), HasSubstr("receive overrun"));
    pass(9s, 100);
    EXPECT_EQ(health.state(), BusState::overrun);
    pass(12s, 100);
    EXPECT_EQ(health.state(), BusState::working);
}

TEST_F(BusHealthTest, AnInterfaceThatIsDownExplainsAllElseAndBeginsAnewWhenItIsBack) {
    pass(5s, 0, 100, no_acknowledge, false);
    health.stuck();
    health.down("can0: the interface is down (ip link set can0 up)");
    EXPECT_EQ(text(), "can0: the interface is down (ip link set can0 up)");
    EXPECT_EQ(health.state(), BusState::interface_down);
    health.up();
    pass(1s, 1);
    EXPECT_EQ(health.state(), BusState::working);
}

TEST(BusHealth, SaysNothingBeforeTheLinkHas) {
    BusHealth health{"can0"};
    EXPECT_FALSE(health.tick(TimePoint{1s}));
    EXPECT_EQ(health.state(), BusState::starting);
    health.down("can0: no such interface");
    EXPECT_TRUE(health.tick(TimePoint{2s}));
    EXPECT_EQ(health.since(), TimePoint{2s});
}

/// So many frames a second of others, of eight bytes each.
class BusyTest : public BusHealthTest {
protected:
    void traffic(Duration time, std::uint64_t frames) {
        for (const TimePoint end = now + time; now < end; now += 1s) {
            statistics.rx_packets += frames;
            statistics.rx_bytes += frames * 8;
            health.statistics(statistics, now);
            health.confirmed(now);
            look();
        }
    }
    Statistics statistics{.is_hardware = true};
};

// A frame of 8 bytes has 47 + 64 bits and (33 + 64) / 8 = 12 of stuffing: 123. Half of 500 kbit/s: 2032.
TEST_F(BusyTest, OthersThatTakeMoreThanHalfOfTheBus) {
    traffic(20s, 2000);
    EXPECT_EQ(health.state(), BusState::working);
    EXPECT_EQ(health.load()->others_percent, 49U);
    traffic(10s, 2200);
    EXPECT_EQ(health.state(), BusState::busy);
    EXPECT_THAT(text(), HasSubstr("about 54 % of 500 kbit/s (2200 frames a second"));
    traffic(20s, 1800);
    EXPECT_EQ(health.state(), BusState::busy) << "44 %: it has to go below 40";
    traffic(30s, 1500);
    EXPECT_EQ(states, (std::vector{BusState::working, BusState::busy, BusState::working}));
}

TEST_F(BusyTest, TheSameTrafficIsTwiceTheLoadAtHalfTheBitRate) {
    health.set_bit_rate(250'000);
    traffic(10s, 1100);
    EXPECT_EQ(health.load()->others_percent, 54U);
    EXPECT_THAT(text(), HasSubstr("54 % of 250 kbit/s"));
}

// On a bus with other traffic the link's filter lets nothing of it through.
TEST_F(BusyTest, FramesThatTheFilterKeptFromUsAreGoodOnes) {
    for (int i = 0; i < 20; ++i) {
        traffic(1s, 50);
        for (int k = 0; k < 10; ++k)
            error(stuffing);
    }
    EXPECT_EQ(health.state(), BusState::disturbed);
}

// A filter lets nothing of the others through; what we send ourselves is counted as received on vcan only.
TEST_F(BusyTest, WhatWasSentIsReceivedOnABusOfThisMachineOnly) {
    const auto state_with = [this](InterfaceState::Kind kind) {
        health = BusHealth{"can0"};
        health.up();
        health.set_kind(kind);
        for (int i = 0; i < 20; ++i, now += 1s) {
            statistics.tx_packets += 50;
            for (int k = 0; k < 10; ++k)
                error(stuffing);
            statistics.rx_packets += 50; // older kernels: 10 of them the error frames
            health.statistics(statistics, now);
            look();
        }
        return health.state();
    };
    EXPECT_EQ(state_with(InterfaceState::Kind::only_here), BusState::wrong_bit_rate);
    EXPECT_EQ(state_with(InterfaceState::Kind::serial), BusState::disturbed);
}

TEST_F(BusyTest, ErrorFramesThatAnOlderKernelCountsAsReceivedAreNoGoodOnes) {
    for (int i = 0; i < 20; ++i) {
        for (int k = 0; k < 10; ++k)
            error(stuffing);
        traffic(1s, 10);
    }
    EXPECT_EQ(health.state(), BusState::wrong_bit_rate);
    EXPECT_THAT(text(), Not(HasSubstr("There were good frames before")));
}

} // namespace
} // namespace retrocan::can
