// SPDX-License-Identifier: Apache-2.0
// Recording and replaying as a user does it, with a battery behind a real Modbus TCP server.
#include "e2e/rig.h"

#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace retrocan::e2e {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using simulator::ModbusFault;
using support::contents;
using support::eventually;
using support::Finished;
using support::program;
using support::run_to_end;
using support::TemporaryFolder;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

/// The data of each frame with this identifier, of candump lines.
std::vector<std::string> payloads(const std::string& log, const std::string& id) {
    std::vector<std::string> result;
    for (const std::string& line : lines_of(log))
        if (const std::size_t at = line.find(" " + id + "#"); at != std::string::npos)
            result.push_back(line.substr(at + 5));
    return result;
}

std::vector<std::string> without_repetitions(std::vector<std::string> texts) {
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    return texts;
}

void set_ccl(simulator::ModbusServer& server, std::uint16_t ampere) {
    server.set(1, simulator::ModbusTable::input, 0x1010, {&ampere, 1});
}

TEST(Record, ARecordedRunReplayedGivesThe0x351ThatWereSentLive) {
    const TemporaryFolder folder;
    const std::string capture = (folder / "run.jsonl").string();
    Options options;
    options.poll = "300 ms";
    options.limits += "[record]\nfile = \"" + capture + "\"\n";
    Rig rig{options};
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    for (const int ampere : {150, 120, 90, 40, 20}) { // what rises would wait for 30 s
        set_ccl(rig.server, static_cast<std::uint16_t>(ampere));
        const auto on_the_bus = [&] {
            const auto limits = support::only(rig.bus->frames(), 0x351);
            return !limits.empty() &&
                   (limits.back().frame.data[2] | limits.back().frame.data[3] << 8) == ampere * 10;
        };
        ASSERT_TRUE(eventually(on_the_bus, 3s)) << ampere << " A\n" << rig.log();
    }
    rig.fault({.kind = ModbusFault::Kind::hang});
    ASSERT_TRUE(eventually([&] { return rig.log().find("stale") != std::string::npos; }, 10s)) << rig.log();
    rig.heal();
    ASSERT_TRUE(rig.sends_within(20s, BootClock::now())) << rig.log();
    rig.daemon->signal(15);
    ASSERT_EQ(rig.daemon->wait(5s), 0) << rig.log();

    std::vector<std::string> live;
    for (const support::Seen& seen : support::only(rig.bus->frames(), 0x351))
        live.push_back(to_text(seen.frame).substr(4));
    const std::string file = folder.file(
        "again.toml", configuration(rig.server.port(), "log:/dev/null", options)); // the server is not asked
    const Finished replayed = run_to_end({program(), "replay", "-c", file, capture});
    ASSERT_EQ(replayed.exit_code, 0) << replayed.errors;
    const auto again = payloads(replayed.output, "351");
    EXPECT_EQ(without_repetitions(again), without_repetitions(live)) << replayed.errors << contents(capture);
    EXPECT_NEAR(static_cast<double>(again.size()), static_cast<double>(live.size()), 2.0)
        << "the ends of a run are not sharp";
    EXPECT_EQ(run_to_end({program(), "replay", "-c", file, capture}).output, replayed.output);
}

TEST(Record, ACommandOfItsOwnAndATestMadeOfIt) {
    simulator::ModbusServer server;
    serve_seplos(server, 3);
    const TemporaryFolder folder;
    Options options;
    options.unit = 3;
    const std::string file =
        folder.file("retrocan.toml", configuration(server.port(), "log:/dev/null", options));
    const std::string capture = (folder / "a.jsonl").string();
    {
        support::Process record{
            {program(), "record", "-c", file, "-o", capture}, folder / "out", folder / "err"};
        ASSERT_TRUE(eventually([&] { return lines_of(contents(capture)).size() >= 12; }, 20s))
            << contents(folder / "err");
        record.signal(15);
        EXPECT_EQ(record.wait(5s), 0) << contents(folder / "err");
    }
    const auto lines = lines_of(contents(capture));
    const json head = json::parse(lines.front());
    EXPECT_EQ(head.at("capture"), 1);
    EXPECT_EQ(head.at("configuration").get<std::string>().size(), 16U);
    EXPECT_TRUE(head.at("mappings").contains("shed"));
    EXPECT_NE(contents(capture).find("\"link\":\"connected\""), std::string::npos);

    const Finished decoded =
        run_to_end({program(), "decode", "-m", "seplos/v3", "--key", "unit_id=3", "-i", capture});
    EXPECT_EQ(decoded.exit_code, 0) << decoded.errors;
    EXPECT_NE(decoded.output.find("53.25 V"), std::string::npos) << decoded.output;
    EXPECT_EQ(decoded.errors, "");

    // A cut of power leaves half a line.
    const std::string cut = folder.file("cut.jsonl", contents(capture) + R"({"t":99999999.0,"bat)");
    const Finished replayed = run_to_end({program(), "replay", "-c", file, cut});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.errors;
    EXPECT_NE(replayed.errors.find("the last line is cut short"), std::string::npos) << replayed.errors;

    const Finished made = run_to_end({program(), "mapping", "vector", "-m", "seplos/v3", "--key", "unit_id=3",
                                      "--name", "what it says", capture});
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    EXPECT_NE(made.output.find("voltage = '53.25 V'"), std::string::npos) << made.output;
    EXPECT_NE(made.output.find("'356#CD14F2FFD4000000'"), std::string::npos) << "worked out by hand";
    const std::string mapping = contents(std::string{RETROCAN_SOURCE_DIR} + "/mappings/seplos/v3.toml");
    const Finished tested =
        run_to_end({program(), "mapping", "test", folder.file("mine.toml", mapping + "\n" + made.output)});
    EXPECT_EQ(tested.exit_code, 0) << tested.output << tested.errors << made.output;
    std::string other = made.output;
    other.replace(other.find("53.25 V"), 7, "53.26 V");
    EXPECT_EQ(run_to_end({program(), "mapping", "test", folder.file("mine.toml", mapping + "\n" + other)})
                  .exit_code,
              1)
        << "the test was run";

    const Finished early =
        run_to_end({program(), "mapping", "vector", "-m", "seplos/v3", "--at", "0", capture});
    EXPECT_EQ(early.exit_code, 1);
    EXPECT_NE(early.errors.find("nothing in it is of this mapping"), std::string::npos) << early.errors;
}

TEST(Record, SeveralBatteriesAreRecordedTogetherAndManagedAsOne) {
    simulator::ModbusServer server;
    serve_seplos(server, 1);
    serve_seplos(server, 2);
    const TemporaryFolder folder;
    Options options;
    std::string text = configuration(server.port(), "log:/dev/null", options);
    options.unit = 2;
    std::string second = configuration(server.port(), "", options);
    second = second.substr(second.find("[[battery]]"));
    second.replace(second.find("shed"), 4, "attic");
    const std::string file = folder.file("two.toml", text + second);
    const std::string capture = (folder / "a.jsonl").string();
    const Finished recorded =
        run_to_end({program(), "record", "-c", file, "-o", capture, "--for", "6", "--max-size", "2MB"});
    ASSERT_EQ(recorded.exit_code, 0) << recorded.errors;
    const std::string all = contents(capture);
    EXPECT_NE(all.find("\"battery\":\"shed\",\"unit\":1"), std::string::npos) << all;
    EXPECT_NE(all.find("\"battery\":\"attic\",\"unit\":2"), std::string::npos) << all;

    const Finished checked = run_to_end({program(), "check", "-c", file});
    EXPECT_EQ(checked.exit_code, 0) << checked.errors;
    const Finished as_one = run_to_end({program(), "replay", "-c", file, capture});
    EXPECT_EQ(as_one.exit_code, 0) << as_one.errors;
    // Each asks for 57.6 V, 180 A and 180 A, ends at 46.4 V, and gives 1.37 A; by hand from the table.
    EXPECT_NE(as_one.output.find("351#4002100E100ED001"), std::string::npos) << as_one.output;
    EXPECT_NE(as_one.output.find("356#CD14E5FFD4000000"), std::string::npos) << as_one.output;

    const Finished why = run_to_end({program(), "explain", "CCL", "-c", file, "--capture", capture});
    EXPECT_EQ(why.exit_code, 0) << why.errors;
    for (const char* words : {"running for", "CCL 360 A: by battery for", "shed: ccl 180 A",
                              "attic: ccl 180 A", "raw 180, 180 A"})
        EXPECT_NE(why.output.find(words), std::string::npos) << words << "\n" << why.output;
    const Finished what = run_to_end({program(), "explain", "sco", "-c", file, "--capture", capture});
    EXPECT_EQ(what.exit_code, 2);
    EXPECT_NE(what.errors.find("no such value: sco (did you mean \"soc\"?)"), std::string::npos)
        << what.errors;

    const Finished both = run_to_end({program(), "mapping", "vector", "-m", "seplos/v3", capture});
    EXPECT_EQ(both.exit_code, 1);
    EXPECT_NE(both.errors.find("--battery NAME"), std::string::npos) << both.errors;
    const Finished one = run_to_end({program(), "mapping", "vector", "-m", "seplos/v3", "--key", "unit_id=1",
                                     "--battery", "shed", capture});
    EXPECT_EQ(one.exit_code, 0) << one.errors;
    // One of them is replayed with a configuration of its own.
    const Finished replayed = run_to_end({program(), "replay", "-c", folder.file("one.toml", text), capture});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.errors;
    EXPECT_NE(replayed.errors.find("another configuration"), std::string::npos) << replayed.errors;
}

TEST(Record, WrongArgumentsAreSaid) {
    const TemporaryFolder folder;
    const std::string file = folder.file("retrocan.toml", configuration(1, "log:/dev/null", {}));
    const Finished size =
        run_to_end({program(), "record", "-c", file, "-o", (folder / "a").string(), "--max-size", "1 MB"});
    EXPECT_EQ(size.exit_code, 2);
    EXPECT_NE(size.errors.find("at least 2 MB"), std::string::npos) << size.errors;
    const Finished where = run_to_end({program(), "record", "-c", file, "-o", "/no/such/folder/a"});
    EXPECT_EQ(where.exit_code, 3);
    EXPECT_NE(where.errors.find("/no/such/folder/a: cannot be written"), std::string::npos) << where.errors;
    EXPECT_EQ(run_to_end({program(), "replay", "-c", file, "/no/such/file"}).exit_code, 2);
    const Finished bad = run_to_end({program(), "replay", "-c", file,
                                     folder.file("bad.jsonl", "{\"t\":1}\n{\"t\":2,\"registers\":1}\n\n")});
    EXPECT_EQ(bad.exit_code, 1);
    EXPECT_NE(bad.errors.find("bad.jsonl:2:"), std::string::npos) << bad.errors;
    const Finished others =
        run_to_end({program(), "replay", "-c", file,
                    folder.file("others.jsonl", "{\"t\":1,\"battery\":\"x\",\"error\":\"timeout\"}\n")});
    EXPECT_EQ(others.exit_code, 1);
    EXPECT_NE(others.errors.find("no line in it is of the battery \"shed\""), std::string::npos)
        << others.errors;
}

TEST(Replay, AnswersStandardInputLineByLine) {
    const TemporaryFolder folder;
    const std::string file = folder.file("retrocan.toml", configuration(1, "log:/dev/null", {}));
    const std::string feed =
        folder.file("feed.jsonl", "{\"t\":1}\n{\"t\":1.5,\"error\":\"timeout\"}\n{\"t\":2.25}\n");
    const Finished done =
        run_to_end({"/bin/sh", "-c", "'" + program() + "' replay -c '" + file + "' - < '" + feed + "'"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(done.output, "# 1.000000\n# 1.500000\n# 2.250000\n");
}

TEST(BlackBox, KeepsWhatLedToAStale) {
    const TemporaryFolder folder;
    Options options;
    options.poll = "300 ms";
    options.limits += "[state]\nfolder = \"" + (folder / "state").string() + "\"\n";
    Rig rig{options};
    ASSERT_TRUE(rig.sends_within(20s)) << rig.log();
    ASSERT_TRUE(eventually([&] { return support::only(rig.bus->frames(), 0x351).size() >= 2; }, 5s));
    EXPECT_TRUE(std::filesystem::is_empty(folder / "state/blackbox"));
    rig.fault({.kind = ModbusFault::Kind::hang});
    ASSERT_TRUE(eventually([&] { return !std::filesystem::is_empty(folder / "state/blackbox"); }, 10s))
        << rig.log();
    ASSERT_TRUE(eventually(
        [&] { return rig.log().find("black box: what led to it is in ") != std::string::npos; }, 5s));
    const auto kept = std::filesystem::directory_iterator {
        folder / "state/blackbox"
        } -> path();
    EXPECT_TRUE(kept.filename().string().starts_with("blackbox-2")) << kept;
    EXPECT_TRUE(json::parse(lines_of(contents(kept)).front()).contains("snapshot"));
    const std::string file =
        folder.file("again.toml", configuration(rig.server.port(), "log:/dev/null", options));
    const Finished replayed = run_to_end({program(), "replay", "-c", file, kept.string()});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.errors;
    std::vector<std::string> live;
    for (const support::Seen& seen : support::only(rig.bus->frames(), 0x351))
        live.push_back(to_text(seen.frame).substr(4));
    const auto again = payloads(replayed.output, "351");
    EXPECT_EQ(without_repetitions(again), without_repetitions(live)) << replayed.errors;
    EXPECT_NEAR(static_cast<double>(again.size()), static_cast<double>(live.size()), 1.0);
}

} // namespace
} // namespace retrocan::e2e
