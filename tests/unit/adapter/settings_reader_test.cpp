// SPDX-License-Identifier: Apache-2.0
#include "adapter/reading.h"
#include "adapter/spec.h"

#include <array>
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::adapter {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::array<std::string_view, 2> tables{"holding", "input"};

const Settings settings{"battery.modbus",
                        {"a.toml", 7, 1},
                        {
                            {"host", std::string{"bms.local"}, {"a.toml", 8, 8}},
                            {"port", std::int64_t{70000}, {"a.toml", 9, 8}},
                            {"unit", std::int64_t{3}, {"a.toml", 10, 8}},
                            {"pause", std::string{"100 ms"}, {"a.toml", 11, 9}},
                            {"timeout", std::string{"1 h"}, {"a.toml", 12, 11}},
                            {"table", std::string{"imput"}, {"a.toml", 13, 9}},
                            {"keep", true, {"a.toml", 14, 8}},
                        }};

std::vector<std::string> texts(const Faults& faults) {
    std::vector<std::string> result;
    for (const Fault& fault : faults)
        result.push_back(to_text(fault));
    return result;
}

TEST(SettingsReader, ReadsEachKind) {
    Faults faults;
    SettingsReader read{settings, faults};
    EXPECT_EQ(read.text("host"), "bms.local");
    EXPECT_EQ(read.integer("unit", 0, 255), 3);
    EXPECT_EQ(read.duration("pause", 0ms, 10s), 100ms);
    EXPECT_EQ(read.boolean("keep"), true);
    EXPECT_EQ(read.integer("absent", 0, 9), std::nullopt);
    EXPECT_TRUE(faults.empty());
}

TEST(SettingsReader, SaysWhatWasExpectedAndFound) {
    Faults faults;
    SettingsReader read{settings, faults};
    EXPECT_EQ(read.integer("port", 1, 65535), std::nullopt);
    EXPECT_EQ(read.integer("host", 1, 2), std::nullopt);
    EXPECT_EQ(read.text("unit"), std::nullopt);
    EXPECT_EQ(read.boolean("unit"), std::nullopt);
    EXPECT_EQ(read.duration("timeout", 50ms, 10s), std::nullopt);
    EXPECT_EQ(read.duration("unit", 50ms, 10s), std::nullopt);
    EXPECT_EQ(read.one_of("table", tables), std::nullopt);
    read.fault("missing", "must be there");
    EXPECT_THAT(
        texts(faults),
        ElementsAre("a.toml:9:8: battery.modbus.port: expected a whole number from 1 to 65535; got 70000",
                    "a.toml:8:8: battery.modbus.host: expected a whole number from 1 to 2; got \"bms.local\"",
                    "a.toml:10:8: battery.modbus.unit: expected a text in quotes; got 3",
                    "a.toml:10:8: battery.modbus.unit: expected true or false; got 3",
                    "a.toml:12:11: battery.modbus.timeout: expected a time from 0.05 s to 10 s; got \"1 h\"",
                    "a.toml:10:8: battery.modbus.unit: expected a time from 0.05 s to 10 s, in quotes with "
                    "its unit; got 3",
                    "a.toml:13:9: battery.modbus.table: expected one of holding, input; got \"imput\" (did "
                    "you mean \"input\"?)",
                    "a.toml:7:1: battery.modbus.missing: must be there"));
}

TEST(SettingsReader, ReadsListsOfNumbers) {
    const Settings lists{"modbus",
                         {},
                         {{"found", std::vector<std::int64_t>{802, 40308}, {"a.toml", 3, 8}},
                          {"words", std::vector<std::string>{"a"}, {"a.toml", 4, 8}}}};
    Faults faults;
    SettingsReader read{lists, faults};
    EXPECT_THAT(read.integers("found", 0, 65535).value(), ElementsAre(802, 40308));
    EXPECT_EQ(read.integers("absent", 0, 9), std::nullopt);
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(read.integers("found", 0, 999), std::nullopt);
    EXPECT_EQ(read.integers("words", 0, 9), std::nullopt);
    EXPECT_THAT(
        texts(faults),
        ElementsAre("a.toml:3:8: modbus.found: expected a list of whole numbers from 0 to 999; got 40308",
                    "a.toml:4:8: modbus.words: expected a list of whole numbers from 0 to 9; got a list"));
}

TEST(SettingsReader, ReadsATextOrAListOfTexts) {
    const Settings table{"points.x",
                         {},
                         {{"topic", std::string{"a"}, {"a.toml", 3, 8}},
                          {"topics", std::vector<std::string>{"a", "b"}, {"a.toml", 4, 8}},
                          {"none", std::vector<std::string>{}, {"a.toml", 5, 8}},
                          {"numbers", std::vector<std::int64_t>{1}, {"a.toml", 6, 8}}}};
    Faults faults;
    SettingsReader read{table, faults};
    EXPECT_THAT(read.texts("topic").value(), ElementsAre("a"));
    EXPECT_THAT(read.texts("topics").value(), ElementsAre("a", "b"));
    EXPECT_EQ(read.texts("absent"), std::nullopt);
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(read.texts("none"), std::nullopt);
    EXPECT_EQ(read.texts("numbers"), std::nullopt);
    EXPECT_THAT(
        texts(faults),
        ElementsAre("a.toml:5:8: points.x.none: expected a text in quotes, or a list of texts; got an "
                    "empty list",
                    "a.toml:6:8: points.x.numbers: expected a text in quotes, or a list of texts; got a "
                    "list"));
}

TEST(SettingsReader, ATableMayHaveNoKeys) {
    const Settings table{"mqtt", {}, {{"topic", std::string{"a"}, {"a.toml", 3, 8}}}};
    Faults faults;
    SettingsReader{table, faults}.finish();
    EXPECT_THAT(texts(faults), ElementsAre("a.toml:3:8: mqtt.topic: unknown key; this table has none"));
}

TEST(SettingsReader, ObjectsToWhatItWasNotAskedFor) {
    Faults faults;
    SettingsReader read{settings, faults};
    for (const std::string_view key : {"hosts", "port", "unit", "pause", "timeout", "table"})
        read.text(key);
    faults.clear();
    read.finish();
    EXPECT_THAT(texts(faults),
                ElementsAre("a.toml:8:8: battery.modbus.host: unknown key (did you mean \"hosts\"?)",
                            "a.toml:14:8: battery.modbus.keep: unknown key; known keys: hosts, port, unit, "
                            "pause, timeout, table"));
}

TEST(Absence, HasAWordForEachReason) {
    for (const Absence reason :
         {Absence::not_connected, Absence::timeout, Absence::refused, Absence::garbled, Absence::not_a_value})
        EXPECT_EQ(absence(to_text(reason)), reason);
    EXPECT_EQ(absence("weather"), std::nullopt);
}

} // namespace
} // namespace retrocan::adapter
