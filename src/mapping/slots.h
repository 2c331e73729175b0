// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/point.h"
#include "mapping/value.h"

#include <cstddef>
#include <cstdint>
#include <optional>

/// How values look at what has been read. For the value classes only.
namespace retrocan::mapping {

/// One element of a point.
const Slot& slot_of(const Readings& readings, std::size_t point, std::size_t element);

/// What a slot holds at the time of the last answer: what has expired is as if it had never been read.
Slot::Content content_of(const Slot& slot, const Readings& readings);

/// One element of a point as an outcome: absent, with no age, unless it has a value. An exponent that has
/// none leaves the value without one too.
Outcome outcome_of(const Readings& readings, std::size_t point, std::size_t element);

/// A condition that is true or false, as old as `age`.
Outcome truth(bool value, const Outcome& age);

void add_run_needs(const Run& run, Needs& needs);

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
