// SPDX-License-Identifier: Apache-2.0
#include "document.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace std::string_literals;

std::string objection(std::string_view text) {
    const auto document = parse_document(text);
    return document ? "none" : document.error();
}

TEST(Document, HasEachKindOfNode) {
    const auto document =
        parse_document(R"({"a":null,"b":true,"c":-1.50,"d":"x\u00e9\n","e":[1,[2],{}],"f":{"g":{}}})");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->kind, Node::Kind::object);
    EXPECT_EQ(document->names.size(), 6U);
    EXPECT_EQ(document->member("a")->kind, Node::Kind::null);
    EXPECT_EQ(document->member("b")->text, "true");
    EXPECT_EQ(document->member("c")->text, "-1.50");
    EXPECT_EQ(document->member("d")->text, "x\u00e9\n");
    const Node& list = *document->member("e");
    ASSERT_EQ(list.elements.size(), 3U);
    EXPECT_EQ(list.element(0)->text, "1");
    EXPECT_EQ(list.element(1)->element(0)->text, "2");
    EXPECT_EQ(list.element(2)->kind, Node::Kind::object);
    EXPECT_EQ(list.element(3), nullptr);
    EXPECT_EQ(document->member("f")->member("g")->kind, Node::Kind::object);
    EXPECT_EQ(document->member("z"), nullptr);
    EXPECT_EQ(list.member("e"), nullptr);
}

TEST(Document, MayBeASingleValue) {
    EXPECT_EQ(parse_document("53.12")->text, "53.12");
    EXPECT_EQ(parse_document("null")->kind, Node::Kind::null);
}

TEST(Document, BlanksAndNulAtItsEndsDoNotCount) {
    EXPECT_TRUE(parse_document("\r\n {\"a\":1}\r\n\0\0"s));
    EXPECT_TRUE(parse_document("\xEF\xBB\xBF{\"a\":1}")); // the mark that some editors write
}

TEST(Document, OfMembersWithOneNameTheLastCounts) {
    EXPECT_EQ(parse_document(R"({"v":1,"v":2})")->member("v")->text, "2");
}

TEST(Document, CutOffIsNone) {
    const std::string whole = R"({"dc":{"voltage":[53.12,"a\u00e9"]},"ok":true})";
    ASSERT_TRUE(parse_document(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(parse_document(whole.substr(0, size))) << whole.substr(0, size);
}

TEST(Document, SaysWhereItIsBroken) {
    EXPECT_EQ(objection(R"({"v":53.12,"i":NaN})"), "not valid JSON at byte 16: invalid literal");
    EXPECT_EQ(objection("{\"a\":1}x"), "not valid JSON at byte 8: invalid literal");
    EXPECT_EQ(objection("{'a':1}"), "not valid JSON at byte 2: invalid literal");
    EXPECT_EQ(objection(R"({"a":1,})"), "not valid JSON at byte 8: unexpected '}'; expected string literal");
    EXPECT_EQ(objection(R"({"a":)"),
              "not valid JSON at byte 6: unexpected end of input; expected '[', '{', or "
              "a literal");
    EXPECT_EQ(objection(""), "not valid JSON: it is empty");
    EXPECT_EQ(objection(" \r\n"), "not valid JSON: it is empty");
    EXPECT_EQ(objection("{\"a\":1}\0{}"s), "not valid JSON at byte 8: a NUL");
    EXPECT_EQ(objection("{\"a\0b\":1}"s), "not valid JSON at byte 4: a NUL");
    EXPECT_EQ(objection(R"({"a":1e999})"), "not valid JSON at byte 10: a number that is too large");
    EXPECT_EQ(objection("offline"), "not valid JSON at byte 1: invalid literal");
}

TEST(Document, SaysNothingThatTheLogCannotShow) {
    for (const char* text : {"{\"a\x01\":1}", "[\"\xFF\xFE\"]", "\x1B[31m", "{\"\n\":1}"}) {
        const std::string why = objection(text);
        EXPECT_TRUE(why.starts_with("not valid JSON at byte ")) << why;
        for (const char c : why)
            EXPECT_TRUE(c >= ' ' && c <= '~') << why;
    }
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
}

TEST(Document, IsNotTooDeep) {
    EXPECT_TRUE(parse_document(nested(32)));
    EXPECT_EQ(objection(nested(33)), "more than 32 arrays and objects in one another");
    EXPECT_EQ(objection(nested(100'000)), "more than 32 arrays and objects in one another");
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    EXPECT_EQ(objection(objects), "more than 32 arrays and objects in one another");
}

TEST(Document, AfterADeepPartThereMayBeMore) {
    EXPECT_TRUE(parse_document("[" + nested(31) + "," + nested(31) + "]"));
}

TEST(Utf8, IsCheckedByteByByte) {
    for (const char* good : {"", "a", "\xC2\xB0", "\xE2\x82\xAC", "\xF0\x9F\x94\x8B", "\xED\x9F\xBF",
                             "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF", "a\xC3\xA9z"})
        EXPECT_EQ(valid_utf8(good), std::string_view{good}.size()) << good;
    struct Bad {
        std::string_view text;
        std::size_t at;
    };
    for (const Bad& bad :
         {Bad{"\xFF\xFE", 0}, Bad{"ab\x80", 2}, Bad{"\xC0\xAF", 0}, Bad{"\xC1\xBF", 0}, // overlong
          Bad{"\xE0\x9F\xBF", 0}, Bad{"\xF0\x8F\xBF\xBF", 0}, Bad{"\xED\xA0\x80", 0},   // surrogate
          Bad{"\xF4\x90\x80\x80", 0}, Bad{"\xF5\x80\x80\x80", 0}, Bad{"a\xE2\x82", 1},  // cut off
          Bad{"\xC2", 0}, Bad{"\xC2\xC2", 0}, Bad{"\xF0\x9F\x94", 0}})
        EXPECT_EQ(valid_utf8(bad.text), bad.at) << bad.text;
}

} // namespace
} // namespace retrocan::mqtt
