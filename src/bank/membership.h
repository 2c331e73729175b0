// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bank/member.h"
#include "bank/settings.h"
#include "policy/pack.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retrocan::bank {

/// Who counts at one moment.
struct Attendance {
    policy::PackState state{};
    std::string reason;                    ///< of the state, for people
    std::vector<bool> counts;              ///< of each member; all false unless running
    std::vector<std::string> objections;   ///< who is missing or left out, and why
    std::optional<std::size_t> missing{};  ///< while running: the first member that does not count
    std::optional<TimePoint> held_until{}; ///< after a loss: until then no limit rises
};

/// Decides who counts, and with that the state of the bank.
///
/// - Only a battery that runs and whose data is alive counts. Who is lost stops counting in the same look.
/// - Start. `stop`: all have to run. `degrade`: at least `min_online`, and all, or `grace` has passed since
///   the first of them ran. Either way each within `most_difference` of their middle voltage (the lower one
///   of two); whoever is not keeps the bank from starting (`stop`), or is left out (`degrade`).
/// - Loss. `stop`: the bank is stale at once. `degrade`: the rest goes on, if there are `min_online`.
/// - Return (`degrade`): once it runs and is within `most_difference` of the mean of those that count and are
///   connected. Who counts is not measured again, so that a difference near the limit does no harm. If nobody
///   else is left, it counts.
/// - A battery whose switches are both open takes no part in these comparisons: nothing can flow. A large
///   difference is told, since closing them would be dangerous.
/// - If a battery that is left out is connected nevertheless, nothing here can limit what flows: that is
/// told.
class Membership {
public:
    Membership(const BankSettings& settings, std::size_t members);

    Attendance look(std::span<const Member> members, TimePoint now);

    /// When the grace ends that is running.
    [[nodiscard]] std::optional<TimePoint> next() const { return next_; }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("state", self.state_);
        visit("counting", self.counting_);
        visit("waiting_until", self.waiting_until_);
        visit("held_until", self.held_until_);
        visit("next", self.next_);
    }

private:
    struct Look; // the members, and what is known about them in this look

    void drop_lost(Look& look);
    void go_on(Look& look);
    void form(Look& look);
    [[nodiscard]] std::string hindrance(const Look& look) const;
    void object(const Look& look, std::vector<std::string>& objections) const;

    BankSettings settings_;
    std::size_t members_;
    std::size_t least_; ///< that have to count

    policy::PackState state_{policy::PackState::starting};
    std::vector<std::uint8_t> counting_;     ///< 1: that member counts
    std::optional<TimePoint> waiting_until_; ///< before a start: so long for all
    std::optional<TimePoint> held_until_;    ///< after a loss
    std::optional<TimePoint> next_;          ///< the one of them that is still to come
};

} // namespace retrocan::bank
