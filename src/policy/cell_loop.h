// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"

#include <cstdint>
#include <optional>

namespace retrocan::policy {

/// Holds the highest cell at its target or below by CVL, slowly: an integrator in steps of 0.1 V, which
/// sees the cell coming by its rate of rise.
///
/// What a step does is far from what 0.1 V shared by all cells would be (6 mV for each of 16). At once it
/// does less than that. But a cell that is full before the others stands on the steep end of its curve and
/// they on the flat part: in the end, after a quarter of an hour, the step is nearly all its own. So up steps
/// need a good deal of room and, near the target, patience that grows with each one that had to be taken
/// back.
class CellLoop {
public:
    struct Facts {
        std::int64_t cells{};
        Voltage target;
        Voltage limit; ///< of a cell in danger
        Voltage floor; ///< of CVL
        bool sign_verified{};
    };

    explicit CellLoop(const Facts& facts) : facts_{facts} {}

    /// Judges a round; `milli_c` is the current in thousandths of C, positive charges. `in_force` is the CVL
    /// that the cells answer to.
    void round(Voltage highest, std::optional<Voltage> lowest, std::int64_t milli_c, Voltage in_force,
               TimePoint now);

    /// The first round after a silence: `guess` is what to begin with where the cell is at the top already
    /// and nothing is known from before.
    void start(Voltage highest, std::int64_t milli_c, Voltage guess, TimePoint now);

    /// CVL at most; nothing while no cell needs it.
    [[nodiscard]] std::optional<Voltage> limit() const { return limit_; }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("limit", self.limit_);
        visit("too_high", self.too_high_);
        visit("fast", self.fast_);
        visit("slow", self.slow_);
        visit("seen", self.seen_);
        visit("stepped", self.stepped_);
        visit("rose", self.rose_);
        visit("before", self.before_);
        visit("patience", self.patience_);
    }

private:
    void filter(std::int64_t microvolts, TimePoint now);
    [[nodiscard]] Voltage expected(Voltage highest, Duration in) const;
    [[nodiscard]] std::int64_t steps_down(Voltage highest, Voltage too_high) const;
    void fall(Voltage from, std::int64_t steps, TimePoint now);
    void rise(Voltage room, Voltage needed, bool discharges, TimePoint now);

    Facts facts_;
    std::optional<Voltage> limit_;
    Voltage too_high_{}; ///< the last limit that had to be lowered
    // Two averages of the highest cell in microvolts; their difference is its rate.
    std::optional<std::int64_t> fast_;
    std::int64_t slow_{};
    TimePoint seen_{};
    TimePoint stepped_{};
    bool rose_{};           ///< the last step was one up
    std::int64_t before_{}; ///< current at the last step down, in thousandths of C
    Duration patience_{};
};

} // namespace retrocan::policy
