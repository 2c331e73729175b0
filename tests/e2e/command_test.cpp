// SPDX-License-Identifier: Apache-2.0
// What a user meets first: good words and exit codes for bad input, and nothing sent.
#include "e2e/rig.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::e2e {
namespace {

using support::Finished;
using support::program;
using support::run_to_end;
using support::TemporaryFolder;
using testing::MatchesRegex;

struct BadInput {
    const char* name;
    std::string configuration;
    int exit_code;
    std::vector<std::string> says;
};

std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

const std::string good = configuration(1502, "log:-", {});

std::string second_battery() {
    std::string second = good.substr(good.find("[[battery]]"));
    return good + changed(second, "\"shed\"", "\"attic\"");
}

const BadInput bad_inputs[] = {
    {"unknown key",
     changed(good, "poll =", "pol ="),
     2,
     {"c.toml:8:1: battery[1].pol: unknown key", "\"poll\""}},
    {"no envelope", good.substr(0, good.find("[battery.limits]")), 2, {"the owner's envelope", "cvl_floor"}},
    {"no such mapping",
     changed(good, "seplos/v3", "seplos/v2"),
     2,
     {"no mapping \"seplos/v2\"", "seplos/v3"}},
    {"two batteries with one unit id on one link", second_battery(), 2, {"shed", "attic", "unit"}},
    {"torn file", good.substr(0, 70), 2, {"c.toml:"}},
    {"a link that is none", changed(good, "log:-", "can0/1"), 2, {"c.toml:2:8: can.link", "can0/1"}},
    {"no host", changed(good, "host = \"127.0.0.1\"\n", ""), 2, {"host"}},
};

TEST(BadInput, GetsAClearMessageAndExitCodeTwoAndNothingIsSent) {
    for (const BadInput& c : bad_inputs) {
        const TemporaryFolder folder;
        const std::string file = folder.file("c.toml", c.configuration);
        for (const char* command : {"check", "run"}) {
            const Finished done = run_to_end({program(), command, "-c", file});
            EXPECT_EQ(done.exit_code, c.exit_code) << c.name << "\n" << done.errors;
            for (const std::string& words : c.says)
                EXPECT_NE(done.errors.find(words), std::string::npos) << c.name << ": " << words << "\n"
                                                                      << done.errors;
            EXPECT_EQ(done.output, "") << c.name;
        }
    }
}

TEST(BadInput, AMappingThatReadsWhereModbusCannotIsRefused) {
    const TemporaryFolder folder;
    const std::string mapping =
        support::contents(std::string{RETROCAN_SOURCE_DIR} + "/mappings/seplos/v3.toml");
    folder.file("mine.toml", changed(mapping, "voltage              = { at = 0x1000",
                                     "voltage              = { at = 70000"));
    const std::string file = folder.file("c.toml", changed(good, "seplos/v3", "mine.toml"));
    const Finished done = run_to_end({program(), "check", "-c", file});
    EXPECT_EQ(done.exit_code, 2);
    EXPECT_NE(done.errors.find("mine.toml:"), std::string::npos) << done.errors;
    EXPECT_NE(done.errors.find("points.voltage.at"), std::string::npos) << done.errors;
    EXPECT_NE(done.errors.find("65535"), std::string::npos) << done.errors;
}

TEST(BadInput, AnInterfaceThatDoesNotExistEndsWithThree) {
    const TemporaryFolder folder;
    const std::string file = folder.file("c.toml", changed(good, "log:-", "can7"));
    for (const auto& arguments :
         {std::vector<std::string>{program(), "run", "-c", file}, {program(), "monitor", "can7"}}) {
        const Finished done = run_to_end(arguments);
        EXPECT_EQ(done.exit_code, 3) << done.errors;
        EXPECT_NE(done.errors.find("can7"), std::string::npos) << done.errors;
        EXPECT_EQ(done.output, "");
    }
}

// Whether the interface is there is not even looked at.
TEST(BadInput, TwoSystemsOnOneInterfaceEndWithTwo) {
    const TemporaryFolder folder;
    const std::string a = folder.file("a.toml", changed(good, "log:-", "can7"));
    const std::string b = folder.file("b.toml", changed(good, "log:-", "can7"));
    const Finished done = run_to_end({program(), "run", "-c", a, "-c", b});
    EXPECT_EQ(done.exit_code, 2) << done.errors;
    EXPECT_NE(done.errors.find("b.toml:2:8: can.link: can7 is the bus of " + a + " already"),
              std::string::npos)
        << done.errors;
    EXPECT_EQ(done.output, "");
}

// A driver that hangs in it would silence the others.
TEST(BadInput, SetUpBesideAnotherSystemEndsWithTwo) {
    const TemporaryFolder folder;
    const std::string a = folder.file("a.toml", changed(good, "\"log:-\"", "\"can7\""));
    const std::string b = folder.file("b.toml", changed(good, "\"log:-\"", "\"can8\"\nset_up = true"));
    const Finished done = run_to_end({program(), "run", "-c", a, "-c", b});
    EXPECT_EQ(done.exit_code, 2) << done.errors;
    EXPECT_NE(
        done.errors.find("b.toml:2:8: can.set_up: systems with set_up belong in processes of their own"),
        std::string::npos)
        << done.errors;
    EXPECT_EQ(done.output, "");
}

TEST(BadInput, WrongArgumentsEndWithTwo) {
    for (const auto& arguments : {std::vector<std::string>{program()},
                                  {program(), "fly"},
                                  {program(), "run"},
                                  {program(), "demo", "--for", "x"},
                                  {program(), "monitor", "log:"}})
        EXPECT_EQ(run_to_end(arguments).exit_code, 2);
}

TEST(Help, IsEverywhere) {
    for (const char* command : {"run", "demo", "check", "monitor", "version"}) {
        const Finished done = run_to_end({program(), command, "--help"});
        EXPECT_EQ(done.exit_code, 0) << command;
        EXPECT_NE(done.output.find("Usage"), std::string::npos) << command;
    }
}

TEST(Check, SaysWhatWouldBeDone) {
    const TemporaryFolder folder;
    const Finished done = run_to_end({program(), "check", "-c", folder.file("c.toml", good)});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_NE(done.output.find("CVL 51.2 V to 57.6 V, CCL up to 200 A, DCL up to 200 A"), std::string::npos)
        << done.output;
}

TEST(Check, TheExampleConfigurationIsGood) {
    const Finished done =
        run_to_end({program(), "check", "-c", std::string{RETROCAN_SOURCE_DIR} + "/config/retrocan.toml"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
}

TEST(Shadow, ShowsWhatItWouldSendAndOpensNoInterface) {
    const TemporaryFolder folder;
    simulator::ModbusServer server;
    serve_seplos(server);
    const std::string file = folder.file("c.toml", configuration(server.port(), "can7", {}));
    const Finished done = run_to_end({program(), "run", "-c", file, "--shadow", "--for", "4"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_NE(done.errors.find("shadow"), std::string::npos);
    EXPECT_NE(done.errors.find("running"), std::string::npos) << done.errors;
    // What it would have sent, to be looked at: CVL 57.6 V, CCL and DCL 180 A, 46.4 V (from the registers by
    // hand).
    EXPECT_NE(done.output.find("351#400208070807D001"), std::string::npos) << done.output;
}

TEST(Demo, PipedItPrintsFramesAlone) {
    const Finished done = run_to_end({program(), "demo", "--can", "log:-", "--for", "5"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    std::istringstream lines{done.output};
    std::size_t limits = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto frame = parse_log_line(line);
        ASSERT_TRUE(frame) << line;
        limits += frame->frame.id == 0x351;
    }
    EXPECT_GE(limits, 2U) << done.errors;
}

TEST(Monitor, DecodesACapture) {
    const TemporaryFolder folder;
    const std::string log = folder.file("a.log", "(1700000000.000000) can0 351#45024C044C040000\n"
                                                 "(1700000000.010000) can0 354#04C0001F03000000\n"
                                                 "(1700000001.000000) can0 351#45024C044C040000\n");
    const Finished done = run_to_end({program(), "monitor", "log:" + log});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_NE(done.output.find("CVL 58.1 V"), std::string::npos) << done.output;
    EXPECT_NE(done.output.find("CCL 110 A"), std::string::npos) << done.output;
    const Finished json = run_to_end({program(), "monitor", "--json", "log:" + log});
    EXPECT_NE(json.output.find("\"frame\":\"351#45024C044C040000\""), std::string::npos) << json.output;
    EXPECT_NE(json.output.find("\"period\":1.0"), std::string::npos) << json.output;
}

// One line a message: what the protocol has in its order, then what it does not have, pointed out.
TEST(Monitor, ShowsABusAsATable) {
    const TemporaryFolder folder;
    const std::string log = folder.file("a.log", "(1700000000.000000) can0 1510A8A0#0000000010050701\n"
                                                 "(1700000000.010000) can0 355#5900640000000000\n"
                                                 "(1700000000.020000) can0 354#04C0001F03000000\n"
                                                 "(1700000000.030000) can0 351#45024C044C040000\n"
                                                 "(1700000000.900000) can0 351#45024C044C040000\n"
                                                 "(1700000001.010000) can0 305#0000000000000000\n");
    const Finished done = run_to_end({program(), "monitor", "--table", "log:" + log});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    std::vector<std::string> lines;
    std::istringstream stream{done.output};
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    ASSERT_EQ(lines.size(), 6U) << done.output; // a head, and five messages
    EXPECT_THAT(lines[1], MatchesRegex("351#45024C044C040000 +0.110 s +0.870 s +2 +limits: CVL 58.1 V .*"));
    EXPECT_THAT(lines[2],
                MatchesRegex("355#5900640000000000 +1.000 s +once +1 +state of charge: SOC 89 % .*"));
    EXPECT_THAT(lines[3], MatchesRegex("305#.* +keep-alive from the GX device"));
    EXPECT_THAT(lines[4], MatchesRegex("354#.* +! not of this protocol"));
    EXPECT_THAT(lines[5], MatchesRegex("1510A8A0#.* +! extended frame, not of this protocol"));
}

} // namespace
} // namespace retrocan::e2e
