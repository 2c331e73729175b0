// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/quantity.h"
#include "core/time.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace retrocan::policy {

struct ObediencePolicy {
    Duration patience{std::chrono::seconds{10}}; ///< a current above its limit for so long is disobedience
    Duration settling{std::chrono::seconds{10}}; ///< so long a limit that was higher still explains a current
    bool lower_cvl{}; ///< the owner's choice: CVL is lowered while charging disobeys
};

/// Watches whether the system keeps to CCL and DCL. A limit is a request: who does not hear or obey it is
/// told to people by this. A current is above its limit by more than 5 % of it and 2 A; it is obeyed again
/// once the current was within half of that for as long as the patience. Deterministic: time comes in as
/// `now`.
class Obedience {
public:
    explicit Obedience(ObediencePolicy policy = {}) : policy_{policy} {}

    /// A good round, while 0x351 is sent. `current`: positive charges; the limits in force, not negative.
    void round(Current current, Current ccl, Current dcl, TimePoint now);
    /// After a silence: nobody had a limit to obey.
    void forget();

    /// A sentence for people with the likely reasons, as it was when it began; empty while all obey.
    [[nodiscard]] const std::string& charge_fault() const { return charge_.fault; }
    [[nodiscard]] const std::string& discharge_fault() const { return discharge_.fault; }
    /// CVL should be lowered: it is what a solar charger that ignores CCL still obeys.
    [[nodiscard]] bool lower_cvl() const { return policy_.lower_cvl && !charge_.fault.empty(); }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("charge", self.charge_);
        visit("discharge", self.discharge_);
    }

private:
    /// A limit and until when it is known to have been in force.
    struct Past {
        Current limit;
        TimePoint until{};

        template <class Self, class Visit>
        static void each_member(Self& self, const Visit& visit) {
            visit("limit", self.limit);
            visit("until", self.until);
        }
    };

    struct Direction {
        std::deque<Past> limits; ///< falling: each but the last was higher than those after it
        std::optional<TimePoint> above_since;
        std::optional<TimePoint> within_since; ///< while there is a fault
        std::string fault;

        template <class Self, class Visit>
        static void each_member(Self& self, const Visit& visit) {
            visit("limits", self.limits);
            visit("above_since", self.above_since);
            visit("within_since", self.within_since);
            visit("fault", self.fault);
        }
    };

    enum class Way : std::uint8_t { charge, discharge };
    static void note(std::deque<Past>& limits, Current limit, Duration settling, TimePoint now);
    void judge(Direction& direction, Way way, Current current, Current limit, TimePoint now) const;

    ObediencePolicy policy_;
    Direction charge_;
    Direction discharge_;
};

} // namespace retrocan::policy
