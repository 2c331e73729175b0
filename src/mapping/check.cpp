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
/// Measured, or not known.
constexpr std::array<std::string_view, 4> never_invented{"voltage", "current", "soc", "temperature"};
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

void check_numbers(const Point& point, const char* key, const std::vector<std::int64_t>& numbers,
                   Faults& faults) {
    for (const std::int64_t number : numbers) {
        if (can_be_read(point, number))
            continue;
        const std::int64_t span = std::int64_t{1} << bit_width(point);
        const bool negative = number > 0 && number < span;
        faults.push_back(
            {point.place,
             "points." + point.name + "." + key + ": this number is never " + std::to_string(number) +
                 (negative ? "; with its sign that is " + std::to_string(number - span) : std::string{})});
    }
}

/// The adapter's `type` begins with this letter and goes on with digits: "f32", or is this word.
bool has_type(const Point& point, std::initializer_list<std::string_view> types) {
    for (const adapter::Setting& setting : point.address.keys)
        if (const auto* type = std::get_if<std::string>(&setting.value);
            setting.key == "type" && type != nullptr)
            return contains(types, *type);
    return false;
}

/// What a kind of raw value cannot have.
void check_kind(const Point& point, Faults& faults) {
    const auto fault = [&](const std::string& message) {
        faults.push_back({point.place, "points." + point.name + ": " + message});
    };
    if (has_type(point, {"f32", "f64"}) &&
        (point.bits || !point.absent.empty() || point.exponent || !point.words.empty()))
        fault("a float has no bits, absent, exponent or words; `valid` shuts out what is no value");
    if (has_type(point, {"ascii", "hex"}) && point.number)
        fault("is a text, and is used as a number");
}

/// A mask has a bit for each element, or the last ones would be hidden without a word.
void check_present(const Content& content, const Point& point, Faults& faults) {
    if (!point.present)
        return;
    const Point& mask = content.scope.points[*point.present];
    if (const unsigned width = bit_width(mask); point.count > width)
        faults.push_back({point.place, "points." + point.name + ".present: " + in_quotes(mask.name) +
                                           " has " + std::to_string(width) + " bits, and the run " +
                                           std::to_string(point.count) + " elements"});
}

} // namespace

void check_points(const Content& content, Faults& faults) {
    for (const Point& point : content.scope.points) {
        check_numbers(point, "absent", point.absent, faults);
        for (const Vocabulary::Word& word : point.words.words)
            check_numbers(point, "words", word.numbers, faults);
        check_kind(point, faults);
        check_present(content, point, faults);
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
        // All that it names: a slow one in a branch of it would be as good as live for as long as it likes.
        Needs needs;
        signal.value->add_needs(needs);
        const bool live = !needs.points.empty() &&
                          std::all_of(needs.points.begin(), needs.points.end(), [&](std::size_t i) {
                              return content.scope.points[i].pace == adapter::Pace::live;
                          });
        if (contains(never_invented, name) && signal.value->invented())
            faults.push_back(
                {signal.place, "signals." + name +
                                   ": a figure of the mapping's that no battery has told; only the "
                                   "owner may set one, in the configuration"});
        else if (contains(always_live, name) && !live)
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
