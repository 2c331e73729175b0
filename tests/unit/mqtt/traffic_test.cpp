// SPDX-License-Identifier: Apache-2.0
// What is recorded of a message or a failure makes the same readings again.
#include "specs.h"
#include "traffic.h"

#include <random>

#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using namespace std::string_literals;
using adapter::Absence;

TEST(Traffic, OfAMessageIsItsPayload) {
    EXPECT_EQ(message_line("a/b", "53.12", false), R"({"topic":"a/b","payload":"53.12","retain":false})");
    EXPECT_EQ(message_line("a/b", "", true), R"({"topic":"a/b","payload":"","retain":true})");
    EXPECT_EQ(message_line("a \"b\"", "{\"v\":\"\\n\"}\r\n\0\x1F"s, false),
              R"({"topic":"a \"b\"","payload":"{\"v\":\"\\n\"}\u000D\u000A\u0000\u001F","retain":false})");
    EXPECT_EQ(message_line("a", "20 \u00b0C", false),
              "{\"topic\":\"a\",\"payload\":\"20 \u00b0C\",\"retain\":false}");
}

TEST(Traffic, OfBytesIsHexadecimal) {
    EXPECT_EQ(message_line("a", "\xFF\xFE", false), R"({"topic":"a","payload_hex":"FFFE","retain":false})");
    EXPECT_EQ(message_line("a", "5\xC2", true), R"({"topic":"a","payload_hex":"35C2","retain":true})");
}

TEST(Traffic, OfAMessageThatIsTooLongIsAFailureOfItsTopic) {
    EXPECT_EQ(message_line("a", std::string(65'537, '1'), false), R"({"topic":"a","error":"garbled"})");
}

TEST(Traffic, OfAnEarlierMessageSaysSo) {
    EXPECT_EQ(again_line("a", "1", true), R"({"topic":"a","payload":"1","retain":true,"pace":"once"})");
}

TEST(Traffic, OfFailures) {
    EXPECT_EQ(failure_line(Absence::not_connected), R"({"error":"not_connected"})");
    EXPECT_EQ(unanswered_line(), R"({"error":"timeout","optional":true})");
}

/// Points of each kind, some in one topic.
adapter::SourceSpec some_points() {
    return spec({
        point("v", {{"topic", text("a/json")}, {"json", text("/v")}}),
        once(optional(point("n", {{"topic", text("a/json")}, {"json", text("/n")}, {"type", text("text")}}))),
        point("cell", {{"topic", text("a/cell_*")}}, 4),
        once(point("name", {{"topic", text("a/name")}, {"type", text("text")}})),
    });
}

void expect_same(const MqttSource& source, const std::string& line,
                 const std::vector<adapter::Reading>& readings, bool retained) {
    const auto answer = source.decode(line);
    ASSERT_TRUE(answer) << line << ": " << answer.error();
    EXPECT_EQ(by_slot(answer->readings), by_slot(readings)) << line;
    EXPECT_EQ(answer->retained, retained) << line;
}

TEST(Traffic, MakesTheSameReadingsAgain) {
    const auto own = source(some_points());
    const std::string payloads[] = {
        "53.12",        "",    R"({"v":1,"n":"x"})", R"({"v":1)", "\xFF", "nan\r\n\0"s,
        "(null)",       " 7 ", R"({"v":null})",      "# 5",       "{",    std::string(70'000, '1'),
        "a\"b\\c\x7F"s, "{}"};
    for (const std::string& topic : own->topics())
        for (const std::string& payload : payloads)
            for (const bool retained : {false, true}) {
                const bool too_long = payload.size() > 65'536;
                expect_same(*own, message_line(topic, payload, retained), own->hear(topic, payload).readings,
                            retained && !too_long);
                if (!too_long)
                    expect_same(*own, again_line(topic, payload, retained),
                                own->hear_again(topic, payload).readings, retained);
            }
    expect_same(*own, failure_line(Absence::not_connected), own->all(Absence::not_connected), false);
    expect_same(*own, unanswered_line(), own->optional_unanswered(), false);
}

TEST(Traffic, MakesTheSameReadingsAgainOfAnyBytes) {
    const auto own = source(some_points());
    std::mt19937 random{8};
    for (int i = 0; i < 2000; ++i) {
        std::string payload(random() % 40, '\0');
        for (char& c : payload)
            c = random() % 8 == 0 ? static_cast<char>(random()) : "{\"v\":1.5}[,n"[random() % 12];
        expect_same(*own, message_line("a/json", payload, false), own->hear("a/json", payload).readings,
                    false);
    }
}

} // namespace
} // namespace retrocan::mqtt
