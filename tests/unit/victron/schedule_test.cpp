// SPDX-License-Identifier: Apache-2.0
#include "victron/schedule.h"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace retrocan::victron {
namespace {

using namespace std::chrono_literals;

const TimePoint t0{1'000'000'000us};

struct Sent {
    TimePoint at;
    std::uint32_t id{};
    bool extra{};
    TimePoint deadline;
};

/// The loop of the daemon on a fake clock: it sleeps until next(), then asks until there is none.
class Loop {
public:
    explicit Loop(TimePoint now) : now_{now} {}

    Schedule schedule;
    std::vector<Sent> sent;

    void run_until(TimePoint end) {
        for (;;) {
            const auto next = schedule.next();
            const TimePoint wake = next ? std::max(*next, now_) : end;
            if (wake >= end)
                break;
            now_ = wake;
            drain();
        }
        now_ = end;
    }
    /// The loop does nothing until `end`.
    void hang_until(TimePoint end) {
        now_ = end;
        drain();
    }
    void drain() {
        while (const auto due = schedule.due(now_))
            sent.push_back({now_, due->message->id, due->extra, due->deadline});
    }
    [[nodiscard]] TimePoint now() const { return now_; }

    [[nodiscard]] std::vector<Sent> of(std::uint32_t id) const {
        std::vector<Sent> result;
        std::copy_if(sent.begin(), sent.end(), std::back_inserter(result),
                     [&](const Sent& s) { return s.id == id; });
        return result;
    }

private:
    TimePoint now_;
};

void expect_gaps(const std::vector<Sent>& sent) {
    for (std::size_t i = 1; i < sent.size(); ++i)
        ASSERT_GE(sent[i].at - sent[i - 1].at, 2ms) << i;
}

TEST(Schedule, IsSilentUntilItStarts) {
    Schedule schedule;
    EXPECT_FALSE(schedule.running());
    EXPECT_FALSE(schedule.next());
    EXPECT_FALSE(schedule.due(t0));
    schedule.want_limits(t0);
    EXPECT_FALSE(schedule.due(t0));
    schedule.start(t0, Mode::full);
    EXPECT_EQ(schedule.next(), t0);
    EXPECT_FALSE(schedule.due(t0 - 1us));
    EXPECT_TRUE(schedule.due(t0));
    schedule.stop();
    EXPECT_FALSE(schedule.running());
    EXPECT_FALSE(schedule.next());
    EXPECT_FALSE(schedule.due(t0 + 1h));
}

TEST(Schedule, SendsACycleInOrder) {
    Loop loop{t0 - 1s};
    loop.schedule.start(t0, Mode::full);
    loop.run_until(t0 + 1s);
    ASSERT_EQ(loop.sent.size(), messages().size());
    for (std::size_t i = 0; i < messages().size(); ++i) {
        EXPECT_EQ(loop.sent[i].id, messages()[i].id);
        EXPECT_EQ(loop.sent[i].at, t0 + 5ms * i);
        EXPECT_EQ(loop.sent[i].deadline, loop.sent[i].at);
        EXPECT_FALSE(loop.sent[i].extra);
    }
}

// Three times an hour of cycles with a loop that wakes late, and two days of suspend after each.
TEST(Schedule, HasNoDriftInDays) {
    Schedule schedule;
    schedule.start(t0, Mode::full);
    std::mt19937 random{1};
    std::uniform_int_distribution<int> late{0, 900}; // microseconds
    std::uint64_t skipped = 0;
    for (int part = 0; part < 3; ++part) {
        const TimePoint begin = t0 + (48h + 1h) * part;
        for (std::int64_t cycle = 0; cycle < 3600; ++cycle)
            for (std::size_t i = 0; i < messages().size(); ++i) {
                const TimePoint deadline = begin + 1s * cycle + 5ms * i;
                ASSERT_EQ(schedule.next(), deadline);
                const TimePoint now = deadline + std::chrono::microseconds{late(random)};
                const auto due = schedule.due(now);
                ASSERT_TRUE(due);
                ASSERT_EQ(due->message, &messages()[i]);
                ASSERT_EQ(due->deadline, deadline);
                ASSERT_FALSE(schedule.due(now));
            }
        ASSERT_EQ(schedule.skipped(), skipped);
        ASSERT_FALSE(schedule.due(begin + 49h - 1ms));
        skipped += messages().size() * 48 * 3600;
    }
}

TEST(Schedule, CatchesUpAfterAStallInOrderAndSpaced) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.run_until(t0 + 12ms); // three messages
    loop.hang_until(t0 + 312ms);
    loop.run_until(t0 + 2s);
    ASSERT_EQ(loop.sent.size(), 2 * messages().size());
    for (std::size_t i = 0; i < messages().size(); ++i)
        EXPECT_EQ(loop.sent[i].id, messages()[i].id);
    EXPECT_EQ(loop.sent[3].at, t0 + 312ms);
    EXPECT_EQ(loop.sent[4].at, t0 + 314ms);
    EXPECT_EQ(loop.sent[19].at, t0 + 344ms);
    EXPECT_EQ(loop.sent[20].at, t0 + 1s) << "the next cycle is where it was";
    EXPECT_EQ(loop.schedule.skipped(), 0U);
    expect_gaps(loop.sent);
}

TEST(Schedule, SkipsWhatIsMoreThanHalfASecondLate) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.hang_until(t0 + 550ms); // the slots 0 to 9 are more than 500 ms late, 10 to 19 are not
    loop.run_until(t0 + 1s);
    ASSERT_EQ(loop.sent.size(), 10U);
    EXPECT_EQ(loop.sent.front().id, messages()[10].id) << "exactly 500 ms late is still sent";
    EXPECT_EQ(loop.schedule.skipped(), 10U);
    loop.hang_until(t0 + 1990ms); // a whole cycle
    EXPECT_EQ(loop.schedule.skipped(), 30U);
    loop.run_until(t0 + 3s);
    EXPECT_EQ(loop.sent[10].at, t0 + 2s);
    EXPECT_EQ(loop.sent.size(), 30U);
}

TEST(Schedule, CountsASuspendedYearAtOnce) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.run_until(t0 + 1s + 12ms); // three messages of the second cycle
    const TimePoint end = t0 + 24h * 365 + 700ms;
    loop.hang_until(end);
    EXPECT_EQ(loop.sent.size(), 23U) << "nothing old pours out";
    EXPECT_EQ(loop.schedule.skipped(), 20ULL * 86'400 * 365 - 3);
    EXPECT_EQ(loop.schedule.next(), end + 300ms);
}

TEST(Schedule, AlarmModeHasNamesAndAlarmsInTheirSlots) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::alarm);
    EXPECT_EQ(loop.schedule.mode(), Mode::alarm);
    loop.schedule.want_limits(t0);
    loop.run_until(t0 + 10s);
    loop.schedule.want_limits(t0);
    loop.run_until(t0 + 11s);
    const std::vector<std::uint32_t> ids{0x35E, 0x370, 0x371, 0x382, 0x35A};
    const std::vector<Duration> slots{0ms, 5ms, 10ms, 15ms, 25ms};
    ASSERT_EQ(loop.sent.size(), 11 * ids.size());
    for (std::size_t i = 0; i < loop.sent.size(); ++i) {
        EXPECT_EQ(loop.sent[i].id, ids[i % ids.size()]);
        EXPECT_EQ(loop.sent[i].at, t0 + 1s * static_cast<int>(i / ids.size()) + slots[i % ids.size()]);
    }
    loop.hang_until(t0 + 20s + 900ms);
    EXPECT_EQ(loop.schedule.skipped(), 10 * ids.size());
}

TEST(Schedule, ANewStartKeepsTheGapToWhatWasSent) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.run_until(t0 + 30ms + 1us); // 0x351 is the last
    loop.schedule.stop();
    loop.schedule.start(t0 + 31ms, Mode::alarm);
    EXPECT_EQ(loop.schedule.next(), t0 + 32ms);
    loop.run_until(t0 + 1s);
    EXPECT_EQ(loop.sent[7].at, t0 + 32ms);
    EXPECT_EQ(loop.sent[8].at, t0 + 36ms);
}

// ---- the extra 0x351 ----

TEST(ScheduleExtra, WaitsForTheFirstCompleteCycle) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.run_until(t0 + 50ms);
    loop.schedule.want_limits(loop.now()); // after the 0x351 of the first cycle, before its end
    loop.run_until(t0 + 1s);
    const auto limits = loop.of(limits_id);
    ASSERT_EQ(limits.size(), 2U);
    EXPECT_TRUE(limits[1].extra);
    EXPECT_EQ(limits[1].at, t0 + 130ms) << "100 ms after the regular one at 30 ms";
}

TEST(ScheduleExtra, ACycleWithSkippedMessagesIsNotComplete) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.hang_until(t0 + 550ms);
    loop.schedule.want_limits(loop.now());
    loop.run_until(t0 + 2s);
    const auto limits = loop.of(limits_id);
    ASSERT_EQ(limits.size(), 1U);
    EXPECT_EQ(limits[0].at, t0 + 1030ms) << "the regular one settles it";
}

TEST(ScheduleExtra, GoesAtOnceBetweenTheCycles) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.run_until(t0 + 1400ms);
    loop.schedule.want_limits(loop.now());
    EXPECT_EQ(loop.schedule.next(), t0 + 1400ms);
    loop.run_until(t0 + 2s);
    EXPECT_EQ(loop.sent.back().at, t0 + 1400ms);
    EXPECT_TRUE(loop.sent.back().extra);
    EXPECT_EQ(loop.of(limits_id).size(), 3U) << "one wish, one frame";
}

// Wherever in the period the wish comes: within one slot, a half slot from any other frame, deadlines kept.
TEST(ScheduleExtra, FitsBetweenTheSlots) {
    Duration step{};
    for (Duration offset = 0us; offset < 1s; offset += step) {
        step = offset < 140ms || offset >= 990ms ? 100us : 10ms;
        Loop loop{t0};
        loop.schedule.start(t0, Mode::full);
        loop.run_until(t0 + 2s + offset);
        const TimePoint wish = loop.now();
        loop.schedule.want_limits(wish);
        loop.schedule.want_limits(wish);
        loop.run_until(t0 + 4s);

        const auto limits = loop.of(limits_id);
        const auto after =
            std::find_if(limits.begin(), limits.end(), [&](const Sent& s) { return s.at >= wish; });
        ASSERT_NE(after, limits.end());
        const bool held_back = offset > 30ms && offset < 130ms; // by the regular one at 30 ms
        if (held_back)
            ASSERT_EQ(after->at, t0 + 2s + 130ms) << offset.count();
        else
            ASSERT_LT(after->at - wish, 5ms) << offset.count();
        for (std::size_t i = 1; i < loop.sent.size(); ++i)
            ASSERT_GE(loop.sent[i].at - loop.sent[i - 1].at, 2500us) << offset.count();
        for (const Sent& s : loop.sent)
            ASSERT_EQ(s.at, s.deadline) << offset.count();
        ASSERT_LE(std::count_if(loop.sent.begin(), loop.sent.end(), [](const Sent& s) { return s.extra; }),
                  1);
        ASSERT_EQ(loop.sent.size() - (loop.sent.size() > 80 ? 1 : 0), 80U) << "four cycles";
    }
}

TEST(ScheduleExtra, KeepsItsDistanceFromTheLastExtra) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.run_until(t0 + 1400ms);
    for (int i = 0; i < 500; ++i) { // limits that fall each millisecond
        loop.schedule.want_limits(loop.now());
        loop.run_until(loop.now() + 1ms);
    }
    std::vector<TimePoint> extras;
    for (const Sent& s : loop.sent)
        if (s.extra)
            extras.push_back(s.at);
    EXPECT_EQ(extras, (std::vector{t0 + 1400ms, t0 + 1500ms, t0 + 1600ms, t0 + 1700ms, t0 + 1800ms}));
}

TEST(ScheduleExtra, GoesFirstAfterAStall) {
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    loop.run_until(t0 + 1s);
    loop.schedule.want_limits(t0 + 1s);
    loop.hang_until(t0 + 1300ms);
    loop.run_until(t0 + 2s);
    EXPECT_TRUE(loop.sent[20].extra);
    EXPECT_EQ(loop.sent[20].at, t0 + 1300ms);
    EXPECT_EQ(loop.sent[21].id, 0x35EU);
    EXPECT_EQ(loop.sent[21].at, t0 + 1302ms);
    EXPECT_EQ(loop.sent.size(), 41U);
    expect_gaps(loop.sent);
}

// ---- whatever happens ----

class ScheduleProperty : public testing::TestWithParam<std::uint32_t> {};

TEST_P(ScheduleProperty, HoldsUnderStallsAndWishes) {
    std::mt19937 random{GetParam()};
    const auto number = [&](int low, int high) { return std::uniform_int_distribution{low, high}(random); };
    Loop loop{t0};
    loop.schedule.start(t0 + std::chrono::microseconds{number(0, 999'999)}, Mode::full);
    const TimePoint first = *loop.schedule.next();
    for (int i = 0; i < 300; ++i) {
        loop.run_until(loop.now() + std::chrono::microseconds{number(1, 700'000)});
        if (number(0, 3) == 0)
            loop.hang_until(loop.now() +
                            std::chrono::microseconds{number(0, number(0, 9) == 0 ? 4'000'000 : 90'000)});
        if (number(0, 1) == 0)
            loop.schedule.want_limits(loop.now());
    }
    loop.run_until(loop.now() + 2s);

    expect_gaps(loop.sent);
    std::map<TimePoint, std::uint32_t> regular; // by deadline
    TimePoint last_deadline{};
    std::optional<TimePoint> last_limits;
    for (const Sent& s : loop.sent) {
        ASSERT_GE(s.at, s.deadline);
        if (s.extra) {
            ASSERT_EQ(s.id, limits_id);
            ASSERT_TRUE(last_limits);
            ASSERT_GE(s.at - *last_limits, 100ms);
        } else {
            ASSERT_LE(s.at - s.deadline, 500ms);
            ASSERT_GT(s.deadline, last_deadline) << "out of order";
            last_deadline = s.deadline;
            const auto slots = (s.deadline - first) % 1s / 5ms;
            ASSERT_EQ((s.deadline - first) % 1s % 5ms, 0ms);
            ASSERT_EQ(s.id, messages()[static_cast<std::size_t>(slots)].id);
            regular[s.deadline] = s.id;
        }
        if (s.id == limits_id)
            last_limits = s.at;
    }
    // Each slot was either taken or counted.
    const auto cycles = (loop.now() - first) / 1s;
    const auto rest = (loop.now() - first) % 1s;
    const std::uint64_t open = rest >= 100ms ? 20 : static_cast<std::uint64_t>((rest + 5ms - 1us) / 5ms);
    EXPECT_EQ(regular.size() + loop.schedule.skipped(), 20 * static_cast<std::uint64_t>(cycles) + open);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ScheduleProperty, testing::Range(0U, 40U));

TEST(ScheduleProperty, WithoutAStallEachMessageGoesOnceASecond) {
    std::mt19937 random{7};
    Loop loop{t0};
    loop.schedule.start(t0, Mode::full);
    while (loop.now() < t0 + 120s) {
        loop.run_until(loop.now() + std::chrono::microseconds{random() % 400'000});
        loop.schedule.want_limits(loop.now());
    }
    for (std::size_t i = 0; i < messages().size(); ++i) {
        TimePoint expected = t0 + 5ms * i;
        for (const Sent& s : loop.of(messages()[i].id)) {
            if (s.extra)
                continue;
            ASSERT_EQ(s.at, expected);
            expected += 1s;
        }
    }
}

} // namespace
} // namespace retrocan::victron
