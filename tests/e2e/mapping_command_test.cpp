// SPDX-License-Identifier: Apache-2.0
// The commands for those who write mappings, as they use them: `retrocan mapping ...` and `retrocan decode`.
#include "support/process.h"

#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace retrocan::e2e {
namespace {

using support::Finished;
using support::program;
using support::run_to_end;
using support::TemporaryFolder;

/// The example of mappings/README.md.
std::string example() {
    const std::string page = support::contents(std::string{RETROCAN_SOURCE_DIR} + "/mappings/README.md");
    const std::string fence = "```toml\n";
    const std::size_t begin = page.find(fence) + fence.size();
    return page.substr(begin, page.find("```", begin) - begin);
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

Finished retrocan(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program());
    return run_to_end(arguments);
}

void expect_says(const std::string& text, std::initializer_list<const char*> words) {
    for (const char* word : words)
        EXPECT_NE(text.find(word), std::string::npos) << "\"" << word << "\" is not in:\n" << text;
}

TEST(MappingList, ShowsTheLibraryByTheNamesOfTheConfiguration) {
    const Finished done = retrocan({"mapping", "list"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    expect_says(done.output, {"name ", "jk/pb ", "seplos/v3 ", "modbus", "capture", "settings   live"});
}

TEST(MappingList, ShowsAFolderAndSaysWhatCannotBeLoadedThere) {
    const TemporaryFolder folder;
    folder.file("mine.toml", example());
    const std::string path = (folder / "").string();
    const Finished good = retrocan({"mapping", "list", path});
    EXPECT_EQ(good.exit_code, 0) << good.errors;
    expect_says(good.output, {"Acme LFP-48", "owner  settings  owner"});

    folder.file("other.toml", "mapping = 2\n");
    const Finished bad = retrocan({"mapping", "list", path});
    EXPECT_EQ(bad.exit_code, 2);
    expect_says(bad.output, {"Acme LFP-48"});
    expect_says(bad.errors, {"other.toml:1:11: mapping"});
}

TEST(MappingShow, ShowsPointsReadsSignalsAndWhatIsAbsent) {
    const Finished done = retrocan({"mapping", "show", "seplos/v3"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    expect_says(done.output,
                {"input 4096 (0x1000)", "0.01 V", "every 30 s", "Reads\n", "Signals\n", "charge_voltage",
                 "force_charge", "no line in the mapping", "cells in series", "verified"});
}

TEST(MappingShow, TakesSettingsAndRefusesUnknownOnes) {
    const Finished eight = retrocan({"mapping", "show", "seplos/v3", "--set", "cells=8"});
    EXPECT_EQ(eight.exit_code, 0) << eight.errors;
    expect_says(eight.output, {"4352..4359"});
    const Finished wrong = retrocan({"mapping", "show", "seplos/v3", "--set", "cels=8", "--set", "nothing"});
    EXPECT_EQ(wrong.exit_code, 2);
    expect_says(wrong.errors, {"settings.cels", "did you mean \"cells\"", "expected name=value"});
    EXPECT_EQ(wrong.output, "");
}

TEST(MappingCheck, SaysGoodOrEveryFaultWithItsPlace) {
    const TemporaryFolder folder;
    const std::string good = folder.file("good.toml", example());
    const Finished done = retrocan({"mapping", "check", good, "jk/pb"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(done.output, good + ": good\njk/pb: good\n");

    const std::string bad =
        folder.file("bad.toml", changed(changed(example(), "\"10 mV\"", "\"10 mW\""),
                                        "soc              = \"soc\"", "soc              = \"sox\""));
    const Finished faults = retrocan({"mapping", "check", good, bad});
    EXPECT_EQ(faults.exit_code, 2);
    EXPECT_EQ(faults.output, good + ": good\n");
    expect_says(faults.errors,
                {"bad.toml:", "points.voltage.unit", "mW", "signals.soc", "did you mean", "faults"});
}

TEST(MappingCheck, AsksTheAdapterToo) {
    const TemporaryFolder folder;
    const std::string file = folder.file("far.toml", changed(example(), "at = 0x0060", "at = 70000"));
    const Finished done = retrocan({"mapping", "check", file});
    EXPECT_EQ(done.exit_code, 2);
    expect_says(done.errors, {"far.toml:", "points.charge_a.at", "65535"});
}

TEST(MappingCheck, SaysWhatIsNotThere) {
    const Finished done = retrocan({"mapping", "check", "seplos/v4", "nothing.toml"});
    EXPECT_EQ(done.exit_code, 2);
    expect_says(done.errors,
                {"no mapping \"seplos/v4\" (did you mean \"seplos/v3\"?)", "no file nothing.toml"});
}

TEST(MappingTest, RunsTheWholeLibrary) {
    const Finished done = retrocan({"mapping", "test"});
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    expect_says(done.output, {"seplos/v3", "standby", "passed", " 0 failed"});
}

TEST(MappingTest, ShowsADifferenceBelowItsTest) {
    const TemporaryFolder folder;
    const std::string file = folder.file("mine.toml", changed(example(), "53.12 V", "53.13 V"));
    const Finished done = retrocan({"mapping", "test", file});
    EXPECT_EQ(done.exit_code, 1);
    expect_says(done.output, {"charging with 12.3 A  FAILED\n", "voltage: expected 53.13 V, got 53.12 V",
                              "1 test of 1 mapping: 0 passed, 1 failed"});
}

TEST(MappingTest, FailsAMappingWithoutATestAndOneThatDoesNotLoad) {
    const TemporaryFolder folder;
    const std::string untested =
        folder.file("untested.toml", example().substr(0, example().find("[[test]]")));
    const Finished done = retrocan({"mapping", "test", untested});
    EXPECT_EQ(done.exit_code, 1);
    expect_says(done.output, {"NO TEST", "1 mapping without a test"});

    const std::string broken = folder.file("broken.toml", "mapping = ");
    const Finished bad = retrocan({"mapping", "test", untested, broken});
    EXPECT_EQ(bad.exit_code, 2);
    expect_says(bad.output, {"NO TEST", "NOT LOADED", "1 mapping not loaded"});
    expect_says(bad.errors, {"broken.toml:1:"});
}

TEST(MappingTest, ShowsTheSignalsIfAsked) {
    const TemporaryFolder folder;
    const Finished done = retrocan({"mapping", "test", "-v", folder.file("mine.toml", example())});
    EXPECT_EQ(done.exit_code, 0) << done.output;
    expect_says(done.output, {"voltage ", "53.12 V", "alarms ", "none"});
}

TEST(MappingDoc, MakesAConfigurationThatNeedsOnlyTheOwnersNumbers) {
    const Finished done = retrocan({"mapping", "doc", "seplos/v3"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    expect_says(done.output,
                {"# Seplos BMS V3", "## Wiring", "## What it gives", "| `cvl` | every 30 s |", "## Tests"});
    const std::string fence = "```toml\n";
    const std::size_t begin = done.output.find(fence) + fence.size();
    std::string configuration = done.output.substr(begin, done.output.find("```", begin) - begin);

    const TemporaryFolder folder;
    const std::string empty = folder.file("empty.toml", configuration);
    const Finished asks = retrocan({"check", "-c", empty});
    EXPECT_EQ(asks.exit_code, 2);
    expect_says(asks.errors,
                {"cells", "cell_over_voltage", "cvl_floor", "cvl_ceiling", "ccl_ceiling", "dcl_ceiling"});

    for (const auto& [from, to] : {std::pair{"cells = \"\"", "cells = 16"},
                                   {"cell_over_voltage = \"\"", "cell_over_voltage = \"3.65 V\""},
                                   {"host = \"\"", "host = \"127.0.0.1\""},
                                   {"cvl_floor   = \"\"", "cvl_floor = \"51.2 V\""},
                                   {"cvl_ceiling = \"\"", "cvl_ceiling = \"56.0 V\""},
                                   {"ccl_ceiling = \"\"", "ccl_ceiling = \"100 A\""},
                                   {"dcl_ceiling = \"\"", "dcl_ceiling = \"100 A\""}})
        configuration = changed(configuration, from, to);
    const Finished filled = retrocan({"check", "-c", folder.file("filled.toml", configuration)});
    EXPECT_EQ(filled.exit_code, 0) << filled.errors;
}

TEST(MappingDoc, MakesTheTableOfBatteries) {
    const Finished done = retrocan({"mapping", "doc", "--table"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    expect_says(done.output, {"| Battery |", "[jk/pb](jk/pb.toml) | modbus | capture | from its settings |"});
    const Finished nothing = retrocan({"mapping", "doc"});
    EXPECT_EQ(nothing.exit_code, 2);
    expect_says(nothing.errors, {"--table"});
}

TEST(MappingSchema, IsJsonAndInstalled) {
    const Finished done = retrocan({"mapping", "schema"});
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_FALSE(nlohmann::json::parse(done.output, nullptr, false).is_discarded());
    const auto installed = std::filesystem::path{program()}.parent_path().parent_path() /
                           "share/retrocan/retrocan-mapping.schema.json";
    EXPECT_EQ(support::contents(installed), done.output) << installed;
}

// One poll in the three forms that people have at hand.
const char* const dump = "# pasted from three tools\n"
                         "{\"unit\":1,\"table\":\"input\",\"address\":0,\"registers\":[5312,65413]}\n"
                         "\n"
                         "01 04 00 40 00 01 30 1E -> 01 04 02 00 52 38 CD\n"
                         "0x0050: 16\n";

TEST(Decode, ShowsPointsSignalsAndFramesOfADump) {
    const TemporaryFolder folder;
    const std::string mapping = folder.file("mine.toml", example());
    const Finished done = retrocan({"decode", "-m", mapping, "-i", folder.file("dump.txt", dump)});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    expect_says(done.output,
                {"voltage  input 0 (0x0000)", "53.12 V", "-123", "82 %", "not in the dump: cell", "16 (0x10)",
                 "12.3 A", "absent: switches is not in the dump", "alarm high_voltage", "ACTIVE",
                 "35A#2400000000000000", "not enough values for: "});
}

TEST(Decode, SaysWhichLineIsWrongAndShowsTheRest) {
    const TemporaryFolder folder;
    const std::string mapping = folder.file("mine.toml", example());
    const std::string lines = std::string{dump} +
                              "nonsense\n01 04 00 40 00 01 30 1E -> 01 04 02 00 52 38 CE\n"
                              "0x9000: 1\n";
    const Finished done = retrocan({"decode", "-m", mapping, "-i", folder.file("dump.txt", lines)});
    EXPECT_EQ(done.exit_code, 1);
    expect_says(done.output, {"53.12 V"});
    expect_says(done.errors, {"dump.txt:6:1: expected a JSON object", "dump.txt:7:1: ", "CRC",
                              "note: ", "dump.txt:8:1: no point"});
}

TEST(Decode, TakesSettingsAndAnotherUnitId) {
    const TemporaryFolder folder;
    const std::string other =
        folder.file("dump.txt", "{\"unit\":3,\"table\":\"input\",\"address\":4352,"
                                "\"registers\":[3300,3301,3302,3303,3304,3305,3306,3307]}\n");
    const Finished none = retrocan({"decode", "-m", "seplos/v3", "-i", other});
    EXPECT_EQ(none.exit_code, 1);
    expect_says(none.errors, {"--key unit_id=N"});
    const Finished done =
        retrocan({"decode", "-m", "seplos/v3", "-i", other, "--set", "cells=8", "--key", "unit_id=3"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    expect_says(done.output, {"cell.7", "3.307 V", "cell 8"});
}

TEST(Decode, WritesJson) {
    const TemporaryFolder folder;
    const std::string mapping = folder.file("mine.toml", example());
    const Finished done = retrocan({"decode", "-m", mapping, "-i", folder.file("dump.txt", dump), "--json"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    const auto json = nlohmann::json::parse(done.output, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << done.output;
    EXPECT_EQ(json["signals"]["voltage"], "53.12 V");
    EXPECT_EQ(json["alarms"]["high_voltage"], true);
    EXPECT_EQ(json["alarms"]["low_voltage"], false);
    EXPECT_EQ(json["absent"]["ccl"], "switches is not in the dump");
    EXPECT_EQ(json["points"][0]["value"], "53.12 V");
}

TEST(Decode, EndsWithTwoForWhatItCannotUse) {
    for (const auto& arguments : {std::vector<std::string>{"decode", "-m", "seplos/v3"},
                                  {"decode", "-m", "seplos/v3", "-i", "no/such/file"},
                                  {"decode", "-m", "no/such", "-i", "-"},
                                  {"decode", "-m", "seplos/v3", "-i", "-", "--set", "cells=99"},
                                  {"mapping"},
                                  {"mapping", "fly"},
                                  {"mapping", "check"},
                                  {"mapping", "show"}}) {
        const Finished done = retrocan(arguments);
        EXPECT_EQ(done.exit_code, 2) << done.output;
        EXPECT_NE(done.errors, "");
    }
}

TEST(Help, IsThereForEveryCommand) {
    for (const char* command : {"list", "show", "check", "test", "doc", "schema"}) {
        const Finished done = retrocan({"mapping", command, "--help"});
        EXPECT_EQ(done.exit_code, 0);
        expect_says(done.output, {"Usage:", command});
    }
    EXPECT_EQ(retrocan({"decode", "--help"}).exit_code, 0);
}

} // namespace
} // namespace retrocan::e2e
