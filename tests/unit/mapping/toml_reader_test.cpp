// SPDX-License-Identifier: Apache-2.0
#include "core/quantity.h"
#include "mapping/toml_reader.h"

#include <gtest/gtest.h>

namespace retrocan::toml_file {
namespace {

using namespace std::chrono_literals;
using namespace retrocan::literals;

class Toml : public testing::Test {
protected:
    TableReader reader(std::string_view text) {
        document_ = parse(text, "a.toml", faults_);
        EXPECT_TRUE(document_);
        return TableReader{*document_, "", faults_};
    }
    std::string told() {
        std::string text;
        for (const Fault& fault : faults_)
            text += to_text(fault) + "\n";
        return text;
    }

    Faults faults_;
    std::optional<Node> document_;
};

TEST_F(Toml, ReadsEachType) {
    TableReader read =
        reader("name = 'shed'\nport = 502\non = true\nfloor = '48 V'\npoll = '1 s'\nlist = ['a', 'b']\n"
               "[can]\nlink = 'can0'\n[[battery]]\nn = 1\n[[battery]]\nn = 2\n");
    EXPECT_EQ(read.text("name"), "shed");
    EXPECT_EQ(read.integer("port", 1, 65535), 502);
    EXPECT_EQ(read.boolean("on"), true);
    EXPECT_EQ(read.quantity<Voltage>("floor"), 48_V);
    EXPECT_EQ(read.duration("poll", 100ms, 1h), 1s);
    EXPECT_EQ(read.texts("list"), (std::vector<std::string>{"a", "b"}));
    auto can = read.table("can");
    ASSERT_TRUE(can);
    EXPECT_EQ(can->text("link"), "can0");
    EXPECT_EQ(can->path_of("link"), "can.link");
    auto batteries = read.tables("battery");
    ASSERT_EQ(batteries.size(), 2U);
    EXPECT_EQ(batteries[1].integer("n"), 2);
    EXPECT_EQ(batteries[1].path(), "battery[2]");
    EXPECT_EQ(read.text("left_out"), std::nullopt);
    read.finish();
    EXPECT_EQ(told(), "");
}

TEST_F(Toml, TellsEachMistakeWithItsPlace) {
    TableReader read =
        reader("port = 70000\non = 'yes'\nfloor = 48\nceiling = '48 A'\npoll = '1 us'\nmode = 'slient'\n"
               "list = 'a'\ncan = 7\nwhen = 2026-01-01\ncomon = 1\n");
    read.integer("port", 1, 65535);
    read.boolean("on");
    read.quantity<Voltage>("floor");
    read.quantity<Voltage>("ceiling");
    read.duration("poll", 100ms, 1h);
    constexpr std::array<std::string_view, 2> modes{"silent", "alarm"};
    read.one_of("mode", modes);
    read.texts("list");
    read.table("can");
    read.text("when");
    read.text("common");
    read.text("needed", Need::required);
    read.finish();
    EXPECT_EQ(told(),
              "a.toml:1:8: port: expected a whole number from 1 to 65535; found the number 70000\n"
              "a.toml:2:6: on: expected true or false; found the text \"yes\"\n"
              "a.toml:3:9: floor: expected a voltage (V, mV), such as \"56.8 V\"; found the number 48\n"
              "a.toml:4:11: ceiling: expected a voltage (V, mV), such as \"56.8 V\"; found the text "
              "\"48 A\"\n"
              "a.toml:5:8: poll: expected a time from 0.1 s to 3600 s; found 0.000001 s\n"
              "a.toml:6:8: mode: expected one of silent, alarm; found the text \"slient\" (did you mean "
              "\"silent\"?)\n"
              "a.toml:7:8: list: expected a list of texts; found the text \"a\"\n"
              "a.toml:8:7: can: expected a table; found the number 7\n"
              "a.toml:9:8: when: expected a text; found a date or time\n"
              "a.toml: needed: missing, and needed\n"
              "a.toml:10:1: comon: unknown key (did you mean \"common\"?)\n");
}

TEST_F(Toml, HandsTablesToAdapters) {
    TableReader read = reader("[modbus]\nhost = 'a'\nunit = 3\nlist = [1, 2]\nbad = { x = 1 }\n");
    const adapter::Settings settings = read.settings("modbus");
    EXPECT_EQ(settings.path, "modbus");
    ASSERT_EQ(settings.keys.size(), 3U);
    EXPECT_EQ(settings.keys[1].key, "unit"); // in the order of the file
    EXPECT_EQ(to_text(settings.keys[1].place), "a.toml:3:8");
    EXPECT_EQ(told(),
              "a.toml:5:7: modbus.bad: expected a text, a number, true or false, or a list of texts or of "
              "whole numbers; found a table\n");
}

} // namespace
} // namespace retrocan::toml_file
