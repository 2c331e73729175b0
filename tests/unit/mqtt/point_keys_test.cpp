// SPDX-License-Identifier: Apache-2.0
#include "point_keys.h"
#include "pointer.h"
#include "specs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// --- pointers ---

std::vector<std::string> steps(std::string_view pointer) {
    const auto result = pointer_steps(pointer);
    return result ? *result : std::vector<std::string>{"error: " + result.error()};
}

TEST(Pointer, ItsStepsAreThoseOfRfc6901) {
    EXPECT_THAT(steps(""), IsEmpty());
    EXPECT_THAT(steps("/"), ElementsAre(""));
    EXPECT_THAT(steps("/foo/0"), ElementsAre("foo", "0"));
    EXPECT_THAT(steps("/a~1b"), ElementsAre("a/b"));
    EXPECT_THAT(steps("/m~0n"), ElementsAre("m~n"));
    EXPECT_THAT(steps("/~01"), ElementsAre("~1"));
    EXPECT_THAT(steps("/ "), ElementsAre(" "));
    EXPECT_THAT(steps("/a//b/"), ElementsAre("a", "", "b", ""));
}

TEST(Pointer, SaysWhatIsWrong) {
    EXPECT_THAT(steps("dc/voltage"), ElementsAre("error: expected a JSON pointer, which begins with /, as in "
                                                 "\"/dc/voltage\"; got \"dc/voltage\""));
    EXPECT_THAT(steps("/CellTemp1~4"),
                ElementsAre("error: in a JSON pointer ~ is written ~0, and / in a name ~1; got "
                            "\"/CellTemp1~4\""));
    EXPECT_THAT(steps("/a~"), ElementsAre(HasSubstr("~ is written ~0")));
}

// --- elements ---

/// Topic and pointer of each element, with a blank between them.
std::vector<std::string> places(const Keys& keys, std::size_t count, const Keys& block_keys = {}) {
    Faults faults;
    std::vector<adapter::BlockSpec> blocks{block("b", block_keys)};
    auto made = MqttAdapter{}.source(spec({in_block(point("x", keys, count))}, blocks), faults);
    std::vector<std::string> result = texts(faults);
    if (made)
        for (const Element& element : static_cast<MqttSource&>(*made).elements())
            result.push_back(element.topic + (element.json ? " " + to_text(*element.json) : ""));
    return result;
}

TEST(PointKeys, ATopicForEachElement) {
    EXPECT_THAT(places({{"topic", text("a/cell_*/state")}}, 3),
                ElementsAre("a/cell_1/state", "a/cell_2/state", "a/cell_3/state"));
    EXPECT_THAT(places({{"topic", text("a/*")}, {"first", number(0)}}, 2), ElementsAre("a/0", "a/1"));
    EXPECT_THAT(places({{"topic", text("a/*")}, {"first", number(1000)}}, 2),
                ElementsAre("a/1000", "a/1001"));
    EXPECT_THAT(places({{"topic", text("a/*")}, {"digits", number(2)}, {"first", number(9)}}, 2),
                ElementsAre("a/09", "a/10"));
    EXPECT_THAT(places({{"topic", text("a/*")}, {"digits", number(2)}, {"first", number(99)}}, 2),
                ElementsAre("a/99", "a/100"));
    EXPECT_THAT(places({{"topic", list({"a/x", "a/y"})}}, 2), ElementsAre("a/x", "a/y"));
    EXPECT_THAT(places({{"topic", text("a/*")}}, 1), ElementsAre("a/1"));
}

TEST(PointKeys, APointerForEachElement) {
    EXPECT_THAT(places({{"topic", text("a")}, {"json", text("/Cells/Cell_*/Reading")}}, 2),
                ElementsAre("a /Cells/Cell_1/Reading", "a /Cells/Cell_2/Reading"));
    EXPECT_THAT(places({{"topic", text("a")}, {"json", list({"/x", "/y~1z"})}}, 2),
                ElementsAre("a /x", "a /y~1z"));
    EXPECT_THAT(places({{"topic", text("a/*")}, {"json", text("/v")}}, 2), ElementsAre("a/1 /v", "a/2 /v"));
    EXPECT_THAT(places({{"topic", text("a")}, {"json", text("")}}, 1), ElementsAre("a "));
}

TEST(PointKeys, WithTwoStarsTheLastCountsFirst) {
    EXPECT_THAT(places({{"topic", text("p*/c*")}, {"inner", number(2)}}, 5),
                ElementsAre("p1/c1", "p1/c2", "p2/c1", "p2/c2", "p3/c1"));
    EXPECT_THAT(
        places({{"topic", text("p*")}, {"json", text("/c*")}, {"inner", number(2)}, {"first", number(0)}}, 3),
        ElementsAre("p0 /c0", "p0 /c1", "p1 /c0"));
    EXPECT_THAT(
        places({{"topic", text("p")}, {"json", text("/p*/c*")}, {"inner", number(3)}, {"digits", number(2)}},
               4),
        ElementsAre("p /p01/c01", "p /p01/c02", "p /p01/c03", "p /p02/c01"));
}

TEST(PointKeys, WhatAPointLeavesOutIsItsBlocks) {
    EXPECT_THAT(places({{"json", text("/v")}}, 1, {{"topic", text("a")}}), ElementsAre("a /v"));
    EXPECT_THAT(places({{"topic", text("b")}, {"json", text("/v")}}, 1, {{"topic", text("a")}}),
                ElementsAre("b /v"));
    EXPECT_THAT(places({{"json", text("/v")}}, 1, {{"topic", text("a")}, {"json", text("/Pack")}}),
                ElementsAre("a /Pack/v"));
    EXPECT_THAT(places({{"json", list({"/v", "/w"})}}, 2, {{"topic", text("a")}, {"json", text("/Pack")}}),
                ElementsAre("a /Pack/v", "a /Pack/w"));
    EXPECT_THAT(places({}, 1, {{"topic", text("a")}, {"json", text("/Pack")}}), ElementsAre("a /Pack"));
    EXPECT_THAT(places({{"json", text("")}}, 1, {{"topic", text("a")}, {"json", text("/Pack")}}),
                ElementsAre("a /Pack"));
    EXPECT_THAT(places({{"json", text("/c*")}}, 2,
                       {{"topic", text("a")}, {"first", number(0)}, {"digits", number(2)}}),
                ElementsAre("a /c00", "a /c01"));
    // The block numbers its packs, the point its cells.
    EXPECT_THAT(places({{"json", text("/cells/*")}, {"inner", number(2)}}, 3,
                       {{"topic", text("p")}, {"json", text("/packs/*")}}),
                ElementsAre("p /packs/1/cells/1", "p /packs/1/cells/2", "p /packs/2/cells/1"));
    // Keys for runs do not hurt a point that is none.
    EXPECT_THAT(
        places({{"json", text("/v")}}, 1, {{"topic", text("a")}, {"first", number(0)}, {"inner", number(4)}}),
        ElementsAre("a /v"));
}

TEST(PointKeys, TheOtherKeysOfABlock) {
    const auto make = [](const Keys& own) {
        return source(spec({in_block(point("x", own))}, {block("b", {{"topic", text("a")},
                                                                     {"json_in", text("/value")},
                                                                     {"guard", text("/Vers")},
                                                                     {"guard_value", text("1")},
                                                                     {"type", text("text")}})}));
    };
    const Element inherited = make({{"json", text("/v")}})->elements().front();
    EXPECT_EQ(to_text(inherited.json_in.value()), "/value");
    EXPECT_EQ(to_text(inherited.guard.value().path), "/Vers");
    EXPECT_EQ(inherited.guard.value().value, "1");
    EXPECT_EQ(inherited.type, Type::text);
    const Element own =
        make({{"json", text("/v")}, {"guard_value", text("2")}, {"type", text("time")}})->elements().front();
    EXPECT_EQ(own.guard.value().value, "2");
    EXPECT_EQ(own.type, Type::time);
}

/// The one fault of a point with these keys, without its place.
std::string fault(const Keys& keys, std::size_t count = 1) {
    const auto faults = faults_of(keys, count);
    if (faults.size() != 1)
        return std::to_string(faults.size()) + " faults";
    const std::string_view place{"a.toml:20:9: points.x."};
    return faults.front().starts_with(place) ? faults.front().substr(place.size()) : faults.front();
}

TEST(PointKeys, SayWhatIsWrongWithATopic) {
    EXPECT_EQ(fault({}),
              "a.toml:20:1: points.x.topic: missing; expected the topic whose messages have the value");
    EXPECT_EQ(fault({{"topic", text("")}}), "topic: expected a topic; got an empty text");
    EXPECT_EQ(fault({{"topic", text("a/+/b")}}),
              "topic: expected a topic without the wildcards + and #; got \"a/+/b\"");
    EXPECT_EQ(fault({{"topic", text("a/#")}}),
              "topic: expected a topic without the wildcards + and #; got \"a/#\"");
    EXPECT_EQ(fault({{"topic", text("a\n")}}),
              "topic: expected a topic without control characters, in UTF-8");
    EXPECT_EQ(fault({{"topic", text("a\xFF")}}),
              "topic: expected a topic without control characters, in UTF-8");
    EXPECT_EQ(fault({{"topic", std::string(1001, 'a')}}),
              "topic: expected a topic of at most 1000 bytes; got 1001");
    EXPECT_EQ(fault({{"topic", number(5)}}), "topic: expected a text in quotes, or a list of texts; got 5");
    EXPECT_EQ(fault({{"topic", list({})}}),
              "topic: expected a text in quotes, or a list of texts; got an empty list");
    EXPECT_EQ(fault({{"topic", text("a")}}, 3), "topic: is the same for all 3 elements of the run; expected "
                                                "a * where their number stands, or a list");
    EXPECT_EQ(fault({{"topic", list({"a", "b"})}}, 3),
              "topic: expected 3 texts, one for each element of the run; got 2");
    EXPECT_EQ(fault({{"topic", list({"a_*", "b_*"})}}, 2),
              "topic: a list has a topic for each element; expected no * in it");
}

TEST(PointKeys, SayWhatIsWrongWithAPointer) {
    const auto with = [](Keys keys, std::size_t count = 1) {
        keys.insert(keys.begin(), {"topic", text("a")});
        return fault(keys, count);
    };
    EXPECT_THAT(with({{"json", text("dc.voltage")}}),
                HasSubstr("json: expected a JSON pointer, which begins with /"));
    EXPECT_THAT(with({{"json_in", text("value")}}), HasSubstr("json_in: expected a JSON pointer"));
    EXPECT_EQ(with({{"json_in", text("/v*")}}),
              "json_in: expected no *, which may be in `json`; got \"/v*\"");
    EXPECT_EQ(
        with({{"json", text("/v")}}, 2),
        "json: is the same for all 2 elements of the run; expected a * where their number stands, or a list");
    EXPECT_EQ(with({{"json", list({"/v", "/w"})}}, 3),
              "json: expected 3 texts, one for each element of the run; got 2");
    EXPECT_EQ(with({{"json", list({"/v*", "/w"})}}, 2),
              "json: a list has a text for each element; expected no * in it");
    EXPECT_EQ(with({{"json", text("/a*/b*/c*")}, {"inner", number(2)}}, 2),
              "json: expected at most two * in topic and json together; got 3");
    EXPECT_EQ(with({{"json", text("/v")}, {"field", text("pe")}}),
              "field: is of a payload of key=value, `json` of a document; remove one of them");
    EXPECT_EQ(with({{"json", text("/v")}, {"guard", text("/Vers")}}),
              "a.toml:20:1: points.x.guard_value: missing; `guard` says where in the document, `guard_value` "
              "what must stand there");
    EXPECT_EQ(with({{"json", text("/v")}, {"guard_value", text("1")}}),
              "a.toml:20:1: points.x.guard: missing; `guard` says where in the document, `guard_value` what "
              "must stand there");
    EXPECT_EQ(with({{"guard", text("/Vers")}, {"guard_value", text("1")}}),
              "guard: is of a document; expected `json`");
    EXPECT_EQ(with({{"json", text("/v")}, {"guard", text("/Vers")}, {"guard_value", number(1)}}),
              "guard_value: expected a text in quotes; got 1");
}

TEST(PointKeys, SayWhatIsWrongWithNumbers) {
    const auto with = [](Keys keys, std::size_t count = 1) {
        keys.insert(keys.begin(), {"topic", text("a")});
        return fault(keys, count);
    };
    EXPECT_EQ(with({{"first", number(0)}}),
              "first: only with a *, which is the number of the element; remove the key");
    EXPECT_EQ(with({{"digits", number(2)}}),
              "digits: only with a *, which is the number of the element; remove the key");
    EXPECT_EQ(with({{"json", text("/*")}, {"inner", number(2)}}), "inner: only with two *; remove the key");
    EXPECT_EQ(with({{"json", text("/*/*")}}, 2),
              "a.toml:20:1: points.x.inner: missing; with two * expected how many elements the last * counts "
              "before the first goes up, as in inner = 16");
    EXPECT_EQ(with({{"json", text("/*")}, {"first", number(1001)}}),
              "first: expected a whole number from 0 to 1000; got 1001");
    EXPECT_EQ(with({{"json", text("/*")}, {"first", number(-1)}}),
              "first: expected a whole number from 0 to 1000; got -1");
    EXPECT_EQ(with({{"json", text("/*")}, {"digits", number(5)}}),
              "digits: expected a whole number from 1 to 4; got 5");
    EXPECT_EQ(with({{"json", text("/*/*")}, {"inner", number(0)}}),
              "inner: expected a whole number from 1 to 1024; got 0");
    EXPECT_EQ(with({{"json", text("/v")}, {"numbered_by", text("ID")}}),
              "numbered_by: expected one * in `json` where the array is, as in \"/nodes/*/voltage\"");
    EXPECT_EQ(with({{"json", text("/Cell_*/v")}, {"numbered_by", text("ID")}}),
              "numbered_by: expected one * in `json` where the array is, as in \"/nodes/*/voltage\"");
    EXPECT_EQ(with({{"json", text("/*/v")}, {"numbered_by", text("")}}),
              "numbered_by: expected a name; got an empty text");
}

TEST(PointKeys, SayWhatIsWrongWithOthers) {
    EXPECT_EQ(fault({{"topic", text("a")}, {"field", text("")}}),
              "field: expected a name; got an empty text");
    EXPECT_EQ(fault({{"topic", text("a")}, {"type", text("hex")}}),
              "type: expected one of number, boolean, text, hexadecimal, binary, time, length; got \"hex\"");
    EXPECT_EQ(fault({{"topic", text("a")}, {"type", text("length")}}),
              "type: the length is that of an array or object of a document; expected `json`");
    EXPECT_EQ(fault({{"topic", text("a")}, {"jsn", text("/v")}}),
              "jsn: unknown key (did you mean \"json\"?)");
    EXPECT_THAT(fault({{"topic", text("a")}, {"at", number(5)}}),
                HasSubstr("at: unknown key; known keys: topic, json, json_in, guard, guard_value, first, "
                          "digits, inner, numbered_by, field, type"));
    // Each wrong key is said, not only the first.
    EXPECT_THAT(faults_of({{"topic", number(5)}, {"first", number(-1)}, {"type", text("u16")}}),
                testing::SizeIs(3));
}

TEST(PointKeys, SayWhatIsWrongInABlock) {
    EXPECT_THAT(places({}, 1, {{"topic", text("a")}, {"json", list({"/a", "/b"})}}),
                ElementsAre("a.toml:30:9: blocks.b.json: expected one pointer, which is put in front of "
                            "those of the block's points"));
    EXPECT_THAT(
        places({}, 1, {{"topic", text("a/#")}}),
        ElementsAre(HasSubstr("a.toml:30:9: blocks.b.topic: expected a topic without the wildcards")));
    EXPECT_THAT(places({}, 1, {{"topic", text("a")}, {"unit_id", number(1)}}),
                ElementsAre(HasSubstr("a.toml:30:9: blocks.b.unit_id: unknown key")));
    EXPECT_THAT(places({{"field", text("pe")}}, 1, {{"topic", text("a")}, {"json", text("/v")}}),
                ElementsAre(HasSubstr(
                    "a.toml:20:9: points.x.field: is of a payload of key=value, `json` of a document")));
    EXPECT_THAT(
        places({}, 2, {{"topic", text("a")}}),
        ElementsAre("a.toml:20:1: points.x.topic: is the same for all 2 elements of the run; expected a * "
                    "where their number stands, or a list"));
}

} // namespace
} // namespace retrocan::mqtt
