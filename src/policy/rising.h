// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/quantity.h"
#include "core/time.h"
#include "policy/limits.h"

#include <optional>

namespace retrocan::policy {

/// A current limit that falls at once and rises late: what permits more has to hold for 30 s, and then it
/// rises by 2 % of its ceiling a second. So a limit that swings is held at its low end. What is below `least`
/// rises to it in one step: there it would act on nothing, as DCL in island mode.
class RisingLimit {
public:
    explicit RisingLimit(Current ceiling, Current least = {}) : ceiling_{ceiling}, least_{least} {}

    /// A good round permits `target`. The first after construction or restart() counts at once.
    void rise_to(const Limit<Current>& target, TimePoint now);
    /// Something permits no more than `target`.
    void fall_to(const Limit<Current>& target);
    /// After a silence.
    void restart() { *this = RisingLimit{ceiling_, least_}; }

    /// While it is held back its reason is "rise".
    [[nodiscard]] const std::optional<Limit<Current>>& limit() const { return limit_; }

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("limit", self.limit_);
        visit("above_since", self.above_since_);
        visit("risen_at", self.risen_at_);
        visit("before", self.before_);
    }

private:
    Current ceiling_;
    Current least_;
    std::optional<Limit<Current>> limit_;
    std::optional<TimePoint> above_since_; ///< more has been permitted without a break
    TimePoint risen_at_{};                 ///< how far the ramp has come, while it runs
    Reason before_;                        ///< what had held it where it rises from
};

} // namespace retrocan::policy
