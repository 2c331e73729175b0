// SPDX-License-Identifier: Apache-2.0
#include "drill/steps.h"

#include "core/unit.h"

#include <algorithm>
#include <cstdio>

namespace retrocan::drill {

namespace {

using namespace std::chrono_literals;

constexpr Duration calm_time = 5s;
constexpr Duration longest_gap = 1200ms; ///< between two 0x351, which are sent once a second
constexpr Duration start_time = 60s;     ///< for the first 0x351, where nothing is wrong
constexpr Duration return_time = 90s;    ///< after a fault: a source that was lost often is watched for 30 s
constexpr Duration alarm_time = 20s;     ///< for an alarm from the battery to the bus, or its end
constexpr Duration boot_time = 300s;     ///< for a machine to start
constexpr Duration fresh_start = 30min;  ///< what a person may need to come back to the machine
constexpr Duration hush = 100ms;         ///< a frame that is on its way
constexpr std::size_t one_cycle = 25;    ///< frames that may come within `hush`: one set, and an extra 0x351

std::string seconds(Duration time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>{time}.count());
    return text;
}

std::string hex(std::uint32_t id) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%03X", id);
    return text;
}

/// "4.2 s after", or "0.3 s before".
std::string after(Duration time) {
    return time < Duration{} ? seconds(-time) + " before" : seconds(time) + " after";
}

/// Nothing is proven unless all of it was done.
Result broken_off(Result result, const Deed& deed) {
    result.verdict = Verdict::not_done;
    result.note = "broken off: " + deed.note;
    return result;
}

Result concluded(Result result) {
    const bool good = std::ranges::all_of(result.findings, [](const Finding& f) { return f.good; });
    result.verdict = good ? Verdict::passed : Verdict::failed;
    return result;
}

/// Why a step was not done.
Result left_out(std::string_view step, const Deed& deed) {
    return {step, Verdict::not_done, {}, deed.note};
}

bool silent_for(Stage& stage, Duration time) {
    const auto last = stage.ear().last_limits();
    return !last || stage.now() - *last >= time;
}

/// 0x351 has to be there before something is taken away.
bool is_sending(Stage& stage, Result& result) {
    const TimePoint begin = stage.now();
    const bool sends = stage.wait([&] { return stage.ear().first_limits(begin).has_value(); }, start_time);
    if (!sends)
        result.findings.push_back({"0x351 is on the bus", "none within " + seconds(start_time), false});
    return sends;
}

/// 0x351 ends no later than `bound` after something was done.
Finding ends(Stage& stage, TimePoint deed, Duration bound, const std::string& why) {
    const bool silent =
        stage.wait([&] { return silent_for(stage, gx_patience); }, bound + stage.slack() + gx_patience + 5s);
    const Duration late = stage.ear().last_limits().value_or(deed) - deed;
    return {"0x351 ends within " + seconds(bound) + why,
            silent ? "the last one " + after(late) : "it is still sent",
            silent && late <= bound + stage.slack()};
}

/// It is back by itself.
Finding returns(Stage& stage, TimePoint deed, Duration limit) {
    const bool back = stage.wait([&] { return stage.ear().first_limits(deed).has_value(); }, limit);
    return {"0x351 comes back by itself within " + seconds(limit),
            back ? "the first one " + after(*stage.ear().first_limits(deed) - deed) : "none", back};
}

Result calm(Stage& stage, const Settings& settings) {
    Result result{"calm", {}, {}, {}};
    if (!is_sending(stage, result))
        return concluded(std::move(result));
    const TimePoint begin = stage.now();
    stage.wait([] { return false; }, calm_time);
    const TimePoint end = stage.now();
    const Duration gap = stage.ear().widest_gap(begin, end);
    result.findings.push_back({"0x351 each second", "longest gap " + seconds(gap), gap <= longest_gap});

    const auto ids = stage.ear().identifiers(begin, end);
    std::string missing;
    for (const std::uint32_t id : {0x351U, 0x355U, 0x356U, 0x35AU})
        if (std::ranges::find(ids, id) == ids.end())
            missing += " " + hex(id);
    result.findings.push_back(
        {"the four core messages", missing.empty() ? "all there" : "missing:" + missing, missing.empty()});
    if (settings.expects_gx) {
        const bool gx = stage.ear().gx_heard() && *stage.ear().gx_heard() >= begin;
        result.findings.push_back({"the GX is heard (0x305)",
                                   gx ? "yes" : "no: cable, termination, or the profile of its CAN port",
                                   gx});
    }
    const victron::Values& values = stage.ear().values();
    if (values.cvl && values.ccl && values.dcl)
        result.note =
            "CVL " + to_text(*values.cvl) + ", CCL " + to_text(*values.ccl) + ", DCL " + to_text(*values.dcl);
    return concluded(std::move(result));
}

/// What is still sent while the battery is away.
Finding rest(Stage& stage, bool alarm_when_stale) {
    const TimePoint begin = stage.now();
    stage.wait([] { return false; }, 2s);
    std::string seen;
    bool good = true;
    for (const std::uint32_t id : stage.ear().identifiers(begin, stage.now())) {
        const bool name = id == 0x35E || id == 0x370 || id == 0x371 || id == 0x382 || id == 0x35F;
        good = good && alarm_when_stale && (name || id == 0x35A);
        seen += (seen.empty() ? "" : " ") + hex(id);
    }
    if (alarm_when_stale)
        return {"then names and an internal alarm only", seen.empty() ? "nothing" : seen, good};
    return {"then nothing at all is sent", seen.empty() ? "nothing" : seen, good};
}

Result battery_cable(Stage& stage, const Settings& settings) {
    Result result{"battery-cable", {}, {}, {}};
    if (!is_sending(stage, result))
        return concluded(std::move(result));
    const Deed cut = stage.perform(Act::cut_battery);
    if (!cut.done)
        return left_out(result.step, cut);
    result.findings.push_back(ends(stage, cut.at, settings.stale_after, " (stale_after)"));
    result.findings.push_back(rest(stage, settings.alarm_when_stale));
    const Deed join = stage.perform(Act::join_battery);
    if (!join.done)
        return broken_off(std::move(result), join);
    result.findings.push_back(returns(stage, join.at, return_time));
    result.note = cut.note;
    return concluded(std::move(result));
}

/// No frames of the past come when a bus is back. Its first frame may come before a person has said so.
Finding no_burst(Stage& stage, const Deed& join) {
    stage.wait([] { return false; }, 2 * hush);
    const TimePoint first = stage.ear().first_frame(join.asked).value_or(join.at);
    const std::size_t frames = stage.ear().frames(first, first + hush);
    return {"no old frames pour out", std::to_string(frames) + " frames in " + seconds(hush),
            frames <= one_cycle};
}

Result can_cable(Stage& stage, const Settings&) {
    Result result{"can-cable", {}, {}, {}};
    if (!stage.hears_wire())
        return left_out(result.step,
                        {.done = false,
                         .at = {},
                         .asked = {},
                         .note = "this adapter echoes what it has not sent yet (slcan, vcan): pull the "
                                 "cable, and look at the GX"});
    if (!is_sending(stage, result))
        return concluded(std::move(result));
    const Deed cut = stage.perform(Act::cut_can);
    if (!cut.done)
        return left_out(result.step, cut);
    result.findings.push_back(ends(stage, cut.at, 1s, ""));
    const Deed join = stage.perform(Act::join_can);
    if (!join.done)
        return broken_off(std::move(result), join);
    result.findings.push_back(returns(stage, join.at, return_time));
    result.findings.push_back(no_burst(stage, join));
    return concluded(std::move(result));
}

Result process(Stage& stage, const Settings&) {
    Result result{"process", {}, {}, {}};
    if (!is_sending(stage, result))
        return concluded(std::move(result));
    const Deed stop = stage.perform(Act::stop_process);
    if (!stop.done)
        return left_out(result.step, stop);
    result.findings.push_back(ends(stage, stop.at, hush, ""));
    if (!stop.note.empty())
        result.findings.push_back({"it ends when it is told to", stop.note, false});
    const Deed start = stage.perform(Act::start_process);
    if (!start.done)
        return broken_off(std::move(result), start);
    result.findings.push_back(returns(stage, start.at, start_time));
    return concluded(std::move(result));
}

/// What is active now and was not then.
std::string news(const std::vector<std::string>& now, const std::vector<std::string>& then) {
    std::string text;
    for (const std::string& name : now)
        if (std::ranges::find(then, name) == then.end())
            text += (text.empty() ? "" : ", ") + name;
    return text;
}

Result alarm(Stage& stage, const Settings& settings) {
    Result result{"alarm", {}, {}, {}};
    if (!is_sending(stage, result))
        return concluded(std::move(result));
    const Duration limit = alarm_time + settings.alarm_period;
    const std::vector<std::string> before = stage.ear().active();
    const Deed raise = stage.perform(Act::raise_alarm);
    if (!raise.done)
        return left_out(result.step, raise);
    const bool shown = stage.wait([&] { return !news(stage.ear().active(), before).empty(); }, limit);
    result.findings.push_back({"0x35A says it within " + seconds(limit),
                               shown
                                   ? news(stage.ear().active(), before) + ", " + after(stage.now() - raise.at)
                                   : "nothing new is active",
                               shown});
    if (shown) {
        stage.wait([] { return false; }, 2s);
        const victron::Values& values = stage.ear().values();
        if (values.ccl && values.dcl)
            result.note =
                "while it was active: CCL " + to_text(*values.ccl) + ", DCL " + to_text(*values.dcl);
    }
    const Deed end = stage.perform(Act::end_alarm);
    if (!end.done)
        return broken_off(std::move(result), end);
    if (shown) {
        const bool over = stage.wait([&] { return news(stage.ear().active(), before).empty(); }, limit);
        result.findings.push_back(
            {"and that it is over", over ? after(stage.now() - end.at) : "it is still active", over});
    }
    if (!raise.note.empty())
        result.note = raise.note + (result.note.empty() ? "" : "; ") + result.note;
    return concluded(std::move(result));
}

Result black_start(Stage& stage, const Settings&) {
    Result result{"black-start", {}, {}, {}};
    const Deed off = stage.perform(Act::all_off);
    if (!off.done)
        return left_out(result.step, off);
    result.findings.push_back(ends(stage, off.at, hush, ""));
    const Deed on = stage.perform(Act::all_on);
    if (!on.done)
        return broken_off(std::move(result), on);
    result.findings.push_back(returns(stage, on.at, boot_time));
    result.note = on.note;
    return concluded(std::move(result));
}

constexpr Step table[] = {
    {"calm", "Nothing is wrong", "The battery is on the bus, and the GX is heard.", calm},
    {"battery-cable", "Pull the battery's cable",
     "Data that nobody renews must not steer anything: silence, and the GX stops charging and discharging.",
     battery_cable},
    {"can-cable", "Pull the CAN cable", "The GX loses the battery, and finds it again by itself.", can_cable},
    {"process", "Stop retrocan", "A stopped program leaves nothing behind on the bus, and starts by itself.",
     process},
    {"alarm", "Raise an alarm", "What the battery complains of is shown by the GX.", alarm},
    {"black-start", "Black start",
     "Machine and CAN adapter must be fed from the battery's side, or an empty system never restarts.",
     black_start},
};

} // namespace

std::span<const Step> steps() {
    return table;
}

Result after_black_start(Stage& stage) {
    Result result{"black-start", {}, {}, {}};
    const TimePoint begin = stage.now();
    if (begin.time_since_epoch() > fresh_start)
        return left_out(
            result.step,
            {.done = false,
             .at = {},
             .asked = {},
             .note = "this machine has been running for more than half an hour: it was not without power"});
    const bool sends = stage.wait([&] { return stage.ear().first_limits(begin).has_value(); }, boot_time);
    const bool at_once = sends && *stage.ear().first_limits(begin) - begin < longest_gap;
    result.findings.push_back({"the first 0x351 comes by itself",
                               !sends ? "none within " + seconds(boot_time)
                                      : std::string{at_once ? "it was there at most " : ""} +
                                            seconds(stage.ear().first_limits(begin)->time_since_epoch()) +
                                            " after the machine's start",
                               sends});
    if (at_once)
        result.note = "it was there before this command; the log of retrocan has the time of its first frame";
    return concluded(std::move(result));
}

} // namespace retrocan::drill
