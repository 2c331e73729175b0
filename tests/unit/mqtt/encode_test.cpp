// SPDX-License-Identifier: Apache-2.0
// encode() is the reverse of decode(). What decode() makes of payloads is tested by itself.
#include "encode.h"
#include "specs.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using adapter::RawValue;
using adapter::Reading;
using testing::ElementsAre;
using testing::IsEmpty;

Reading whole(std::size_t slot, std::int64_t number) {
    return {slot, RawValue{number}};
}

TEST(Encode, ATopicForEachValue) {
    const auto own = source(spec({point("cell", {{"topic", text("jk/cell_*")}}, 3),
                                  point("on", {{"topic", text("jk/on")}, {"type", text("boolean")}}),
                                  point("name", {{"topic", text("jk/name")}, {"type", text("text")}})}));
    EXPECT_THAT(own->encode(std::vector<Reading>{{0, RawValue{3.288}},
                                                 whole(1, -40),
                                                 {2, adapter::Absence::timeout},
                                                 whole(3, 1),
                                                 {4, RawValue{std::string{"A \"b\""}}}}),
                ElementsAre(R"({"topic":"jk/cell_1","payload":"3.288","retain":false})",
                            R"({"topic":"jk/cell_2","payload":"-40","retain":false})",
                            R"({"topic":"jk/name","payload":"A \"b\"","retain":false})",
                            R"({"topic":"jk/on","payload":"true","retain":false})"));
}

TEST(Encode, ADocumentForEachTopic) {
    const auto own = source(spec({
        point("v", {{"topic", text("bms")}, {"json", text("/Dc/Voltage")}}),
        point("soc", {{"topic", text("bms")}, {"json", text("/Soc")}}),
        point("cell", {{"topic", text("bms")}, {"json", text("/Voltages/Cell*")}}, 2),
        point("fet", {{"topic", text("bms")}, {"json", text("/a~1b")}, {"type", text("boolean")}}),
        point("temp", {{"topic", text("bms")}, {"json", text("/temps/*")}}, 3),
    }));
    EXPECT_THAT(
        own->encode(std::vector<Reading>{{0, RawValue{52.7}},
                                         whole(1, 63),
                                         {2, RawValue{3.201}},
                                         {3, RawValue{3.202}},
                                         whole(4, 0),
                                         whole(5, 21),
                                         whole(7, 23)}),
        ElementsAre(
            "{\"topic\":\"bms\",\"payload\":\"{\\\"Dc\\\":{\\\"Voltage\\\":52.7},\\\"Soc\\\":63,"
            "\\\"Voltages\\\":{\\\"Cell1\\\":3.201,"
            "\\\"Cell2\\\":3.202},\\\"a/b\\\":false,\\\"temps\\\":[21,null,23]}\",\"retain\":false}"));
}

/// The payload of the one message that has these values.
std::string payload_of(const adapter::SourceSpec& spec, const std::vector<Reading>& readings) {
    const auto lines = source(spec)->encode(readings);
    if (lines.size() != 1)
        return std::to_string(lines.size()) + " lines";
    const std::string_view line = lines.front();
    const std::size_t begin = line.find(R"("payload":")") + 11;
    std::string result;
    for (const char c : line.substr(begin, line.rfind(R"(","retain)") - begin))
        if (c != '\\')
            result += c;
    return result;
}

TEST(Encode, ObjectsInAnArray) {
    EXPECT_EQ(payload_of(spec({point("cell", {{"topic", text("t")}, {"json", text("/cells/*/voltage")}}, 2)}),
                         {{0, RawValue{3.3}}, {1, RawValue{3.31}}}),
              R"({"cells":[{"voltage":3.3},{"voltage":3.31}]})");
    EXPECT_EQ(payload_of(spec({point("cell",
                                     {{"topic", text("t")},
                                      {"json", text("/nodes/*/V")},
                                      {"numbered_by", text("ID")},
                                      {"first", number(5)}},
                                     2)}),
                         {{0, RawValue{3.3}}, {1, RawValue{3.31}}}),
              R"({"nodes":[{"ID":5,"V":3.3},{"ID":6,"V":3.31}]})");
}

TEST(Encode, WhatADocumentMustHave) {
    EXPECT_EQ(payload_of(spec({point("x", {{"topic", text("t")},
                                           {"json", text("/System/1")},
                                           {"guard", text("/Vers")},
                                           {"guard_value", text("1")}})}),
                         {whole(0, 7)}),
              R"({"Vers":"1","System":[null,7]})");
    const auto two_versions = source(spec({
        point("x", {{"topic", text("t")},
                    {"json", text("/x")},
                    {"guard", text("/Vers")},
                    {"guard_value", text("1")}}),
        point("y", {{"topic", text("t")},
                    {"json", text("/y")},
                    {"guard", text("/Vers")},
                    {"guard_value", text("2")}}),
    }));
    EXPECT_EQ(two_versions->encode(std::vector<Reading>{whole(0, 1), whole(1, 2)}).size(), 2U);
}

TEST(Encode, ADocumentInAText) {
    const auto own = source(
        spec({point("p", {{"topic", text("t")}, {"json_in", text("/value")}, {"json", text("/Dc/Power")}})}));
    EXPECT_THAT(own->encode(std::vector<Reading>{{0, RawValue{321.5}}}),
                ElementsAre("{\"topic\":\"t\",\"payload\":\"{\\\"value\\\":\\\"{\\\\\\\"Dc\\\\\\\":{"
                            "\\\\\\\"Power\\\\\\\":321.5}}\\\"}\",\"retain\":false}"));
}

TEST(Encode, FieldsMasksAndTimes) {
    EXPECT_EQ(payload_of(spec({point("a", {{"topic", text("t")}, {"field", text("pe")}}),
                               point("b", {{"topic", text("t")}, {"field", text("kn")}})}),
                         {whole(0, 99), whole(1, 4412)}),
              "pe=99,kn=4412");
    EXPECT_EQ(payload_of(spec({point("a", {{"topic", text("t")}, {"type", text("hexadecimal")}})}),
                         {whole(0, 0x1AFF)}),
              "0x1aff");
    EXPECT_EQ(payload_of(spec({point("a", {{"topic", text("t")}, {"type", text("binary")}})}), {whole(0, 5)}),
              "101");
    EXPECT_EQ(payload_of(spec({point("a", {{"topic", text("t")}, {"type", text("time")}})}),
                         {whole(0, 1'712'345'678'120)}),
              "1712345678.120");
    EXPECT_EQ(
        payload_of(spec({point("a", {{"topic", text("t")}, {"json", text("/a")}, {"type", text("length")}})}),
                   {whole(0, 2)}),
        R"({"a":[null,null]})");
}

TEST(Encode, WhatATypeCannotHoldIsLeftOut) {
    const auto lines = [](const char* type, RawValue value) {
        return source(spec({point("x", {{"topic", text("t")}, {"json", text("/v")}, {"type", text(type)}})}))
            ->encode(std::vector<Reading>{{0, std::move(value)}});
    };
    EXPECT_THAT(lines("number", RawValue{std::string{"a"}}), IsEmpty());
    EXPECT_THAT(lines("boolean", RawValue{1.5}), IsEmpty());
}

/// Each type, in each place, survives the way there and back.
TEST(Encode, IsWhatDecodeReadsBack) {
    std::mt19937_64 random{5};
    for (const std::string_view type : type_words)
        for (const Keys& place :
             {Keys{{"topic", text("t/*")}}, Keys{{"topic", text("t")}, {"json", text("/a/*")}},
              Keys{{"topic", text("t/*")}, {"json", text("/a~1b/x ")}},
              Keys{{"topic", text("t")}, {"json", text("/n/*/v")}, {"numbered_by", text("ID")}},
              Keys{{"topic", text("t")}, {"json_in", text("/value")}, {"json", text("/c*")}},
              Keys{{"topic", text("t/*")}, {"field", text("pe")}}}) {
            if (type == "length" && place.back().first != "json")
                continue;
            Keys keys = place;
            keys.emplace_back("type", std::string{type});
            const auto own = source(spec({point("x", keys, 6)}));
            for (int i = 0; i < 50; ++i) {
                std::vector<Reading> readings;
                for (std::size_t slot = 0; slot < 6; ++slot) {
                    RawValue raw{static_cast<std::int64_t>(random())};
                    if (type == "text")
                        raw = std::string{"w"} + std::to_string(random() % 1000);
                    else if (type == "boolean")
                        raw = static_cast<std::int64_t>(random() % 2);
                    else if (type == "length")
                        raw = static_cast<std::int64_t>(random() % 20);
                    else if (type == "time")
                        raw = static_cast<std::int64_t>(random() % 4'000'000'000'000);
                    else if (type == "number" && random() % 2 == 0)
                        raw = static_cast<double>(static_cast<std::int64_t>(random() % 1'000'000)) / 1000 +
                              0.0005;
                    readings.push_back({slot, raw});
                }
                std::vector<Reading> back;
                for (const std::string& line : own->encode(readings)) {
                    const auto answer = own->decode(line);
                    ASSERT_TRUE(answer) << line << ": " << answer.error();
                    back.insert(back.end(), answer->readings.begin(), answer->readings.end());
                }
                ASSERT_EQ(by_slot(back), by_slot(readings)) << type << " " << own->where(0);
            }
        }
}

TEST(Encode, NothingOfNothing) {
    EXPECT_THAT(source(spec({point("x", {{"topic", text("t")}})}))->encode({}), IsEmpty());
}

} // namespace
} // namespace retrocan::mqtt
