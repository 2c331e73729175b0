// SPDX-License-Identifier: Apache-2.0
#include "mapping/check.h"

#include "core/unit.h"
#include "mapping/bound.h"

#include <algorithm>
#include <array>

namespace retrocan::mapping {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 2> always_live{"voltage", "current"};
constexpr std::array<std::string_view, 6> limits{
    "cvl", "ccl", "dcl", "discharge_voltage", "charge_allowed", "discharge_allowed"};
constexpr std::array<std::string_view, 2> steering{"soc",
                                                   "temperature"}; // the policy derates and stops by them
constexpr Duration slowest_to_act_on = 60s;

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// What the system acts on must expire when the battery falls silent, and what is read once never does.
/// Alarms and warnings may be slow, limits and what steers them only within bounds.
bool fast_enough(const Point& point, std::size_t signal) {
    const std::string name = signal_name(signal);
    const bool bounded = contains(limits, name) || contains(steering, name);
    if (point.pace == adapter::Pace::once)
        return !bounded && signal < plain_signals;
    return !bounded || point.period <= slowest_to_act_on;
}

void tell_too_slow(const Point& point, std::size_t signal, Faults& faults) {
    const bool alarm = signal >= plain_signals;
    const bool once = point.pace == adapter::Pace::once;
    faults.push_back(
        {point.place, "points." + point.name + ".every: expected " +
                          (alarm ? "a time" : "at most " + retrocan::to_text(slowest_to_act_on)) +
                          ", because " + (alarm ? "the " : "") + signal_name(signal) + " reads it; found " +
                          (once ? in_quotes("once") : retrocan::to_text(point.period))});
}

/// The points that a signal is made of, each once.
std::vector<std::size_t> points_of(const Content& content, const Signal& signal) {
    Needs needs;
    signal.value->add_needs(needs);
    std::vector<bool> needed(content.scope.points.size());
    for (const std::size_t point : needs.points)
        needed[point] = true;
    add_companions(content, needed);
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < needed.size(); ++i)
        if (needed[i])
            points.push_back(i);
    return points;
}

} // namespace

namespace {

/// A number that can never be read, by the point's `bits` or the `type` "u16", "s16" and the like.
bool can_be_read(const Point& point, std::int64_t number) {
    const unsigned width = bit_width(point);
    if (width >= 63)
        return true;
    const bool has_sign = point.bits ? point.signed_field : signed_type(point);
    const std::int64_t span = std::int64_t{1} << width;
    return has_sign ? number >= -span / 2 && number < span / 2 : number >= 0 && number < span;
}

void check_absent(const Point& point, Faults& faults) {
    for (const std::int64_t number : point.absent) {
        if (can_be_read(point, number))
            continue;
        const std::int64_t span = std::int64_t{1} << bit_width(point);
        const bool negative = number > 0 && number < span;
        faults.push_back(
            {point.place,
             "points." + point.name + ".absent: this number is never " + std::to_string(number) +
                 (negative ? "; with its sign that is " + std::to_string(number - span) : std::string{})});
    }
}

} // namespace

void check_points(const Content& content, Faults& faults) {
    for (const Point& point : content.scope.points) {
        check_absent(point, faults);
        const auto fault = [&](const std::string& message) {
            faults.push_back({point.place, "points." + point.name + ": " + message});
        };
        if (point.bits && point.bits->second >= raw_bit_width(point))
            faults.push_back({point.place, "points." + point.name +
                                               ".bits: the number that is read has only the bits 0 to " +
                                               std::to_string(raw_bit_width(point) - 1)});
        const bool scaled = point.unit != Unit{} || point.offset != 0 || point.valid || point.exponent;
        if (!point.words.empty()) {
            if (scaled || point.text || point.number)
                fault("has words, and so no unit, offset, exponent or valid, and is no number");
            else if (point.run && point.words.is_list())
                fault("a run of lists; make a point of each");
        } else if (point.text && point.number) {
            fault("used as a text and as a number; make two points of it");
        } else if (point.text && (scaled || point.bits || !point.absent.empty())) {
            fault("used as a text, which has no unit, bits, offset, exponent or valid, and whose absent are "
                  "texts");
        } else if (!point.text && !point.absent_texts.empty()) {
            fault("its absent has texts, and it is a number");
        }
    }
}

void check_paces(const Content& content, Faults& faults) {
    std::vector<bool> told(
        content.scope.points.size()); // an alarm word has many readers: one fault is enough
    for (const Signal& signal : content.signals) {
        const std::string name = signal_name(signal.index);
        const auto points = points_of(content, signal);
        const bool live = std::any_of(points.begin(), points.end(), [&](std::size_t i) {
            return content.scope.points[i].pace == adapter::Pace::live;
        });
        if (contains(always_live, name) && !live)
            faults.push_back({signal.place, "signals." + name +
                                                ": reads no point of each poll, and must be live; leave out "
                                                "`every` of its point"});
        for (const std::size_t i : points) {
            const Point& point = content.scope.points[i];
            if (told[i] || fast_enough(point, signal.index))
                continue;
            told[i] = true;
            tell_too_slow(point, signal.index, faults);
        }
    }
}

void check_unused(const Content& content, Faults& faults) {
    const Scope& scope = content.scope;
    for (std::size_t i = 0; i < scope.points.size(); ++i)
        if (!scope.point_used[i])
            faults.push_back({scope.points[i].place, "points." + scope.points[i].name +
                                                         ": no signal uses it; use it or leave it out"});
    for (std::size_t i = 0; i < scope.blocks.size(); ++i)
        if (std::none_of(scope.points.begin(), scope.points.end(),
                         [&](const Point& point) { return point.block == i; }))
            faults.push_back({scope.blocks[i].place, "blocks." + scope.blocks[i].name +
                                                         ": no point belongs to it; use it or leave it out"});
    for (std::size_t i = 0; i < scope.settings.size(); ++i)
        if (!scope.setting_used[i])
            faults.push_back({scope.settings[i].place, "settings." + scope.settings[i].name +
                                                           ": nothing uses it; use it or leave it out"});
}

} // namespace retrocan::mapping
