// SPDX-License-Identifier: Apache-2.0
#include "capture.h"
#include "specs.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using namespace std::chrono_literals;
using adapter::Absence;
using testing::HasSubstr;
using testing::IsEmpty;

class Decode : public testing::Test {
protected:
    adapter::Answer decode(std::string_view line) {
        auto answer = source_->decode(line);
        EXPECT_TRUE(answer) << line << ": " << answer.error();
        return answer ? *answer : adapter::Answer{};
    }
    Contents read(std::string_view line) { return by_slot(decode(line).readings); }
    std::string error(std::string_view line) {
        const auto answer = source_->decode(line);
        return answer ? "none" : answer.error();
    }

    std::unique_ptr<MqttSource> source_ = source(spec({
        point("soc", {{"topic", text("jk/soc")}}),
        once(point("name", {{"topic", text("jk/name")}, {"type", text("text")}})),
        point("blank", {{"topic", text("/devices/my bms/controls/Charge current")}}),
        once(optional(point("serial", {{"topic", text("jk/serial")}, {"type", text("text")}}))),
    }));
};

TEST_F(Decode, AMessage) {
    const auto answer =
        decode(R"({"t":1.002,"battery":"shed","topic":"jk/soc","payload":"81","retain":false})");
    EXPECT_EQ(answer.at.time_since_epoch(), 1002ms);
    EXPECT_EQ(by_slot(answer.readings), (Contents{{0, value(std::int64_t{81})}}));
    EXPECT_FALSE(answer.retained);
}

TEST_F(Decode, KeysThatMayBeLeftOut) {
    const auto answer = decode(R"({"payload":"81","topic":"jk/soc"})");
    EXPECT_EQ(answer.at, TimePoint{});
    EXPECT_EQ(by_slot(answer.readings), (Contents{{0, value(std::int64_t{81})}}));
    EXPECT_FALSE(answer.retained);
}

TEST_F(Decode, RetainedAsTheBrokerOrMosquittoSubSaysIt) {
    EXPECT_TRUE(decode(R"({"topic":"jk/name","payload":"a","retain":true})").retained);
    EXPECT_TRUE(decode(R"({"tst":"2025-03-01T10:15:30","topic":"jk/name","qos":0,"retain":1,"payload":"a"})")
                    .retained);
    EXPECT_FALSE(decode(R"({"topic":"jk/name","payload":"a","retain":0})").retained);
}

TEST_F(Decode, BytesInHexadecimal) {
    EXPECT_EQ(read(R"({"topic":"jk/soc","payload_hex":"38310d0A"})"),
              (Contents{{0, value(std::int64_t{81})}}));
    EXPECT_EQ(read(R"({"topic":"jk/soc","payload_hex":"fffe"})"), (Contents{{0, garbled}}));
    EXPECT_EQ(read(R"({"topic":"jk/soc","payload_hex":""})"), (Contents{{0, none}}));
}

TEST_F(Decode, TopicAndPayloadAsMosquittoSubPrintsThem) {
    EXPECT_EQ(read("jk/soc 81"), (Contents{{0, value(std::int64_t{81})}}));
    EXPECT_EQ(read("  jk/soc 81\r\n"), (Contents{{0, value(std::int64_t{81})}}));
    EXPECT_EQ(read("jk/soc nan"), (Contents{{0, none}}));
    EXPECT_EQ(read("jk/name My battery 1"), (Contents{{1, value("My battery 1")}}));
    EXPECT_EQ(read("jk/name {\"a\": 1}"), (Contents{{1, value("{\"a\": 1}")}}));
    EXPECT_FALSE(decode("jk/name x").retained);
    EXPECT_THAT(read("jk/other 81"), IsEmpty());
}

TEST_F(Decode, AnEmptyPayload) {
    EXPECT_EQ(read("jk/name (null)"), (Contents{{1, value("")}}));
    EXPECT_EQ(read("jk/name "), (Contents{{1, value("")}}));
    EXPECT_EQ(read("jk/name"), (Contents{{1, value("")}}));
}

TEST_F(Decode, ATopicMayHaveBlanks) {
    EXPECT_EQ(read("/devices/my bms/controls/Charge current 12.5"), (Contents{{2, value(12.5)}}));
    EXPECT_EQ(read("/devices/my bms/controls/Charge current"), (Contents{{2, none}}));
    EXPECT_THAT(read("/devices/my bms/controls/Voltage 53"), IsEmpty());
}

TEST_F(Decode, Failures) {
    const Content lost{Absence::not_connected};
    EXPECT_EQ(read(R"({"error":"not_connected"})"), (Contents{{0, lost}, {1, lost}, {2, lost}, {3, lost}}));
    EXPECT_EQ(read(R"({"topic":"jk/soc","error":"garbled"})"), (Contents{{0, garbled}}));
    EXPECT_THAT(read(R"({"topic":"jk/other","error":"garbled"})"), IsEmpty());
    EXPECT_EQ(read(R"({"error":"timeout","optional":true})"), (Contents{{3, Content{Absence::timeout}}}));
}

TEST_F(Decode, AnEarlierMessageIsForWhatIsToldOnce) {
    EXPECT_EQ(read(R"({"topic":"jk/name","payload":"a","pace":"once"})"), (Contents{{1, value("a")}}));
    EXPECT_THAT(read(R"({"topic":"jk/soc","payload":"81","pace":"once"})"), IsEmpty());
}

TEST_F(Decode, LinesThatSayNothing) {
    for (const char* line : {"", "  ", "\r\n", "# a comment", "  # jk/soc 81", "{}", R"({"t":5})",
                             R"({"t":5,"battery":"shed","link":"connected"})",
                             R"({"battery":"other","topic":"jk/soc","payload":"81"})"})
        EXPECT_THAT(read(line), IsEmpty()) << line;
}

TEST_F(Decode, SaysWhatIsWrong) {
    EXPECT_EQ(error("81"),
              "expected a topic, a blank and its payload, as in jk-bms/sensor/soc/state 81, or a JSON "
              "object, as in {\"topic\":\"jk-bms/sensor/soc/state\",\"payload\":\"81\"}");
    EXPECT_THAT(error("jk/# 81"), HasSubstr("expected a topic without the wildcards + and #; got \"jk/#\""));
    EXPECT_THAT(error("{\"topic\":"),
                HasSubstr("not a JSON object, as in {\"topic\":\"a/b\",\"payload\":\"53.12\"}"));
    EXPECT_EQ(error(R"({"topic":"jk/soc"})"), "payload: missing");
    EXPECT_EQ(error(R"({"payload":"81"})"), "topic: missing");
    EXPECT_EQ(error(R"({"topic":5,"payload":"81"})"), "topic: expected a text");
    EXPECT_EQ(error(R"({"topic":"","payload":"81"})"), "topic: expected a topic; got an empty text");
    EXPECT_EQ(error(R"({"topic":"a","payload":81})"), "payload: expected a text");
    EXPECT_EQ(error(R"({"topic":"a","payload":"8","payload_hex":"38"})"),
              "a message has payload or payload_hex, not both");
    EXPECT_EQ(error(R"({"topic":"a","payload_hex":"3"})"),
              "payload_hex: expected pairs of hexadecimal digits");
    EXPECT_EQ(error(R"({"topic":"a","payload_hex":"3G"})"),
              "payload_hex: expected pairs of hexadecimal digits");
    EXPECT_EQ(error(R"({"topic":"a","payload":"8","retain":"yes"})"), "retain: expected true or false");
    EXPECT_EQ(error(R"({"topic":"a","payload":"8","retain":2})"), "retain: expected true or false");
    EXPECT_EQ(error(R"({"topic":"a","payload":"8","pace":"live"})"), "pace: expected once");
    EXPECT_EQ(error(R"({"topic":"a","payload":"8","t":"now"})"), "t: expected seconds");
    EXPECT_EQ(error(R"({"topic":"a","payload":"8","t":1e13})"), "t: expected seconds");
    EXPECT_EQ(error(R"({"topic":"a","payload":"8","battery":1})"), "battery: expected a text");
    EXPECT_EQ(error(R"({"error":"weather"})"),
              "error: expected one of not_connected, timeout, refused, garbled, not_a_value");
    EXPECT_EQ(error(R"({"error":5})"), "error: expected a text");
    EXPECT_EQ(error(std::string(2'000'000, 'x')), "longer than a megabyte");
    EXPECT_THAT(error("{" + std::string(900'000, '[')), HasSubstr("not a JSON object"));
}

} // namespace
} // namespace retrocan::mqtt
