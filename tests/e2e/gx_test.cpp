// SPDX-License-Identifier: Apache-2.0
// `retrocan gx log:FILE`: a battery's traffic held against the protocol, as its maker uses it.
#include "core/can_frame.h"
#include "support/process.h"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace retrocan::e2e {
namespace {

using support::Finished;
using support::program;
using support::run_to_end;
using support::TemporaryFolder;

Finished gx(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {program(), "gx"});
    return run_to_end(arguments);
}

void expect_says(const std::string& text, std::initializer_list<const char*> words) {
    for (const char* word : words)
        EXPECT_NE(text.find(word), std::string::npos) << "\"" << word << "\" is not in:\n" << text;
}

std::string line(std::int64_t ms, const std::string& frame) {
    char stamp[48];
    std::snprintf(stamp, sizeof stamp, "(17000%05lld.%03lld000) can0 ", static_cast<long long>(ms / 1000),
                  static_cast<long long>(ms % 1000));
    return stamp + frame + "\n";
}

/// A 16-cell battery for `seconds`, each message once a second; bytes by the tables of chapter 2.
std::string good_log(int seconds) {
    std::string log;
    for (int second = 0; second < seconds; ++second) {
        std::int64_t ms = 1000LL * second;
        for (const char* frame :
             {"35E#41434D4500000000", "35F#0000020318010000", "35A#A8AAAA02A8AAAA0A", "351#3802F401E803E001",
              "355#50006300401F0000", "356#18156400D7000000", "373#2A0D660D25012701", "379#1801000000000000"})
            log += line(ms += 10, frame);
    }
    return log;
}

// github stuartpittaway/diyBMSv4ESP32 issue 87; the times were not in the source.
std::string diybms_log() {
    std::string log;
    std::int64_t ms = 0;
    for (const char* frame :
         {"351#440264009CFF3F02", "356#941400008C00", "35E#50594C4F4E202020", "359#0000000000000000",
          "351#440264009CFF3F02", "356#941400008C00", "35E#50594C4F4E202020"}) {
        log += line(ms, frame);
        ms += 10;
    }
    return log;
}

TEST(Gx, FindsNothingAgainstAGoodBattery) {
    const TemporaryFolder folder;
    const Finished done = gx({"log:" + folder.file("good.log", good_log(12))});
    EXPECT_EQ(done.exit_code, 0) << done.output;
    EXPECT_EQ(done.errors, "");
    expect_says(done.output,
                {"1700000000.040000  the first 0x351: a battery is there", "What a GX shows",
                 "CAN-bus BMS battery  80%  54.00V  10.0A", "Charge voltage limit (CVL)      56.8V",
                 "  351       limits                                  12   1.00 s   1.00 s  3802F401E803E001",
                 "Conformance: 0 core rules broken, 0 of advice;", "Kept\n",
                 "By hand: what frames cannot show\n", "What Venus OS does with this battery", "here 57.2 V",
                 "No core rule is broken."});
    EXPECT_EQ(done.output.find("BROKEN"), std::string::npos);
    std::istringstream lines{done.output};
    for (std::string text; std::getline(lines, text);) {
        const auto columns =
            std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
        EXPECT_LE(columns, 100) << text;
    }
}

TEST(Gx, ShowsTheEvidenceOfWhatIsBroken) {
    const TemporaryFolder folder;
    const Finished done = gx({"log:" + folder.file("diybms.log", diybms_log())});
    EXPECT_EQ(done.exit_code, 1);
    expect_says(done.output, {"Conformance: 1 core rule broken, 4 of advice;",
                              "BROKEN, core\n  dcl-unsigned            DCL is positive",
                              "at        1700000000.000000  351#440264009CFF3F02  (the first of 2)",
                              "found     DCL 6543.6 A: -10.0 A as a signed number",
                              "expected  a limit above 0, or 0", "0x35E \"PYLON   \" is taken for Pylontech",
                              "BROKEN: 1 core rule broken", "could not be judged"});
}

TEST(Gx, TellsProgramsAllOfItAsOneObject) {
    const TemporaryFolder folder;
    const std::string log = "log:" + folder.file("diybms.log", diybms_log());
    const Finished done = gx({log, "--json"});
    EXPECT_EQ(done.exit_code, 1);
    const auto all = nlohmann::json::parse(done.output);
    EXPECT_EQ(all["link"], log);
    EXPECT_EQ(all["battery"], "present");
    EXPECT_EQ(all["recognised"], false);
    EXPECT_EQ(all["exit_code"], 1);
    EXPECT_EQ(all["summary"]["core_broken"], 1);
    EXPECT_EQ(all["summary"]["advice_broken"], 4);
    EXPECT_EQ(all["screens"]["Parameters"]["Discharge current limit (DCL)"], "6543.6A");
    EXPECT_EQ(all["messages"][0]["id"], "351");
    EXPECT_EQ(all["messages"][0]["frames"], 2);
    EXPECT_FALSE(all["venus"].empty());
    EXPECT_FALSE(all["events"].empty());
    std::size_t found = 0;
    for (const auto& rule : all["rules"]) {
        EXPECT_FALSE(rule["source"].get<std::string>().empty());
        EXPECT_EQ(rule.contains("evidence"), rule["verdict"] == "broken") << rule;
        EXPECT_EQ(rule.contains("do"), rule["verdict"] == "by hand") << rule;
        if (rule["id"] != "dcl-unsigned")
            continue;
        ++found;
        EXPECT_EQ(rule["kind"], "core");
        EXPECT_EQ(rule["source"], "chapter 2");
        EXPECT_EQ(rule["times"], 2);
        EXPECT_EQ(rule["evidence"]["t"], 1700000000.0);
        EXPECT_EQ(rule["evidence"]["frame"], "351#440264009CFF3F02");
    }
    EXPECT_EQ(found, 1U);
}

TEST(Gx, SaysWhenTheBatteryIsLostAndWhenItIsBack) {
    const TemporaryFolder folder;
    std::string log;
    for (const int ms : {0, 1'000, 2'000, 6'500, 7'500})
        log += line(ms, "351#3802F401E803E001");
    const Finished done = gx({"log:" + folder.file("gap.log", log)});
    EXPECT_EQ(done.exit_code, 1);
    expect_says(done.output, {"1700000005.000000  BATTERY LOST: no 0x351 for 3 s",
                              "1700000006.500000  the battery is back: 0x351 after 4.50 s",
                              "found     4.50 s without 0x351"});
}

TEST(Gx, TellsWhatChanges) {
    const TemporaryFolder folder;
    std::string log = line(0, "351#3802F401E803E001") + line(10, "35A#A8AAAA02A8AAAA0A");
    log += line(2'000, "351#3002F401E803E001") + line(2'010, "35A#A4AAAA02A8AAAA0A");
    const Finished done = gx({"log:" + folder.file("changes.log", log)});
    expect_says(done.output, {"Charge voltage limit (CVL): 56.8V\n", "Charge voltage limit (CVL): 56.0V\n",
                              "High battery voltage: Ok\n", "High battery voltage: Alarm\n"});
}

TEST(Gx, ReadsStandardInput) {
    const TemporaryFolder folder;
    const std::string input = folder.file("good.log", good_log(3));
    support::Process process{{program(), "gx", "log:-"}, folder / "out", folder / "err", input};
    EXPECT_EQ(process.wait(std::chrono::seconds{20}), 0);
    expect_says(support::contents(folder / "out"), {"No core rule is broken."});
}

TEST(Gx, ReadsAsMuchOfALogAsIsAskedFor) {
    const TemporaryFolder folder;
    const Finished done = gx({"log:" + folder.file("good.log", good_log(12)), "--for", "4.5", "--json"});
    const auto all = nlohmann::json::parse(done.output);
    EXPECT_EQ(all["messages"][0]["frames"], 5);
}

TEST(Gx, SaysWhichLineOfALogIsNone) {
    const TemporaryFolder folder;
    const std::string file = folder.file("bad.log", good_log(2) + "what is this\n" + good_log(2));
    const Finished done = gx({"log:" + file});
    EXPECT_EQ(done.exit_code, 1);
    expect_says(done.errors, {(file + ":17: not a line of candump -L").c_str()});
    expect_says(done.output, {"No core rule is broken."});
    EXPECT_EQ(nlohmann::json::parse(gx({"log:" + file, "--json"}).output)["exit_code"], 1);
}

TEST(Gx, DoesNotPassABatteryWithoutACoreMessageHoweverShortTheLog) {
    const TemporaryFolder folder;
    const std::string log = line(0, "351#3802F401E803E001") + line(1'000, "351#3802F401E803E001");
    const Finished done = gx({"log:" + folder.file("short.log", log)});
    EXPECT_EQ(done.exit_code, 1);
    expect_says(done.output, {"No core rule is broken.", "could not be judged", "listen for 10 s"});
}

TEST(Gx, IsNotContentWithNothing) {
    const TemporaryFolder folder;
    const Finished done = gx({"log:" + folder.file("empty.log", "")});
    EXPECT_EQ(done.exit_code, 1);
    expect_says(done.output, {"No battery was seen"});
    EXPECT_EQ(gx({"log:" + (folder / "none.log").string()}).exit_code, 3);
    EXPECT_EQ(gx({"can0/1"}).exit_code, 2);
    EXPECT_EQ(gx({}).exit_code, 2);
    const Finished no_interface = gx({"nocan7"});
    EXPECT_EQ(no_interface.exit_code, 3);
    expect_says(no_interface.errors, {"nocan7"});
}

} // namespace
} // namespace retrocan::e2e
