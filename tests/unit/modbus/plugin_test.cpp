// SPDX-License-Identifier: Apache-2.0
#include "adapter/loader.h"
#include "specs.h"

#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;

TEST(Plugin, IsFoundByItsName) {
    const auto loaded = adapter::Loader{{ADAPTER_FOLDER}}.load("modbus");
    ASSERT_TRUE(loaded) << loaded.error();
    Faults faults;
    const auto source = (*loaded)->source(
        spec({}, {{"host", text("a")}}, {point("x", {{"at", number(4)}, {"type", text("u16")}})}), faults);
    ASSERT_NE(source, nullptr);
    EXPECT_EQ(without_times(source->plan()), "unit 1: holding 4, each poll");
}

} // namespace
} // namespace retrocan::modbus
