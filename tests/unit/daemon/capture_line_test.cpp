// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture_line.h"
#include "daemon/capture_writer.h"

#include <chrono>

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

using namespace std::chrono_literals;

TimePoint at(std::int64_t us) {
    return TimePoint{Duration{us}};
}

std::string error_of(std::string_view line) {
    const auto parsed = parse_capture_line(line);
    return parsed ? "none" : std::to_string(parsed.error().column) + ": " + parsed.error().message;
}

TEST(CaptureLine, WhatABatterySaidIsLeftToItsAdapter) {
    const auto line = parse_capture_line(R"({"t":1.002,"battery":"shed","address":1,"registers":[1]})");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->at, at(1'002'000));
    EXPECT_EQ(std::get<Traffic>(line->content).battery, "shed");
    EXPECT_TRUE(std::holds_alternative<Traffic>(
        parse_capture_line(R"({"t":1,"topic":"a/b","payload":"1"})")->content));
    EXPECT_TRUE(std::holds_alternative<Nothing>(parse_capture_line(R"({"t":3.000})")->content));
    EXPECT_TRUE(std::holds_alternative<Nothing>(parse_capture_line(R"({"t":3,"battery":"shed"})")->content));
    EXPECT_TRUE(std::holds_alternative<Nothing>(
        parse_capture_line(R"({"t":3,"battery":"shed","link":"lost","text":"no route"})")->content));
}

TEST(CaptureLine, FramesAndTheBus) {
    const auto frame = parse_capture_line(R"({"t":1,"can":"305#0000000000000000"})");
    ASSERT_TRUE(frame);
    EXPECT_EQ(std::get<CanFrame>(frame->content).id, 0x305U);
    EXPECT_TRUE(std::get<BusNews>(parse_capture_line(R"({"t":1,"bus":"up"})")->content).up);
    EXPECT_FALSE(std::get<BusNews>(parse_capture_line(R"({"t":1,"bus":"down"})")->content).up);
    EXPECT_FALSE(std::get<BusNews>(parse_capture_line(R"({"t":1,"bus":"down"})")->content).rests);
    EXPECT_TRUE(std::get<BusNews>(parse_capture_line(R"({"t":1,"bus":"rests"})")->content).rests);
    EXPECT_EQ(CaptureWriter{{}}.bus({.rests = true}, "can0: rests", at(1)),
              "{\"t\":0.000001,\"bus\":\"rests\",\"text\":\"can0: rests\"}\n");
}

TEST(CaptureLine, FaultsHaveTheirColumn) {
    EXPECT_EQ(error_of(R"({"t":1.0,"registers":[1,2})"),
              "26: not JSON from here on; expected an object, as in {\"t\":1.002}");
    EXPECT_EQ(error_of("[1]"), "1: expected a JSON object, as in {\"t\":1.002}");
    EXPECT_EQ(error_of(R"({"battery":"shed"})"),
              "1: t: missing; expected the time in seconds, as in {\"t\":1.002}");
    EXPECT_EQ(error_of(R"({"battery":"a","t":"1"})"), "16: t: expected seconds");
    EXPECT_EQ(error_of(R"({"t":1e300})"), "2: t: expected seconds");
    EXPECT_EQ(error_of(R"({"t":1,"can":"305"})").substr(0, 7), "8: can:");
    EXPECT_EQ(error_of(R"({"t":1,"can":305})"), "8: can: expected a text");
    EXPECT_EQ(error_of(R"({"t":1,"bus":"left"})"), "8: bus: expected up, down or rests");
    EXPECT_EQ(error_of(R"({"t":1,"capture":2})"),
              "8: capture: this program reads version 1 of the format; record it again, or replay it with "
              "the version that recorded it");
    EXPECT_EQ(error_of(""), "1: not JSON from here on; expected an object, as in {\"t\":1.002}");
}

TEST(CaptureLine, BareAsATestHasIt) {
    EXPECT_EQ(bare_line(R"({"t":1.5,"battery":"shed","unit":1,"address":7,"registers":[1]})"),
              R"({"unit":1,"address":7,"registers":[1]})");
}

TEST(CaptureWriter, WritesWhatIsReadAgain) {
    CaptureWriter writer{{"shed", "the \"attic\""}};
    EXPECT_EQ(writer.answer(0, {at(1'002'000), {}, R"({"address":1,"registers":[1]})"}),
              "{\"t\":1.002000,\"battery\":\"shed\",\"address\":1,\"registers\":[1]}\n");
    EXPECT_EQ(writer.answer(1, {at(-5), {}, R"({"error":"timeout"})"}),
              "{\"t\":1.002000,\"battery\":\"the \\\"attic\\\"\",\"error\":\"timeout\"}\n")
        << "times never go back";
    EXPECT_EQ(writer.answer(0, {at(1'100'000), {}, ""}), "") << "there is nothing to write";
    EXPECT_EQ(writer.heard({.id = 0x305, .size = 1, .data = {7}}, at(12'345'678'900'000)),
              "{\"t\":12345678.900000,\"can\":\"305#07\"}\n");
    EXPECT_EQ(writer.bus({}, "can0: \xff gone", at(12'345'678'900'001)),
              "{\"t\":12345678.900001,\"bus\":\"down\",\"text\":\"can0: \xEF\xBF\xBD gone\"}\n");
    EXPECT_EQ(writer.news(0, {adapter::LinkNews::State::silent, "a: no answer"}, at(12'345'678'900'002)),
              "{\"t\":12345678.900002,\"battery\":\"shed\",\"link\":\"silent\",\"text\":\"a: no answer\"}\n");
}

TEST(CaptureWriter, AHeadIsReadAgain) {
    CaptureWriter writer{{"shed"}};
    CaptureHead head{.program = "1.2.3",
                     .configuration = "0123456789abcdef",
                     .mappings = {{"attic", "a"}, {"shed", "b"}},
                     .bus = true,
                     .continues = true,
                     .snapshot = R"({"pack":[1,2]})"};
    std::string line = writer.head(head, at(7));
    ASSERT_EQ(line.back(), '\n');
    line.pop_back();
    auto parsed = parse_capture_line(line);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(std::get<CaptureHead>(parsed->content), head);
    head = {};
    line = writer.head(head, at(8));
    line.pop_back();
    parsed = parse_capture_line(line);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(std::get<CaptureHead>(parsed->content), head);
    EXPECT_EQ(parsed->at, at(8));
}

} // namespace
} // namespace retrocan::daemon
