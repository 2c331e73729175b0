// SPDX-License-Identifier: Apache-2.0
#include "unit/gx/traffic_of_tests.h"

#include <gmock/gmock.h>

// Frames that real batteries sent, with what is wrong in them: worked out by hand from the tables of chapter
// 2, the chapters that the rules name, and what the captures' authors say of them. All of them are single
// cycles whose times were not in the source (they are 10 ms apart, in the order of the source), but for the
// protocol's own example.

namespace retrocan::gx {
namespace {

using ::testing::HasSubstr;

struct First {
    const char* rule;
    std::size_t line; ///< of the evidence, from 0
    const char* found;
};

struct Capture {
    const char* name;
    std::vector<const char*> frames;
    std::vector<First> core;   ///< broken, where frames show it
    Ids core_missing;          ///< core messages that are not there: a single cycle cannot tell
    std::vector<First> advice; ///< broken
    Ids advice_missing;        ///< supported-35e, supported-35f: no more
    Ids not_judged;            ///< what this traffic cannot tell, though one might think so
};

const Capture captures[] = {
    // github dfch/BydCanProtocol: BYD Battery-Box Premium LVS, 2 modules, Venus OS v3.00.
    {"byd-lvs-premium",
     {"35E#4259440000000000", "382#5052454D49554D00", "35F#4C69011769000000", "35A#AAAAAAAAAAAAAAAA",
      "35B#0000000000000000", "351#480200050005AE01", "355#4300640000000000", "356#BE14F9FF8C000000",
      "360#0000000000000000", "372#0200000000000000", "373#EA0C010D1F012201", "374#3200000000000000",
      "375#3200000000000000", "376#3200000000000000", "377#3100000000000000", "378#400800002B070000",
      "379#9C00000000000000"},
     {},
     {},
     {{"foreign-ids", 4, "0x35B (BYD's own)"},
      {"soc-high-res", 6, "0.00 % beside SOC 67 %"},
      {"alarm-reserved", 3, "reserved bits"}}, // byte 3 is AA: only its lowest pair has a meaning
     {},
     // 67 % of 156 Ah are 104.5 Ah: the charge left, but no single cycle shows it
     {"capacity-full", "limits-each-3s", "limits-each-1s", "modules-online",
      "alarm-status-agrees"}}, // -0.7 A is near to none

    // powerforum.co.za topic 4406: Revov with a BYD-compatible BMS; 0x305 is the GX's.
    {"byd-revov",
     {"305#0000000000000000", "351#3A0264006400A401", "355#320064000000", "356#B4146400F000",
      "35A#A8828202A8828202", "35E#4259440000000000", "35F#4C69010200000000"},
     {},
     {},
     {{"eight-bytes", 2, "6 bytes"}, {"soc-high-res", 2, "beside SOC 50 %"}},
     {},
     {"sends-unasked", "gx-ids", "capacity-full"}},

    // Package deye_virtual_battery: Deye SE-F12-C, full, "victronCAN" profile; part of a cycle.
    {"deye-se-f12-c",
     {"351#48020000FC08E001", "355#6400640000000000", "356#4A150000E6000000", "35E#50594C4F4E1CFC08"},
     {},
     {},
     {{"ccl-when-full", 0, "CCL 0.0 A at SOC 100 %, CVL 58.4 V"},
      {"soc-high-res", 1, "beside SOC 100 %"},
      {"text-printable", 3, "byte 5 is 1C"}},
     {},
     {"core-35a", "supported-35f", "no-359", "alarm-supported"}},

    // github stuartpittaway/diyBMSv4ESP32 issue 87. DCL 9C FF is 65436, and 65436 - 65536 = -100 tenths.
    {"diybms-negative-dcl",
     {"351#440264009CFF3F02", "356#941400008C00", "35E#50594C4F4E202020", "359#0000000000000000",
      "351#440264009CFF3F02", "356#941400008C00", "35E#50594C4F4E202020"},
     {{"dcl-unsigned", 0, "DCL 6543.6 A: -10.0 A as a signed number"}},
     {"core-355", "core-35a"},
     {{"no-359", 3, "0x359 and no 0x35A"},
      {"eight-bytes", 1, "6 bytes"},
      {"discharge-voltage", 0, "57.5 V, battery 52.68 V beside a CVL of 58.0 V"},
      {"maker-padding", 2, "blanks at the end"}},
     {"supported-35f"},
     {"one-battery", "ccl-when-full", "limits-each-3s"}},

    // Package offgrid_power: two Eco-Worthy Cubix 100 with Pylontech's V2 protocol.
    {"ecoworthy-cubix-pylon",
     {"351#4802D007D007C001", "355#1E00640000000000", "356#7914000071000000", "359#0000000002504E00",
      "35C#C000000000000000", "35E#50594C4F4E202020", "35F#00000D0500000000", "370#76006C00CF0CCA0C",
      "371#0401020206020402", "372#0200000000000000", "373#CA0CCF0C1B011C01", "374#3032303400000000",
      "375#3032303600000000", "376#3032303200000000", "377#3032303200000000", "379#C800000000000000"},
     {},
     {"core-35a"},
     {{"foreign-ids", 4, "0x35C (Pylontech's"},
      {"no-359", 3, "0x359 and no 0x35A"},
      {"soc-high-res", 1, "beside SOC 30 %"},
      {"text-printable", 7, "byte 4 is CF"},
      {"text-padding", 7, "characters after a zero"},
      {"maker-padding", 5, "blanks at the end"},
      {"name-is-text", 7, "4 bytes are no characters"}}, // CF 0C CA 0C; 76 and 6C are letters
     {},
     {"name-matches", "name-long", "capacity-full"}},

    // A dump by "plonkster" of powerforum.co.za: four Pylontech modules.
    {"pylontech-us2000",
     {"351#14025002C805", "355#5F006300", "356#7713A9FE0B01", "359#0000000004504E", "35C#C000",
      "35E#50594C4F4E202020"},
     {},
     {"core-35a"},
     {{"foreign-ids", 4, "0x35C"},
      {"no-359", 3, "0x359 and no 0x35A"},
      {"length", 0, "6 bytes"},
      {"eight-bytes", 0, "6 bytes"},
      {"maker-padding", 5, "blanks at the end"}},
     {"supported-35f"},
     {"discharge-voltage", "soc-high-res"}},

    // www.setfirelabs.com, "Pylontech battery CAN comms v1.2 vs v1.3": six US5000.
    {"pylontech-us5000-old",
     {"351#1402C012C012C201", "355#58005E00", "356#7A13F2FE6B01", "359#0000000006504E", "35C#C000",
      "35E#50594C4F4E202020"},
     {},
     {"core-35a"},
     {{"foreign-ids", 4, "0x35C"},
      {"no-359", 3, "0x359 and no 0x35A"},
      {"eight-bytes", 1, "4 bytes"},
      {"maker-padding", 5, "blanks at the end"}},
     {"supported-35f"},
     {"soc-high-res"}},

    {"pylontech-us5000-new",
     {"351#1002C012C012C201", "355#540060000000", "356#7B13E9FE6B01", "35A#0000000000000000",
      "35E#50594C4F4E202020", "35F#4C4901033C02AA00"},
     {},
     {},
     {{"eight-bytes", 1, "6 bytes"},
      {"padding-zero", 5, "byte 6"},
      {"soc-high-res", 1, "beside SOC 84 %"},
      {"alarm-supported", 3, "all pairs are 00 in 1 frames"},
      {"maker-padding", 4, "blanks at the end"}},
     {},
     {"no-burst", "alarm-steady"}},

    // github AndreasBoehm/PytesCANProtocol: Pytes V5, Venus OS v3.34; its author had made two modules
    // offline, so
    // that 50 of 100 Ah at 51 % may be either capacity.
    {"pytes-v5",
     {"351#3802E803E803C701", "355#33006400", "356#8E14F9FFB400", "35A#0000000000000000", "35E#5059544553",
      "35F#01006E013200", "360#00", "372#0200010001000200", "373#D80CDA0C21012301", "374#3038303000000000",
      "375#3034303000000000", "376#3032303000000000", "377#3033303000000000", "378#400800002B070000",
      "379#6400"},
     {},
     {},
     {{"eight-bytes", 1, "4 bytes"},
      {"alarm-supported", 3, "all pairs are 00"},
      {"text-8-bytes", 4, "5 bytes"}},
     {},
     {"capacity-full", "soc-high-res", "soc-agree"}},
};

Frames frames_of(const Capture& c) {
    Frames frames;
    for (std::size_t i = 0; i < c.frames.size(); ++i)
        frames.add(static_cast<std::int64_t>(10 * i), c.frames[i]);
    return frames;
}

void expect_first(const Capture& c, const std::vector<Finding>& findings, const First& first, Kind kind) {
    const Finding& f = finding(findings, first.rule);
    EXPECT_EQ(f.rule->kind, kind) << c.name << ": " << first.rule;
    ASSERT_TRUE(f.evidence) << c.name << ": " << first.rule;
    ASSERT_TRUE(f.evidence->frame) << c.name << ": " << first.rule;
    EXPECT_EQ(to_text(*f.evidence->frame), c.frames[first.line]) << c.name << ": " << first.rule;
    EXPECT_EQ(f.evidence->at, at_ms(static_cast<std::int64_t>(10 * first.line)))
        << c.name << ": " << first.rule;
    EXPECT_THAT(f.evidence->found, HasSubstr(first.found)) << c.name << ": " << first.rule;
}

TEST(Captures, HaveTheFindingsThatWereWorkedOutByHand) {
    for (const Capture& c : captures) {
        const auto findings = findings_of(frames_of(c));
        Ids broken;
        for (const First& first : c.core) {
            broken.insert(first.rule);
            expect_first(c, findings, first, Kind::core);
        }
        for (const First& first : c.advice) {
            broken.insert(first.rule);
            expect_first(c, findings, first, Kind::advice);
        }
        EXPECT_EQ(with_verdict(findings, Verdict::broken), broken) << c.name;
        for (const Ids& ids : {c.core_missing, c.advice_missing, c.not_judged})
            for (const std::string& id : ids)
                EXPECT_EQ(finding(findings, id).verdict, Verdict::not_seen) << c.name << ": " << id;
        EXPECT_EQ(summary(findings).core_broken, static_cast<int>(c.core.size())) << c.name;
    }
}

// What BYD's cycle keeps, all of it.
TEST(Captures, KeepTheRest) {
    const Ids kept{"core-351",
                   "core-355",
                   "core-356",
                   "core-35a",
                   "standard-frames",
                   "core-length",
                   "supported-35e",
                   "supported-35f",
                   "no-29-bit",
                   "data-frames",
                   "no-359",
                   "length",
                   "eight-bytes",
                   "padding-zero",
                   "no-burst",
                   "cvl-not-zero",
                   "cvl-plausible",
                   "byte-order",
                   "ccl-unsigned",
                   "dcl-unsigned",
                   "limits-not-large",
                   "dcl-zero-reason",
                   "discharge-voltage",
                   "soc-range",
                   "soh-range",
                   "voltage-plausible",
                   "voltage-near-cvl",
                   "temperature-plausible",
                   "temperature-there",
                   "alarm-supported",
                   "alarm-no-11",
                   "alarm-polarity",
                   "alarm-status",
                   "text-printable",
                   "text-padding",
                   "maker-padding",
                   "family-with-maker",
                   "text-8-bytes",
                   "cell-id-ascii",
                   "cell-id-has-cell",
                   "capacity-online",
                   "capacity-not-zero",
                   "force-charge",
                   "modules-plausible",
                   "cells-order",
                   "cells-plausible",
                   "cells-fit",
                   "kelvin",
                   "kelvin-order",
                   "temperatures-agree"};
    EXPECT_EQ(with_verdict(findings_of(frames_of(captures[0])), Verdict::kept), kept);
}

// Chapter 5.1 of the protocol: four cycles, one a second; 0x305 is the GX's.
TEST(Captures, TheProtocolsOwnExample) {
    Frames frames;
    const char* const current[] = {"CE", "D1", "D0"};
    for (int i = 0; i < 4; ++i) {
        frames.add(1000 * i, "354#04C0001F03000000").add(1000 * i + 10, "35A#0000000000000000");
        if (i == 3)
            break;
        frames.add(1000 * i + 20, "351#45024C044C040000")
            .add(1000 * i + 30, "355#5900640000000000")
            .add(1000 * i + 40, "356#3116" + std::string{current[i]} + "003E010000")
            .add(1000 * i + 50, "305#0000000000000000");
    }
    const auto findings = findings_of(frames);
    EXPECT_EQ(with_verdict(findings, Verdict::broken),
              (Ids{"foreign-ids", "alarm-supported", "soc-high-res"}));
    EXPECT_EQ(finding(findings, "supported-35e").verdict, Verdict::not_seen) << "3 s";
    EXPECT_EQ(summary(findings).core_broken, 0);
    EXPECT_EQ(finding(findings, "foreign-ids").evidence->found, "0x354 (a maker's own)");
    for (const char* id :
         {"limits-each-3s", "limits-each-1s", "bus-load", "alarm-reserved", "discharge-voltage"})
        EXPECT_EQ(finding(findings, id).verdict, Verdict::kept) << id;
    for (const char* id :
         {"period-steady", "one-battery", "values-each-10s", "sends-unasked", "ccl-when-full"})
        EXPECT_EQ(finding(findings, id).verdict, Verdict::not_seen) << id;
}

} // namespace
} // namespace retrocan::gx
