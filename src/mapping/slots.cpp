// SPDX-License-Identifier: Apache-2.0
#include "mapping/slots.h"

#include <algorithm>

namespace retrocan::mapping {

Outcome with_exponent(const Readings& readings, const Point& point, const Outcome& counted) {
    const Outcome exponent = outcome_of(readings, *point.exponent, 0);
    const auto count = exponent.present ? apply_exponent(point, counted.count, exponent.count) : std::nullopt;
    if (!count)
        return absent_like(exponent);
    Outcome outcome = counted;
    outcome.count = *count;
    outcome.aged_by(exponent);
    return outcome;
}

Existence::Existence(const Readings& readings, const Run& run, Outcome& outcome)
    : count_{readings.points[run.point].count} {
    const auto by = run.present ? run.present : run.used;
    if (!by)
        return;
    const Outcome told = outcome_of(readings, *by, 0);
    const bool counts = run.used.has_value();
    known_ =
        told.present && (!counts || (told.count >= 0 && told.count <= static_cast<std::int64_t>(count_)));
    if (!known_)
        return;
    outcome.aged_by(told);
    if (counts)
        count_ = static_cast<std::size_t>(told.count);
    else
        mask_ = static_cast<std::uint64_t>(told.count);
}

Outcome absent_like(const Outcome& ingredient) {
    Outcome outcome;
    outcome.unread = !ingredient.present && ingredient.unread;
    return outcome;
}

Outcome truth(bool value, const Outcome& age) {
    Outcome outcome = age;
    outcome.present = true;
    outcome.count = value ? 1 : 0;
    return outcome;
}

void add_run_needs(const Run& run, Needs& needs) {
    needs.points.push_back(run.point);
}

namespace {

void add(RunSummary& summary, std::size_t index, const Outcome& element) {
    if (!element.present) {
        summary.unread = summary.unread || element.unread;
        summary.incomplete = true;
        return;
    }
    summary.oldest = std::min(summary.oldest, element.oldest);
    summary.expires = std::min(summary.expires, element.expires);
    if (summary.used == 0 || element.count < summary.least) {
        summary.least = element.count;
        summary.least_at = index;
    }
    if (summary.used == 0 || element.count > summary.largest) {
        summary.largest = element.count;
        summary.largest_at = index;
    }
    ++summary.used;
    summary.incomplete =
        __builtin_add_overflow(summary.sum, element.count, &summary.sum) || summary.incomplete;
}

} // namespace

const RunSummary& summary_of(const Readings& readings, const Run& run) {
    RunSummary& summary = readings.summaries[run.point];
    if (summary.generation == readings.generation)
        return summary;
    summary = {.generation = readings.generation};
    Outcome existence;
    summary.known = for_each_element(readings, run, existence, [&](std::size_t index) {
        add(summary, index, outcome_of(readings, run.point, index));
        return true;
    });
    summary.oldest = std::min(summary.oldest, existence.oldest);
    summary.expires = std::min(summary.expires, existence.expires);
    return summary;
}

} // namespace retrocan::mapping
