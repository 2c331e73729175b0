// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/quantity.h"
#include "core/time.h"
#include "policy/limits.h"

#include <optional>

namespace retrocan::policy {

/// When the owner wants the battery to be charged at any price. `until` is above `below` and `long_below`;
/// the configuration guarantees it.
struct ForceChargePolicy {
    std::optional<Percent> below{};      ///< SOC: at once
    std::optional<Percent> long_below{}; ///< SOC: without a break for `long_time`
    Duration long_time{std::chrono::hours{24}};
    Percent until{}; ///< SOC at which a charge that was asked for here is enough
};

/// Decides what 0x360 says: the battery's own request, or the owner's by SOC, which ends at `until` only.
/// Deterministic: time comes in as `now`.
class ForceCharge {
public:
    explicit ForceCharge(const ForceChargePolicy& policy) : policy_{policy} {}

    /// A good round. `asked`: what the battery itself says, if it says anything.
    void round(Percent soc, const std::optional<bool>& asked, TimePoint now);

    /// Of the last round; nothing if neither the battery nor the owner has a say: then 0x360 is not sent.
    [[nodiscard]] const std::optional<bool>& request() const { return request_; }
    /// Why it is requested; empty while it is not.
    [[nodiscard]] const Reason& reason() const { return reason_; }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("low_since", self.low_since_);
        visit("low", self.low_);
        visit("request", self.request_);
        visit("reason", self.reason_);
    }

private:
    void judge_soc(Percent soc, TimePoint now);

    ForceChargePolicy policy_;
    std::optional<TimePoint> low_since_; ///< below `long_below` without a break
    std::optional<Reason> low_;          ///< asked for by SOC, and not at `until` yet
    std::optional<bool> request_;
    Reason reason_;
};

} // namespace retrocan::policy
