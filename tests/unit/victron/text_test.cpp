// SPDX-License-Identifier: Apache-2.0
#include "victron/text.h"

#include <gtest/gtest.h>

namespace retrocan::victron {
namespace {

TEST(Printable, KeepsWhatTheBusCanCarry) {
    EXPECT_EQ(printable("LFP 280!~"), "LFP 280!~");
    EXPECT_EQ(printable("  padded   "), "padded");
    EXPECT_EQ(printable("line\r\nend\t\x7F"), "lineend");
    EXPECT_EQ(printable("K\xC3\xBC"
                        "che \xE2\x82\xAC \xF0\x9F\x94\x8B"),
              "K?che ? ?");
    EXPECT_EQ(printable("\xBC\xBF"), "") << "continuations without a beginning";
    EXPECT_EQ(printable(std::string_view{"a\0b", 3}), "ab");
    EXPECT_EQ(printable("   "), "");
    EXPECT_EQ(printable(""), "");
}

TEST(CheckId, TellsWhatIsWrong) {
    EXPECT_EQ(check_id("1"), std::nullopt);
    EXPECT_EQ(check_id("P12-C016"), std::nullopt);
    EXPECT_EQ(check_id("P12-C0161"), "expected an id of at most 8 characters, got 9: \"P12-C0161\"");
    EXPECT_EQ(check_id(""), "expected an id of 1 to 8 characters, got an empty text");
    EXPECT_EQ(check_id("\xC3\xBC"), "expected an id of printable ASCII characters, got \"\xC3\xBC\"");
}

} // namespace
} // namespace retrocan::victron
