// SPDX-License-Identifier: Apache-2.0
// The schema knows what the program knows. That real mappings fit it is checked by another program:
// tests/schema.
#include "core/battery.h"
#include "core/unit.h"
#include "mapping/schema.h"
#include "mapping/schema_parts.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace retrocan::mapping {
namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

const Json& parsed() {
    static const Json json = Json::parse(schema());
    return json;
}

Names keys(const Json& object) {
    Names names;
    for (const auto& [key, value] : object.items())
        names.insert(key);
    return names;
}

/// The keys that any table of the schema may have.
void add_properties(const Json& json, Names& names) {
    if (json.is_object() && json.contains("properties"))
        names.merge(keys(json["properties"]));
    for (const auto& [key, value] : json.items())
        if (value.is_structured())
            add_properties(value, names);
}

/// What stands in backquotes in the first cells of the tables whose head begins with `head`, from one heading
/// of a page to another.
Names keys_of_page(const std::string& file, const std::string& head, const std::string& from,
                   const std::string& to) {
    std::ifstream stream{std::string{RETROCAN_SOURCE_DIR "/"} + file};
    Names names;
    bool inside = false;
    bool in_table = false;
    for (std::string line; std::getline(stream, line);) {
        if (line.starts_with(from))
            inside = true;
        else if (line.starts_with(to))
            inside = false;
        in_table = line.starts_with(head) || (in_table && line.starts_with("|"));
        if (!inside || !in_table)
            continue;
        const std::string cell = line.substr(1, line.find('|', 1) - 1);
        for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
            const std::size_t end = cell.find('`', at + 1);
            names.insert(cell.substr(at + 1, end - at - 1));
            at = end;
        }
    }
    return names;
}

TEST(Schema, HasEverySignalAndNoOther) {
    Names signal_names;
    for (const SignalInfo& signal : signals())
        signal_names.insert(std::string{signal.name});
    EXPECT_EQ(keys(parsed()["properties"]["signals"]["properties"]), signal_names);
    EXPECT_EQ(keys(parsed()["properties"]["test"]["items"]["properties"]["signals"]["properties"]),
              signal_names);
}

TEST(Schema, HasEveryAlarmKindAndNoOther) {
    Names kinds;
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        kinds.insert(std::string{to_text(static_cast<AlarmKind>(i))});
    for (const char* table : {"alarms", "warnings"}) {
        EXPECT_EQ(keys(parsed()["properties"][table]["properties"]), kinds);
        EXPECT_EQ(parsed()["properties"]["test"]["items"]["properties"][table]["items"]["enum"].get<Names>(),
                  kinds);
    }
}

TEST(Schema, HasTheUnitsOfTheProgram) {
    std::istringstream words{schema_parts::unit_words};
    std::size_t count = 0;
    for (std::string word; std::getline(words, word, '|'); ++count)
        EXPECT_TRUE(parse_unit(word)) << word;
    const auto unknown = parse_unit("parsec"); // the message lists all that are known
    ASSERT_FALSE(unknown);
    const std::string message = unknown.error().substr(unknown.error().rfind(':'));
    EXPECT_EQ(static_cast<std::size_t>(std::count(message.begin(), message.end(), ',')) + 1, count)
        << message;
}

TEST(Schema, HasEveryKeyOfTheReference) {
    Names known;
    add_properties(parsed(), known);
    const Names written =
        keys_of_page("mappings/README.md", "| Key |", "## Reference", "## How to contribute");
    EXPECT_GT(written.size(), 40U);
    for (const std::string& key : written)
        EXPECT_TRUE(known.contains(key)) << "mappings/README.md tells of the key `" << key << "`";
}

TEST(Schema, HasEveryKeyOfTheModbusAdapter) {
    Names known;
    add_properties(parsed(), known);
    const Names written = keys_of_page("adapters/README.md", "| key |", "## modbus", "How it behaves");
    EXPECT_GT(written.size(), 20U);
    for (const std::string& key : written)
        EXPECT_TRUE(known.contains(key)) << "adapters/README.md tells of the key `" << key << "`";
}

TEST(Schema, HasEveryKeyOfTheMqttAdapter) {
    Names known;
    add_properties(parsed(), known);
    // Those of a battery's connection are the configuration's, and in tables of another head.
    const Names written = keys_of_page("adapters/README.md", "| key |", "## mqtt", "How it behaves");
    EXPECT_GT(written.size(), 11U);
    for (const std::string& key : written)
        EXPECT_TRUE(known.contains(key)) << "adapters/README.md tells of the key `" << key << "`";
    for (const auto& parts : {schema_parts::mqtt_point(), schema_parts::mqtt_write()})
        for (const auto& [key, form] : parts.items())
            EXPECT_TRUE(written.contains(key))
                << "adapters/README.md does not tell of the key `" << key << "`";
}

TEST(Schema, SaysWhatEachKeyOfAPointIsFor) {
    for (const auto& [key, value] :
         parsed()["properties"]["points"]["additionalProperties"]["properties"].items())
        EXPECT_FALSE(value.value("description", "").empty()) << key;
}

} // namespace
} // namespace retrocan::mapping
