// SPDX-License-Identifier: Apache-2.0
#include "adapter/loader.h"
#include "specs.h"

#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;

TEST(Plugin, IsFoundByItsName) {
    const auto loaded = adapter::Loader{{ADAPTER_FOLDER}}.load("mqtt");
    ASSERT_TRUE(loaded) << loaded.error();
    Faults faults;
    const auto source = (*loaded)->source(spec({point("x", {{"topic", text("a/b")}})}), faults);
    ASSERT_NE(source, nullptr);
    EXPECT_EQ(source->plan(), "a/b: 1 value each 5 s");
}

} // namespace
} // namespace retrocan::mqtt
