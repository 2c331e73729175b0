// SPDX-License-Identifier: Apache-2.0
// The SocketCAN link on a real kernel, with each fault that an interface can have. Runs inside the VM, as
// root: tests/vm/vm -- build/.../link_vm_test
#include "can/bus_health.h"
#include "can/interface.h"
#include "can/socketcan.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace retrocan::can {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Event::Kind;

/// Runs shell text with the functions of lib.sh at hand; its output. A failure fails the test.
std::string sh(const std::string& text) {
    const std::string command = "set -e; . " RETROCAN_VM_LIB "; " + text;
    std::FILE* pipe = ::popen(command.c_str(), "r"); // NOLINT(cert-env33-c): the shell is what is wanted
    std::string output;
    std::array<char, 256> part{};
    while (std::fgets(part.data(), part.size(), pipe) != nullptr)
        output += part.data();
    EXPECT_EQ(::pclose(pipe), 0) << text;
    while (!output.empty() && output.back() == '\n')
        output.pop_back();
    return output;
}

/// A second socket, the other end of the bus; it sees all that really goes over it.
class Witness {
public:
    explicit Witness(const char* interface) : fd_{::socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK, CAN_RAW)} {
        sockaddr_can address{};
        address.can_family = AF_CAN;
        address.can_ifindex = static_cast<int>(::if_nametoindex(interface));
        EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << interface;
    }
    ~Witness() { ::close(fd_); }
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;

    void send(const char* text) const {
        const CanFrame frame = *parse_frame(text);
        can_frame raw{};
        raw.can_id = frame.id;
        raw.can_dlc = frame.size;
        std::ranges::copy(frame.data, raw.data);
        EXPECT_EQ(::write(fd_, &raw, sizeof raw), ssize_t{sizeof raw}) << text;
    }
    /// The data of the frames since the last call, but those of 0x7FF.
    std::vector<int> seen() const {
        std::vector<int> all;
        for (can_frame raw{}; ::read(fd_, &raw, sizeof raw) == ssize_t{sizeof raw};)
            if (raw.can_id != 0x7FF)
                all.push_back(raw.data[0]);
        return all;
    }

private:
    int fd_;
};

CanFrame numbered(int number) {
    return {.id = 0x351, .size = 1, .data = {static_cast<std::uint8_t>(number)}};
}

class LinkTest : public testing::Test {
protected:
    void open(const char* interface, bool may_reset = true) {
        link_ =
            make_socketcan(io_, interface, {.identifiers = {0x305, 0x307, 0x351}, .may_reset = may_reset});
        link_->start([this](const Event& event) {
            events_.push_back(event);
            if (event.kind != Kind::confirmed && event.kind != Kind::frame)
                std::printf("    %s\n", event.text.c_str());
        });
        wait_for(Kind::up);
        events_.clear();
    }
    void run(std::chrono::milliseconds time) {
        io_.restart();
        io_.run_for(time);
    }
    template <class Predicate>
    void run_until(Predicate predicate, std::chrono::milliseconds limit = 3s) {
        const auto end = std::chrono::steady_clock::now() + limit;
        bool reached = predicate();
        while (!reached && std::chrono::steady_clock::now() < end) {
            io_.restart();
            io_.run_one_for(10ms);
            reached = predicate();
        }
        ASSERT_TRUE(reached);
    }
    [[nodiscard]] bool has(Kind kind) const {
        return std::ranges::find(events_, kind, &Event::kind) != events_.end();
    }
    void wait_for(Kind kind) {
        SCOPED_TRACE(static_cast<int>(kind));
        run_until([&] { return has(kind); });
    }
    /// The events so far, without received and confirmed frames; forgets them.
    std::vector<Kind> take() {
        std::vector<Kind> all;
        for (const Event& event : std::exchange(events_, {}))
            if (event.kind != Kind::frame && event.kind != Kind::confirmed)
                all.push_back(event.kind);
        return all;
    }
    [[nodiscard]] std::string text_of(Kind kind) const {
        const auto it = std::ranges::find(events_, kind, &Event::kind);
        return it == events_.end() ? "" : it->text;
    }
    [[nodiscard]] BusState state() const {
        link_->health()->tick(BootClock::now());
        return link_->health()->state();
    }
    /// The state as a sentence.
    [[nodiscard]] std::string sentence() const {
        link_->health()->tick(BootClock::now());
        return link_->health()->text();
    }
    /// Does it every 200 ms until the bus is in that state.
    void until(BusState wanted, const std::string& what, std::chrono::milliseconds limit = 6s) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (state() != wanted && std::chrono::steady_clock::now() < end) {
            sh(what);
            run(200ms);
        }
        ASSERT_EQ(to_text(state()), to_text(wanted));
        std::printf("    %s\n", sentence().c_str());
    }
    void send(int number) {
        ASSERT_EQ(link_->write(numbered(number)), WriteResult::written) << number;
        run_until([&] { return !link_->unconfirmed(); });
    }

    boost::asio::io_context io_;
    std::unique_ptr<Link> link_;
    std::vector<Event> events_;
};

TEST(Guest, HasTheTools) {
    sh("require ip tc cansend dd socat slcan_attach");
}

TEST_F(LinkTest, SendsOneFrameAtATimeAndHearsWhatItWants) {
    open("can0");
    const Witness other{"can1"};
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::written);
    EXPECT_TRUE(link_->unconfirmed());
    EXPECT_EQ(link_->write(numbered(2)), WriteResult::unconfirmed);
    run_until([&] { return !link_->unconfirmed(); });
    ASSERT_TRUE(has(Kind::confirmed));
    EXPECT_EQ(events_[0].frame, numbered(1));
    EXPECT_THAT(other.seen(), ElementsAre(1));

    for (const char* text : {"305#01", "306#02", "351#03"})
        other.send(text);
    run(50ms);
    EXPECT_EQ(link_->counters().received, 2U) << "0x306 is filtered";
    EXPECT_EQ(std::ranges::count(events_, Kind::frame, &Event::kind), 2) << "a foreign 0x351 is no echo";
}

TEST_F(LinkTest, HearsItsOwnFramesOnVcanToo) {
    open("vcan0");
    send(1);
    EXPECT_TRUE(has(Kind::confirmed));
    EXPECT_EQ(link_->counters().received, 0U);
}

class DownAndUpTest : public LinkTest, public testing::WithParamInterface<const char*> {};

TEST_P(DownAndUpTest, TellsEachChangeOnce) {
    const std::string name = GetParam();
    open(name.c_str());
    sh("ip link set " + name + " down");
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::not_ready) << "before any event was seen";
    wait_for(Kind::down);
    EXPECT_EQ(text_of(Kind::down), name + ": the interface is down (ip link set " + name + " up)");
    EXPECT_THAT(*interface_fault(name),
                HasSubstr(name + ": the interface is down: ip link set " + name + " up"));
    run(600ms);
    sh("ip link set " + name + " up");
    wait_for(Kind::up);
    EXPECT_THAT(take(), ElementsAre(Kind::down, Kind::up)) << "each change once";
    send(2);

    sh("ip link set " + name + " down; ip link set " + name + " up");
    EXPECT_EQ(link_->write(numbered(3)), WriteResult::written) << "the old error does not count";
    run_until([&] { return !link_->unconfirmed(); });
    EXPECT_EQ(interface_fault(name), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(, DownAndUpTest, testing::Values("can0", "vcan0"));

TEST_F(LinkTest, CardRemovedAndBack) {
    open("can0");
    const std::string slot = sh("card_removed can0");
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::not_ready);
    wait_for(Kind::down);
    run(300ms);
    EXPECT_EQ(text_of(Kind::down), "can0: no such interface");
    sh("card_back " + slot + " can0");
    wait_for(Kind::up);
    send(2);
}

TEST_F(LinkTest, VcanDeletedAndBack) {
    open("vcan0");
    sh("ip link del vcan0");
    wait_for(Kind::down);
    sh("ip link add vcan0 type vcan");
    run(300ms);
    sh("ip link set vcan0 up");
    wait_for(Kind::up);
    send(1);
}

TEST_F(LinkTest, RenamedInterfaceIsNoLongerOurs) {
    sh("ip link add vcan7 type vcan; ip link set vcan7 up");
    open("vcan7");
    sh("ip link set vcan7 down; ip link set vcan7 name vcan8; ip link set vcan8 up");
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::not_ready);
    wait_for(Kind::down);
    EXPECT_EQ(text_of(Kind::down), "vcan7: no such interface");
    sh("ip link set vcan8 down; ip link set vcan8 name vcan7; ip link set vcan7 up");
    wait_for(Kind::up);
    send(2);

    // Another interface takes the name at once, as when two adapters are numbered anew: that one is ours now.
    sh("ip link set vcan7 down; ip link set vcan7 name vcan8; ip link set vcan8 up; "
       "ip link add vcan7 type vcan; ip link set vcan7 up");
    const Witness ours{"vcan7"};
    const Witness other{"vcan8"};
    run(50ms);
    send(3);
    EXPECT_THAT(ours.seen(), ElementsAre(3));
    EXPECT_THAT(other.seen(), ElementsAre());
    sh("ip link del vcan7; ip link del vcan8");
}

// What the rule of one unconfirmed frame is for: without it, old frames wait and go out late.
TEST(NaiveSender, LeavesOldFramesInTheQueue) {
    const Witness naive{"can0"};
    const Witness other{"can1"};
    sh("card_stuck can0");
    for (const char* text : {"351#01", "351#02", "351#03"})
        naive.send(text);
    sh("card_wakes can0 can1; sleep 0.2");
    EXPECT_THAT(other.seen(), ElementsAre(1, 2, 3));
}

TEST_F(LinkTest, StuckControllerKeepsNothingThatGoesOutLater) {
    open("can0");
    const Witness other{"can1"};
    sh("card_stuck can0");
    const auto begin = BootClock::now();
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::written); // on the wire, but the driver does not know
    for (int i = 2; i < 20; ++i)
        EXPECT_EQ(link_->write(numbered(i)), WriteResult::unconfirmed);
    wait_for(Kind::unstuck);
    EXPECT_LT(BootClock::now() - begin, 500ms);
    EXPECT_THAT(text_of(Kind::unstuck), HasSubstr("dropped by taking the interface down and up"));
    EXPECT_FALSE(link_->unconfirmed());
    EXPECT_EQ(link_->counters().never_confirmed, 1U);
    EXPECT_THAT(take(), ElementsAre(Kind::stuck, Kind::unstuck, Kind::down));

    // Going down and up has cured this card; its next fault comes at once. Tries get rarer: after 1 s, 2 s.
    sh("card_stuck can0");
    run_until([&] { return link_->write(numbered(20)) == WriteResult::written; });
    EXPECT_GE(BootClock::now() - begin, 1s);
    run_until([&] { return !link_->unconfirmed(); });
    const auto second = BootClock::now();
    EXPECT_THAT(take(), ElementsAre()) << "the same trouble";
    sh("card_works can0");
    run_until([&] { return link_->write(numbered(21)) == WriteResult::written; });
    EXPECT_GE(BootClock::now() - second, 1900ms);
    wait_for(Kind::up);
    run(100ms);
    EXPECT_THAT(other.seen(), ElementsAre(1, 20, 21)) << "each went out when it was written, or never";
}

TEST_F(LinkTest, AStuckControllerIsTheStateOfTheBusUntilAFrameIsSent) {
    open("can0");
    const Witness other{"can1"};
    send(1);
    EXPECT_EQ(state(), BusState::working);
    sh("card_stuck can0");
    EXPECT_EQ(link_->write(numbered(2)), WriteResult::written);
    wait_for(Kind::stuck);
    EXPECT_EQ(to_text(state()), "stuck");
    EXPECT_THAT(sentence(), HasSubstr("no error says why"));
    wait_for(Kind::down);
    EXPECT_EQ(to_text(state()), "stuck") << "the link rests, but the interface is well";
    run_until([&] { return link_->write(numbered(3)) == WriteResult::written; });
    run_until([&] { return state() == BusState::working; });
    sh("ip link set can0 down");
    run_until([&] { return state() == BusState::interface_down; });
    EXPECT_EQ(sentence(), "can0: the interface is down (ip link set can0 up)");
    sh("ip link set can0 up");
    run_until([&] { return state() == BusState::working; });
}

// The bit rate counts for the load only: the emulated cards do not keep to it.
TEST_F(LinkTest, OthersThatLoadTheBusAreSeenThoughTheyAreFiltered) {
    sh("ip link set can0 down; ip link set can0 type can bitrate 20000; ip link set can0 up");
    open("can0");
    EXPECT_EQ(link_->health()->bit_rate(), 20'000U);
    sh("sh -c 'while cangen can1 -g 2 -I 123 -L 8 -n 2000; do :; done' > /dev/null 2>&1 & echo $! > "
       "/tmp/noise");
    run_until([&] { return state() == BusState::busy; }, 15s);
    std::printf("    %s\n", sentence().c_str());
    EXPECT_EQ(link_->counters().received, 0U);
    sh("kill $(cat /tmp/noise); killall cangen || true");
    run_until([&] { return state() == BusState::working; }, 25s);
    sh("ip link set can0 down; ip link set can0 type can bitrate 500000; ip link set can0 up");
}

TEST_F(LinkTest, ReadingTheStatisticsIsCheap) {
    const auto begin = BootClock::now();
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(read_statistics("can0"));
    std::printf("    %ld us each, on an emulated machine\n",
                static_cast<long>((BootClock::now() - begin) / 1us / 100));
}

TEST_F(LinkTest, TellsFramesOfThisMachineFromThoseOfTheWire) {
    open("can0");
    const Witness here{"can0"};
    const Witness other{"can1"};
    here.send("351#01");
    other.send("351#02");
    run_until([&] { return events_.size() == 2; });
    EXPECT_TRUE(events_[0].this_host);
    EXPECT_FALSE(events_[1].this_host);
}

TEST_F(LinkTest, AnotherNodeThatIsHeardEndsTheRest) {
    open("can0");
    const Witness other{"can1"};
    for (int i = 1; i <= 2; ++i) { // the second time it rests for 2 s
        sh("card_stuck can0");
        run_until([&] { return link_->write(numbered(i)) == WriteResult::written; });
        run_until([&] { return !link_->unconfirmed(); });
    }
    const auto rest = BootClock::now();
    run(1100ms);
    EXPECT_EQ(link_->write(numbered(3)), WriteResult::not_ready);
    other.send("305#00");
    run_until([&] { return link_->write(numbered(3)) == WriteResult::written; });
    EXPECT_LT(BootClock::now() - rest, 1700ms);
    wait_for(Kind::up);
}

TEST_F(LinkTest, StuckControllerWithoutTheRightToReset) {
    open("can0");
    const Witness other{"can1"};
    ASSERT_EQ(::seteuid(65534), 0); // takes CAP_NET_ADMIN away
    const int error = set_interface_up("can0", false);
    ASSERT_EQ(::seteuid(0), 0);
    EXPECT_EQ(error, EPERM);
    sh("card_stuck can0");
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::written);
    ASSERT_EQ(::seteuid(65534), 0);
    run(300ms);
    ASSERT_EQ(::seteuid(0), 0);
    EXPECT_THAT(text_of(Kind::stuck), HasSubstr("CAP_NET_ADMIN"));
    EXPECT_EQ(link_->write(numbered(2)), WriteResult::unconfirmed);
    EXPECT_THAT(take(), ElementsAre(Kind::stuck));
    sh("card_wakes can0 can1");
    wait_for(Kind::unstuck);
    EXPECT_THAT(text_of(Kind::unstuck), HasSubstr("was sent after all"));
    send(3);
    EXPECT_THAT(other.seen(), ElementsAre(1, 3));
}

TEST_F(LinkTest, FullQueueDropsAndNeverSpins) {
    open("vcan0");
    sh("tc qdisc replace dev vcan0 root netem delay 300ms limit 3");
    unsigned full = 0;
    for (int i = 0; i < 20; ++i) {
        full += link_->write(numbered(i)) == WriteResult::queue_full ? 1U : 0U;
        run(2ms);
    }
    EXPECT_GE(full, 15U);
    EXPECT_EQ(link_->counters().dropped_queue_full, full);
    sh("tc qdisc del dev vcan0 root");
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    run(1s);
    rusage after{};
    ::getrusage(RUSAGE_SELF, &after);
    EXPECT_LT(after.ru_utime.tv_sec * 1000000 + after.ru_utime.tv_usec - before.ru_utime.tv_sec * 1000000 -
                  before.ru_utime.tv_usec,
              200000)
        << "microseconds of processor in one second of rest";
    send(99);
}

TEST_F(LinkTest, SlowQueueOfARealCard) {
    open("can0");
    const Witness other{"can1"};
    sh("tc qdisc replace dev can0 root tbf rate 8kbit burst 32 limit 64");
    std::vector<int> written;
    for (int i = 0; i < 20; ++i) {
        if (link_->write(numbered(i)) == WriteResult::written)
            written.push_back(i);
        run(5ms);
    }
    sh("tc qdisc del dev can0 root");
    run(200ms);
    EXPECT_LT(written.size(), 20U);
    EXPECT_EQ(other.seen(), written) << "written means sent, in order";
}

TEST_F(LinkTest, MadeUpBusOffAndRestart) {
    open("vcan0");
    sh("cansend vcan0 20000040#0000000000000000");
    wait_for(Kind::bus_off);
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::not_ready);
    sh("cansend vcan0 20000100#");
    wait_for(Kind::bus_back);
    send(2);
    // Thrown out again at once: the second time it rests for a second.
    sh("cansend vcan0 20000040#0000000000000000; cansend vcan0 20000100#");
    run(500ms);
    EXPECT_EQ(link_->write(numbered(3)), WriteResult::not_ready);
    run_until([&] { return link_->write(numbered(4)) == WriteResult::written; });
    EXPECT_THAT(take(), ElementsAre(Kind::bus_off, Kind::bus_back, Kind::bus_off, Kind::bus_back));
}

TEST_F(LinkTest, MadeUpErrorsAreToldOnce) {
    open("vcan0");
    sh("for i in 1 2 3; do cansend vcan0 20000020#0000000000000000; cansend vcan0 20000004#0010000000000000; "
       "done");
    run_until([&] { return link_->counters().error_frames == 6; });
    EXPECT_THAT(text_of(Kind::error_frame), HasSubstr("error-passive (receiving)"));
    EXPECT_THAT(
        text_of(Kind::nobody_acknowledges),
        HasSubstr(
            "nobody on the bus acknowledges: cable, termination, or the GX profile is not CAN-bus BMS"));
    EXPECT_THAT(take(), ElementsAre(Kind::nobody_acknowledges, Kind::error_frame));
}

TEST_F(LinkTest, MadeUpStatesOfTheBusAreToldApart) {
    open("vcan0");
    until(BusState::unacknowledged, "cansend vcan0 20000020#0000000000000000");
    sh("ip link set vcan0 down");
    run_until([&] { return state() == BusState::interface_down; });
    sh("ip link set vcan0 up"); // all begins anew
    run_until([&] { return state() == BusState::working; });
    until(BusState::wrong_bit_rate, "for i in 1 2 3 4 5; do cansend vcan0 20000088#0000040A00000000; done");
    sh("cansend vcan0 20000040#0000000000000000");
    run_until([&] { return state() == BusState::bus_off; });
    EXPECT_THAT(sentence(), HasSubstr("Nobody could be heard"));
}

TEST_F(LinkTest, ReceiveOverrunOfARealCard) {
    open("can0");
    sh("card_stuck can0; for i in 1 2 3 4 5 6 7 8 9 10 11 12; do cansend can1 123#1122334455667788; done; "
       "card_wakes can0 can1");
    wait_for(Kind::error_frame);
    EXPECT_THAT(text_of(Kind::error_frame), HasSubstr("receive overrun"));
    EXPECT_EQ(to_text(state()), "overrun");
    send(1);
}

class SlcanTest : public LinkTest {
public:
    SlcanTest() {
        sh("slcan_start > /dev/null 2>&1");
        open("slcan0");
    }
    ~SlcanTest() override { sh("slcan_stop"); }
};

TEST_F(SlcanTest, AcknowledgeErrorAndErrorPassive) {
    sh("slcan_says e1a e1a sw000100");
    wait_for(Kind::nobody_acknowledges);
    wait_for(Kind::error_frame);
    EXPECT_THAT(take(), ElementsAre(Kind::nobody_acknowledges, Kind::error_frame));
    sh("slcan_says t30510A");
    wait_for(Kind::frame);
}

TEST_F(SlcanTest, NobodyAcknowledgesThoughTheAdapterTakesAll) {
    until(BusState::unacknowledged, "slcan_says e1a");
    for (int i = 0; i < 3; ++i)
        send(i);
    EXPECT_EQ(to_text(state()), "not acknowledged") << "its echo proves nothing";
}

TEST_F(SlcanTest, ErrorPassiveWhileSendingAndNobodyIsHeard) {
    sh("slcan_says sp000130");
    run_until([&] { return state() == BusState::unacknowledged; });
    EXPECT_EQ(link_->health()->error_counters()->sending, 130);
}

TEST_F(SlcanTest, ErrorsOfAllKindsAndNothingGoodAreAWrongBitRate) {
    until(BusState::wrong_bit_rate, "slcan_says e1s e1f e1c e1b e1B");
    EXPECT_THAT(sentence(), HasSubstr("the bit rate is probably not that of the bus"));
}

TEST_F(SlcanTest, ErrorsBesideGoodFramesAreADisturbedBus) {
    until(BusState::disturbed, "slcan_says e1s t3052AABB e1f");
    EXPECT_THAT(sentence(), HasSubstr("and good ones too"));
}

TEST_F(SlcanTest, ErrorPassiveBesideGoodFrames) {
    sh("slcan_says t3052AABB sp140000");
    run_until([&] { return state() == BusState::error_passive; });
    EXPECT_THAT(sentence(), HasSubstr("sending 0, receiving 140"));
}

TEST_F(SlcanTest, OverrunOfTheAdapter) {
    sh("slcan_says t3052AABB e1o");
    run_until([&] { return state() == BusState::overrun; });
}

TEST_F(SlcanTest, RealBusOffUntilItIsRestarted) {
    sh("slcan_says sb000256");
    wait_for(Kind::bus_off);
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::not_ready);
    run(1500ms);
    EXPECT_EQ(link_->write(numbered(2)), WriteResult::not_ready) << "no carrier, for as long as it takes";
    EXPECT_THAT(take(), ElementsAre(Kind::bus_off));

    // A link that starts now has no error frame to go by.
    const auto late = make_socketcan(io_, "slcan0", {.identifiers = {0x351}});
    std::vector<Kind> told;
    late->start([&](const Event& event) { told.push_back(event.kind); });
    run(300ms);
    EXPECT_THAT(told, ElementsAre(Kind::bus_off));
    EXPECT_EQ(late->write(numbered(3)), WriteResult::not_ready);

    sh("ip link set slcan0 down; ip link set slcan0 up");
    wait_for(Kind::bus_back);
    send(4);
    EXPECT_EQ(sh("sleep 0.1; tr '\\r' '\\n' < /run/slcan-told | grep '^t'"), "t351104");
}

TEST_F(SlcanTest, AdapterStopsReading) {
    sh("slcan_stops_reading");
    bool full = false;
    for (int i = 0; i < 2000 && !full; ++i) { // its echo proves nothing, so the terminal's buffer fills
        full = link_->write(numbered(i)) == WriteResult::queue_full;
        run(1ms);
    }
    EXPECT_TRUE(full);
    sh("slcan_goes_on");
    run_until([&] { return link_->write(numbered(1)) == WriteResult::written; });
}

TEST_F(SlcanTest, AdapterUnplugged) {
    sh("slcan_unplugged; wait_for test ! -e /sys/class/net/slcan0");
    EXPECT_EQ(link_->write(numbered(1)), WriteResult::not_ready);
    wait_for(Kind::down);
    run(300ms);
    EXPECT_EQ(link_->write(numbered(2)), WriteResult::not_ready);
    sh("slcan_start > /dev/null 2>&1");
    wait_for(Kind::up);
    send(3);
}

TEST(InterfaceFault, NamesABitRateThatNoGxHas) {
    sh("ip link set can1 down; ip link set can1 type can bitrate 125000; ip link set can1 up");
    EXPECT_THAT(*interface_fault("can1"), HasSubstr("can1: the bit rate is 125000"));
    sh("ip link set can1 down; ip link set can1 type can bitrate 500000; ip link set can1 up");
    EXPECT_EQ(interface_fault("can1"), std::nullopt);
    EXPECT_THAT(*interface_fault("can9"), HasSubstr("CAN interfaces here:"));
}

} // namespace
} // namespace retrocan::can
