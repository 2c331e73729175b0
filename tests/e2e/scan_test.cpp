// SPDX-License-Identifier: Apache-2.0
// `retrocan scan` as a user runs it: for each mapping of the library the battery that it describes.
#include "simulator/modbus_server.h"
#include "support/simulated.h"

#include <array>
#include <filesystem>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::e2e {
namespace {

using support::Finished;
using support::program;
using support::run_to_end;
using support::Simulated;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds patience{90}; // each mapping of the library is tried

Finished scan_tcp(std::uint16_t port, const std::vector<std::string>& more = {}) {
    std::vector<std::string> all{program(), "scan", "--tcp", "127.0.0.1:" + std::to_string(port)};
    all.insert(all.end(), more.begin(), more.end());
    return run_to_end(all, patience);
}

/// The mapping that stands first.
std::string best(const std::string& output) {
    const std::string key = "mapping = \"";
    const std::size_t at = output.find(key);
    return at == std::string::npos
               ? ""
               : output.substr(at + key.size(), output.find('"', at + key.size()) - at - key.size());
}

/// The names of the tie, and of the best.
std::string named(const std::string& output) {
    const std::size_t at = output.find("a tie: ");
    return best(output) + " " + (at == std::string::npos ? "" : output.substr(at, output.find(';', at) - at));
}

struct Served {
    const char* mapping;
    const char* unit;
};
class ScanLibrary : public testing::TestWithParam<Served> {};

TEST_P(ScanLibrary, TheRightMappingIsFirstOrInTheTie) {
    const Simulated battery{{GetParam().mapping, "--frozen", "--unit", GetParam().unit}};
    const Finished done = scan_tcp(battery.port(), {"--units", GetParam().unit});
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    EXPECT_THAT(named(done.output) + ",",
                testing::AnyOf(HasSubstr(std::string{GetParam().mapping} + ","),
                               testing::StartsWith(std::string{GetParam().mapping} + " ")))
        << done.output << done.errors;
}

INSTANTIATE_TEST_SUITE_P(EachFamily, ScanLibrary,
                         testing::Values(Served{"seplos/v3", "1"}, Served{"jk/pb", "1"}));

TEST(Scan, ReadsOnlyAndSaysItsTime) {
    const Simulated battery{{"seplos/v3", "--frozen", "--unit", "3"}};
    const Finished done = scan_tcp(battery.port(), {"--units", "1..4"});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_THAT(done.errors, HasSubstr("at most "));
    EXPECT_THAT(done.output, HasSubstr("unit id 3"));
    EXPECT_THAT(done.output, HasSubstr("unit_id = 3"));
    EXPECT_THAT(done.output, Not(HasSubstr("unit id 1\n")));
}

TEST(Scan, OverASerialLineAtTheRightRate) {
    const Simulated battery{{"jk/pb", "--frozen", "--unit", "5", "--serial", "pty", "--baud", "115200"}};
    const Finished done = run_to_end(
        {program(), "scan", "--serial", battery.where(), "--baud", "115200", "--units", "4,5"}, patience);
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    EXPECT_EQ(best(done.output), "jk/pb") << done.output << done.errors;
    EXPECT_THAT(done.output, HasSubstr("baud = 115200"));
}

TEST(Scan, AnUnknownDeviceGetsNone) {
    std::mt19937 random{4};
    simulator::ModbusServer server;
    std::vector<std::uint16_t> values(65535);
    for (const auto table : {simulator::ModbusTable::holding, simulator::ModbusTable::input}) {
        for (std::uint16_t& value : values)
            value = static_cast<std::uint16_t>(random());
        server.set(1, table, 0, values);
    }
    const Finished done = scan_tcp(server.port(), {"--units", "1"});
    EXPECT_EQ(done.exit_code, 1) << done.output;
    EXPECT_THAT(done.output, HasSubstr("no mapping of the library fits"));
    EXPECT_EQ(server.counters().writes, 0U);
    // So do one of zeros, and one that has nothing.
    simulator::ModbusServer zeros;
    zeros.set(1, simulator::ModbusTable::holding, 0, std::vector<std::uint16_t>(65535));
    EXPECT_EQ(scan_tcp(zeros.port(), {"--units", "1"}).exit_code, 1);
    simulator::ModbusServer empty;
    EXPECT_EQ(scan_tcp(empty.port(), {"--units", "1..4"}).exit_code, 1);
}

TEST(Scan, WrongArgumentsAreSaid) {
    EXPECT_EQ(run_to_end({program(), "scan"}).exit_code, 2);
    for (const std::string units : {"4..1", "256", "one", "1,", ""}) {
        const Finished done = scan_tcp(1, {"--units=" + (units.empty() ? std::string{","} : units)});
        EXPECT_EQ(done.exit_code, 2) << units;
        EXPECT_THAT(done.errors, HasSubstr("--units: expected unit ids")) << units;
    }
    EXPECT_EQ(run_to_end({program(), "scan", "--tcp", "host:port"}).exit_code, 2);
    EXPECT_EQ(scan_tcp(1, {"--timeout", "1 h"}).exit_code, 2);
    EXPECT_EQ(scan_tcp(1, {"--units", "1"}).exit_code, 3) << "nobody listens there";
    EXPECT_EQ(run_to_end({program(), "scan", "--serial", "/dev/no-such-port", "--baud", "9600"}).exit_code,
              3);
}

} // namespace
} // namespace retrocan::e2e
