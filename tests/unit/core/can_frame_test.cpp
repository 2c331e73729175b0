// SPDX-License-Identifier: Apache-2.0
#include "core/can_frame.h"

#include <gtest/gtest.h>

namespace retrocan {
namespace {

TEST(CanFrame, ReadsAndPrintsCandumpNotation) {
    for (const char* text : {"351#3802E803E803E001", "305#", "7FF#R", "1510A8A0#0011223344556677",
                             "20000040#0000000000000000"}) {
        const auto frame = parse_frame(text);
        ASSERT_TRUE(frame) << text << ": " << frame.error();
        EXPECT_EQ(to_text(*frame), text);
    }
    EXPECT_EQ(parse_frame("20000040#")->kind, CanFrame::Kind::error);
    EXPECT_EQ(parse_frame("20000040#")->id, 0x40U);
    EXPECT_EQ(parse_frame("00000351#")->kind, CanFrame::Kind::extended);
}

TEST(CanFrame, RefusesWhatIsNone) {
    for (const char* text :
         {"", "351", "35#00", "800#00", "351#0", "351#001122334455667788", "351#0G", "XYZ#00"})
        EXPECT_FALSE(parse_frame(text)) << text;
}

TEST(LogLine, ReadsAndPrintsCandumpLogs) {
    const char* text = "(1700000000.010000) can0 382#5052454D49554D00";
    const auto line = parse_log_line(text);
    ASSERT_TRUE(line) << line.error();
    EXPECT_EQ(line->at.count(), 1'700'000'000'010'000);
    EXPECT_EQ(line->interface, "can0");
    EXPECT_EQ(to_text(*line), text);
    EXPECT_TRUE(parse_log_line("(0000000001.000000) vcan0 351#00 R\r\n"));
}

TEST(LogLine, RefusesWhatIsNone) {
    for (const char* text :
         {"", "#", "(1.0) can0 351#00", "(1700000000.010000) 351#00", "(1700000000.010000 can0 351#00",
          "(-000000001.000000) can0 351#00", "(1700000000.010000) can0 351#0"})
        EXPECT_FALSE(parse_log_line(text)) << text;
}

} // namespace
} // namespace retrocan
