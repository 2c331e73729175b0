// SPDX-License-Identifier: Apache-2.0
#include "schedule.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using namespace std::chrono_literals;
using adapter::Pace;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;

/// A link in fake time: does what the schedule says, and writes it down.
class FakeLink {
public:
    enum class Outcome : std::uint8_t {
        answered,
        refused,
        timeout,
        gateway_timeout,
        closed,
        prepared,
        skipped
    };
    struct Line {
        Duration at; ///< when it was begun
        std::string what;
        friend bool operator==(const Line&, const Line&) = default;
    };

    explicit FakeLink(std::vector<Schedule::Battery> batteries, Duration pause = {}, Duration settle = {})
        : schedule{with_pause(batteries, pause), settle, TimePoint{}, 1} {}

    /// Runs until a moment; the clock stands at or behind it then.
    void run_until(Duration end) {
        int steps_at_once = 0;
        Duration before{-1};
        while (now < end) {
            steps_at_once = now == before ? steps_at_once + 1 : 0;
            before = now;
            ASSERT_LT(steps_at_once, 50) << "the schedule spins at " << now.count() << " us";
            const auto action = schedule.next(TimePoint{now});
            if (const auto* wait = std::get_if<Schedule::Wait>(&action)) {
                const Duration until = wait->until.time_since_epoch();
                ASSERT_GT(until, now) << "a wait into the past";
                now = std::min(until, end);
            } else if (std::holds_alternative<Schedule::Connect>(action)) {
                note("connect");
                if (reachable(now))
                    schedule.connected(TimePoint{now});
                else
                    schedule.unreachable(TimePoint{now});
            } else if (const auto* miss = std::get_if<Schedule::Miss>(&action)) {
                note("miss " + std::to_string(miss->battery));
            } else {
                read(std::get<Schedule::Read>(action));
            }
        }
    }

    /// When lines with this text began, in ms.
    [[nodiscard]] std::vector<std::int64_t> times(const std::string& what) const {
        std::vector<std::int64_t> result;
        for (const Line& line : log)
            if (line.what == what)
                result.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(line.at).count());
        return result;
    }
    [[nodiscard]] std::vector<std::string> all() const {
        std::vector<std::string> result;
        for (const Line& line : log)
            result.push_back(line.what);
        return result;
    }

    Schedule schedule;
    Duration now{};
    Duration cost{10ms};
    Duration timeout{500ms};
    std::function<Outcome(Schedule::Read, Duration)> outcome = [](auto, auto) { return Outcome::answered; };
    std::function<bool(Duration)> reachable = [](Duration) { return true; };
    std::vector<Line> log;

private:
    static const std::vector<Schedule::Battery>& with_pause(std::vector<Schedule::Battery>& batteries,
                                                            Duration pause) {
        for (Schedule::Battery& battery : batteries)
            for (Schedule::Task& task : battery.tasks)
                task.pause = std::max(task.pause, pause);
        return batteries;
    }

    void note(const std::string& what) { log.push_back({now, what}); }

    void read(Schedule::Read read) {
        const std::string name = static_cast<char>('A' + read.battery) + std::to_string(read.task);
        note("read " + name);
        const Outcome result = outcome(read, now);
        switch (result) {
        case Outcome::answered:
            now += cost;
            schedule.answered(read, TimePoint{now});
            break;
        case Outcome::refused:
            now += cost;
            schedule.refused(read, TimePoint{now});
            break;
        case Outcome::timeout:
        case Outcome::gateway_timeout:
            now += timeout;
            if (!schedule.failed(read, TimePoint{now}, result == Outcome::timeout))
                note("lost " + name);
            break;
        case Outcome::prepared:
            now += cost;
            schedule.prepared(read, TimePoint{now});
            break;
        case Outcome::skipped:
            schedule.skipped(read, TimePoint{now});
            break;
        case Outcome::closed:
            schedule.closed(read, TimePoint{now});
            break;
        }
    }
};

using Outcome = FakeLink::Outcome;

constexpr Schedule::Task live{.pace = Pace::live};
constexpr Schedule::Task once{.pace = Pace::once};
constexpr Schedule::Task slow(Duration period) {
    return {.pace = Pace::slow, .period = period};
}
constexpr Schedule::Task optional(Schedule::Task task) {
    task.optional = true;
    return task;
}
constexpr Schedule::Task write(Schedule::Task task) {
    task.write = true;
    return task;
}
constexpr Schedule::Task with_pause(Schedule::Task task, Duration pause) {
    task.pause = pause;
    return task;
}

std::vector<std::int64_t> gaps(const std::vector<std::int64_t>& times) {
    std::vector<std::int64_t> result;
    for (std::size_t i = 1; i < times.size(); ++i)
        result.push_back(times[i] - times[i - 1]);
    return result;
}

/// One battery that is polled steadily from the start.
FakeLink steady(const Schedule::Battery& battery, Duration pause = {}) {
    FakeLink link{{battery}, pause};
    link.schedule.hurry(0, false, TimePoint{});
    return link;
}

TEST(Schedule, SteadyRoundsBeginOnAbsoluteDeadlines) {
    FakeLink link = steady({1s, {live, live}});
    link.run_until(1h);
    const auto times = link.times("read A0");
    ASSERT_EQ(times.size(), 3600u);
    EXPECT_EQ(times.back() - times.front(), 3599 * 1000); // no drift
    EXPECT_THAT(gaps(times), Each(1000));
    EXPECT_EQ(link.times("read A1").size(), 3600u);
}

TEST(Schedule, ALateRoundMovesTheDeadlinesAndIsNotMadeUpFor) {
    FakeLink link = steady({1s, {live}});
    link.outcome = [&](auto, Duration at) {
        link.cost = at > 2900ms && at < 3100ms ? 1700ms : 10ms;
        return Outcome::answered;
    };
    link.run_until(7s);
    EXPECT_THAT(link.times("read A0"), ElementsAre(0, 1000, 2000, 3000, 4700, 5700, 6700));
}

TEST(Schedule, HurriedRoundsFollowAfter200Ms) {
    FakeLink link{{{1s, {live, live}}}};
    link.run_until(1s);
    EXPECT_THAT(link.times("read A0"), ElementsAre(0, 200, 400, 600, 800));
    link.schedule.hurry(0, false, TimePoint{link.now});
    link.run_until(3s);
    EXPECT_THAT(link.times("read A0"), ElementsAre(0, 200, 400, 600, 800, 1800, 2800));
}

TEST(Schedule, HurriedRoundsRespectThePause) {
    FakeLink link{{{1s, {live}}}, 350ms};
    link.run_until(2s);
    EXPECT_THAT(gaps(link.times("read A0")), Each(AllOf(Ge(350), Le(360))));
}

TEST(Schedule, ThePauseIsKeptBeforeEachRequest) {
    FakeLink link = steady({1s, {live, live, live}}, 100ms);
    link.run_until(900ms);
    EXPECT_THAT(link.times("read A1"), ElementsAre(110));
    EXPECT_THAT(link.times("read A2"), ElementsAre(220));
}

TEST(Schedule, InAHurrySlowAndOncePointsGoFirst) {
    FakeLink link{{{1s, {live, slow(60s), once}}}};
    link.run_until(50ms);
    EXPECT_THAT(link.all(), ElementsAre("connect", "read A1", "read A2", "read A0"));
    link.schedule.hurry(0, false, TimePoint{link.now});
    link.run_until(5s);
    link.log.clear();
    link.schedule.hurry(0, true, TimePoint{link.now}); // again, as after stale
    link.run_until(5050ms);
    EXPECT_THAT(link.all(), ElementsAre("read A1", "read A2", "read A0"));
}

TEST(Schedule, HurryingOnChangesNothing) {
    FakeLink link{{{1s, {live, slow(60s)}}}};
    link.run_until(100ms);
    link.schedule.hurry(0, true, TimePoint{link.now});
    link.run_until(1s);
    EXPECT_EQ(link.times("read A1").size(), 1u);
}

TEST(Schedule, SlowPointsHaveTheirPeriodAndYieldToTheRound) {
    FakeLink link = steady({1s, {live, slow(30s)}});
    link.run_until(91s);
    EXPECT_THAT(link.times("read A1"), ElementsAre(10, 30010, 60010, 90010));
    EXPECT_THAT(gaps(link.times("read A0")), Each(1000));
}

TEST(Schedule, OncePointsAreReadOnceAndAgainAfterAReconnect) {
    FakeLink link = steady({1s, {live, once}});
    bool up = true;
    link.reachable = [&](Duration) { return up; };
    link.outcome = [&](auto, auto) { return up ? Outcome::answered : Outcome::closed; };
    link.run_until(20s);
    EXPECT_EQ(link.times("read A1").size(), 1u);
    up = false;
    link.run_until(30s);
    up = true;
    link.run_until(60s);
    EXPECT_EQ(link.times("read A1").size(), 2u);
}

TEST(Schedule, ARefusedOncePointIsTriedAgainLessAndLessOften) {
    FakeLink link = steady({1s, {live, once}});
    link.outcome = [](Schedule::Read r, auto) { return r.task == 1 ? Outcome::refused : Outcome::answered; };
    link.run_until(10min);
    EXPECT_THAT(link.times("read A1").size(), AllOf(Ge(60u), Le(75u)));
    EXPECT_THAT(gaps(link.times("read A0")), Each(AllOf(Ge(990), Le(1010))));
}

TEST(Schedule, ABlockThatIsNeverAnsweredDoesNotStopTheOthers) {
    FakeLink link = steady({1s, {live, live, live, slow(30s), once}});
    link.outcome = [](Schedule::Read r, auto) {
        return r.task == 1 || r.task == 3 ? Outcome::timeout : Outcome::answered;
    };
    link.run_until(10min);
    // A timeout and its back-off in each round: 500 ms and up to 625 ms.
    EXPECT_THAT(gaps(link.times("read A0")), Each(Le(3500))); // the first has two, and the slow one's
    EXPECT_GT(link.times("read A0").size(), 450u);
    EXPECT_GT(link.times("read A2").size(), 450u);
    EXPECT_GE(link.times("read A4").size(), 1u);
    EXPECT_FALSE(link.schedule.silent(0));
}

TEST(Schedule, OncePointsAreReadAgainWhenTheBatteryWasSilent) {
    FakeLink link = steady({1s, {live, live, once}});
    const auto one_lost = [](Schedule::Read r, Duration at) {
        return r.task == 1 && at > 5s && at < 5100ms ? Outcome::timeout : Outcome::answered;
    };
    link.outcome = one_lost;
    link.run_until(10s);
    EXPECT_EQ(link.times("read A2").size(), 1u);
    link.outcome = [](auto, auto) { return Outcome::gateway_timeout; }; // the connection stays
    link.run_until(20s);
    EXPECT_TRUE(link.schedule.silent(0));
    link.outcome = one_lost;
    link.run_until(60s);
    EXPECT_EQ(link.times("read A2").size(), 2u);
}

TEST(Schedule, ALostAnswerIsAskedForOnceMoreInItsRound) {
    for (const std::size_t lost : {0u, 1u, 2u}) {
        FakeLink link = steady({1s, {live, live, live}});
        int left = 1;
        link.outcome = [&](Schedule::Read r, Duration at) {
            return r.task == lost && at > 2900ms && left-- > 0 ? Outcome::timeout : Outcome::answered;
        };
        link.run_until(2900ms);
        link.log.clear();
        link.run_until(4200ms);
        std::vector<std::string> expected{"read A0", "read A1", "read A2"};
        expected.insert(expected.begin() + static_cast<std::ptrdiff_t>(lost) + 1,
                        {"connect", "read A" + std::to_string(lost)});
        auto all = link.all();
        ASSERT_GE(all.size(), expected.size());
        all.resize(expected.size());
        EXPECT_EQ(all, expected);
    }
}

TEST(Schedule, AnAnswerLostTwiceIsLostAndTheRoundGoesOn) {
    FakeLink link = steady({1s, {live, live, live}});
    link.outcome = [](Schedule::Read r, auto) {
        return r.task == 1 ? Outcome::gateway_timeout : Outcome::answered;
    };
    link.run_until(5s);
    auto all = link.all();
    ASSERT_GE(all.size(), 9u);
    all.resize(9);
    EXPECT_THAT(all,
                ElementsAre("connect", "read A0", "read A1", "read A1", "lost A1", "read A2", // once more
                            "read A0", "read A1", "lost A1")); // not again: it never answers
}

TEST(Schedule, AfterOneLostAnswerItIsAskedForAgainAtOnce) {
    FakeLink link = steady({1s, {live}});
    link.outcome = [](auto, Duration at) { return at == 5s ? Outcome::timeout : Outcome::answered; };
    link.run_until(10s);
    EXPECT_THAT(link.times("read A0"),
                ElementsAre(0, 1000, 2000, 3000, 4000, 5000, 5500, 6000, 7000, 8000, 9000));
}

TEST(Schedule, ADeadBatteryIsAskedLessAndLessOften) {
    FakeLink link{{{1s, {live}}}};
    link.outcome = [](auto, auto) { return Outcome::timeout; };
    link.run_until(5s);
    EXPECT_THAT(link.times("read A0").size(), AllOf(Ge(5u), Le(6u))); // while it can still be saved
    link.run_until(10min);
    const auto times = link.times("read A0");
    EXPECT_THAT(gaps({times.end() - 20, times.end()}), Each(10'500));
    EXPECT_TRUE(link.schedule.silent(0));
}

TEST(Schedule, ADeadBatteryCostsTheOthersOneTimeoutACycle) {
    FakeLink link{{{1s, {live, live}}, {1s, {live, live}}, {1s, {live}}}};
    for (const std::size_t b : {0u, 1u, 2u})
        link.schedule.hurry(b, false, TimePoint{});
    link.outcome = [](Schedule::Read r, auto) {
        return r.battery == 1 ? Outcome::timeout : Outcome::answered;
    };
    link.run_until(10min);
    for (const char* request : {"read A0", "read A1", "read C0"}) {
        EXPECT_THAT(gaps(link.times(request)), Each(Le(1530))) << request;
        EXPECT_GT(link.times(request).size(), 560u) << request;
    }
    EXPECT_FALSE(link.schedule.silent(0));
    EXPECT_TRUE(link.schedule.silent(1));
}

TEST(Schedule, AnOverloadedLinkIsSharedFairly) {
    FakeLink link{{{1s, {live, live, live}}, {1s, {live}}}}; // both in a hurry
    link.cost = 150ms;
    link.run_until(60s);
    const double rounds_a = static_cast<double>(link.times("read A0").size());
    const double rounds_b = static_cast<double>(link.times("read B0").size());
    EXPECT_NEAR(rounds_a / rounds_b, 1.0, 0.05);
}

TEST(Schedule, WithoutAConnectionEachPollIsMissedOnce) {
    FakeLink link{{{1s, {live, live}}, {2s, {live}}}};
    link.reachable = [](Duration) { return false; };
    link.run_until(10500ms);
    EXPECT_THAT(link.times("miss 0"),
                ElementsAre(0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000));
    EXPECT_THAT(link.times("miss 1"), ElementsAre(0, 2000, 4000, 6000, 8000, 10000));
}

TEST(Schedule, ReconnectsFasterWhileDataIsFresh) {
    FakeLink link{{{1s, {live}}}};
    link.reachable = [](Duration) { return false; };
    link.run_until(10min);
    const auto tries = link.times("connect");
    EXPECT_THAT(gaps({tries.begin(), tries.begin() + 6}), Each(AllOf(Ge(500), Le(626))));
    EXPECT_THAT(gaps({tries.end() - 10, tries.end()}), Each(10'000));
}

TEST(Schedule, AConnectionThatIsBackIsUsedAtOnce) {
    FakeLink link = steady({1s, {live}});
    link.reachable = [](Duration at) { return at < 10s || at > 12s; };
    link.outcome = [&](auto, Duration at) {
        return link.reachable(at) ? Outcome::answered : Outcome::closed;
    };
    link.run_until(20s);
    const auto times = link.times("read A0");
    // 10 s: closed; back at 12 s, tried every 500 to 625 ms.
    EXPECT_THAT(gaps({times.begin() + 10, times.end()}), Each(Le(2626)));
}

TEST(Schedule, AServerThatClosesAfterEachAnswerIsReadAsWell) {
    FakeLink link = steady({1s, {live, live, once}});
    bool fresh = false;
    link.reachable = [&](Duration) { return fresh = true; };
    link.outcome = [&](auto, auto) {
        return std::exchange(fresh, false) ? Outcome::answered : Outcome::closed;
    };
    link.run_until(10s);
    EXPECT_EQ(link.times("read A1").size(), 20u); // each one twice: closed, answered
    EXPECT_EQ(link.times("read A2").size(), 2u);
    EXPECT_THAT(link.times("miss 0"), ElementsAre());
}

TEST(Schedule, ThePauseIsKeptBeforeAConnectionThatWasClosedIsRenewed) {
    FakeLink link = steady({1s, {live}}, 100ms);
    link.outcome = [](auto, Duration at) { return at == 1s ? Outcome::closed : Outcome::answered; };
    link.run_until(1500ms);
    EXPECT_THAT(link.times("connect"), ElementsAre(0, 1100));
    EXPECT_THAT(link.times("read A0"), ElementsAre(0, 1000, 1100));
}

TEST(Schedule, AGatewaysTimeoutKeepsTheConnection) {
    FakeLink link = steady({1s, {live}});
    link.outcome = [](auto, auto) { return Outcome::gateway_timeout; };
    link.run_until(1min);
    EXPECT_EQ(link.times("connect").size(), 1u);
    EXPECT_TRUE(link.schedule.silent(0));
}

TEST(Schedule, ANewConnectionIsLeftAlone) {
    FakeLink link{{{1s, {live}}}, {}, 700ms};
    link.schedule.hurry(0, false, TimePoint{});
    link.outcome = [](auto, Duration at) { return at == 2s ? Outcome::closed : Outcome::answered; };
    link.run_until(4s);
    EXPECT_THAT(link.times("connect"), ElementsAre(0, 2000));
    EXPECT_THAT(link.times("read A0"), ElementsAre(700, 1000, 2000, 2700, 3000));
}

TEST(Schedule, ThePauseOfOneRequestIsKeptOnBothSidesOfIt) {
    FakeLink link = steady({1s, {live, with_pause(live, 200ms), live, live}});
    link.run_until(900ms);
    EXPECT_THAT(link.times("read A1"), ElementsAre(210));
    EXPECT_THAT(link.times("read A2"), ElementsAre(420));
    EXPECT_THAT(link.times("read A3"), ElementsAre(430));
}

TEST(Schedule, AnOptionalRequestThatIsNeverAnsweredCostsOnlyItsTimeout) {
    FakeLink link = steady({1s, {live, optional(slow(30s)), optional(once)}});
    link.outcome = [](Schedule::Read r, auto) { return r.task == 0 ? Outcome::answered : Outcome::timeout; };
    link.run_until(10min);
    EXPECT_THAT(gaps(link.times("read A0")), Each(Le(1520))); // both are due at the start
    EXPECT_GE(link.times("read A0").size(), 598u);
    EXPECT_THAT(gaps(link.times("read A1")), Each(AllOf(Ge(29'000), Le(31'000)))); // its period
    EXPECT_THAT(link.times("read A2").size(), AllOf(Ge(50u), Le(75u)));            // less and less often
    EXPECT_FALSE(link.schedule.silent(0));
}

TEST(Schedule, AnOptionalRequestIsNotTriedWhileTheBatteryDoesNotAnswer) {
    FakeLink link = steady({1s, {live, optional(slow(5s))}});
    link.outcome = [](auto, Duration at) {
        return at > 10s && at < 60s ? Outcome::timeout : Outcome::answered;
    };
    link.run_until(90s);
    const auto times = link.times("read A1");
    EXPECT_THAT(times.size(), AllOf(Ge(7u), Le(10u)));
    for (const std::int64_t at : times)
        EXPECT_TRUE(at <= 11'000 || at >= 60'000) << at;
}

TEST(Schedule, WritesGoFirstAndAgainWhenTheBatteryIsBack) {
    FakeLink link = steady({1s, {live, once, write(once), write(slow(10s))}});
    link.run_until(9500ms);
    auto first = link.all();
    first.resize(4);
    EXPECT_THAT(first, ElementsAre("connect", "read A2", "read A3", "read A0"));
    EXPECT_EQ(link.times("read A2").size(), 1u);
    link.run_until(31s);
    EXPECT_EQ(link.times("read A3").size(), 4u);
    bool up = false;
    link.reachable = [&](Duration) { return up; };
    link.outcome = [&](auto, auto) { return up ? Outcome::answered : Outcome::closed; };
    link.run_until(35s);
    up = true;
    link.log.clear();
    link.run_until(60s);
    EXPECT_EQ(link.times("read A2").size(), 1u);
    EXPECT_LE(link.times("read A2").front(), link.times("read A0").front());
    link.schedule.hurry(0, true, TimePoint{link.now});
    link.run_until(61s);
    EXPECT_EQ(link.times("read A2").size(), 2u);
}

TEST(Schedule, AWriteThatFailsHoldsNothingUpAndIsTriedWhileTheBatterySleeps) {
    FakeLink link = steady({1s, {live, write(once)}});
    bool awake = false;
    link.outcome = [&](Schedule::Read r, Duration at) {
        awake = awake || (r.task == 1 && at > 20s);
        return awake ? Outcome::answered : Outcome::timeout;
    };
    link.run_until(60s);
    EXPECT_TRUE(awake);
    EXPECT_GE(link.times("read A1").size(), 4u);
    EXPECT_GT(link.times("read A0").size(), 30u);
    EXPECT_FALSE(link.schedule.silent(0));
}

TEST(Schedule, AOnceWriteIsGivenUpUntilTheBatteryIsBack) {
    for (const Outcome nothing : {Outcome::timeout, Outcome::gateway_timeout, Outcome::refused}) {
        FakeLink link = steady({1s, {live, write(once)}});
        bool up = true;
        link.outcome = [&](Schedule::Read r, auto) {
            return !up ? Outcome::timeout : r.task == 1 ? nothing : Outcome::answered;
        };
        link.run_until(1500ms);
        EXPECT_FALSE(link.schedule.given_up({0, 1}));
        link.run_until(10min);
        EXPECT_EQ(link.times("read A1").size(), 5u);
        EXPECT_TRUE(link.schedule.given_up({0, 1}));
        up = false;
        link.run_until(11min);
        up = true;
        link.log.clear();
        link.run_until(20min);
        EXPECT_EQ(link.times("read A1").size(), 5u);
        EXPECT_TRUE(link.schedule.given_up({0, 1}));
    }
}

TEST(Schedule, AOnceWriteThatWasTakenInTheEndIsNotGivenUp) {
    FakeLink link = steady({1s, {live, write(once)}});
    int failures = 4;
    link.outcome = [&](Schedule::Read r, auto) {
        return r.task == 1 && failures-- > 0 ? Outcome::timeout : Outcome::answered;
    };
    link.run_until(10min);
    EXPECT_EQ(link.times("read A1").size(), 5u);
    EXPECT_FALSE(link.schedule.given_up({0, 1}));
}

TEST(Schedule, ASlowWriteThatFailsWaitsItsPeriod) {
    FakeLink link = steady({1s, {live, write(slow(30s))}});
    link.outcome = [](Schedule::Read r, auto) { return r.task == 1 ? Outcome::timeout : Outcome::answered; };
    link.run_until(10min);
    EXPECT_THAT(gaps(link.times("read A1")), Each(Ge(29'000)));
    EXPECT_EQ(link.times("read A1").size(), 20u);
}

TEST(Schedule, WhatPreparesARequestTakesTurnsWithTheOthers) {
    FakeLink link{{{1s, {live}}, {1s, {live}}}};
    link.schedule.hurry(0, false, TimePoint{});
    link.schedule.hurry(1, false, TimePoint{});
    int steps = 40;
    link.outcome = [&](Schedule::Read r, auto) {
        return r.battery == 0 && steps-- > 0 ? Outcome::prepared : Outcome::answered;
    };
    link.cost = 100ms;
    link.run_until(20s);
    EXPECT_THAT(gaps(link.times("read B0")), Each(Le(1100)));
    const auto times = link.times("read A0");
    EXPECT_THAT(gaps({times.end() - 10, times.end()}), Each(1000));
}

TEST(Schedule, WhatIsNotThereCostsNothing) {
    FakeLink link = steady({1s, {live, live, slow(30s)}});
    link.outcome = [](Schedule::Read r, auto) { return r.task == 0 ? Outcome::answered : Outcome::skipped; };
    link.run_until(10min);
    EXPECT_THAT(gaps(link.times("read A0")), Each(1000));
    EXPECT_EQ(link.times("read A1").size(), 600u);
    EXPECT_THAT(link.times("read A2").size(), AllOf(Ge(60u), Le(75u))); // its back-off
}

TEST(Schedule, WhatIsNotThereSaysNothingOfTheBattery) {
    FakeLink link = steady({1s, {live, live}});
    link.outcome = [](Schedule::Read r, auto) { return r.task == 0 ? Outcome::timeout : Outcome::skipped; };
    link.run_until(1min);
    EXPECT_TRUE(link.schedule.silent(0));
}

TEST(Schedule, ABatteryIsNotAskedWhileItsAnswerMayStillCome) {
    Schedule schedule{{{1s, {live, live}}, {1s, {live}}}, {}, TimePoint{}, 1};
    const auto next = [&](Duration now) { return schedule.next(TimePoint{now}); };
    schedule.connected(TimePoint{});
    const Schedule::Read a0{0, 0};
    const Schedule::Read b0{1, 0};
    ASSERT_EQ(std::get<Schedule::Read>(next(0s)), a0);
    EXPECT_TRUE(schedule.failed(a0, TimePoint{30ms}, false, TimePoint{500ms}));
    EXPECT_EQ(std::get<Schedule::Read>(next(30ms)), b0) << "the bus is not idle meanwhile";
    schedule.answered(b0, TimePoint{60ms});
    EXPECT_EQ(std::get<Schedule::Wait>(next(60ms)).until, TimePoint{230ms}) << "the other one is in a hurry";
    EXPECT_EQ(std::get<Schedule::Read>(next(499ms)), b0);
    EXPECT_EQ(std::get<Schedule::Read>(next(500ms)), a0) << "its turn was long ago";
}

TEST(Schedule, OtherRequestsTakeTheTurnsOfThoseThatTheyStandInFor) {
    FakeLink link = steady({1s, {live, slow(30s), live}});
    link.run_until(5500ms);
    link.log.clear();
    const TimePoint now{5500ms};
    link.schedule.replace(0, {live, live, live, slow(30s), slow(30s)},
                          {0, std::nullopt, std::nullopt, 1, std::nullopt}, now);
    link.run_until(7900ms);
    EXPECT_THAT(link.all(), ElementsAre("read A4", // new, so due at once
                                        "read A0", "read A1", "read A2", "read A0", "read A1", "read A2"));
    link.run_until(36s);
    EXPECT_EQ(link.times("read A3").size(), 1u) << "it keeps its period";
    EXPECT_EQ(link.times("read A4").size(), 2u);
}

TEST(Schedule, ARoundThatHasBegunIsBegunAgainWithOtherRequests) {
    Schedule schedule{{{1s, {live, live}}}, {}, TimePoint{}, 1};
    schedule.connected(TimePoint{});
    schedule.hurry(0, false, TimePoint{});
    ASSERT_EQ(std::get<Schedule::Read>(schedule.next(TimePoint{})).task, 0u);
    schedule.answered({0, 0}, TimePoint{10ms});
    schedule.replace(0, {live, live, live}, {0, std::nullopt, std::nullopt}, TimePoint{10ms});
    EXPECT_EQ(std::get<Schedule::Read>(schedule.next(TimePoint{10ms})).task, 0u);
}

TEST(Schedule, NothingToReadIsNothingToDo) {
    FakeLink link{{{1s, {}}}};
    link.run_until(1h);
    EXPECT_THAT(link.all(), ElementsAre());
}

} // namespace
} // namespace retrocan::modbus
