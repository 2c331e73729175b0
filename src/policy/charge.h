// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "policy/cell_loop.h"
#include "policy/charge_cycle.h"
#include "policy/charge_policy.h"
#include "policy/limits.h"
#include "policy/prohibition.h"

#include <optional>

namespace retrocan::policy {

/// Decides CVL, slowly: in whole tenths of a volt, up by one tenth per 20 s at most, down by its own phases
/// by a tenth per 3 minutes, down for protection or by the battery's request at once. It never follows the
/// measured voltage (protocol, chapter 1.5.3). Deterministic: time comes in as `now`.
///
/// CVL is the lowest of the request, the phase, the hold voltage, the loop on the highest cell and, while
/// charging is prohibited, the loop on the current; at least the floor and at most the ceiling.
class ChargeController {
public:
    explicit ChargeController(const ChargePolicy& policy, const ChargeMemory& memory = {});

    /// Judges a good round. The first after construction or restart() is answered without ramps.
    void round(const ChargeInput& input, TimePoint now);

    /// Between rounds something asks for less: CVL falls at once, and rises from there as always. Never
    /// raises.
    void fall_to(const Limit<Voltage>& request, Charging charging, TimePoint now);

    /// After a silence: what follows is computed without ramps. The phase is kept, and what the loops found.
    void restart() { running_ = false; }

    /// Decided in the last round, or lowered since. Always within floor (floor_prohibited while charging is
    /// prohibited) and ceiling, and never above the request unless the floor is. The limiter of the reason is
    /// that of the request, "absorption", "float", "hold", "highest cell", "prohibited", "floor", or "ramp"
    /// where CVL is on its way up.
    [[nodiscard]] const Limit<Voltage>& cvl() const { return cvl_; }
    [[nodiscard]] Phase phase() const { return cycle_.memory().phase; }
    /// Charging is prohibited, and charge has flown for 60 s although CVL is at its lowest: nobody obeys.
    [[nodiscard]] bool disobeyed() const { return prohibition_.disobeyed(); }
    [[nodiscard]] const ChargeMemory& memory() const { return cycle_.memory(); }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("cycle", self.cycle_);
        visit("cell_loop", self.cell_loop_);
        visit("prohibition", self.prohibition_);
        visit("cvl", self.cvl_);
        visit("changed", self.changed_);
        visit("last_round", self.last_round_);
        visit("running", self.running_);
        visit("held", self.held_);
        visit("held_soc", self.held_soc_);
        visit("asking", self.asking_);
    }

private:
    [[nodiscard]] bool prohibited(Charging charging) const;
    [[nodiscard]] Voltage guess(const ChargeInput& input, Voltage in_force) const;
    void hold_if_full(const ChargeInput& input, Duration passed);
    void decide(Limit<Voltage> lowest, Voltage floor, TimePoint now);

    ChargePolicy policy_;
    ChargeCycle cycle_;
    CellLoop cell_loop_;
    Prohibition prohibition_;

    Limit<Voltage> cvl_;
    TimePoint changed_{};
    TimePoint last_round_{};
    bool running_{};     ///< a round came since the construction or the last restart
    bool held_{};        ///< it is or was full, and does not charge again yet
    Percent held_soc_{}; ///< then
    Duration asking_{};  ///< it asks for charge again, for so long
};

} // namespace retrocan::policy
