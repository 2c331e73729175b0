// SPDX-License-Identifier: Apache-2.0
// A dry drill with the installed program: simulated batteries, the real daemon, real signals.
#include "e2e/rig.h"
#include "support/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::e2e {
namespace {

using namespace std::chrono_literals;
using support::contents;
using support::Finished;
using support::program;
using support::run_to_end;
using support::TemporaryFolder;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// A battery on a serial port that this machine does not have: a dry run needs none.
const std::string serial_battery = "[can]\n"
                                   "link = \"can7\"\n"
                                   "[[battery]]\n"
                                   "name = \"shed\"\n"
                                   "mapping = \"jk/pb\"\n"
                                   "stale_after = \"3 s\"\n"
                                   "cells = 16\n"
                                   "cell_over_voltage = \"3.65 V\"\n"
                                   "chemistry = \"lfp\"\n"
                                   "[battery.modbus]\n"
                                   "serial = \"/dev/serial/by-id/usb-none\"\n"
                                   "unit_id = 3\n"
                                   "[battery.limits]\n"
                                   "cvl_floor = \"51.2 V\"\n"
                                   "cvl_ceiling = \"56.4 V\"\n"
                                   "ccl_ceiling = \"100 A\"\n"
                                   "dcl_ceiling = \"100 A\"\n"
                                   "[state]\n"
                                   "folder = \"kept\"\n";

TEST(Drill, DryWalksThroughAllSteps) {
    const TemporaryFolder folder;
    const std::string file = folder.file("retrocan.toml", serial_battery);
    const std::string report = (folder / "report.txt").string();
    const Finished done = run_to_end({program(), "drill", "-c", file, "--dry", "--report", report}, 170s);
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    EXPECT_THAT(done.output, HasSubstr("6 steps passed\n"));
    const std::string kept = contents(report);
    EXPECT_THAT(kept, HasSubstr("dry run on a simulated battery"));
    EXPECT_THAT(kept, HasSubstr("shed (jk/pb)"));
    for (const char* title : {"1  Nothing is wrong", "2  Pull the battery's cable", "3  Pull the CAN cable",
                              "4  Stop retrocan", "5  Raise an alarm", "6  Black start"})
        EXPECT_THAT(kept, ContainsRegex(std::string{title} + " +passed\n"));
    EXPECT_THAT(kept, HasSubstr("0x351 ends within 3.0 s (stale_after)"));
    EXPECT_THAT(kept, ContainsRegex("(alarm|warning) [a-z_]+, [0-9.]+ s after"));
    EXPECT_FALSE(std::filesystem::exists(folder / "kept")); // nothing of the real installation is touched
}

TEST(Drill, SaysWhatIsWrongWithTheConfiguration) {
    const TemporaryFolder folder;
    const std::string file = folder.file("retrocan.toml", "[can]\nlink = \"can7\"\n");
    const Finished done = run_to_end({program(), "drill", "-c", file, "--dry"});
    EXPECT_EQ(done.exit_code, 2);
    EXPECT_THAT(done.errors, HasSubstr("battery"));
}

TEST(Drill, NeedsAnInterfaceUnlessItIsDry) {
    const TemporaryFolder folder;
    const std::string file = folder.file("retrocan.toml", serial_battery);
    const Finished absent = run_to_end({program(), "drill", "-c", file});
    EXPECT_EQ(absent.exit_code, 3);
    EXPECT_THAT(absent.errors, HasSubstr("can7"));
    const Finished log = run_to_end({program(), "drill", "-c", file, "--can", "log:-"});
    EXPECT_EQ(log.exit_code, 3);
    EXPECT_THAT(log.errors, HasSubstr("--dry"));
    EXPECT_THAT(log.output, Not(HasSubstr("Press Enter")));
}

} // namespace
} // namespace retrocan::e2e
