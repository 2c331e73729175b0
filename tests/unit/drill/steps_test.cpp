// SPDX-License-Identifier: Apache-2.0
#include "drill/steps.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::drill {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A system on a fake clock, that can do wrong what a drill is to find out.
class FakeStage final : public Stage {
public:
    [[nodiscard]] TimePoint now() const override { return now_; }
    [[nodiscard]] const BusEar& ear() const override { return ear_; }
    bool wait(const std::function<bool()>& condition, Duration limit) override {
        const TimePoint end = now_ + limit;
        while (!condition()) {
            if (now_ >= end)
                return false;
            pass();
        }
        return true;
    }
    Deed perform(Act act) override {
        if (refused.contains(act))
            return {false, now_, now_, "skipped"};
        switch (act) {
        case Act::cut_battery:
            silent_from = now_ + goes_on_for;
            sends_again = std::nullopt;
            break;
        case Act::cut_can:
        case Act::stop_process:
        case Act::all_off:
            silent_from = now_ + stops_after;
            sends_again = std::nullopt;
            break;
        case Act::join_battery:
        case Act::start_process:
        case Act::all_on:
            sends_again = now_ + returns_after;
            break;
        case Act::join_can:
            sends_again = now_ + returns_after;
            burst = old_frames;
            break;
        case Act::raise_alarm:
            alarm_from = now_ + 1500ms;
            break;
        case Act::end_alarm:
            alarm_from = std::nullopt;
            break;
        }
        const TimePoint asked = now_;
        wait([] { return false; }, hand);
        return {true, now_, asked, act == Act::stop_process ? stop_note : ""};
    }
    [[nodiscard]] Duration slack() const override { return 200ms; }
    [[nodiscard]] bool hears_wire() const override { return on_wire; }

    // What it does.
    Duration goes_on_for{4s}; ///< after its battery is gone
    Duration stops_after{};   ///< after it was told to
    Duration returns_after{6s};
    Duration period{1s};
    int old_frames{};
    bool names_go_on{};
    bool limits_go_on{};
    bool gx{true};
    bool tells_alarms{true};
    bool never_sends{};
    bool on_wire{true};
    Duration hand{}; ///< from a deed to the key that says so
    std::string stop_note;
    std::set<Act> refused;
    TimePoint now_{10min + 330ms}; ///< since the machine's start

private:
    void say(const char* text) { ear_.take(*parse_frame(text), now_); }

    void pass() {
        now_ += 10ms;
        const bool back = sends_again && now_ >= *sends_again;
        const bool away = silent_from && now_ >= *silent_from && !back;
        if (back)
            silent_from.reset();
        if (now_.time_since_epoch() % 1s == 0s && gx)
            say("305#0000000000000000");
        if (never_sends || now_.time_since_epoch() % period != 0s)
            return;
        if (names_go_on)
            say("35E#5245545200000000");
        if (away && !limits_go_on)
            return;
        for (; burst > 0 && back; --burst)
            say("356#3116CE003E010000");
        say(alarm_from && now_ >= *alarm_from && tells_alarms ? "35A#A6AAAAAAAAAAAAAA"
                                                              : "35A#AAAAAAAAAAAAAAAA");
        say("351#3802E803E803E001"); // 56.8 V, 100 A, 100 A
        say("355#5900640000000000");
        say("356#3116CE003E010000");
    }

    BusEar ear_;
    std::optional<TimePoint> silent_from;
    std::optional<TimePoint> sends_again;
    std::optional<TimePoint> alarm_from;
    int burst{};
};

const Settings settings{.stale_after = 5s, .alarm_period = 1s, .alarm_when_stale = false, .expects_gx = true};

Result run(std::string_view id, FakeStage& stage, const Settings& with = settings) {
    const auto step = std::ranges::find(steps(), id, &Step::id);
    return step->run(stage, with);
}

/// The first finding that is not good.
std::string complaint(const Result& result) {
    for (const Finding& finding : result.findings)
        if (!finding.good)
            return finding.expected + ": " + finding.seen;
    return "";
}

TEST(Drill, PassesAGoodSystemInEveryStep) {
    FakeStage stage;
    for (const Step& step : steps()) {
        const Result result = step.run(stage, settings);
        EXPECT_EQ(result.verdict, Verdict::passed) << step.id << ": " << complaint(result);
        EXPECT_EQ(result.step, step.id);
        EXPECT_FALSE(result.findings.empty());
    }
}

struct Wrong {
    const char* step;
    const char* complaint;
    std::function<void(FakeStage&)> make;
};

class DrillFinds : public testing::TestWithParam<Wrong> {};

TEST_P(DrillFinds, WhatIsWrong) {
    FakeStage stage;
    GetParam().make(stage);
    const Result result = run(GetParam().step, stage);
    EXPECT_EQ(result.verdict, Verdict::failed);
    EXPECT_THAT(complaint(result), HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    AllSteps, DrillFinds,
    testing::Values(
        Wrong{"calm", "0x351 is on the bus", [](FakeStage& s) { s.never_sends = true; }},
        Wrong{"calm", "0x351 each second: longest gap 2.0 s", [](FakeStage& s) { s.period = 2s; }},
        Wrong{"calm", "the GX is heard", [](FakeStage& s) { s.gx = false; }},
        Wrong{"battery-cable", "0x351 is on the bus", [](FakeStage& s) { s.never_sends = true; }},
        Wrong{"battery-cable", "it is still sent", [](FakeStage& s) { s.limits_go_on = true; }},
        Wrong{"battery-cable", "the last one 6", [](FakeStage& s) { s.goes_on_for = 7s; }},
        Wrong{"battery-cable", "nothing at all is sent: 0x35E", [](FakeStage& s) { s.names_go_on = true; }},
        Wrong{"battery-cable", "comes back by itself within 90.0 s: none",
              [](FakeStage& s) { s.returns_after = 2h; }},
        Wrong{"can-cable", "no old frames pour out: 34 frames", [](FakeStage& s) { s.old_frames = 30; }},
        Wrong{"can-cable", "comes back by itself", [](FakeStage& s) { s.returns_after = 2h; }},
        Wrong{"process", "0x351 ends within 0.1 s", [](FakeStage& s) { s.stops_after = 2s; }},
        Wrong{"process", "comes back by itself within 60.0 s", [](FakeStage& s) { s.returns_after = 70s; }},
        Wrong{"process", "goes on", [](FakeStage& s) { s.stop_note = "it goes on after SIGTERM"; }},
        Wrong{"can-cable", "no old frames pour out: 34 frames", // before the person has pressed the key
              [](FakeStage& s) {
                  s.old_frames = 30;
                  s.returns_after = 100ms;
                  s.stops_after = -2s;
                  s.hand = 2s;
              }},
        Wrong{"alarm", "nothing new is active", [](FakeStage& s) { s.tells_alarms = false; }},
        Wrong{"black-start", "comes back by itself within 300.0 s",
              [](FakeStage& s) { s.returns_after = 10min; }}),
    [](const auto& test) { return "Case" + std::to_string(test.index); });

TEST(Drill, KnowsTheAlarmModeOfAStaleBattery) {
    FakeStage stage;
    stage.names_go_on = true;
    Settings with = settings;
    with.alarm_when_stale = true;
    EXPECT_EQ(run("battery-cable", stage, with).verdict, Verdict::passed);
}

TEST(Drill, SaysWhatWasNotDone) {
    FakeStage stage;
    stage.refused = {Act::raise_alarm};
    const Result result = run("alarm", stage);
    EXPECT_EQ(result.verdict, Verdict::not_done);
    EXPECT_EQ(result.note, "skipped");
}

// A cable that nobody plugs in again proves nothing of what comes then.
TEST(Drill, ThatIsBrokenOffHasNotPassed) {
    const std::pair<const char*, Act> halves[] = {{"battery-cable", Act::join_battery},
                                                  {"can-cable", Act::join_can},
                                                  {"process", Act::start_process},
                                                  {"alarm", Act::end_alarm},
                                                  {"black-start", Act::all_on}};
    for (const auto& [step, second] : halves) {
        FakeStage stage;
        stage.refused = {second};
        EXPECT_EQ(run(step, stage).verdict, Verdict::not_done) << step;
    }
}

TEST(Drill, DoesNotBelieveAnAdapterThatEchoesAtOnce) {
    FakeStage stage;
    stage.on_wire = false;
    const Result result = run("can-cable", stage);
    EXPECT_EQ(result.verdict, Verdict::not_done);
    EXPECT_THAT(result.note, HasSubstr("look at the GX"));
}

TEST(Drill, WithoutAGxToExpectNeedsNone) {
    FakeStage stage;
    stage.gx = false;
    Settings with = settings;
    with.expects_gx = false;
    EXPECT_EQ(run("calm", stage, with).verdict, Verdict::passed);
}

TEST(Drill, MeasuresFromTheStartOfTheMachine) {
    FakeStage stage;
    const Result result = after_black_start(stage);
    EXPECT_EQ(result.verdict, Verdict::passed);
    EXPECT_THAT(result.findings.front().seen, HasSubstr("at most 601.0 s after the machine's start"));
    FakeStage dead;
    dead.never_sends = true;
    EXPECT_EQ(after_black_start(dead).verdict, Verdict::failed);
    FakeStage never_off;
    never_off.now_ = TimePoint{40 * 24h};
    EXPECT_EQ(after_black_start(never_off).verdict, Verdict::not_done);
}

} // namespace
} // namespace retrocan::drill
