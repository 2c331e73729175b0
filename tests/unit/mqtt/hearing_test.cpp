// SPDX-License-Identifier: Apache-2.0
#include "hearing.h"
#include "specs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using namespace std::string_literals;
using testing::IsEmpty;

/// Two points of one topic: one of its documents, one of the payload as it is.
const auto two = [] {
    return spec({point("v", {{"topic", text("a/b")}, {"json", text("/v")}}),
                 point("all", {{"topic", text("a/b")}, {"type", text("text")}}),
                 point("other", {{"topic", text("a/c")}})});
};

TEST(Hearing, TellsAllPointsOfATopic) {
    const auto heard = source(two())->hear("a/b", R"({"v":53.12})");
    EXPECT_EQ(by_slot(heard.readings), (Contents{{0, value(53.12)}, {1, value(R"({"v":53.12})")}}));
    EXPECT_EQ(heard.objection, "");
}

TEST(Hearing, IsSilentOnOtherTopics) {
    const auto own = source(two());
    for (const char* topic : {"", "a", "a/", "a/bb", "a/b/", "/a/b", "A/b"})
        EXPECT_THAT(own->hear(topic, "1").readings, IsEmpty()) << topic;
}

TEST(Hearing, WhatIsNotInTheDocumentGivesNoReading) {
    EXPECT_EQ(by_slot(source(two())->hear("a/b", R"({"w":1})").readings),
              (Contents{{1, value(R"({"w":1})")}}));
    EXPECT_EQ(by_slot(source(two())->hear("a/b", R"({"v":null})").readings),
              (Contents{{0, none}, {1, value(R"({"v":null})")}}));
}

TEST(Hearing, RejectsAPayloadWhole) {
    struct Case {
        std::string payload;
        const char* objection;
    };
    for (const Case& c : {
             Case{R"({"v":53.12)", "not valid JSON at byte 11: unexpected end of input; expected '}'"},
             Case{"", "not valid JSON: it is empty"},
             Case{"{\"v\":\"\xFF\"}", "no UTF-8 at byte 7"},
             Case{std::string(65'537, ' '), "65537 bytes; at most 65536 are taken"},
             Case{std::string(10'000'000, '['), "10000000 bytes; at most 65536 are taken"},
             Case{std::string(60'000, '['), "more than 32 arrays and objects in one another"},
         }) {
        const auto heard = source(two())->hear("a/b", c.payload);
        EXPECT_EQ(by_slot(heard.readings), (Contents{{0, garbled}, {1, garbled}}));
        EXPECT_EQ(heard.objection, c.objection);
    }
}

TEST(Hearing, TakesTheLongestPayload) {
    std::string payload = R"({"v":1})";
    payload.append(65'536 - payload.size(), ' ');
    EXPECT_EQ(by_slot(source(two())->hear("a/b", payload).readings).find(0)->second, value(std::int64_t{1}));
}

TEST(Hearing, OfATopicWithoutDocumentsOnlyLengthAndUtf8Count) {
    const auto own = source(two());
    EXPECT_EQ(by_slot(own->hear("a/c", "{").readings), (Contents{{2, none}}));
    EXPECT_EQ(own->hear("a/c", "{").objection, "");
    EXPECT_EQ(by_slot(own->hear("a/c", "").readings), (Contents{{2, none}}));
    EXPECT_EQ(by_slot(own->hear("a/c", "\xFF").readings), (Contents{{2, garbled}}));
    EXPECT_EQ(own->hear("a/c", "5\xC2").objection, "no UTF-8 at byte 2");
    EXPECT_EQ(by_slot(own->hear("a/c", std::string(70'000, '1')).readings), (Contents{{2, garbled}}));
}

TEST(Hearing, OfATextThatIsADocument) {
    const auto own = source(spec({
        point("power", {{"topic", text("t")}, {"json_in", text("/value")}, {"json", text("/Dc/0/Power")}}),
        point("whole", {{"topic", text("t")}, {"json_in", text("/value")}, {"type", text("length")}}),
        point("outer", {{"topic", text("t")}, {"json", text("/x")}}),
    }));
    EXPECT_EQ(by_slot(own->hear("t", R"({"value":"{\"Dc\":{\"0\":{\"Power\":321.6}}}","x":1})").readings),
              (Contents{{0, value(321.6)}, {1, value(std::int64_t{1})}, {2, value(std::int64_t{1})}}));
    EXPECT_EQ(by_slot(own->hear("t", R"({"x":1})").readings), (Contents{{2, value(std::int64_t{1})}}));
    EXPECT_EQ(by_slot(own->hear("t", R"({"value":null,"x":1})").readings),
              (Contents{{0, none}, {1, none}, {2, value(std::int64_t{1})}}));
    EXPECT_EQ(by_slot(own->hear("t", R"({"value":{"Dc":{"0":{"Power":1}}}})").readings),
              (Contents{{0, none}, {1, none}}));
    const auto broken = own->hear("t", R"({"value":"{\"Dc\":","x":1})");
    EXPECT_EQ(by_slot(broken.readings), (Contents{{0, garbled}, {1, garbled}, {2, garbled}}));
    EXPECT_EQ(broken.objection,
              "the text at /value: not valid JSON at byte 7: unexpected end of input; expected "
              "'[', '{', or a literal");
}

TEST(Hearing, OfAGuardedDocument) {
    const Keys keys{{"topic", text("d/sys")},
                    {"json", text("/System/1")},
                    {"guard", text("/Vers")},
                    {"guard_value", text("1")},
                    {"type", text("text")}};
    using Told = std::map<std::size_t, std::string>;
    EXPECT_EQ(heard(point("x", keys), "d/sys", R"({"System":[5712,"BOL-D"],"Vers":1})"),
              (Told{{0, "text BOL-D"}}));
    EXPECT_EQ(heard(point("x", keys), "d/sys", R"({"System":[5712,"BOL-D"],"Vers":"1"})"),
              (Told{{0, "text BOL-D"}}));
    for (const char* other :
         {R"({"System":[5712,"BOL-D"],"Vers":2})", R"({"System":[5712,"BOL-D"],"Vers":1.0})",
          R"({"System":[5712,"BOL-D"],"Vers":null})", R"({"System":[5712,"BOL-D"],"Vers":[1]})",
          R"({"System":[5712,"BOL-D"]})"})
        EXPECT_EQ(heard(point("x", keys), "d/sys", other), Told{}) << other;
}

TEST(FieldValue, IsThatOfExactlyThisKey) {
    // The shape is that of a B2500's answer.
    constexpr std::string_view payload = "p1=0,p2=0,w1=0,pe=99,vv=160,pe2=7,kn=4412";
    EXPECT_EQ(field_value(payload, "pe"), "99");
    EXPECT_EQ(field_value(payload, "kn"), "4412");
    EXPECT_EQ(field_value(payload, "p1"), "0");
    for (const char* none_of_it : {"p", "e", "kn4", "PE", "w2", "99", "e=99"})
        EXPECT_EQ(field_value(payload, none_of_it), std::nullopt) << none_of_it;
    EXPECT_EQ(field_value("pe-99,t1=3", "pe"), std::nullopt); // a typing error of a manual
    EXPECT_EQ(field_value("a=1;b=2&c=3 d=4\r\ne=5\tf=6", "b"), "2");
    EXPECT_EQ(field_value("a=1;b=2&c=3 d=4\r\ne=5\tf=6", "c"), "3");
    EXPECT_EQ(field_value("a=1;b=2&c=3 d=4\r\ne=5\tf=6", "e"), "5");
    EXPECT_EQ(field_value("a=1;b=2&c=3 d=4\r\ne=5\tf=6", "f"), "6");
    EXPECT_EQ(field_value("a=,b=2", "a"), "");
    EXPECT_EQ(field_value("a=b=c", "a"), "b=c");
    EXPECT_EQ(field_value("a=7\0"s, "a"), "7");
    EXPECT_EQ(field_value("", "a"), std::nullopt);
    EXPECT_EQ(field_value("=", "a"), std::nullopt);
}

TEST(Hearing, OfAnEarlierMessageIsForWhatIsToldOnce) {
    const auto own = source(
        spec({point("v", {{"topic", text("t")}, {"json", text("/v")}}),
              once(point("name", {{"topic", text("t")}, {"json", text("/n")}, {"type", text("text")}}))}));
    constexpr const char* payload = R"({"v":1,"n":"x"})";
    EXPECT_EQ(by_slot(own->hear("t", payload).readings),
              (Contents{{0, value(std::int64_t{1})}, {1, value("x")}}));
    EXPECT_EQ(by_slot(own->hear_again("t", payload).readings), (Contents{{1, value("x")}}));
    EXPECT_EQ(by_slot(own->hear_again("t", "{").readings), (Contents{{1, garbled}}));
}

} // namespace
} // namespace retrocan::mqtt
