// SPDX-License-Identifier: Apache-2.0
#include "unit/gx/traffic_of_tests.h"

#include <gmock/gmock.h>

// A good battery's frames, written as bytes, keep every rule. Each rule is then broken by one change.

namespace retrocan::gx {
namespace {

using ::testing::HasSubstr;

TEST(Rules, HaveAnIdASentenceAndASourceEach) {
    Ids ids;
    for (const Rule& rule : rules) {
        EXPECT_TRUE(ids.insert(std::string{rule.id}).second) << rule.id << " twice";
        EXPECT_LE(rule.id.size(), 22U) << rule.id << ": does not fit into its column";
        EXPECT_FALSE(rule.sentence.empty()) << rule.id;
        EXPECT_FALSE(rule.source.empty()) << rule.id;
        EXPECT_EQ(rule.group == "By hand", !rule.by_hand.empty()) << rule.id;
    }
    EXPECT_GE(ids.size(), 90U);
}

TEST(Rules, AGoodBatteryKeepsEachThatFramesCanShow) {
    for (const Finding& f : findings_of(good_battery())) {
        const bool bus_only = f.rule->id == "gx-ids";
        const Verdict expected = !f.rule->by_hand.empty() ? Verdict::by_hand
                                 : bus_only               ? Verdict::not_seen
                                                          : Verdict::kept;
        EXPECT_EQ(f.verdict, expected) << f.rule->id << ": " << (f.evidence ? f.evidence->found : "");
    }
}

TEST(Rules, OnABusNothingIsBrokenEither) {
    const auto findings = findings_of(good_battery(), Traffic::bus, 80'000);
    EXPECT_EQ(with_verdict(findings, Verdict::broken), Ids{});
    EXPECT_EQ(finding(findings, "gx-ids").verdict, Verdict::kept);
    EXPECT_EQ(finding(findings, "no-burst").verdict, Verdict::not_seen)
        << "times of reading, not of the wire";
}

TEST(Rules, NothingIsJudgedWithoutTraffic) {
    for (const Finding& f : findings_of(Frames{}))
        EXPECT_EQ(f.verdict, f.rule->by_hand.empty() ? Verdict::not_seen : Verdict::by_hand) << f.rule->id;
}

struct Break {
    const char* rule;
    std::function<void(Frames&)> how;
    std::int64_t ms;   ///< of the evidence
    const char* frame; ///< of the evidence; "" for none
    const char* found; ///< part of it
    Ids also{};        ///< what else is broken by the same change
};

void set(Frames& frames, std::uint32_t id, std::size_t byte, int value, std::int64_t from = 0,
         std::int64_t to = 1'000'000) {
    frames.change(
        id, [&](Timed& t) { t.frame.data.at(byte) = static_cast<std::uint8_t>(value); }, from, to);
}
void set16(Frames& frames, std::uint32_t id, std::size_t byte, int value, std::int64_t from = 0,
           std::int64_t to = 1'000'000) {
    frames.change(
        id, [&](Timed& t) { put16(t.frame, byte, value); }, from, to);
}
void cut(Frames& frames, std::uint32_t id, std::uint8_t size) {
    frames.change(id, [&](Timed& t) {
        t.frame.size = size;
        for (std::size_t i = size; i < 8; ++i)
            t.frame.data.at(i) = 0;
    });
}

// The frames of the good battery lie 10 ms apart, in the order of its cycle: 0x35A at 50 ms, 0x351 at 60,
// 0x355 at 70, 0x356 at 80, 0x360 at 90, 0x372 at 100, 0x373 at 110, 0x374 at 120, 0x378 at 160, 0x379 at
// 170, 0x381 at 190.
const Break breaks[] = {
    // Identifiers.
    {"core-351", [](Frames& f) { f.without(0x351); }, 79'190, "", "none in 1520 frames, 79.19 s"},
    {"core-355", [](Frames& f) { f.without(0x355); }, 79'190, "", "none in 1520 frames"},
    {"core-356", [](Frames& f) { f.without(0x356); }, 79'190, "", "none in 1520 frames"},
    {"core-35a", [](Frames& f) { f.without(0x35A); }, 79'190, "", "none in 1520 frames"},
    {"supported-35e", [](Frames& f) { f.without(0x35E); }, 79'190, "", "none in", {"family-with-maker"}},
    {"family-with-maker",
     [](Frames& f) { f.without(0x35E); },
     30,
     "382#4C46502032383000",
     "no 0x35E",
     {"supported-35e"}},
    {"supported-35f", [](Frames& f) { f.without(0x35F); }, 79'190, "", "none in"},
    {"standard-frames", [](Frames& f) { f.add(5'005, "00000356#1518640000000000").sorted(); }, 5'005,
     "00000356#1518640000000000", "29-bit"},
    {"core-length",
     [](Frames& f) { cut(f, 0x355, 2); },
     70,
     "355#5000",
     "2 bytes",
     {"length", "eight-bytes"}},
    {"one-battery",
     [](Frames& f) { f.each_second(120, 10, "351#3002F401E803E001").sorted(); },
     1'120, // the second time to and fro: 56.8, 56.0, 56.8, 56.0
     "351#3002F401E803E001",
     "alternate with 351#3802F401E803E001",
     {"cvl-slow"}},
    {"no-29-bit", [](Frames& f) { f.add(5'005, "1510A8A0#0000000010050701").sorted(); }, 5'005,
     "1510A8A0#0000000010050701", "29-bit"},
    {"data-frames", [](Frames& f) { f.add(5'005, "372#R").sorted(); }, 5'005, "372#R", "remote"},
    {"foreign-ids", [](Frames& f) { f.each_second(5'005, 3, "35C#C000").add(7'500, "354#04").sorted(); },
     5'005, "35C#C000", "0x354 (a maker's own), 0x35C (Pylontech's"},
    {"no-359", [](Frames& f) { f.each_second(5'005, 3, "359#0000000006504E").sorted(); }, 5'005,
     "359#0000000006504E", "0x359 beside 0x35A"},
    {"length", [](Frames& f) { cut(f, 0x372, 6); }, 100, "372#020000000000", "6 bytes", {"eight-bytes"}},
    {"eight-bytes", [](Frames& f) { cut(f, 0x360, 1); }, 90, "360#00", "1 bytes"},
    {"padding-zero", [](Frames& f) { set(f, 0x356, 7, 1, 3'000, 4'000); }, 3'080, "356#1B156400D7000001",
     "byte 7"},

    // Times. The battery is silent from 10.06 s on, and back at 14.06 s.
    {"limits-each-3s",
     [](Frames& f) { f.without(0x351, 11'000, 14'000); },
     14'060,
     "351#3802F401E803E001",
     "4.00 s without 0x351",
     {"limits-each-1s", "period-steady"}},
    {"limits-each-1s", [](Frames& f) { f.without(0x351, 11'000, 12'000); }, 12'060, "351#3802F401E803E001",
     "2.00 s without 0x351"},
    {"values-each-10s", [](Frames& f) { f.without(0x355, 11'000, 21'000); }, 21'070, "355#61006300E4250000",
     "11.00 s without 0x355"},
    {"rest-each-60s", [](Frames& f) { f.without(0x35F, 11'000, 71'000); }, 71'040, "35F#0000020318010000",
     "61.00 s without 0x35F"},
    {"period-steady",
     [](Frames& f) { f.without(0x351, 11'000, 13'000); },
     13'060,
     "351#3802F401E803E001",
     "3.00 s",
     {"limits-each-1s"}},
    {"bus-load",
     [](Frames& f) {
         for (int i = 0; i < 90; ++i)
             f.add(5'204 + 8LL * i, "360#0000000000000000");
         f.sorted();
     },
     // 20 messages of the cycle within the second before, and the 81st of these: the 101st
     5'844, "360#0000000000000000", "101 messages within a second"},
    {"no-burst",
     [](Frames& f) {
         for (Timed& t : f.all)
             if (t.ms >= 7'000 && t.ms < 8'000)
                 t.ms = 7'000;
     },
     7'000, // the twelfth message of the cycle
     "373#2A0D660D25012701", "12 frames within 5 ms"},
    {"not-frozen", [](Frames& f) { set16(f, 0x356, 0, 5400); },
     61'080, // from the second 0x356 on: the cells came after the first
     "356#18156400D7000000", "the same for 60.00 s at 10.0 A"},

    // 0x351.
    {"cvl-not-zero",
     [](Frames& f) { set16(f, 0x351, 0, 0, 40'000); },
     40'060,
     "351#0000F401E803E001",
     "CVL 0.0 V",
     {"discharge-voltage"}},
    {"cvl-plausible",
     [](Frames& f) { set16(f, 0x351, 0, 4000); },
     60,
     "351#A00FF401E803E001",
     "CVL 400.0 V",
     {"voltage-near-cvl"}}, // 54 V are less than 60 % of it
    {"byte-order",
     [](Frames& f) { set16(f, 0x351, 0, 0x3802); },
     60,
     "351#0238F401E803E001",
     "CVL 1433.8 V; the other way round 56.8 V",
     {"cvl-plausible", "voltage-near-cvl"}},
    {"limits-not-large", [](Frames& f) { set16(f, 0x351, 2, 0x8000); }, 60, "351#38020080E803E001",
     "CCL 3276.8 A: -3276.8 A as a signed number"},
    {"ccl-unsigned", [](Frames& f) { set16(f, 0x351, 2, 0xFFFF); }, 60, "351#3802FFFFE803E001",
     "CCL 6553.5 A: -0.1 A as a signed number"},
    {"dcl-unsigned", [](Frames& f) { set16(f, 0x351, 4, 0xFF9C); }, 60, "351#3802F4019CFFE001",
     "DCL 6543.6 A: -10.0 A as a signed number"},
    {"ccl-when-full", // SOC 97 % comes at 20.07 s, after the 0x351 of that second
     [](Frames& f) { set16(f, 0x351, 2, 0); }, 20'060, "351#38020000E803E001",
     "CCL 0.0 A at SOC 97 %, CVL 56.8 V"},
    {"cvl-not-following", // 0.5 V above the voltage, which rises by 0.01 V a second from 54.00 V
     [](Frames& f) {
         f.change(0x351, [](Timed& t) { put16(t.frame, 0, 545 + static_cast<int>(t.ms / 10'000)); });
     },
     51'060, // with the voltage of a second before: 54.50 V, 0.5 V more than at first
     "351#2602F401E803E001",
     "from 54.00 to 54.50 V",
     {"cvl-slow"}},
    {"cvl-slow", [](Frames& f) { set16(f, 0x351, 0, 560, 40'000, 45'000); }, 45'060, "351#3802F401E803E001",
     "56.0 to 56.8 V, 5.00 s after another change"},
    {"dcl-zero-reason", [](Frames& f) { set16(f, 0x351, 4, 0, 40'000); }, 40'060, "351#3802F4010000E001",
     "DCL 0.0 A at SOC 97 %"},
    {"discharge-voltage", [](Frames& f) { set16(f, 0x351, 6, 550); }, 60, "351#3802F401E8032602",
     "55.0 V, battery 54.00 V beside a CVL of 56.8 V"},

    // 0x355 and 0x356.
    {"soc-range",
     [](Frames& f) { set16(f, 0x355, 0, 101, 50'000); },
     50'070,
     "355#65006300E4250000",
     "SOC 101 %",
     {"soc-agree"}}, // 97.00 % is more than 1 % away
    {"soh-range", [](Frames& f) { set16(f, 0x355, 2, 0); }, 70, "355#50000000401F0000", "SOH 0 %"},
    {"soc-agree", [](Frames& f) { set16(f, 0x355, 4, 7899, 0, 20'000); }, 70, "355#50006300DB1E0000",
     "78.99 % beside SOC 80 %"},
    {"soc-high-res", [](Frames& f) { set16(f, 0x355, 4, 0, 0, 20'000); }, 70, "355#5000630000000000",
     "0.00 % beside SOC 80 %"},
    {"voltage-plausible",
     [](Frames& f) { set16(f, 0x356, 0, 0, 0, 1'000); },
     80,
     "356#00006400D7000000",
     "0.00 V",
     // 48.0 V of discharge voltage above 0 V; and a cell of 3.4 V does not fit into 0 V: not judged
     {"discharge-voltage"}},
    {"voltage-near-cvl",
     [](Frames& f) {
         set16(f, 0x351, 0, 500);
         set16(f, 0x351, 6, 480);
     },
     60, "351#F401F401E803E001", "54.00 V beside a CVL of 50.0 V"},
    {"temperature-plausible",
     [](Frames& f) { set16(f, 0x356, 4, 2945); },
     80,
     "356#18156400810B0000",
     "294.5 degC",
     {"temperatures-agree"}},
    {"temperature-there",
     [](Frames& f) { set16(f, 0x356, 4, 0); },
     79'080,
     "356#6715640000000000",
     "in all 80 frames",
     {"temperatures-agree"}}, // 0 degC beside cells of 20 to 22

    // 0x35A.
    {"alarm-supported", [](Frames& f) { f.become("35A#0000000000000000"); }, 79'050, "35A#0000000000000000",
     "all pairs are 00 in 80 frames"},
    {"alarm-no-11", [](Frames& f) { set(f, 0x35A, 0, 0xAB); }, 50, "35A#ABAAAA02A8AAAA0A",
     "general alarm is 11"},
    {"alarm-ok-is-10",
     [](Frames& f) { set(f, 0x35A, 0, 0xA0, 33'000); }, // the high-voltage alarm, bits 2 and 3, is 00 now
     33'050, "35A#A0AAAA02A8AAAA0A", "high voltage alarm goes from 01 to 00"},
    {"alarm-support-stays", [](Frames& f) { set(f, 0x35A, 3, 0, 40'000); }, 40'050, "35A#A8AAAA00A8AAAA0A",
     "cell imbalance alarm goes from 10 to 00"},
    {"alarm-polarity", // the low and the high voltage alarm at any SOC, among the rest
     [](Frames& f) { f.become("35A#5455550154555509"); },
     50,
     "35A#5455550154555509",
     "24 alarms and warnings are active at once",
     {"alarm-side"}},
    {"alarm-reserved", [](Frames& f) { set(f, 0x35A, 7, 0x1A); }, 50, "35A#A8AAAA02A8AAAA1A", "reserved"},
    {"alarm-status",
     [](Frames& f) { set(f, 0x35A, 7, 0x0E); },
     50,
     "35A#A8AAAA02A8AAAA0E",
     "are 11",
     {"alarm-no-11"}},
    {"alarm-status-agrees", [](Frames& f) { set(f, 0x35A, 7, 0x06); }, 1'050, "35A#A8AAAA02A8AAAA06",
     "offline (01) at 10.0 A"},
    {"alarm-shown", // the contactor alarm alone
     [](Frames& f) {
         set(f, 0x35A, 0, 0xA8);
         set(f, 0x35A, 2, 0xA6, 30'000, 33'000);
     },
     30'050, "35A#A8AAA602A8AAAA0A", "does not show"},
    {"alarm-side", // low voltage, bits 4 and 5, instead of high voltage
     [](Frames& f) { set(f, 0x35A, 0, 0x98, 30'000, 33'000); }, 30'050, "35A#98AA6602A8AAAA0A",
     "low voltage alarm at SOC 97 %"},
    {"alarm-steady", // the low temperature warning, the lowest bits of byte 5, at 40, 41, 42, 43, 44 s
     [](Frames& f) {
         for (const int second : {40, 42, 44})
             set(f, 0x35A, 5, 0xA9, second * 1000LL, second * 1000LL + 1000);
     },
     44'050, "35A#A8AAAA02A8A9AA0A", "low temperature warning changed 5 times"},

    // Texts.
    {"text-printable", [](Frames& f) { set(f, 0x382, 3, 0xE4); }, 30, "382#4C4650E432383000", "byte 3 is E4"},
    {"text-padding", [](Frames& f) { set(f, 0x371, 7, 0x20); }, 20, "371#2062617474657220",
     "blanks at the end"},
    {"maker-padding", [](Frames& f) { set(f, 0x382, 7, 0x20); }, 30, "382#4C46502032383020",
     "blanks at the end"},
    {"text-8-bytes", [](Frames& f) { cut(f, 0x374, 4); }, 120, "374#312D3037", "4 bytes", {"eight-bytes"}},
    {"name-is-text",
     [](Frames& f) { f.become("371#0401020206020402"); },
     20,
     "371#0401020206020402",
     "8 bytes are no characters",
     {"text-printable"}},
    {"name-both", [](Frames& f) { f.without(0x371); }, 10, "370#41434D45204F4E45", "no 0x371"},
    {"name-matches", [](Frames& f) { f.become("35E#41434D4500000000"); }, 10, "370#41434D45204F4E45",
     "0x35E is 35E#41434D4500000000"},
    {"name-long", [](Frames& f) { f.become("371#0000000000000000"); }, 20, "371#0000000000000000",
     "at most 8 characters"},
    {"serial-both", [](Frames& f) { f.without(0x380); }, 190, "381#3234303030310000", "no 0x380"},
    {"serial-order", // 0x381 at 175 ms, 0x380 at 180 ms
     [](Frames& f) {
         f.change(0x381, [](Timed& t) { t.ms -= 15; });
         f.sorted();
     },
     3'175, // the fifth look at both: two lost ones look like it for three
     "381#3234303030310000", "0x381 comes first"},
    {"cell-id-ascii",
     [](Frames& f) { f.become("374#0700000000000000"); },
     120,
     "374#0700000000000000",
     "byte 0 is 07",
     {"text-printable"}},
    {"cell-id-has-cell", [](Frames& f) { f.without(0x373); }, 120, "374#312D303700000000", "no 0x373"},

    // Details.
    {"capacity-online", [](Frames& f) { set16(f, 0x35F, 4, 300); }, 40, "35F#000002032C010000",
     "300 Ah online, 280 Ah installed"},
    {"capacity-full", // 80 % of 280 Ah are 224 Ah, 97 % are 272 Ah
     [](Frames& f) {
         set16(f, 0x35F, 4, 224, 0, 20'000);
         set16(f, 0x35F, 4, 272, 20'000);
     },
     20'040, "35F#0000020310010000", "272 Ah online, 280 Ah installed, SOC 97 %; before 224 Ah at 80 %"},
    {"capacity-not-zero", [](Frames& f) { set16(f, 0x379, 0, 0); }, 170, "379#0000000000000000", "0 Ah"},
    {"force-charge", [](Frames& f) { set(f, 0x360, 0, 1); }, 90, "360#0100000000000000", "neither"},
    {"modules-plausible", [](Frames& f) { set16(f, 0x372, 2, 3370); }, 100, "372#02002A0D00000000",
     "3370 modules"},
    {"modules-online", [](Frames& f) { set16(f, 0x372, 0, 0); }, 100, "372#0000000000000000",
     "no module online"},
    {"cells-order", [](Frames& f) { f.become("373#660D2A0D25012701"); }, 110, "373#660D2A0D25012701",
     "3430 to 3370 mV"},
    {"cells-plausible", // in 0.01 V
     [](Frames& f) { f.become("373#5101570125012701"); }, 110, "373#5101570125012701", "337 mV"},
    {"cells-fit", // 54 V are 20 cells of 2.7 V, and so on, but never of 2.95 to 2.96 V: 18 of them are 53.1
                  // to 53.28 V
     [](Frames& f) { f.become("373#860B900B25012701"); }, 2'110, "373#860B900B25012701",
     "cells of 2950 to 2960 mV, battery 54.02 V"},
    {"kelvin", [](Frames& f) { f.become("373#2A0D660D14001600"); }, 110, "373#2A0D660D14001600", "20"},
    {"kelvin-order", [](Frames& f) { f.become("373#2A0D660D27012501"); }, 110, "373#2A0D660D27012501",
     "295 to 293 K"},
    {"temperatures-agree", // cells of 40 and 42 degC
     [](Frames& f) { f.become("373#2A0D660D39013B01"); }, 110, "373#2A0D660D39013B01",
     "battery 21.5 degC, cells 40 to 42 degC"},
    {"energy-rises", [](Frames& f) { set16(f, 0x378, 4, 0x2A00, 40'000); }, 40'160, "378#61300000002A0000",
     "out: from 11000 to 10752"},
};

TEST(Rules, EachIsBrokenByItsChangeAndByNothingElse) {
    for (const Break& b : breaks) {
        Frames frames = good_battery();
        b.how(frames);
        const auto findings = findings_of(frames);
        Ids expected = b.also;
        expected.insert(b.rule);
        EXPECT_EQ(with_verdict(findings, Verdict::broken), expected) << b.rule;
        const Finding& f = finding(findings, b.rule);
        if (!f.evidence) {
            ADD_FAILURE() << b.rule << ": no evidence";
            continue;
        }
        EXPECT_EQ(f.evidence->at, at_ms(b.ms)) << b.rule << ": " << (f.evidence->at - at_ms(0)).count();
        EXPECT_EQ(f.evidence->frame ? to_text(*f.evidence->frame) : "", b.frame) << b.rule;
        EXPECT_THAT(f.evidence->found, HasSubstr(b.found)) << b.rule;
        EXPECT_FALSE(f.evidence->expected.empty()) << b.rule;
        EXPECT_GE(f.times, 1U) << b.rule;
    }
}

TEST(Rules, EachThatFramesCanShowIsBrokenHere) {
    Ids broken{"gx-ids", "sends-unasked"}; // the one has its own test; the other is never broken
    for (const Break& b : breaks)
        broken.insert(b.rule);
    for (const Rule& rule : rules)
        EXPECT_EQ(broken.contains(std::string{rule.id}), rule.by_hand.empty()) << rule.id;
}

TEST(Rules, TheIdentifiersOfTheGxAreBrokenOnABusOnly) {
    Frames frames = good_battery();
    frames.each_second(5'005, 5, "305#0000000000000000").sorted();
    const auto findings = findings_of(frames, Traffic::bus);
    EXPECT_EQ(with_verdict(findings, Verdict::broken), Ids{"gx-ids"});
    EXPECT_EQ(finding(findings, "gx-ids").evidence->at, at_ms(5'005));
    EXPECT_EQ(with_verdict(findings_of(frames), Verdict::broken), Ids{}) << "in a log they are the GX's";
}

TEST(Rules, ABatteryThatWasAskedMayWaitForIt) {
    Frames frames = good_battery();
    frames.each_second(0, 80, "305#0000000000000000").sorted();
    EXPECT_EQ(finding(findings_of(frames), "sends-unasked").verdict, Verdict::not_seen);
}

TEST(Rules, WhatIsMissingCountsAfterTenSecondsAndANameAfterAMinute) {
    for (const Traffic traffic : {Traffic::bus, Traffic::log}) {
        Frames frames = good_battery();
        frames.without(0x35A).without(0x35E).without(0x35F).until(9'999);
        EXPECT_EQ(finding(findings_of(frames, traffic, 10'009), "core-35a").verdict, Verdict::not_seen)
            << "the first frame came at 10 ms";
        const auto later = findings_of(frames, traffic, 10'010);
        EXPECT_EQ(finding(later, "core-35a").verdict, Verdict::broken);
        EXPECT_EQ(finding(later, "core-351").verdict, Verdict::kept);
        for (const char* name : {"supported-35e", "supported-35f"}) {
            EXPECT_EQ(finding(findings_of(frames, traffic, 60'009), name).verdict, Verdict::not_seen) << name;
            EXPECT_EQ(finding(findings_of(frames, traffic, 60'010), name).verdict, Verdict::broken) << name;
        }
    }
}

TEST(Rules, WithoutACoreMessageThereIsNoPass) {
    Frames frames = good_battery();
    EXPECT_EQ(summary(findings_of(frames)).messages_missing, 0);
    EXPECT_EQ(summary(findings_of(frames)).core_not_seen, 0);
    frames.without(0x35A).without(0x356).until(5'000);
    const Summary sum = summary(findings_of(frames));
    EXPECT_EQ(sum.core_broken, 0);
    EXPECT_EQ(sum.messages_missing, 2);
    EXPECT_EQ(sum.core_not_seen, 3); // the two and voltage-plausible
    EXPECT_EQ(summary(findings_of(Frames{})).messages_missing, 4);
}

// 0x351 of two batteries, each once a second, or of one.
Frames limits_at(const std::vector<std::pair<int, const char*>>& cycle, int period_ms, int cycles) {
    Frames frames;
    for (int i = 0; i < cycles; ++i)
        for (const auto& [ms, text] : cycle)
            frames.add(static_cast<std::int64_t>(period_ms) * i + ms, text);
    return frames;
}

TEST(Rules, TwoBatteriesEachKeepTheirPeriod) {
    const char* const a = "351#3802F401E803E001";
    const char* const b = "351#3002F401E803E001";
    struct Case {
        const char* what;
        Frames frames;
        Verdict verdict;
    };
    const Case cases[] = {
        {"0.4 s apart", limits_at({{0, a}, {400, b}}, 1000, 20), Verdict::broken},
        {"5 ms apart", limits_at({{0, a}, {5, b}}, 1000, 20), Verdict::broken},
        {"0.3 s apart, of a battery that is slow", limits_at({{0, a}, {300, b}}, 2000, 20), Verdict::broken},
        {"one that sends each 0.1 s, and flickers", limits_at({{0, a}, {100, b}}, 200, 100),
         Verdict::not_seen},
        {"one that sends each 0.1 s, not quite regularly", limits_at({{0, a}, {85, b}}, 200, 100),
         Verdict::not_seen},
        {"one that sends each 0.1 s, and one frame comes early",
         limits_at({{0, a}, {100, b}, {200, a}, {300, b}, {360, a}, {500, b}}, 600, 30), Verdict::not_seen},
        {"0.5 s apart: as well one that flickers", limits_at({{0, a}, {500, b}}, 1000, 20),
         Verdict::not_seen},
        {"0.4 s apart, and the same", limits_at({{0, a}, {400, a}}, 1000, 20), Verdict::not_seen},
        {"one with the same limits", limits_at({{0, a}}, 1000, 20), Verdict::kept},
        {"one that changes them", limits_at({{0, a}, {1000, a}, {2000, a}, {3000, b}}, 4000, 5),
         Verdict::kept},
    };
    for (const Case& c : cases)
        EXPECT_EQ(finding(findings_of(c.frames), "one-battery").verdict, c.verdict) << c.what;
}

TEST(Rules, ALargeLimitIsNoNegativeOne) {
    struct Case {
        int raw;
        Verdict is_unsigned;
        Verdict not_large;
    };
    for (const Case& c : {Case{0, Verdict::kept, Verdict::kept}, Case{0x7FFF, Verdict::kept, Verdict::kept},
                          Case{0x8000, Verdict::kept, Verdict::broken}, // 3276.8 A
                          Case{55536, Verdict::kept, Verdict::broken},  // 5553.6 A, or -1000.0 A
                          Case{55537, Verdict::broken, Verdict::kept},  // -999.9 A; the other limit is kept
                          Case{0xFFFF, Verdict::broken, Verdict::kept}}) {
        for (const auto& [byte, rule] : {std::pair{2U, "ccl-unsigned"}, std::pair{4U, "dcl-unsigned"}}) {
            Frames frames = good_battery();
            set16(frames, 0x351, byte, c.raw);
            const auto findings = findings_of(frames);
            EXPECT_EQ(finding(findings, rule).verdict, c.is_unsigned) << rule << " " << c.raw;
            EXPECT_EQ(finding(findings, "limits-not-large").verdict, c.not_large) << rule << " " << c.raw;
        }
    }
}

TEST(Rules, AVoltageLimitIsThatOfABattery) {
    for (const auto& [cvl, verdict] :
         {std::pair{1, Verdict::broken}, std::pair{49, Verdict::broken}, std::pair{50, Verdict::kept},
          std::pair{700, Verdict::kept}, std::pair{701, Verdict::broken}}) {
        Frames frames = good_battery();
        set16(frames, 0x351, 0, cvl);
        EXPECT_EQ(finding(findings_of(frames), "cvl-plausible").verdict, verdict) << cvl;
    }
    Frames frames = good_battery();
    set16(frames, 0x351, 0, 5); // 0.5 V: no battery's, and far from 54 V
    EXPECT_EQ(finding(findings_of(frames), "voltage-near-cvl").verdict, Verdict::broken);
}

TEST(Rules, AMessageThatIsOnlyAskedForIsNotThere) {
    Frames frames = good_battery();
    frames.without(0x35F).add(5'005, "35F#R").sorted();
    EXPECT_EQ(with_verdict(findings_of(frames), Verdict::broken), (Ids{"supported-35f", "data-frames"}));
}

TEST(Rules, AShortLogTellsNoPeriods) {
    Frames frames = good_battery();
    frames.until(1'000);
    const auto findings = findings_of(frames);
    EXPECT_EQ(with_verdict(findings, Verdict::broken), Ids{});
    for (const char* id :
         {"limits-each-3s", "limits-each-1s", "values-each-10s", "rest-each-60s", "period-steady", "bus-load",
          "not-frozen", "one-battery", "alarm-steady", "energy-rises", "cvl-slow"})
        EXPECT_EQ(finding(findings, id).verdict, Verdict::not_seen) << id;
}

TEST(Rules, ABatteryThatEndsIsBrokenByItsSilence) {
    Frames frames = good_battery();
    frames.until(20'000);
    EXPECT_EQ(with_verdict(findings_of(frames, Traffic::bus, 22'060), Verdict::broken), Ids{});
    const auto findings = findings_of(frames, Traffic::bus, 22'061);
    EXPECT_EQ(with_verdict(findings, Verdict::broken), Ids{"limits-each-3s"});
    EXPECT_EQ(finding(findings, "limits-each-3s").evidence->found, "3.00 s without 0x351");
}

TEST(Rules, ASlowPeriodIsSlowInTheMiddle) {
    Frames frames; // 0x351 each 1.2 s: never 1.5 s apart
    for (int i = 0; i < 10; ++i)
        frames.add(1200LL * i, "351#3802F401E803E001");
    const auto findings = findings_of(frames);
    EXPECT_EQ(finding(findings, "limits-each-1s").evidence->found, "every 1.20 s");
    EXPECT_EQ(finding(findings, "limits-each-3s").verdict, Verdict::kept);
}

TEST(Rules, AnExtraLimitThatFallsIsNotASecondBattery) {
    Frames frames = good_battery();
    set16(frames, 0x351, 0, 560, 6'000); // it falls at 5.9 s, by an extra frame, and stays there
    frames.add(5'900, "351#3002F401E803E001").sorted();
    EXPECT_EQ(with_verdict(findings_of(frames), Verdict::broken), Ids{});
}

/// Of one rule, after a change of the good battery.
Verdict after(const std::function<void(Frames&)>& how, const char* rule) {
    Frames frames = good_battery();
    how(frames);
    frames.sorted();
    return finding(findings_of(frames), rule).verdict;
}

TEST(Rules, AFullBatteryMayLowerItsVoltageLimitBelowItsVoltage) {
    // 52.0 V at 54.4 V and more
    EXPECT_EQ(after([](Frames& f) { set16(f, 0x351, 0, 520, 40'000); }, "voltage-near-cvl"), Verdict::kept);
    Frames frames;
    frames.add(0, "356#1815640000000000").add(10, "351#3802F401E8030000"); // 54.00 V, 56.8 V
    frames.each_second(1'010, 620, "351#0802F401E8030000");                // 52.0 V
    const auto findings = findings_of(frames);
    EXPECT_EQ(finding(findings, "voltage-near-cvl").evidence->at, at_ms(601'010)) << "10 min after 56.8 V";
}

TEST(Rules, AVoltageLimitThatChangesSlowlyFollowsNothing) {
    const auto verdict = [](int period) {
        Frames frames;
        for (int s = 0; s < 8 * period; ++s) { // 0.1 V in a period, and CVL with it
            frames.add(1000LL * s, "356#0000640000000000").add(1000LL * s + 10, "351#3802F401E8030000");
            put16(frames.all[frames.all.size() - 2].frame, 0, 5400 + s * 10 / period);
            put16(frames.all.back().frame, 0, 545 + s / period);
        }
        return finding(findings_of(frames), "cvl-not-following").verdict;
    };
    EXPECT_EQ(verdict(10), Verdict::broken);
    EXPECT_EQ(verdict(20), Verdict::kept);
}

TEST(Rules, ANearlyForbiddenChargeIsAForbiddenOne) {
    EXPECT_EQ(after([](Frames& f) { set16(f, 0x351, 2, 10); }, "ccl-when-full"), Verdict::broken); // 1.0 A
    EXPECT_EQ(after([](Frames& f) { set16(f, 0x351, 2, 11); }, "ccl-when-full"), Verdict::kept);
}

TEST(Rules, AFrameThatIsLookedAtTwiceCountsOnce) {
    Frames frames = good_battery();
    set16(frames, 0x351, 2, 0); // full from the 21st second on, of 80; three of them with an alarm
    EXPECT_EQ(finding(findings_of(frames), "ccl-when-full").times, 57U);
}

TEST(Rules, TooMuchAndTooLittleAtOnceAreAlarmsTheOtherWayRound) {
    // Byte 0: high voltage, low voltage, high temperature from bit 2 on; byte 1: low, high charge, low charge
    // temperature from bit 0 on. Bytes 4 and 5 are the same, as warnings.
    for (const char* text : {"35A#94AAAA02A8AAAA0A", "35A#A8AAAA0294AAAA0A", "35A#68A9AA02A8AAAA0A",
                             "35A#A896AA02A8AAAA0A", "35A#A4AAAA0298AAAA0A"})
        EXPECT_EQ(after([&](Frames& f) { f.become(text); }, "alarm-polarity"), Verdict::broken) << text;
    for (const char* text : {"35A#A4AAAA02A8AAAA0A", "35A#64AAAA02A8AAAA0A", "35A#A8A5AA02A8AAAA0A"})
        EXPECT_EQ(after([&](Frames& f) { f.become(text); }, "alarm-polarity"), Verdict::kept) << text;
}

TEST(Rules, TheStatusIsNoAlarmAndNeedNotBeTold) {
    Frames status = good_battery();
    status.become("35A#0000000000000008");
    EXPECT_EQ(with_verdict(findings_of(status), Verdict::broken), Ids{"alarm-supported"});
    EXPECT_EQ(after([](Frames& f) { set(f, 0x35A, 7, 0x02); }, "alarm-status"), Verdict::not_seen);
    Frames ones = good_battery();
    ones.become("35A#FFFFFFFFFFFFFFFF");
    const auto findings = findings_of(ones);
    EXPECT_EQ(finding(findings, "alarm-supported").evidence->found, "all pairs are 00 or 11 in 80 frames");
}

TEST(Rules, AnAlarmWhoseSourceIsLostIsNotSupportedForThatTime) {
    const auto lose = [](Frames& f) { set(f, 0x35A, 3, 0, 40'000, 50'000); };
    EXPECT_EQ(after(lose, "alarm-support-stays"), Verdict::broken);
    const auto lose_and_warn = [&](Frames& f) {
        lose(f);
        set(f, 0x35A, 6, 0x6A, 40'000, 50'000); // BMS internal warning, the highest bits
    };
    EXPECT_EQ(after(lose_and_warn, "alarm-support-stays"), Verdict::kept);
}

TEST(Rules, ACapacityThatStandsStillIsThatOfFullModules) {
    EXPECT_EQ(after([](Frames& f) { set16(f, 0x35F, 4, 224); }, "capacity-full"), Verdict::kept)
        << "80 % of 280 Ah, by chance";
    EXPECT_EQ(after(
                  [](Frames& f) {
                      set16(f, 0x35F, 4, 224);
                      f.until(20'000);
                  },
                  "capacity-full"),
              Verdict::not_seen)
        << "SOC has not moved";
}

TEST(Rules, CellsOfAnotherMomentMayNotFit) {
    const auto odd = [](std::int64_t until) {
        return [until](Frames& f) { f.become("373#860B900B25012701", 5'000, until); };
    };
    EXPECT_EQ(after(odd(7'000), "cells-fit"), Verdict::kept);
    EXPECT_EQ(after(odd(8'000), "cells-fit"), Verdict::broken);
}

TEST(Rules, ALostFirstPartIsNotTheWrongOrder) {
    for (const std::int64_t until : {11'000, 12'000})
        EXPECT_EQ(after([&](Frames& f) { f.without(0x380, 10'000, until); }, "serial-order"), Verdict::kept);
}

TEST(Rules, DclZeroMayHaveAReason) {
    for (const char* reason :
         {"35A#A8AAAA02A8AAAA06", "35A#99AAAA02A8AAAA0A", "355#0500630000000000", "372#0200000001000000"}) {
        Frames frames = good_battery();
        set16(frames, 0x351, 4, 0, 2'000);
        frames.become(reason);
        EXPECT_NE(finding(findings_of(frames), "dcl-zero-reason").verdict, Verdict::broken) << reason;
    }
}

TEST(Rules, MarkersAreNoValues) {
    Frames frames = good_battery();
    frames.become("373#FFFF0000FFFFFFFF").become("372#0200FFFFFFFFFFFF");
    frames.become("355#50006300FFFF0000", 0, 20'000);
    const auto findings = findings_of(frames);
    EXPECT_EQ(with_verdict(findings, Verdict::broken), Ids{});
    EXPECT_EQ(finding(findings, "kelvin").verdict, Verdict::not_seen);
    EXPECT_EQ(finding(findings, "cells-fit").verdict, Verdict::not_seen);
}

TEST(Rules, CountersMayBeginAgainAtZero) {
    Frames frames = good_battery();
    frames.become("378#0000000000000000", 40'000);
    EXPECT_EQ(with_verdict(findings_of(frames), Verdict::broken), Ids{});
}

TEST(Rules, ASummaryCountsThem) {
    Frames frames = good_battery();
    set16(frames, 0x351, 0, 0x3802);
    const Summary sum = summary(findings_of(frames));
    EXPECT_EQ(sum.core_broken, 2);   // byte-order, cvl-plausible
    EXPECT_EQ(sum.advice_broken, 1); // voltage-near-cvl
    EXPECT_EQ(sum.core_broken + sum.advice_broken + sum.kept + sum.not_seen + sum.by_hand,
              static_cast<int>(rule_count));
}

} // namespace
} // namespace retrocan::gx
