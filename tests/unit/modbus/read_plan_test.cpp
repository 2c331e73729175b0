// SPDX-License-Identifier: Apache-2.0
#include "read_plan.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr TimePoint t0{};
/// 9600 baud, 8N1: 1.042 ms a byte.
constexpr Wire slow_line{.byte_time = 1042us,
                         .silence = 4010us,
                         .turnaround_guess = 10ms,
                         .request_overhead = 8,
                         .answer_overhead = 5};

Element element(std::size_t slot, std::uint16_t address, bool required = false, std::int64_t gap = 0) {
    return {
        .slot = slot, .unit = 1, .address = address, .required = required, .manner = {.longest_gap = gap}};
}

std::vector<std::string> texts(const std::vector<Request>& requests) {
    std::vector<std::string> result;
    for (const Request& request : requests)
        result.push_back(range_text(request, {}));
    return result;
}
std::vector<std::string> reads(const ReadPlan& plan) {
    return texts(plan.requests());
}

/// All requests but one are answered.
void answer_others(ReadPlan& plan, std::size_t but) {
    for (std::size_t i = 0; i < plan.requests().size(); ++i)
        if (i != but) {
            EXPECT_FALSE(plan.answered(i).changed);
        }
}

TEST(ReadPlan, AReadOverAGapThatIsRefusedIsSplitAtOnceAndSaidOnce) {
    const std::vector<Element> elements{element(0, 10, false, 5), element(1, 14, false, 5),
                                        element(2, 15, false, 5)};
    const Options options;
    ReadPlan plan{elements, options, slow_line};
    ASSERT_THAT(reads(plan), ElementsAre("holding 10..15"));
    const auto lesson = plan.refused(0, 2, t0);
    EXPECT_TRUE(lesson.changed);
    EXPECT_EQ(lesson.remark, "refuses holding 10..15 in one read (exception 2): read in parts from now on, "
                             "without the registers that nobody needs");
    EXPECT_THAT(reads(plan), ElementsAre("holding 10", "holding 14..15"));
    EXPECT_EQ(plan.requests_before(), 1u);
    EXPECT_THAT(plan.heirs(), ElementsAre(std::nullopt, std::nullopt));
}

TEST(ReadPlan, NoReadGoesOverWhatTheMappingCallsUnreadable) {
    const std::vector<Element> elements{element(0, 10, false, 5), element(1, 14, false, 5),
                                        element(2, 17, false, 5)};
    Options options;
    options.unreadable = {{13, 13}};
    EXPECT_THAT(reads({elements, options, slow_line}), ElementsAre("holding 10", "holding 14..17"));
    options.unreadable = {{9, 10}, {15, 16}};
    EXPECT_THAT(reads({elements, options, slow_line}), ElementsAre("holding 10..14", "holding 17"));
}

TEST(ReadPlan, TheRegisterThatIsRefusedIsFoundAndGivenUpAloneAndTriedAgain) {
    std::vector<Element> elements;
    for (std::uint16_t i = 0; i < 16; ++i)
        elements.push_back(element(i, static_cast<std::uint16_t>(100 + i)));
    const Options options;
    ReadPlan plan{elements, options, slow_line};
    TimePoint now = t0;
    std::vector<std::string> remarks;
    int rounds = 0;
    // The device has no register 105: each read that holds it is refused.
    const auto round = [&] {
        ++rounds;
        now += 1s;
        for (std::size_t i = 0; i < plan.requests().size();) {
            const Request& request = plan.requests()[i];
            const bool bad = request.address <= 105 && request.address + request.count > 105;
            const ReadPlan::Lesson lesson = bad ? plan.refused(i, 2, now) : plan.answered(i);
            if (!lesson.remark.empty())
                remarks.push_back(lesson.remark);
            if (lesson.changed)
                return;
            ++i;
        }
    };
    while (plan.not_read().empty() && rounds < 50)
        round();
    EXPECT_LE(rounds, 8); // halved four times, then three times alone
    EXPECT_THAT(texts(plan.not_read()), ElementsAre("holding 105"));
    EXPECT_THAT(
        remarks,
        ElementsAre("refuses holding 100..115 in one read (exception 2): read in smaller parts from now "
                    "on, to find out what it refuses",
                    "refuses holding 105 (exception 2): its values are absent; tried again every 10 "
                    "minutes"));
    EXPECT_EQ(plan.next_look(), now + 10min);
    EXPECT_FALSE(plan.look_again(now + 10min - 1us));
    now += 10min;
    EXPECT_TRUE(plan.look_again(now));
    EXPECT_THAT(plan.not_read(), IsEmpty());
    round(); // refused once more
    EXPECT_THAT(texts(plan.not_read()), ElementsAre("holding 105"));
    EXPECT_EQ(remarks.size(), 2u) << "said once";
    now += 10min;
    ASSERT_TRUE(plan.look_again(now));
    for (std::size_t i = 0; i < plan.requests().size(); ++i)
        if (const auto lesson = plan.answered(i); !lesson.remark.empty())
            remarks.push_back(lesson.remark);
    EXPECT_EQ(remarks.back(), "answers holding 105 now");
    EXPECT_THAT(plan.not_read(), IsEmpty());
    EXPECT_EQ(plan.next_look(), TimePoint::max());
}

TEST(ReadPlan, WhatTheBatteryCannotBeRunWithoutIsNeverGivenUp) {
    const std::vector<Element> elements{element(0, 10, true), element(1, 20)};
    const Options options;
    ReadPlan plan{elements, options, slow_line};
    std::vector<std::string> remarks;
    for (int i = 0; i < 20; ++i) {
        answer_others(plan, 0);
        const auto lesson = plan.refused(0, 3, t0);
        EXPECT_FALSE(lesson.changed);
        if (!lesson.remark.empty())
            remarks.push_back(lesson.remark);
    }
    EXPECT_THAT(remarks, ElementsAre(HasSubstr("cannot be run without it")));
    EXPECT_THAT(reads(plan), ElementsAre("holding 10", "holding 20"));
}

TEST(ReadPlan, NothingIsGivenUpWhileTheDeviceRefusesEverything) {
    const std::vector<Element> elements{element(0, 10), element(1, 20)};
    const Options options;
    ReadPlan plan{elements, options, slow_line};
    for (int i = 0; i < 20; ++i)
        for (std::size_t r = 0; r < 2; ++r)
            EXPECT_FALSE(plan.refused(r, 2, t0).changed);
    EXPECT_THAT(plan.not_read(), IsEmpty());
}

TEST(ReadPlan, AnotherDeviceMayHaveWhatWasGivenUp) {
    const std::vector<Element> elements{element(0, 10), element(1, 20)};
    const Options options;
    ReadPlan plan{elements, options, slow_line};
    for (int i = 0; i < 3; ++i) {
        answer_others(plan, 0);
        static_cast<void>(plan.refused(0, 2, t0));
    }
    ASSERT_THAT(texts(plan.not_read()), ElementsAre("holding 10"));
    EXPECT_EQ(plan.live_requests(), 1u);
    EXPECT_TRUE(plan.begin_again());
    EXPECT_EQ(plan.live_requests(), 2u);
    EXPECT_FALSE(plan.begin_again());
}

TEST(ReadPlan, FollowsTheTurnAroundThatItMeasures) {
    // Eight registers in between are 16.7 ms: dearer than a request of a quick device, cheaper than of a slow
    // one.
    const std::vector<Element> elements{element(0, 10, false, 8), element(1, 19, false, 8)};
    const Options options;
    ReadPlan plan{elements, options, slow_line};
    ASSERT_EQ(plan.requests().size(), 1u);
    EXPECT_EQ(plan.wire_time(0), 10ms + 4010us + (8 + 5 + 20) * 1042us);
    EXPECT_EQ(plan.round_time(), plan.wire_time(0));
    Wire quick = slow_line;
    quick.byte_time = 9167us; // 1200 baud
    ReadPlan other{elements, options, quick};
    ASSERT_EQ(other.requests().size(), 2u);
    int answers = 0;
    while (other.requests().size() == 2 && answers < 1000) {
        ++answers;
        static_cast<void>(other.learn(300ms));
    }
    EXPECT_LE(answers, 64);
    EXPECT_EQ(other.requests().size(), 1u);
    for (int i = 0; i < 1000; ++i)
        EXPECT_FALSE(other.learn(i % 2 == 0 ? 299ms : 301ms)) << "no change of plan without need";
}

TEST(ReadPlan, APauseOfTheMappingCountsInsteadOfAShorterSilence) {
    std::vector<Element> elements{element(0, 10)};
    elements[0].manner.pause = 100ms;
    const Options options;
    const ReadPlan plan{elements, options, slow_line};
    EXPECT_EQ(plan.wire_time(0), 10ms + 100ms + 15 * 1042us);
}

} // namespace
} // namespace retrocan::modbus
