// SPDX-License-Identifier: Apache-2.0
#include "simulator/capture_player.h"

#include <chrono>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::simulator {
namespace {

using namespace std::chrono_literals;
using adapter::Absence;
using adapter::RawValue;
using testing::HasSubstr;

/// Understands "slot=value", "slot!" (not answered) and nothing else.
class Decoder : public adapter::Source {
public:
    [[nodiscard]] Result<adapter::Answer, std::string> decode(std::string_view line) const override {
        const std::size_t at = line.find("\"x\":\"");
        if (at == std::string_view::npos)
            return Err{std::string{"no x"}};
        const std::string_view text = line.substr(at + 5);
        adapter::Reading reading{static_cast<std::size_t>(text[0] - '0'), Absence::timeout};
        if (text[1] == '=')
            reading.content = RawValue{std::int64_t{text[2] - '0'}};
        return adapter::Answer{{}, {reading}};
    }
    [[nodiscard]] Duration timeout() const override { return 1s; }
    [[nodiscard]] std::string plan() const override { return {}; }
    [[nodiscard]] std::string where(std::size_t) const override { return {}; }
};

Result<CapturePlayer, std::string> player(const std::string& text, bool once = false) {
    std::istringstream lines{text};
    return CapturePlayer::read(lines, "a.jsonl", Decoder{}, 2, once);
}

std::optional<RawValue> number(std::int64_t value) {
    return RawValue{value};
}

const std::string three_lines = "{\"t\":10.0,\"x\":\"0=1\"}\n"
                                "{\"t\":11.0,\"x\":\"1=5\"}\n"
                                "{\"t\":12.5,\"x\":\"0=2\"}\n";

TEST(CapturePlayer, TellsEachLineAtItsTimeAndBeginsAnew) {
    auto p = player(three_lines);
    ASSERT_TRUE(p) << p.error();
    CapturePlayer play = std::move(p).value();
    EXPECT_EQ(play.length(), 2500ms);
    EXPECT_EQ(play.at(0s).raws[0], number(1));
    EXPECT_EQ(play.at(999ms).raws[1], std::nullopt);
    EXPECT_EQ(play.at(1s).raws[1], number(5));
    EXPECT_EQ(play.at(2499ms).raws[0], number(1));
    EXPECT_EQ(play.at(2500ms).raws[0], number(2));
    EXPECT_EQ(play.at(3499ms).raws[0], number(2));
    EXPECT_EQ(play.at(3500ms).raws[0], number(1)); // a second after the last line
    EXPECT_FALSE(play.at(100s).ended);
}

TEST(CapturePlayer, OnceEnds) {
    auto p = player(three_lines, true);
    ASSERT_TRUE(p);
    CapturePlayer play = std::move(p).value();
    EXPECT_FALSE(play.at(3499ms).ended);
    EXPECT_TRUE(play.at(3500ms).ended);
    EXPECT_EQ(play.at(100s).raws[0], number(2));
}

TEST(CapturePlayer, IsSilentWhileTheBatteryWas) {
    auto p = player("{\"t\":0,\"x\":\"0=1\"}\n{\"t\":1,\"x\":\"0!\"}\n{\"t\":2,\"x\":\"0=3\"}\n");
    ASSERT_TRUE(p);
    CapturePlayer play = std::move(p).value();
    EXPECT_FALSE(play.at(0s).silent);
    EXPECT_TRUE(play.at(1s).silent);
    EXPECT_EQ(play.at(1s).raws[0], number(1));
    EXPECT_FALSE(play.at(2s).silent);
}

TEST(CapturePlayer, SaysWhatCannotBeRead) {
    EXPECT_THAT(player("{\"t\":0,\"x\":\"0=1\"}\n{\"t\":1}\n").error(), HasSubstr("a.jsonl:2:1: no x"));
    EXPECT_THAT(player("").error(), HasSubstr("a.jsonl: no line of it has a value"));
}

} // namespace
} // namespace retrocan::simulator
