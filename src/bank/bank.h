// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bank/member.h"
#include "bank/membership.h"
#include "bank/settings.h"
#include "bank/sharing.h"
#include "core/battery.h"
#include "policy/alarms.h"
#include "policy/limits.h"
#include "policy/pack.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retrocan::bank {

inline constexpr std::size_t most_members = 32;

/// The batteries as one.
struct View {
    policy::PackState state{};
    std::string reason;                   ///< of the state, in a sentence for people
    TimePoint alive_until{};              ///< the first of those that count; meaningful while running
    BatteryState values;                  ///< of those that count; empty unless running
    std::optional<policy::Limits> limits; ///< there while running
    policy::AlarmPairs alarms;
    /// For the log: a battery that is missing or left out, and why; voltages apart; unknown capacities. What
    /// stands before the first colon stays the same while the objection does, numbers after it may change.
    std::vector<std::string> objections;
    std::vector<bool> counts; ///< whether each member is part of it
};

/// Makes one battery of 1 to 32, connected in parallel. A bank of one is that battery, unchanged.
/// Deterministic: time comes in as `now`, and nothing else is looked at.
///
/// Who counts: see Membership. Values: see merged(). Limits: see Sharing; beyond that, while a battery is
/// missing, CVL is `hold` at most, and for `grace` after a loss no limit rises and no discharge voltage
/// falls.
///
/// Alarms are those of all batteries that run, also of one that is left out: 01 if one says so, else 10 if
/// one does, else 00. While a battery is missing, its alarms cannot be seen: that is told as the warning
/// "BMS internal".
class Bank {
public:
    /// `members`: 1 to most_members.
    Bank(const BankSettings& settings, std::size_t members);

    /// `members` are always the same ones in the same order; `now` never goes back.
    View look(std::span<const Member> members, TimePoint now);

    /// When look() may come to another result though nothing arrives. That a battery's data expires is not
    /// among it: its own policy wakes up for that.
    [[nodiscard]] std::optional<TimePoint> next() const { return membership_.next(); }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("membership", self.membership_);
        visit("sharing", self.sharing_);
        visit("last", self.last_);
        visit("apart", self.apart_);
    }

private:
    void hold_back(policy::Limits& limits, const Attendance& who, std::span<const Member> members) const;
    void look_at_spread(std::span<const Part> parts, std::vector<std::string>& objections);

    BankSettings settings_;
    std::size_t members_;
    Membership membership_;
    Sharing sharing_;
    std::optional<policy::Limits> last_; ///< of the last look, while running
    bool apart_{};                       ///< the voltages were more than `spread_warning` apart
};

} // namespace retrocan::bank
