// SPDX-License-Identifier: Apache-2.0
// `retrocan simulate` as a user runs it, read by masters that are none of ours: pymodbus and mbpoll.
#include "e2e/rig.h"
#include "support/simulated.h"

#include <csignal>
#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::e2e {
namespace {

using namespace std::chrono_literals;
using support::Finished;
using support::program;
using support::run_to_end;
using support::Simulated;
using support::TemporaryFolder;
using testing::HasSubstr;
using testing::StartsWith;

const std::string python = "/usr/bin/python3"; // Debian's: it has pymodbus
const std::string master = std::string{RETROCAN_SOURCE_DIR} + "/tests/e2e/read_battery.py";

/// What pymodbus reads over TCP, a line each request.
std::string read_tcp(const Simulated& battery, const std::vector<std::string>& requests) {
    std::vector<std::string> all{python, master, "tcp", "127.0.0.1", std::to_string(battery.port())};
    all.insert(all.end(), requests.begin(), requests.end());
    const Finished done = run_to_end(all);
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    return done.output;
}

std::string read_rtu(const std::string& path, const std::vector<std::string>& requests) {
    std::vector<std::string> all{python, master, "rtu", path, "9600"};
    all.insert(all.end(), requests.begin(), requests.end());
    const Finished done = run_to_end(all);
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    return done.output;
}

// Registers 0x1000.. of the recording in mappings/seplos/v3.toml.
const std::vector<std::string> seplos_voltage{"1", "input", "0x1000", "1"};

TEST(Simulate, PymodbusReadsTheRecordingOverTcp) {
    const Simulated battery{{"seplos/v3", "--frozen", "--unit", "1"}};
    EXPECT_THAT(battery.log(), HasSubstr("mapping = \"seplos/v3\""));
    const std::string voltage = read_tcp(battery, seplos_voltage);
    const int centivolts = std::stoi(voltage);
    EXPECT_GT(centivolts, 4800);
    EXPECT_LT(centivolts, 5760);
    EXPECT_THAT(read_tcp(battery, {"1", "input", "0x3000", "1"}), HasSubstr("error"));
}

TEST(Simulate, PymodbusAndMbpollReadItOverAPseudoTerminal) {
    const TemporaryFolder folder;
    const std::string link = (folder / "battery").string();
    Simulated battery{
        {"seplos/v3", "--frozen", "--unit", "1", "--serial", "pty", "--link", link, "--baud", "9600"}};
    EXPECT_THAT(battery.where(), StartsWith("/dev/pts/"));
    const std::string registers = read_rtu(link, {"1", "input", "0x1000", "4"});
    EXPECT_THAT(read_rtu(link, {"9", "input", "0x1000", "1"}), HasSubstr("error")); // nobody has that unit

    const Finished done = run_to_end({"/usr/bin/mbpoll", "-m", "rtu", "-a", "1", "-b", "9600", "-P", "none",
                                      "-t", "3", "-0", "-r", "4096", "-c", "4", "-1", "-q", link});
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    std::istringstream expected{registers};
    for (std::string value; expected >> value;)
        EXPECT_THAT(done.output, HasSubstr(value)) << registers;
    battery.process().signal(SIGTERM);
    EXPECT_EQ(battery.process().wait(5s), 0);
    EXPECT_FALSE(std::filesystem::is_symlink(link));
}

TEST(Simulate, LinesOnStandardInputSetValuesAndFaults) {
    Simulated battery{{"seplos/v3", "--frozen", "--unit", "1"}};
    battery.say("set voltage=52.1 V");
    EXPECT_THAT(read_tcp(battery, seplos_voltage), StartsWith("5210\n")); // 10 mV a count
    battery.say("fault exception:6");
    EXPECT_THAT(read_tcp(battery, seplos_voltage), HasSubstr("error"));
    battery.say("fault nonsense");
    EXPECT_THAT(battery.log(), HasSubstr("\"nonsense\": no such fault; there are late:TIME"));
    battery.say("heal");
    EXPECT_THAT(read_tcp(battery, seplos_voltage), testing::Not(StartsWith("5210\n")));
    battery.say("sing");
    EXPECT_THAT(battery.log(), HasSubstr("\"sing\": expected fault KIND"));
    battery.say("quit");
    EXPECT_EQ(battery.process().wait(5s), 0);
}

TEST(Simulate, TwoBatteriesShareALine) {
    const Simulated batteries{{"seplos/v3", "jk/pb", "--frozen", "--unit", "1", "--unit", "5"}};
    EXPECT_THAT(read_tcp(batteries, {"1", "input", "0x1000", "1", "5", "holding", "0x1200", "1"}),
                testing::Not(HasSubstr("error")));
    EXPECT_THAT(read_tcp(batteries, {"5", "input", "0x1000", "1"}), HasSubstr("error"));
}

TEST(Simulate, PlaysACaptureOnce) {
    const TemporaryFolder folder;
    const std::string capture = folder.file(
        "capture.jsonl", "{\"t\":7.0,\"unit\":1,\"table\":\"input\",\"address\":4096,\"registers\":"
                         "[5325,65399,27456,33000,290,832,999,10,3327,2943,3328,3327,2945,2942,0,180,"
                         "180]}\n");
    Simulated battery{{"seplos/v3", "--unit", "1", "--capture", capture, "--once"}};
    EXPECT_THAT(read_tcp(battery, {"1", "input", "0x1000", "2"}), StartsWith("5325 65399\n"));
    EXPECT_EQ(battery.process().wait(5s), 0);
}

struct Bad {
    std::vector<std::string> arguments;
    int exit_code;
    const char* says;
};
const Bad bad_arguments[] = {
    {{"seplos/v9"}, 2, "no mapping \"seplos/v9\""},
    {{"seplos/v3", "--listen", "nowhere"}, 2, "--listen: expected an address and a port"},
    {{"seplos/v3", "--fault", "lat:3"}, 2, "--fault: \"lat\": no such fault"},
    {{"seplos/v3", "--unit", "1", "--unit", "2"}, 2, "--unit: expected one for each MAPPING (1); got 2"},
    {{"seplos/v3", "seplos/v3"}, 2, "two batteries with unit id"},
    {{"seplos/v3", "--once"}, 2, "--once: only with --capture"},
    {{"seplos/v3", "--serial", "/dev/no-such-port"}, 3, "/dev/no-such-port"},
    {{"seplos/v3", "--set", "cels=16"}, 2, "cels"},
    {{"seplos/v3", "--capture", "/no/such/file"}, 2, "cannot be read"},
};

TEST(Simulate, BadArgumentsGetAClearMessage) {
    for (const Bad& bad : bad_arguments) {
        std::vector<std::string> all{program(), "simulate"};
        all.insert(all.end(), bad.arguments.begin(), bad.arguments.end());
        const Finished done = run_to_end(all);
        EXPECT_EQ(done.exit_code, bad.exit_code) << bad.says << "\n" << done.errors;
        EXPECT_THAT(done.errors, HasSubstr(bad.says));
        EXPECT_EQ(done.output, "");
    }
}

TEST(Simulate, TheDaemonReadsIt) {
    const TemporaryFolder folder;
    const Simulated battery{{"seplos/v3", "--unit", "1"}};
    const auto bus = support::make_bus(folder / "");
    const std::string file = folder.file("c.toml", configuration(battery.port(), bus->link(), {}));
    const support::Process daemon{{program(), "run", "-c", file}, folder / "out", folder / "err"};
    EXPECT_TRUE(support::eventually([&] { return support::only(bus->frames(), 0x351).size() >= 3; }, 20s))
        << support::contents(folder / "err");
}

TEST(Simulate, TheDaemonReadsItOverAPseudoTerminal) {
    const TemporaryFolder folder;
    const Simulated battery{
        {"seplos/v3", "--unit", "1", "--serial", "pty", "--baud", "19200", "--fault", "stray every 3"}};
    const auto bus = support::make_bus(folder / "");
    std::string text = configuration(1, bus->link(), {});
    const std::string host = "host = \"127.0.0.1\"\nport = 1\n";
    text.replace(text.find(host), host.size(), "serial = \"" + battery.where() + "\"\nbaud = 19200\n");
    const support::Process daemon{
        {program(), "run", "-c", folder.file("c.toml", text)}, folder / "out", folder / "err"};
    EXPECT_TRUE(support::eventually([&] { return support::only(bus->frames(), 0x351).size() >= 3; }, 20s))
        << support::contents(folder / "err");
}

} // namespace
} // namespace retrocan::e2e
