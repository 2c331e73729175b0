// SPDX-License-Identifier: Apache-2.0
#include "core/fault.h"

#include <array>

#include <gtest/gtest.h>

namespace retrocan {
namespace {

constexpr std::array<std::string_view, 4> words{"voltage", "current", "cell_voltage_max", "u16"};

TEST(Nearest, FindsTheWordThatWasMeant) {
    EXPECT_EQ(nearest("volatge", words), "voltage");
    EXPECT_EQ(nearest("cell_max_voltage", words), "");
    EXPECT_EQ(nearest("u61", words), "u16");
    EXPECT_EQ(nearest("cell_voltage_mac", words), "cell_voltage_max");
    EXPECT_EQ(nearest("password", words), "");
    EXPECT_EQ(did_you_mean("curent", words), " (did you mean \"current\"?)");
    EXPECT_EQ(did_you_mean("xyz", words), "");
}

TEST(Fault, IsPrintedSoThatEditorsCanJumpThere) {
    EXPECT_EQ(to_text(Fault{{"a.toml", 5, 11}, "points.x.at: missing"}), "a.toml:5:11: points.x.at: missing");
    EXPECT_EQ(to_text(Fault{{"a.toml", 0, 0}, "cannot be read"}), "a.toml: cannot be read");
}

TEST(LoadError, HasALineForEachFault) {
    const LoadError error{{{{"a.toml", 1, 2}, "x"}, {{"a.toml", 3, 4}, "y"}}};
    EXPECT_STREQ(error.what(), "a.toml:1:2: x\na.toml:3:4: y");
}

} // namespace
} // namespace retrocan
