// SPDX-License-Identifier: Apache-2.0
#include "mapping/slots.h"

#include <cassert>

namespace retrocan::mapping {

const Slot& slot_of(const Readings& readings, std::size_t point, std::size_t element) {
    const SlotRange& range = readings.points[point];
    assert(element < range.count);
    return readings.slots[range.first + element];
}

Slot::Content content_of(const Slot& slot, const Readings& readings) {
    const bool expired = slot.content == Slot::Content::value && slot.expires <= readings.now;
    return expired ? Slot::Content::unread : slot.content;
}

Outcome outcome_of(const Readings& readings, std::size_t point, std::size_t element) {
    const Slot& slot = slot_of(readings, point, element);
    Outcome outcome;
    if (content_of(slot, readings) != Slot::Content::value)
        return outcome;
    outcome.count = slot.count;
    outcome.aged_by(slot.at, slot.expires);
    outcome.present = true;
    const Point& meta = *readings.points[point].point;
    if (!meta.exponent)
        return outcome;
    const Outcome exponent = outcome_of(readings, *meta.exponent, 0);
    const auto count = exponent.present ? apply_exponent(meta, slot.count, exponent.count) : std::nullopt;
    if (!count)
        return {};
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
Outcome truth(bool value, const Outcome& age) {
    Outcome outcome = age;
    outcome.present = true;
    outcome.count = value ? 1 : 0;
    return outcome;
}

void add_run_needs(const Run& run, Needs& needs) {
    needs.points.push_back(run.point);
}

} // namespace retrocan::mapping
