// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bank/member.h"
#include "core/quantity.h"
#include "core/time.h"
#include "policy/limits.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retrocan::bank {

/// The limits of batteries in parallel as one.
///
/// - Nobody but physics decides how a current divides. Each battery is taken to carry its share, which is its
///   part of the capacity of those that can carry it (equal shares, if a capacity is not known). The total is
///   the least of limit / share, rounded down: at its share each battery stays within its own limit, and the
///   sum of the limits is never exceeded.
/// - A battery that is blocked in a direction (its switch is open) limits nothing there and has no share
///   there; what it could carry is not given to the others. Are all blocked, the total is 0.
/// - A battery that was measured above its limit by more than 5 % and 1 A carries more than its share. What
///   it was measured to carry then counts as its share, at once. It is taken back by 0.2 % of its share a
///   second, never below what is measured meanwhile, and only while a current flows that tells something: so
///   a division that stays the same gives a limit that stays the same. Currents are compared when every
///   battery has told a new one, since half of a load step looks like an uneven division. The total never
///   falls below the limit of that battery by this rule: it cannot carry more than all.
/// - CVL is the least, the discharge voltage the highest. Charging is prohibited if it is for one of them, or
///   all are blocked; full if all that are not blocked are full.
class Sharing {
public:
    explicit Sharing(std::size_t members) : members_{members}, charge_(members), discharge_(members) {}

    /// `parts` are those that count, not empty, in their order. Objections: who carries more than its share.
    policy::Limits limits(std::span<const Part> parts, std::vector<std::string>& objections);

    /// Nothing that was measured before is a measure for what comes.
    void forget();

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("charge", self.charge_);
        visit("discharge", self.discharge_);
        visit("measured", self.measured_);
    }

private:
    /// Of each member, what it carries more than its share, in millionths of that share.
    using Excess = std::vector<Count>;

    std::optional<Duration> take_currents(std::span<const Part> parts);

    std::size_t members_;
    Excess charge_;
    Excess discharge_;
    std::optional<TimePoint> measured_; ///< the newest current of the last comparison
};

} // namespace retrocan::bank
