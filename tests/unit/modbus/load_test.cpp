// SPDX-License-Identifier: Apache-2.0
#include "load.h"
#include "modbus_adapter.h"
#include "specs.h"

#include <chrono>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Batteries of 60 registers at one serial line, polled each second. At 9600 8N1 a byte takes 1.042 ms.
class Load : public testing::Test {
protected:
    void add(const char* name, std::int64_t unit, std::int64_t baud, const char* pause = "0 ms",
             std::size_t registers = 60) {
        auto s = spec({{"pause", text(pause)}},
                      {{"serial", text("/dev/serial/by-id/x")},
                       {"baud", number(baud)},
                       {"unit_id", number(unit)},
                       {"timeout", text("2 s")}},
                      {point("x", {{"at", number(100)}, {"type", text("u16")}}, registers)});
        s.battery = name;
        Faults faults;
        sources_.push_back(ModbusAdapter{}.source(s, faults));
        ASSERT_THAT(texts(faults), IsEmpty());
    }
    void check() {
        std::vector<const ModbusSource*> all;
        for (const auto& source : sources_)
            all.push_back(&dynamic_cast<const ModbusSource&>(*source));
        check_load(all, faults_, warnings_);
    }
    std::vector<std::unique_ptr<adapter::Source>> sources_;
    Faults faults_;
    Faults warnings_;
};

TEST_F(Load, WhatFitsIsNothingToSay) {
    for (std::int64_t unit = 1; unit <= 5; ++unit) // 153 ms each
        add("a", unit, 9600);
    check();
    EXPECT_THAT(texts(faults_), IsEmpty());
    EXPECT_THAT(texts(warnings_), IsEmpty());
}

TEST_F(Load, WhatCannotFitIsAFaultWithTheNumbers) {
    add("attic", 1, 1200, "0 ms", 110); // (8 + 5 + 220) bytes of 8.34 ms and 32 ms of silence
    check();
    EXPECT_THAT(
        texts(faults_),
        ElementsAre(
            "a.toml:5:1: /dev/serial/by-id/x is too slow: a poll of \"attic\" takes 1.97 s of each 1 s "
            "(1 read at 1200 8N1), even if answers came at once; poll less often, read at a higher "
            "baud rate, or read fewer points"));
}

TEST_F(Load, BatteriesThatShareALineShareItsTime) {
    for (std::int64_t unit = 1; unit <= 8; ++unit)
        add(unit == 1 ? "first" : "other", unit, 9600);
    check();
    ASSERT_EQ(faults_.size(), 1u);
    EXPECT_THAT(texts(faults_),
                ElementsAre(testing::AllOf(HasSubstr("a poll of \"first\" takes 0.14 s of each 1 s"),
                                           HasSubstr("a poll of \"other\" takes 0.14 s"))));
}

TEST_F(Load, WhatFitsOnlyIfDevicesAnswerAtOnceIsAWarning) {
    for (std::int64_t unit = 1; unit <= 7; ++unit) // 143 ms each, and 10 ms until it answers
        add("a", unit, 9600);
    check();
    EXPECT_THAT(texts(faults_), IsEmpty());
    EXPECT_THAT(texts(warnings_), ElementsAre(HasSubstr("if answers begin after 0.01 s")));
}

TEST_F(Load, PausesCount) {
    add("a", 1, 115200, "600 ms");
    add("b", 2, 115200, "0 ms"); // a neighbour keeps the pause of the other
    check();
    EXPECT_THAT(texts(faults_), ElementsAre(HasSubstr("a poll of \"b\" takes 0.61 s of each 1 s")));
}

} // namespace
} // namespace retrocan::modbus
