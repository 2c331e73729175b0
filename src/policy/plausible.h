// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::policy {

/// What the owner knows about the pack, and its values are held against.
struct PackFacts {
    std::optional<std::int64_t> cells; ///< in series
};

/// Makes values that cannot be true absent, and says which and why. Never clips a value into range, except
/// that an SOC of 100 to 105 % counts as 100 (some BMSes count on above full).
///
/// A value that jumps counts as absent until a second reading, taken later, confirms it.
class PlausibilityCheck {
public:
    explicit PlausibilityCheck(PackFacts facts) : facts_{facts} {}

    /// `latest` has no expired values. Objections are sentences for the log: "soc: 655 % is outside 0 % to
    /// 105 %".
    BatteryState operator()(const BatteryState& latest, TimePoint now, std::vector<std::string>& objections);

    /// What was accepted before is no measure for what comes next.
    void forget();

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("accepted", self.accepted_);
        visit("unconfirmed", self.unconfirmed_);
    }

private:
    PackFacts facts_;
    BatteryState accepted_;    ///< the last accepted values, until they expire
    BatteryState unconfirmed_; ///< jumped values that wait for a second reading, likewise
};

} // namespace retrocan::policy
