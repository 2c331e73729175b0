// SPDX-License-Identifier: Apache-2.0
// Interfaces that are not set as they should be: what is said of them, and that it is mended. Runs inside the
// VM, as root.
#include "can/claim.h"
#include "can/interface.h"
#include "can/interface_setup.h"
#include "can/raw_socket.h"
#include "e2e/rig.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Optional;
using Kind = InterfaceState::Kind;

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

/// What iproute2 says, which is not our own reading: "500000", "100".
std::string told_by_ip(const std::string& name, const std::string& key) {
    return sh("ip -details link show " + name + " | tr -s ' ' '\\n' | grep -x -A1 " + key + " | tail -n 1");
}
/// Sees whether an interface was taken down: the kernel tells each open socket.
class Watch {
public:
    explicit Watch(const std::string& name) : fd_{*open_raw_socket(find_interface(name)->index, {})} {}
    ~Watch() { ::close(fd_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    [[nodiscard]] bool was_stopped() const {
        for (;;) {
            const auto frame = read_frame(fd_);
            if (!frame)
                return frame.error() == ENETDOWN;
        }
    }

private:
    int fd_;
};

class InterfaceSetUp : public testing::Test {
protected:
    ~InterfaceSetUp() override {
        sh("ip link set can0 down; ip link set can0 type can bitrate 500000 restart-ms 100 listen-only off "
           "loopback off one-shot off berr-reporting off; ip link set can0 txqueuelen 10 up; "
           "ip link set vcan0 up");
    }
    std::optional<std::string> set_up(const std::string& name, const InterfaceWish& wish = {}) {
        said.clear();
        return set_up_interface(name, wish, [&](const std::string& text) {
            std::printf("    %s\n", text.c_str());
            said.push_back(text);
        });
    }
    std::vector<std::string> said;
};

TEST_F(InterfaceSetUp, ReadsWhatIpSet) {
    sh("ip link set can0 down; ip link set can0 type can bitrate 250000 restart-ms 1500 listen-only on "
       "one-shot on; ip link set can0 txqueuelen 77");
    auto state = interface_state("can0");
    ASSERT_TRUE(state);
    EXPECT_EQ(state->kind, Kind::controller);
    EXPECT_FALSE(state->up);
    EXPECT_EQ(state->bit_rate, 250'000U);
    EXPECT_EQ(state->restart_ms, 1500U);
    EXPECT_EQ(state->queue, 77U);
    EXPECT_TRUE(state->listen_only);
    EXPECT_FALSE(state->loopback);
    EXPECT_TRUE(state->one_shot);
    EXPECT_FALSE(state->reports_errors);
    EXPECT_TRUE(state->can_report_errors) << "an SJA1000 can";
    sh("ip link set can0 type can listen-only off loopback on one-shot off berr-reporting on");
    state = interface_state("can0");
    EXPECT_FALSE(state->listen_only);
    EXPECT_TRUE(state->loopback);
    EXPECT_FALSE(state->one_shot);
    EXPECT_TRUE(state->reports_errors);

    EXPECT_EQ(interface_state("vcan0")->kind, Kind::only_here);
    EXPECT_EQ(interface_state("vcan0")->bit_rate, std::nullopt);
    EXPECT_FALSE(interface_state("lo"));
    EXPECT_FALSE(interface_state("can9"));
}

TEST_F(InterfaceSetUp, ChangesTheBitRateAndLeavesTheRest) {
    sh("ip link set can0 down; ip link set can0 type can bitrate 250000 restart-ms 250 berr-reporting on; "
       "ip link set can0 up");
    EXPECT_EQ(set_up("can0"), std::nullopt);
    EXPECT_THAT(said, ElementsAre(HasSubstr("the bit rate is 250000 bit/s; expected 500000"),
                                  "ip link set can0 down", "ip link set can0 type can bitrate 500000",
                                  "ip link set can0 up"));
    EXPECT_EQ(told_by_ip("can0", "bitrate"), "500000");
    EXPECT_EQ(told_by_ip("can0", "restart-ms"), "250");
    EXPECT_TRUE(find_interface("can0")->up);
    EXPECT_EQ(sh("(timeout 5 candump -n 1 can1 | tr -s ' ') & sleep 0.5; cansend can0 351#01; wait"),
              " can1 351 [1] 01");

    EXPECT_EQ(set_up("can0", {.bit_rate = 250'000}), std::nullopt);
    EXPECT_EQ(told_by_ip("can0", "bitrate"), "250000");
}

TEST_F(InterfaceSetUp, NeverTakesDownWhatIsRight) {
    const Watch watch{"can0"}; // its error reporting is off
    EXPECT_EQ(set_up("can0"), std::nullopt);
    EXPECT_EQ(set_up("can0", {.restart_ms = 100, .queue = 10}), std::nullopt);
    EXPECT_THAT(said, IsEmpty());
    EXPECT_EQ(set_up("can0", {.queue = 5}), std::nullopt);
    EXPECT_EQ(told_by_ip("can0", "qlen"), "5");
    EXPECT_FALSE(watch.was_stopped()) << "a queue needs no stop";
    EXPECT_EQ(set_up("can0", {.restart_ms = 200}), std::nullopt);
    EXPECT_EQ(told_by_ip("can0", "restart-ms"), "200");
    EXPECT_TRUE(watch.was_stopped()) << "this the controller takes only while it is stopped";
}

TEST_F(InterfaceSetUp, TakesEachModeAwayThatKeepsFramesFromTheBus) {
    sh("ip link set can0 down; "
       "ip link set can0 type can listen-only on loopback on one-shot on restart-ms 0; "
       "ip link set can0 txqueuelen 1000 up");
    EXPECT_EQ(set_up("can0"), std::nullopt);
    EXPECT_THAT(judge(*interface_state("can0"), {}), IsEmpty());
    EXPECT_EQ(told_by_ip("can0", "restart-ms"), "100");
    EXPECT_EQ(told_by_ip("can0", "qlen"), "10");
    EXPECT_THAT(sh("ip -details link show can0"),
                testing::AllOf(Not(HasSubstr("LISTEN-ONLY")), Not(HasSubstr("LOOPBACK")),
                               Not(HasSubstr("ONE-SHOT")), HasSubstr("BERR-REPORTING")));
}

TEST_F(InterfaceSetUp, SetsAnAdapterThatWasJustPluggedIn) {
    const std::string slot = sh("card_removed can0");
    EXPECT_THAT(set_up("can0"), Optional(HasSubstr("it is not there")));
    sh("echo " + slot + " > /sys/bus/pci/drivers/kvaser_pci/bind");
    EXPECT_EQ(interface_state("can0")->bit_rate, 0U);
    EXPECT_FALSE(interface_state("can0")->up);
    EXPECT_EQ(interface_fault("can0"),
              "can0: the interface is down: ip link set can0 type can bitrate 500000 restart-ms 100; "
              "ip link set can0 up");
    EXPECT_EQ(set_up("can0"), std::nullopt);
    EXPECT_THAT(judge(*interface_state("can0"), {}), IsEmpty());
}

TEST_F(InterfaceSetUp, TakesAVirtualBusUp) {
    sh("ip link set vcan0 down");
    EXPECT_EQ(set_up("vcan0", {.restart_ms = 100, .queue = 10}), std::nullopt);
    EXPECT_THAT(said, ElementsAre(HasSubstr("the interface is down"), "ip link set vcan0 up"));
    EXPECT_TRUE(find_interface("vcan0")->up);
}

TEST_F(InterfaceSetUp, GivesASerialAdapterItsRate) {
    sh("slcan_start > /dev/null 2>&1");
    EXPECT_EQ(interface_state("slcan0")->kind, Kind::serial);
    EXPECT_EQ(set_up("slcan0", {.bit_rate = 250'000}), std::nullopt);
    EXPECT_THAT(sh("wait_for grep -q S5 /run/slcan-told; tr '\\r' '\\n' < /run/slcan-told"),
                testing::AllOf(HasSubstr("S6"), HasSubstr("S5"))); // 500 kbit/s at first, then 250
    sh("slcan_stop");
}

// slcand sets the rate without the kernel's knowing.
TEST_F(InterfaceSetUp, SaysThatTheRateOfSlcandCannotBeSeen) {
    sh("socat PTY,link=/run/slcan-host,rawer PTY,link=/run/slcan-adapter,rawer > /dev/null 2>&1 & "
       "echo $! > /run/slcan-pid; wait_for test -e /run/slcan-adapter; "
       "slcand -o -s6 $(readlink /run/slcan-host) slcan0 > /dev/null 2>&1; "
       "wait_for test -e /sys/class/net/slcan0; ip link set slcan0 up");
    EXPECT_EQ(interface_state("slcan0")->bit_rate, std::nullopt);
    EXPECT_EQ(interface_fault("slcan0"), std::nullopt);
    EXPECT_THAT(setup_report(*interface_state("slcan0"), {}), ElementsAre(HasSubstr("-s6 is 500 kbit/s")));
    sh("slcan_stop; killall -q slcand || true");
}

TEST_F(InterfaceSetUp, WithoutTheRightChangesNothingAndSaysWhatToEnter) {
    sh("ip link set can0 down; ip link set can0 type can bitrate 250000; ip link set can0 up");
    const Watch watch{"can0"};
    ASSERT_EQ(::seteuid(65534), 0); // takes CAP_NET_ADMIN away
    const auto fault = set_up("can0");
    ASSERT_EQ(::seteuid(0), 0);
    EXPECT_THAT(fault, Optional(testing::AllOf(
                           HasSubstr("the bit rate is 250000"), HasSubstr("CAP_NET_ADMIN"),
                           HasSubstr("AmbientCapabilities"), HasSubstr("cap_add"),
                           HasSubstr("ip link set can0 down; ip link set can0 type can bitrate 500000"))));
    EXPECT_THAT(said, IsEmpty());
    EXPECT_FALSE(watch.was_stopped());
    EXPECT_EQ(told_by_ip("can0", "bitrate"), "250000");
    // What may fail one day is said, and sent on.
    sh("ip link set can0 down; ip link set can0 type can bitrate 500000 restart-ms 0; ip link set can0 up");
    ASSERT_EQ(::seteuid(65534), 0);
    const auto usable = set_up("can0");
    ASSERT_EQ(::seteuid(0), 0);
    EXPECT_EQ(usable, std::nullopt);
    EXPECT_THAT(said,
                ElementsAre(testing::AllOf(HasSubstr("restart-ms is not set"), HasSubstr("CAP_NET_ADMIN"))));
    EXPECT_EQ(interface_state("can0")->restart_ms, 0U);
    said.clear();
    // What is right needs no right.
    sh("ip link set can0 down; ip link set can0 type can bitrate 500000 restart-ms 100; ip link set can0 up");
    ASSERT_EQ(::seteuid(65534), 0);
    const auto none = set_up("can0");
    ASSERT_EQ(::seteuid(0), 0);
    EXPECT_EQ(none, std::nullopt);
}

// --- The program -------------------------------------------------------------------------------------

class InterfaceOfTheDaemon : public InterfaceSetUp {
protected:
    InterfaceOfTheDaemon() { ::setenv("RETROCAN_TEST_BUS", "can0:can1", 1); } // NOLINT(concurrency-mt-unsafe)
    /// A configuration for what does not get so far as to read a battery.
    std::string file(const std::string& can = {}, const std::string& link = "can0") {
        return folder_.file("other.toml", e2e::configuration(1, link, {.can = can}));
    }
    support::Finished run(const std::string& can, std::vector<std::string> first = {}) {
        for (const std::string& word : {support::program(), std::string{"run"}, std::string{"-c"}, file(can)})
            first.push_back(word);
        return support::run_to_end(first);
    }

private:
    support::TemporaryFolder folder_;
};

TEST_F(InterfaceOfTheDaemon, CheckSaysWhatToEnterAndThatMendsIt) {
    sh("ip link set can0 down; ip link set can0 type can bitrate 250000 restart-ms 0 berr-reporting on; "
       "ip link set can0 txqueuelen 1000 up");
    const std::vector<std::string> check{support::program(), "check", "-c", file()};
    const auto before = support::run_to_end(check);
    EXPECT_EQ(before.exit_code, 0) << before.errors;
    EXPECT_THAT(before.output, HasSubstr("note: can0: the bit rate is 250000 bit/s; expected 500000"));
    EXPECT_THAT(before.output, HasSubstr("note: can0: restart-ms is not set; expected 100"));
    EXPECT_THAT(before.output,
                HasSubstr("note: can0: the queue holds 1000 frames (txqueuelen); expected 10"));
    const std::string commands = "    ip link set can0 down\n"
                                 "    ip link set can0 type can bitrate 500000 restart-ms 100\n"
                                 "    ip link set can0 txqueuelen 10\n"
                                 "    ip link set can0 up\n";
    ASSERT_THAT(before.output, HasSubstr(commands));
    sh(commands);
    const auto after = support::run_to_end(check);
    EXPECT_THAT(after.output, Not(HasSubstr("can0")));
    EXPECT_EQ(told_by_ip("can0", "bitrate"), "500000");
}

TEST_F(InterfaceOfTheDaemon, RunSetsItUpWhereItMay) {
    sh("ip link set can0 down; ip link set can0 type can bitrate 250000 restart-ms 0");
    e2e::Rig rig{{.can = "set_up = true\nrestart_ms = 200\n"}};
    ASSERT_TRUE(rig.sends_within(30s)) << rig.log();
    EXPECT_THAT(rig.log(), HasSubstr("can0: set up: the bit rate is 250000 bit/s; expected 500000"));
    EXPECT_THAT(rig.log(), HasSubstr("can0: set up: ip link set can0 type can bitrate 500000"));
    EXPECT_EQ(told_by_ip("can0", "restart-ms"), "200");
}

TEST_F(InterfaceOfTheDaemon, RunSetsItUpAgainWhenTheAdapterIsPluggedInAgain) {
    e2e::Rig rig{{.can = "set_up = true\n"}};
    ASSERT_TRUE(rig.sends_within(30s)) << rig.log();
    const std::string slot = sh("card_removed can0");
    sh("sleep 1; echo " + slot + " > /sys/bus/pci/drivers/kvaser_pci/bind");
    EXPECT_TRUE(rig.sends_within(8s, BootClock::now())) << rig.log();
    EXPECT_THAT(rig.log(), HasSubstr("can0: set up: no bit rate is set"));
    // What the owner takes down stays down: it is no new interface.
    sh("ip link set can0 down; sleep 2");
    EXPECT_FALSE(find_interface("can0")->up);
}

TEST_F(InterfaceOfTheDaemon, RunDoesNotSetUpWhatItMayNotAndEndsWith3) {
    sh("ip link set can0 down; ip link set can0 type can bitrate 250000; ip link set can0 up");
    const auto refused = run("set_up = true\n", {"/usr/bin/setpriv", "--bounding-set=-net_admin"});
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.errors, HasSubstr("can0: the bit rate is 250000 bit/s; expected 500000"));
    EXPECT_THAT(refused.errors, HasSubstr("CAP_NET_ADMIN"));
    EXPECT_THAT(refused.errors, HasSubstr("ip link set can0 type can bitrate 500000"));
    EXPECT_EQ(told_by_ip("can0", "bitrate"), "250000");
}

TEST_F(InterfaceOfTheDaemon, WithoutSetUpAWrongRateIsSaidAndNothingIsChanged) {
    sh("ip link set can0 down; ip link set can0 type can bitrate 250000; ip link set can0 up");
    const Watch watch{"can0"};
    e2e::Rig rig;
    ASSERT_TRUE(support::eventually(
        [&] { return rig.log().find("can0: the bit rate is 250000 bit/s; expected") != std::string::npos; },
        10s))
        << rig.log();
    EXPECT_FALSE(watch.was_stopped());
}

TEST_F(InterfaceOfTheDaemon, ASecondProcessOnTheInterfaceEndsWith3AndSaysWhoHasIt) {
    e2e::Rig rig;
    ASSERT_TRUE(rig.sends_within(30s)) << rig.log();
    const auto second = run("");
    EXPECT_EQ(second.exit_code, 3);
    EXPECT_THAT(second.errors,
                HasSubstr("can0: process " + std::to_string(rig.daemon->pid()) + " sends on it already"));
    const Watch watch{"can0"};
    EXPECT_EQ(run("set_up = true\nbit_rate = 250000\n").exit_code, 3);
    EXPECT_FALSE(watch.was_stopped()) << "refused before it changed anything";
    EXPECT_EQ(
        support::run_to_end({support::program(), "run", "-c", file(), "--shadow", "--for", "1"}).exit_code, 0)
        << "which sends nothing";
    EXPECT_EQ(support::run_to_end({support::program(), "monitor", "can0", "--for", "1"}).exit_code, 0);
    EXPECT_TRUE(rig.sends_within(3s, BootClock::now())) << "the first goes on";
    rig.daemon->signal(SIGKILL);
    EXPECT_TRUE(rig.daemon->wait(5s));
    EXPECT_TRUE(Claim::take("can0")) << "it is free, however the process ended";
}

// A name beside the kernel's own is the same interface.
TEST_F(InterfaceOfTheDaemon, ClaimCountsForEachNameOfTheInterface) {
    sh("ip link property add dev can0 altname gx-bus");
    const auto claim = Claim::take("can0");
    ASSERT_TRUE(claim);
    EXPECT_FALSE(Claim::take("gx-bus"));
    EXPECT_TRUE(Claim::take("can1"));
    sh("ip link property del dev can0 altname gx-bus");
}

} // namespace
} // namespace retrocan::can
