// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"

#include <cstdint>
#include <optional>

namespace retrocan::policy {

/// Charging is prohibited, and under feed-in CVL is the only lever: no fixed one is right, since above the
/// battery's rest voltage it charges and below it the battery is emptied into the grid. Steers on the
/// measured current until nothing flows in and nothing is dumped.
class Prohibition {
public:
    struct Facts {
        std::int64_t cells{};
        Voltage floor; ///< the one for this case
        bool sign_verified{};
    };

    explicit Prohibition(const Facts& facts) : facts_{facts} {}

    /// Judges a round in which charging is prohibited. `in_force` is the CVL that the current answers to,
    /// `rest` the voltage at which a full battery rests. `milli_c`: positive charges.
    void round(Current current, std::int64_t milli_c, Voltage in_force, Voltage rest, TimePoint now);
    /// Charging is permitted.
    void end();

    /// CVL at most; nothing while charging is permitted.
    [[nodiscard]] std::optional<Voltage> limit() const { return limit_; }
    /// Charge has flown for 60 s although CVL is at its lowest, and has not stopped for 60 s since.
    [[nodiscard]] bool disobeyed() const { return disobeyed_; }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("limit", self.limit_);
        visit("most", self.most_);
        visit("stepped", self.stepped_);
        visit("rose", self.rose_);
        visit("observed", self.observed_);
        visit("before", self.before_);
        visit("wait", self.wait_);
        visit("disobeyed", self.disobeyed_);
        visit("obedience_turns", self.obedience_turns_);
    }

private:
    void watch_obedience(bool charges, Voltage in_force, TimePoint now);
    void fall(std::int64_t milli_c, Voltage from, TimePoint now);
    void rise(std::int64_t milli_c, TimePoint now);

    Facts facts_;
    std::optional<Voltage> limit_;
    Voltage most_{}; ///< never above: what was in force when it began
    TimePoint stepped_{};
    bool rose_{};           ///< the last step was one up
    bool observed_{true};   ///< and its effect has been judged
    std::int64_t before_{}; ///< current at the last step, in thousandths of C
    Duration wait_{};       ///< before the next step up
    bool disobeyed_{};
    TimePoint obedience_turns_{}; ///< since when what `disobeyed_` says is contradicted
};

} // namespace retrocan::policy
