// SPDX-License-Identifier: Apache-2.0
#include "daemon/assembly.h"
#include "daemon/configuration.h"

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

using namespace literals;
using namespace std::chrono_literals;

const std::string good = R"([can]
link = "can0"
[[battery]]
name = "shed"
mapping = "seplos/v3"
cells = 16
cell_over_voltage = "3.65 V"
[battery.modbus]
host = "192.168.1.50"
[battery.limits]
cvl_floor = "51.2 V"
cvl_ceiling = "56.4 V"
ccl_ceiling = "100 A"
dcl_ceiling = "150 A"
)";

std::string changed(std::string from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::vector<std::string> faults_of(const std::string& text) {
    Faults faults;
    parse_configuration(text, "c.toml", faults);
    std::vector<std::string> lines;
    for (const Fault& fault : faults)
        lines.push_back(to_text(fault));
    return lines;
}

TEST(Configuration, ReadsWhatTheOwnerWrote) {
    Faults faults;
    const Configuration c = parse_configuration(good, "c.toml", faults);
    ASSERT_TRUE(faults.empty()) << to_text(faults.front());
    EXPECT_EQ(c.link, "can0");
    ASSERT_EQ(c.batteries.size(), 1U);
    const BatteryConfiguration& b = c.batteries.front();
    EXPECT_EQ(b.name, "shed");
    EXPECT_EQ(b.poll, 1s);
    EXPECT_EQ(b.stale_after, 5s);
    EXPECT_EQ(b.on_stale, OnStale::silent);
    EXPECT_EQ(b.envelope.cvl_floor, 51'200_mV);
    EXPECT_EQ(b.envelope.cvl_ceiling, 56'400_mV);
    EXPECT_EQ(b.envelope.ccl_ceiling, 100_A);
    EXPECT_EQ(b.envelope.dcl_ceiling, 150_A);
    EXPECT_EQ(b.battery_type, 0);
    EXPECT_EQ(c.on_foreign, OnForeign::warn);
    EXPECT_TRUE(c.warnings.empty());
    EXPECT_TRUE(c.shadow_only.empty());
}

TEST(Configuration, SaysHowTheInterfaceShouldBe) {
    Faults faults;
    Configuration c = parse_configuration(good, "c.toml", faults);
    EXPECT_EQ(c.interface.bit_rate, 500'000U);
    EXPECT_EQ(c.interface.restart_ms, std::nullopt);
    EXPECT_EQ(c.interface.queue, std::nullopt);
    EXPECT_FALSE(c.set_up) << "nothing is changed without the owner's word";
    c = parse_configuration(
        changed("link = \"can0\"\n",
                "link = \"can0\"\nset_up = true\nbit_rate = 250000\nrestart_ms = 200\nqueue = 20\n"),
        "c.toml", faults);
    ASSERT_TRUE(faults.empty()) << to_text(faults.front());
    EXPECT_TRUE(c.set_up);
    EXPECT_EQ(c.interface.bit_rate, 250'000U);
    EXPECT_EQ(c.interface.restart_ms, 200U);
    EXPECT_EQ(c.interface.queue, 20U);
}

struct Rejected {
    const char* name;
    const char* from;
    const char* to;
    const char* message;
};

const Rejected rejected[] = {
    {"no floor", "cvl_floor = \"51.2 V\"\n", "", "c.toml:10:1: battery[1].limits.cvl_floor: missing"},
    {"no ceiling", "ccl_ceiling = \"100 A\"\n", "", "c.toml:10:1: battery[1].limits.ccl_ceiling: missing"},
    {"finer than the bus", "\"56.4 V\"", "\"56.45 V\"",
     "c.toml:12:15: battery[1].limits.cvl_ceiling: must be a whole number of tenths of a volt, as the bus "
     "carries it; got "
     "56.45 V"},
    {"floor above ceiling", "\"51.2 V\"", "\"57 V\"",
     "c.toml:3:1: battery[1]: limits.cvl_ceiling (56.4 V) must be above limits.cvl_floor (57 V)"},
    {"solar offset reaches the trip", "\"56.4 V\"", "\"58 V\"",
     "c.toml:3:1: battery[1]: limits.cvl_ceiling (58 V) is too high: solar chargers add 0.4 V, and 16 cells "
     "trip at 3.65 V "
     "each, 58.4 V in all"},
    {"negative current", "\"100 A\"", "\"-1 A\"",
     "c.toml:13:15: battery[1].limits.ccl_ceiling: expected 0 A to 6553.5 A; got -1 A"},
    {"poll too close to stale", "cells = 16\n", "cells = 16\npoll = \"3 s\"\nstale_after = \"5 s\"\n",
     "c.toml:8:15: battery[1].stale_after: must be at least twice the poll period of 3 s, or one lost poll "
     "stops the "
     "system; got 5 s"},
    {"a bit rate that no GX has", "link = \"can0\"\n", "link = \"can0\"\nbit_rate = 125000\n",
     "c.toml:3:12: can.bit_rate: expected 500000 or 250000, as the profiles of a GX have it; got 125000"},
    {"no restart", "link = \"can0\"\n", "link = \"can0\"\nrestart_ms = 0\n", "c.toml:3:14: can.restart_ms: "},
    {"no queue", "link = \"can0\"\n", "link = \"can0\"\nqueue = 0\n", "c.toml:3:9: can.queue: "},
    {"a log that should be set up", "link = \"can0\"\n", "link = \"log:-\"\nset_up = true\n",
     "c.toml:3:10: can.set_up: a log has nothing to be set up; leave set_up out"},
    {"a stand-in for DCL", "[battery.limits]", "[battery.when_missing]\ndcl = \"10 A\"\n[battery.limits]",
     "c.toml:11:7: battery[1].when_missing.dcl: has no stand-in: 0 A is a blackout in island mode, and "
     "anything "
     "else is a "
     "guess"},
};

TEST(Configuration, RejectsWithPlaceReasonAndWhatToDo) {
    for (const Rejected& c : rejected) {
        const auto faults = faults_of(changed(c.from, c.to));
        ASSERT_FALSE(faults.empty()) << c.name;
        EXPECT_EQ(faults.front().substr(0, std::string_view{c.message}.size()), c.message) << c.name;
        EXPECT_EQ(faults.size(), 1U) << c.name;
    }
}

TEST(Configuration, OfAHighVoltageBatteryIsForShadowOnly) {
    Faults faults;
    const Configuration c = parse_configuration(changed("\"56.4 V\"", "\"58.3 V\""), "c.toml", faults);
    EXPECT_FALSE(faults.empty());
    faults.clear();
    std::string text = changed("\"56.4 V\"", "\"400 V\"");
    text.replace(text.find("cells = 16"), 10, "cells = 128");
    const Configuration high = parse_configuration(text, "c.toml", faults);
    EXPECT_TRUE(faults.empty()) << to_text(faults.front());
    ASSERT_EQ(high.shadow_only.size(), 1U);
    EXPECT_EQ(to_text(high.shadow_only.front()),
              "c.toml:12:15: battery[1].limits.cvl_ceiling: above 70 V the GX speaks another protocol (its "
              "high-voltage profile): such a battery can be monitored, not managed; got 400 V");
}

TEST(Configuration, HasTheOwnersWordOnTheSignAndOnWrites) {
    Faults faults;
    const Configuration c = parse_configuration(
        changed("cells = 16\n", "cells = 16\ninvert_current = true\nwrites = [\"wake\"]\n"), "c.toml",
        faults);
    ASSERT_TRUE(faults.empty()) << to_text(faults.front());
    EXPECT_EQ(c.batteries[0].invert_current, true);
    ASSERT_EQ(c.batteries[0].writes.size(), 1U);
    EXPECT_EQ(c.batteries[0].writes[0].name, "wake");
    EXPECT_EQ(c.batteries[0].writes[0].place.line, 8U);
}

TEST(Configuration, WithoutAnEnvelopeItSaysWhatToWrite) {
    const auto faults = faults_of(good.substr(0, good.find("[battery.limits]")));
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults.front(),
              "c.toml:3:1: battery[1].limits: missing: the owner's envelope. Write [battery.limits] with "
              "cvl_floor, cvl_ceiling, ccl_ceiling and dcl_ceiling, from the datasheet of the battery");
}

TEST(Configuration, NamesTheNearestKey) {
    const auto faults = faults_of(changed("cvl_ceiling", "cvl_celing"));
    ASSERT_EQ(faults.size(), 2U);
    EXPECT_NE((faults[0] + faults[1]).find("cvl_ceiling"), std::string::npos);
}

TEST(Configuration, TellsAllFaultsAtOnce) {
    std::string text = changed("\"3.65 V\"", "3.65");
    text.replace(text.find("\"100 A\""), 7, "\"100 V\"");
    text += "dcl_cieling = \"1 A\"\n";
    EXPECT_EQ(faults_of(text).size(), 3U);
}

TEST(Configuration, PhasesAreInOrder) {
    const auto with_charge = [](const char* keys) { return good + "[battery.charge]\n" + keys; };
    EXPECT_TRUE(
        faults_of(with_charge("hold = \"53.6 V\"\nfloat = \"53.6 V\"\nabsorption = \"56.4 V\"\n")).empty());
    for (const char* bad : {"hold = \"51.2 V\"", "hold = \"54 V\"\nfloat = \"53.9 V\"",
                            "float = \"55 V\"\nabsorption = \"54.9 V\"", "absorption = \"56.5 V\"",
                            "hold = \"56 V\"\nabsorption = \"55.9 V\""})
        EXPECT_EQ(faults_of(with_charge(bad)).size(), 1U) << bad;
}

TEST(Configuration, SlowPollRunsInTheShadowOnly) {
    Faults faults;
    const Configuration c =
        parse_configuration(changed("cells = 16\n", "cells = 16\npoll = \"25 s\"\n"), "c.toml", faults);
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(c.batteries.front().stale_after, 62500ms);
    EXPECT_EQ(c.shadow_only.size(), 1U);
    EXPECT_EQ(c.warnings.size(), 1U) << "more than 10 s of old data";
}

TEST(Configuration, SilenceBesideAnotherBatteryIsTheOwnersChoice) {
    Faults faults;
    const std::string text = changed("link = \"can0\"\n", "link = \"can0\"\non_foreign = \"silent\"\n");
    EXPECT_EQ(parse_configuration(text, "c.toml", faults).on_foreign, OnForeign::silent);
    EXPECT_TRUE(faults.empty());
}

TEST(Configuration, TheLossOfTheGxIsSaidUnlessTheOwnerWantsSilence) {
    Faults faults;
    EXPECT_EQ(parse_configuration(good, "c.toml", faults).gx.on_lost, OnGxLost::warn);
    const Configuration c =
        parse_configuration(good + "[gx]\non_lost = \"silent\"\nlost_after = \"1 h\"\n", "c.toml", faults);
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(c.gx.on_lost, OnGxLost::silent);
    EXPECT_EQ(c.gx.lost_after, 1h);
    EXPECT_EQ(parse_configuration(good + "[gx]\non_lost = \"silent\"\n", "c.toml", faults).gx.lost_after,
              10min);
    EXPECT_TRUE(faults.empty());
}

TEST(Configuration, AGxHasTenMinutesToComeBack) {
    EXPECT_EQ(
        faults_of(good + "[gx]\nlost_after = \"599 s\"\n"),
        std::vector<std::string>{
            "c.toml:16:14: gx.lost_after: must be at least 10 min: so long a GX may be away while it starts "
            "anew or updates its firmware, and silence would stop the system for nothing; got 599 s"});
    EXPECT_TRUE(faults_of(good + "[gx]\nlost_after = \"600 s\"\n").empty());
}

TEST(Configuration, WhatIsRecordedAndWhere) {
    Faults faults;
    Configuration c = parse_configuration(good, "c.toml", faults);
    EXPECT_FALSE(c.record);
    EXPECT_FALSE(c.state_folder);
    c = parse_configuration(good + "[record]\nfile = \"run.jsonl\"\n[state]\nfolder = \"/var/lib/x\"\n"
                                   "black_box = false\n",
                            "c.toml", faults);
    ASSERT_TRUE(faults.empty()) << to_text(faults.front());
    EXPECT_EQ(c.record->file, "run.jsonl");
    EXPECT_EQ(c.record->max_size, 50'000'000U);
    EXPECT_EQ(c.state_folder, "/var/lib/x");
    EXPECT_FALSE(c.black_box);
    EXPECT_EQ(faults_of(good + "[record]\nmax_size = \"1 MB\"\n"),
              (std::vector<std::string>{
                  "c.toml:15:1: record.file: missing, and needed",
                  "c.toml:16:12: record.max_size: expected an amount of at least 2 MB, as in \"50 MB\"; got "
                  "\"1 MB\""}));
    EXPECT_EQ(faults_of(good + "[state]\nfolder = 1\nblackbox = true\n").size(), 2U);
}

TEST(Configuration, AFileThatIsNotThereIsSaidSo) {
    Faults faults;
    load_configuration("/nonexistent/c.toml", faults);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(to_text(faults.front()), "/nonexistent/c.toml: cannot be read: no such file, or no permission");
}

TEST(Configuration, ATornFileIsOneFaultWithItsPlace) {
    const auto faults = faults_of(good.substr(0, good.find("56.4 V\"") + 3));
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults.front().substr(0, 9), "c.toml:12");
}

} // namespace
} // namespace retrocan::daemon
