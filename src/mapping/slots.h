// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/point.h"
#include "mapping/value.h"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>

/// How values look at what has been read. For the value classes only.
namespace retrocan::mapping {

/// One element of a point.
inline const Slot& slot_of(const Readings& readings, std::size_t point, std::size_t element) {
    const SlotRange& range = readings.points[point];
    assert(element < range.count);
    return readings.slots[range.first + element];
}

/// What a slot holds at the time of the last answer: what has expired is as if it had never been read.
inline Slot::Content content_of(const Slot& slot, const Readings& readings) {
    const bool expired = slot.content == Slot::Content::value && slot.expires <= readings.now;
    return expired ? Slot::Content::unread : slot.content;
}

/// The same multiplied by the power of ten that the point's `exponent` holds.
Outcome with_exponent(const Readings& readings, const Point& point, const Outcome& counted);

/// One element of a point as an outcome: absent, with no age, unless it has a value. An exponent that has
/// none leaves the value without one too.
inline Outcome outcome_of(const Readings& readings, std::size_t point, std::size_t element) {
    const Slot& slot = slot_of(readings, point, element);
    Outcome outcome;
    const Slot::Content content = content_of(slot, readings);
    outcome.unread = content == Slot::Content::unread;
    if (content != Slot::Content::value)
        return outcome;
    outcome.present = true;
    outcome.count = slot.count;
    outcome.aged_by(slot.at, slot.expires);
    const Point& meta = *readings.points[point].point;
    return meta.exponent ? with_exponent(readings, meta, outcome) : outcome;
}

/// No value, because an ingredient has none.
Outcome absent_like(const Outcome& ingredient);

/// A condition that is true or false, as old as `age`.
Outcome truth(bool value, const Outcome& age);

void add_run_needs(const Run& run, Needs& needs);

/// What the elements of a run come to. Made once for each answer.
const RunSummary& summary_of(const Readings& readings, const Run& run);

/// Which elements of a run exist.
class Existence {
public:
    /// Not known(): then nothing can be said of the run. What tells it is an ingredient of `outcome`.
    Existence(const Readings& readings, const Run& run, Outcome& outcome);

    [[nodiscard]] bool known() const { return known_; }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] bool has(std::size_t i) const { return !mask_ || (i < 64 && ((*mask_ >> i) & 1U) != 0); }

private:
    std::size_t count_;
    bool known_{true};
    std::optional<std::uint64_t> mask_;
};

/// Goes over the elements of a run that exist, until `visit(index in the run)` says false. Says false itself
/// if it is not known which exist.
template <class Visit>
bool for_each_element(const Readings& readings, const Run& run, Outcome& outcome, Visit visit) {
    const Existence existence{readings, run, outcome};
    if (!existence.known())
        return false;
    for (std::size_t i = 0; i < existence.count(); ++i)
        if (existence.has(i) && !visit(i))
            return false;
    return true;
}

} // namespace retrocan::mapping
