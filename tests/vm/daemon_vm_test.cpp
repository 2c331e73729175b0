// SPDX-License-Identifier: Apache-2.0
// The real daemon on a real CAN interface, and what can become of that interface. Runs inside the VM only.
#include "e2e/rig.h"

#include <csignal>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

namespace retrocan::e2e {
namespace {

using namespace std::chrono_literals;
using Fault = simulator::ModbusFault;

/// A command of the guest, with the functions of lib.sh.
void shell(const std::string& command) {
    const std::string line = std::string{". "} + RETROCAN_VM_LIB + "; " + command;
    ASSERT_EQ(std::system(line.c_str()), 0) << command; // NOLINT: the VM has no other users
}

/// A command of the guest that goes on beside the test, and ends with it, however the test ends.
class Background {
public:
    explicit Background(const std::string& command) {
        shell("sh -c '. \"$0\"; " + command + "' " + std::string{RETROCAN_VM_LIB} +
              " > /dev/null 2>&1 & echo $! > /tmp/background");
    }
    ~Background() { end(); }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    void end() {
        if (!ended_)
            shell("kill $(cat /tmp/background)");
        ended_ = true;
    }

private:
    bool ended_{};
};

void use_bus(const char* ends) {
    setenv("RETROCAN_TEST_BUS", ends, 1);
} // NOLINT(concurrency-mt-unsafe)

std::size_t limits_since(Rig& rig, TimePoint since) {
    std::size_t n = 0;
    for (const support::Seen& seen : support::only(rig.bus->frames(), 0x351))
        n += seen.at > since;
    return n;
}

class Daemon : public ::testing::Test {
protected:
    void SetUp() override { use_bus("can0:can1"); }
    static testing::AssertionResult logs(Rig& rig, const char* words, std::chrono::milliseconds limit = 10s) {
        const bool found =
            support::eventually([&] { return rig.log().find(words) != std::string::npos; }, limit);
        return found ? testing::AssertionSuccess() : testing::AssertionFailure() << rig.log();
    }
    static void start(Rig& rig) { ASSERT_TRUE(rig.sends_within(30s)) << rig.log(); }
};

TEST_F(Daemon, SendsOnTheWireOnceASecondBesideABusyLoop) {
    Rig rig;
    start(rig);
    shell("timeout 9 sh -c 'while :; do :; done' & true");
    ASSERT_TRUE(
        support::eventually([&] { return support::only(rig.bus->frames(), 0x351).size() >= 8; }, 15s));
    const auto limits = support::only(rig.bus->frames(), 0x351);
    for (std::size_t i = 1; i < limits.size(); ++i)
        EXPECT_LE(limits[i].at - limits[i - 1].at, 1200ms);
}

TEST_F(Daemon, GoesOnWhenTheInterfaceWasDown) {
    Rig rig;
    start(rig);
    shell("ip link set can0 down");
    const TimePoint down = BootClock::now();
    std::this_thread::sleep_for(2s);
    EXPECT_EQ(limits_since(rig, down + 100ms), 0U);
    shell("ip link set can0 up");
    EXPECT_TRUE(rig.sends_within(4s, BootClock::now())) << rig.log();
    EXPECT_NE(rig.log().find("can0"), std::string::npos);
}

TEST_F(Daemon, GoesOnWhenTheCardWasRemoved) {
    Rig rig;
    start(rig);
    shell("card_removed can0 > /tmp/slot");
    std::this_thread::sleep_for(2s);
    shell("card_back \"$(cat /tmp/slot)\" can0");
    EXPECT_TRUE(rig.sends_within(5s, BootClock::now())) << rig.log();
}

// A stuck controller must not let an old 0x351 out when it works again.
TEST_F(Daemon, Invariant1_NoOldLimitLeavesAStuckController) {
    Rig rig;
    start(rig);
    // Again and again, since the daemon takes the interface down and up to drop the frame, which frees the
    // card.
    Background sticking{"while :; do card_stuck can0; sleep 0.02; done"};
    ASSERT_TRUE(support::eventually([&] { return rig.log().find("is not sent") != std::string::npos; }, 5s))
        << rig.log();
    rig.fault({.kind = Fault::Kind::refuse});
    const TimePoint last_good = rig.last_good_answer();
    std::this_thread::sleep_for(4s);
    const TimePoint woken = BootClock::now();
    sticking.end();
    shell("card_wakes can0 can1");
    std::this_thread::sleep_for(1s);
    ASSERT_GT(woken, last_good + 2s);
    for (const support::Seen& seen : rig.bus->frames()) {
        if (seen.frame.id >= 0x351 && seen.frame.id <= 0x382) {
            EXPECT_LE(seen.at, last_good + 2s + 20ms) << to_text(seen.frame) << "\n" << rig.log();
        }
    }
}

TEST_F(Daemon, StaysSilentBesideAnotherBattery) {
    Background other{"while cansend can1 351#3802E803E803E001; do sleep 0.5; done"};
    Rig rig;
    ASSERT_TRUE(support::eventually(
        [&] { return rig.log().find("silent because somebody else sends") != std::string::npos; }, 8s))
        << rig.log();
    std::this_thread::sleep_for(3s);
    other.end();
    for (const support::Seen& seen : rig.bus->frames())
        EXPECT_EQ(to_text(seen.frame), "351#3802E803E803E001") << "only the other one's";
    EXPECT_NE(rig.log().find("running"), std::string::npos) << "the battery itself is well";
}

TEST_F(Daemon, SaysAndGoesOnBesideAnotherBatteryThatComesLater) {
    Rig rig;
    start(rig);
    Background other{
        "while cansend can1 351#3802E803E803E001; do cansend can1 355#6400640000000000; sleep 0.5; done"};
    EXPECT_TRUE(logs(rig, "another battery sends on this bus: in 2 s 0x351 ("));
    EXPECT_EQ(rig.log().find("another program"), std::string::npos);
    EXPECT_TRUE(rig.sends_within(2s, BootClock::now()));
}

TEST_F(Daemon, ByTheOwnersWishIsSilentBesideAnotherBatteryThatComesLater) {
    Rig rig{{.can = "on_foreign = \"silent\"\n"}};
    start(rig);
    Background other{"while cansend can1 355#6400640000000000; do sleep 0.5; done"};
    EXPECT_TRUE(logs(rig, "silent because somebody else sends as a battery on this bus"));
    const TimePoint silent = BootClock::now();
    std::this_thread::sleep_for(3s);
    EXPECT_EQ(limits_since(rig, silent), 0U) << rig.log();
}

TEST_F(Daemon, SaysThatAnotherProgramOfThisMachineSendsToo) {
    Rig rig;
    start(rig);
    Background other{"while cansend can0 355#6400640000000000; do sleep 0.5; done"};
    EXPECT_TRUE(logs(rig, "another program on this machine sends on can0 too: in 2 s 0x355 ("));
}

TEST_F(Daemon, SaysWhenTheGxIsHeardLostAndBack) {
    Rig rig;
    start(rig);
    {
        const Background gx{"while cansend can1 305#; do sleep 0.5; done"};
        EXPECT_TRUE(logs(rig, "GX: heard on can0"));
    }
    EXPECT_TRUE(logs(rig, "GX: not heard on can0 for 5 s"));
    EXPECT_TRUE(rig.sends_within(2s, BootClock::now())) << "that is no reason to stop";
    shell("cansend can1 305#0000000000000000");
    EXPECT_TRUE(logs(rig, "GX: heard again on can0 after"));
}

TEST_F(Daemon, NamesWhatIsWrongWithTheBusInWordsAndOnce) {
    use_bus("vcan0:vcan0");
    Rig rig;
    start(rig);
    {
        const Background noise{"while cansend vcan0 20000088#0000040A00000000; do cansend vcan0 "
                               "20000088#0000040A00000000; sleep 0.05; done"};
        EXPECT_TRUE(logs(rig, "the bit rate is probably not that of the bus", 25s));
        std::this_thread::sleep_for(2s);
    }
    const std::string log = rig.log();
    const std::size_t first = log.find("the bit rate is probably");
    EXPECT_EQ(log.find("the bit rate is probably", first + 1), std::string::npos) << log;
    EXPECT_EQ(log.find("nobody on the bus acknowledges"), std::string::npos) << log;
    const Background alone{"while cansend vcan0 20000020#0000000000000000; do sleep 0.2; done"};
    EXPECT_TRUE(logs(rig, "nobody on the bus acknowledges", 15s)) << "once the other errors are over";
    EXPECT_TRUE(rig.sends_within(2s, BootClock::now()));
}

// A process that hangs falls silent, because nothing is handed to the kernel to send for us.
TEST_F(Daemon, Invariant1_AHungProcessIsSilentAndSendsNothingOldAfterwards) {
    Rig rig;
    start(rig);
    rig.daemon->signal(SIGSTOP);
    const TimePoint stopped = BootClock::now();
    rig.fault({.kind = Fault::Kind::hang});
    std::this_thread::sleep_for(4s);
    EXPECT_EQ(limits_since(rig, stopped + 10ms), 0U);
    rig.daemon->signal(SIGCONT);
    std::this_thread::sleep_for(1s);
    EXPECT_EQ(limits_since(rig, stopped + 10ms), 0U) << rig.log();
}

// The virtual bus has no controller: the error frame is made up, and the link sees after a second that the
// carrier is there. The silence in between is the link's own test (link_vm_test, with slcan).
TEST_F(Daemon, SaysBusOffAndGoesOnAfterwards) {
    use_bus("vcan0:vcan0");
    Rig rig;
    start(rig);
    shell("cansend vcan0 20000040#0000000000000000");
    ASSERT_TRUE(
        support::eventually([&] { return rig.log().find("back on the bus") != std::string::npos; }, 4s))
        << rig.log();
    EXPECT_NE(rig.log().find("bus-off"), std::string::npos) << rig.log();
    EXPECT_TRUE(rig.sends_within(4s, BootClock::now())) << rig.log();
}

TEST_F(Daemon, GoesOnWhenTheVirtualBusWasDeleted) {
    use_bus("vcan0:vcan0");
    Rig rig;
    start(rig);
    shell("ip link del vcan0");
    std::this_thread::sleep_for(1s);
    shell("ip link add vcan0 type vcan; ip link set vcan0 up");
    // The test's own ear has to be opened anew.
    const auto ear = support::make_bus("/tmp");
    EXPECT_TRUE(support::eventually([&] { return !support::only(ear->frames(), 0x351).empty(); }, 5s))
        << rig.log();
}

} // namespace
} // namespace retrocan::e2e
