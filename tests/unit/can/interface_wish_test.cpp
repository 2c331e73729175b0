// SPDX-License-Identifier: Apache-2.0
#include "can/interface_wish.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::can {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using Kind = InterfaceState::Kind;

/// A card as it should be.
InterfaceState good_card() {
    return {.name = "can0",
            .kind = Kind::controller,
            .up = true,
            .bit_rate = 500'000,
            .restart_ms = 100,
            .queue = 10,
            .reports_errors = true,
            .can_report_errors = true};
}

struct Case {
    const char* name;
    void (*change)(InterfaceState&);
    InterfaceWish wish;
    const char* is;     ///< of the first deviation; "": there is none
    const char* should; ///< part of it
    bool grave;
    std::vector<std::string> commands; ///< for all
};
void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

const std::string down = "ip link set can0 down";
const std::string up = "ip link set can0 up";

const Case cases[] = {
    {"AsItShouldBe", [](InterfaceState&) {}, {}, "", "", false, {}},
    {"BitRateOfTheOtherProfile",
     [](InterfaceState& s) { s.bit_rate = 250'000; },
     {},
     "the bit rate is 250000 bit/s",
     "500000, as the GX's profile with 500 kbit/s",
     true,
     {down, "ip link set can0 type can bitrate 500000", up}},
    {"BitRateAsTheOwnerWants",
     [](InterfaceState& s) { s.bit_rate = 250'000; },
     {.bit_rate = 250'000},
     "",
     "",
     false,
     {}},
    {"BitRateThatTheClockGives", [](InterfaceState& s) { s.bit_rate = 502'500; }, {}, "", "", false, {}},
    {"BitRateJustTooFarOff",
     [](InterfaceState& s) { s.bit_rate = 502'501; },
     {},
     "the bit rate is 502501 bit/s",
     "500000",
     true,
     {down, "ip link set can0 type can bitrate 500000", up}},
    {"BitRateJustTooSlow",
     [](InterfaceState& s) { s.bit_rate = 497'499; },
     {},
     "the bit rate is 497499 bit/s",
     "500000",
     true,
     {down, "ip link set can0 type can bitrate 500000", up}},
    {"FreshCard",
     [](InterfaceState& s) {
         s.up = false;
         s.bit_rate = 0;
         s.restart_ms = 0;
         s.reports_errors = false;
     },
     {},
     "no bit rate is set",
     "500000",
     true,
     {"ip link set can0 type can bitrate 500000 restart-ms 100 berr-reporting on", up}},
    {"Down", [](InterfaceState& s) { s.up = false; }, {}, "the interface is down", "up", true, {up}},
    {"ListenOnly",
     [](InterfaceState& s) { s.listen_only = true; },
     {},
     "listen-only is on",
     "off",
     true,
     {down, "ip link set can0 type can listen-only off", up}},
    {"Loopback",
     [](InterfaceState& s) { s.loopback = true; },
     {},
     "loopback is on",
     "off",
     true,
     {down, "ip link set can0 type can loopback off", up}},
    {"OneShot",
     [](InterfaceState& s) { s.one_shot = true; },
     {},
     "one-shot is on",
     "off",
     true,
     {down, "ip link set can0 type can one-shot off", up}},
    {"NoRestart",
     [](InterfaceState& s) { s.restart_ms = 0; },
     {},
     "restart-ms is not set",
     "100",
     false,
     {down, "ip link set can0 type can restart-ms 100", up}},
    {"AnotherRestartIsFine", [](InterfaceState& s) { s.restart_ms = 2000; }, {}, "", "", false, {}},
    {"RestartAsTheOwnerWants",
     [](InterfaceState&) {},
     {.restart_ms = 500},
     "restart-ms is 100",
     "500 (can.restart_ms)",
     false,
     {down, "ip link set can0 type can restart-ms 500", up}},
    {"QueueOf100IsFine", [](InterfaceState& s) { s.queue = 100; }, {}, "", "", false, {}},
    {"LongQueueNeedsNoStop",
     [](InterfaceState& s) { s.queue = 1000; },
     {},
     "the queue holds 1000 frames (txqueuelen)",
     "10",
     false,
     {"ip link set can0 txqueuelen 10"}},
    {"QueueAsTheOwnerWants",
     [](InterfaceState&) {},
     {.queue = 20},
     "the queue holds 10 frames (txqueuelen)",
     "20 (can.queue)",
     false,
     {"ip link set can0 txqueuelen 20"}},
    {"NoErrorReports",
     [](InterfaceState& s) { s.reports_errors = false; },
     {},
     "berr-reporting is off",
     "on",
     false,
     {down, "ip link set can0 type can berr-reporting on", up}},
    {"ControllerThatCannotReportErrors",
     [](InterfaceState& s) { s.reports_errors = s.can_report_errors = false; },
     {},
     "",
     "",
     false,
     {}},
    {"AllAtOnce",
     [](InterfaceState& s) {
         s.bit_rate = 125'000;
         s.listen_only = s.loopback = s.one_shot = true;
         s.restart_ms = 0;
         s.queue = 1000;
         s.reports_errors = false;
     },
     {},
     "the bit rate is 125000 bit/s",
     "500000",
     true,
     {down,
      "ip link set can0 type can bitrate 500000 listen-only off loopback off one-shot off restart-ms 100 "
      "berr-reporting on",
      "ip link set can0 txqueuelen 10", up}},
    {"VirtualBus",
     [](InterfaceState& s) { s = {.name = "can0", .kind = Kind::only_here, .up = true, .queue = 1000}; },
     {.restart_ms = 100, .queue = 10},
     "",
     "",
     false,
     {}},
    {"NothingIsKnown", // no netlink
     [](InterfaceState& s) { s = {.name = "can0", .kind = Kind::controller, .up = true}; },
     {.restart_ms = 100, .queue = 10},
     "",
     "",
     false,
     {}},
    {"SerialAdapterNeverRestartsByItself",
     [](InterfaceState& s) {
         s = {.name = "can0", .kind = Kind::serial, .up = true, .bit_rate = 500'000, .restart_ms = 0};
     },
     {},
     "",
     "",
     false,
     {}},
    {"SerialAdapterWithoutARate",
     [](InterfaceState& s) { s = {.name = "can0", .kind = Kind::serial, .up = false, .bit_rate = 0}; },
     {},
     "no bit rate is set here",
     "500000",
     false,
     {"ip link set can0 type can bitrate 500000", up}},
};

class InterfaceJudgement : public testing::TestWithParam<Case> {};

TEST_P(InterfaceJudgement, SaysWhatIsAndWhatMendsIt) {
    const Case& c = GetParam();
    InterfaceState state = good_card();
    c.change(state);
    const auto deviations = judge(state, c.wish);
    ASSERT_EQ(deviations.empty(), c.is[0] == '\0') << deviations[0].is;
    EXPECT_EQ(to_commands("can0", steps_for(state, deviations)), c.commands);
    if (deviations.empty())
        return;
    EXPECT_EQ(deviations[0].is, c.is);
    EXPECT_THAT(deviations[0].should, HasSubstr(c.should));
    EXPECT_EQ(deviations[0].grave, c.grave);
    for (const Deviation& deviation : deviations)
        EXPECT_FALSE(deviation.why.empty()) << deviation.is;
}
INSTANTIATE_TEST_SUITE_P(, InterfaceJudgement, testing::ValuesIn(cases),
                         [](const auto& it) { return it.param.name; });

TEST(InterfaceReport, IsALineForEachDeviationAndTheCommandsForAll) {
    InterfaceState state = good_card();
    state.bit_rate = 250'000;
    state.queue = 1000;
    EXPECT_THAT(setup_report(state, {}),
                ElementsAre(HasSubstr("can0: the bit rate is 250000 bit/s; expected 500000"),
                            HasSubstr("can0: the queue holds 1000 frames (txqueuelen); expected 10: "),
                            HasSubstr("as root"), "    ip link set can0 down",
                            "    ip link set can0 type can bitrate 500000",
                            "    ip link set can0 txqueuelen 10", "    ip link set can0 up"));
    EXPECT_THAT(setup_report(good_card(), {}), IsEmpty());
}

TEST(InterfaceReport, SaysWhatCannotBeSeen) {
    EXPECT_THAT(unseen({.name = "slcan0", .kind = Kind::serial, .up = true}),
                Optional(HasSubstr("-s6 is 500 kbit/s, -s5 is 250 kbit/s")));
    EXPECT_THAT(unseen({.name = "vcan0", .kind = Kind::only_here, .up = true}),
                Optional(HasSubstr("no GX is on it")));
    EXPECT_THAT(unseen({.name = "can0", .up = true}), Optional(HasSubstr("bit rate cannot be seen")));
    EXPECT_EQ(unseen(good_card()), std::nullopt);
}

TEST(InterfaceSteps, AreNoneForAnInterfaceThatIsRight) {
    EXPECT_THAT(steps_for(good_card(), {}), IsEmpty());
    EXPECT_EQ(one_line({}), "");
    EXPECT_EQ(one_line({"a", "b"}), "a; b");
}

} // namespace
} // namespace retrocan::can
