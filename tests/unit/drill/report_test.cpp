// SPDX-License-Identifier: Apache-2.0
#include "drill/report.h"

#include <gtest/gtest.h>

namespace retrocan::drill {
namespace {

const std::vector<Result> results{
    {"calm", Verdict::passed, {{"0x351 each second", "longest gap 1.0 s", true}}, "CVL 56.4 V"},
    {"battery-cable",
     Verdict::failed,
     {{"0x351 ends within 5.0 s (stale_after)", "it is still sent", false}},
     ""},
    {"alarm", Verdict::not_done, {}, "skipped"},
};

TEST(DrillReport, IsAPageToKeep) {
    const Heading heading{.program = "retrocan 1.2.3",
                          .date = "2026-11-28 14:02:11 +0100",
                          .dry = false,
                          .configuration = "retrocan.toml",
                          .bus = "can0",
                          .batteries = {"shed (jk/pb)", "attic (seplos/v3)"}};
    EXPECT_EQ(to_text(heading, results),
              "retrocan 1.2.3: drill of 2026-11-28 14:02:11 +0100\n"
              "configuration  retrocan.toml\n"
              "bus            can0\n"
              "batteries      shed (jk/pb)\n"
              "               attic (seplos/v3)\n"
              "\n"
              "1  Nothing is wrong                  passed\n"
              "  ok   0x351 each second                                         longest gap 1.0 s\n"
              "       CVL 56.4 V\n"
              "\n"
              "2  Pull the battery's cable          FAILED\n"
              "  NOT  0x351 ends within 5.0 s (stale_after)                     it is still sent\n"
              "\n"
              "3  Raise an alarm                    not done\n"
              "       skipped\n"
              "\n"
              "1 step passed, 1 FAILED, 1 not done\n");
}

TEST(DrillReport, CountsInWords) {
    EXPECT_EQ(summary({results[0], results[0]}), "2 steps passed");
    EXPECT_EQ(summary({results[2]}), "1 step not done");
}

} // namespace
} // namespace retrocan::drill
