// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "policy/charge.h"
#include "policy/energy.h"
#include "policy/force_charge.h"
#include "policy/limits.h"
#include "policy/obedience.h"
#include "policy/rising.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::policy {

/// What is done about a charge current that flows though it must not, with CVL at its lowest.
enum class OnDisobeyed : std::uint8_t {
    automatic, ///< silent with a cell above its hard limit, else said
    warn,
    silent, ///< nothing is sent any more: the system stops
};

struct SystemPolicy {
    Envelope envelope;
    ChargePolicy charge;
    ForceChargePolicy force_charge;
    bool counts_energy{};                           ///< the batteries do not all tell theirs
    Duration longest_gap{std::chrono::seconds{10}}; ///< between rounds, that energy is still counted over
    std::optional<Charge> capacity;                 ///< the owner's word; else what is told
    Current dcl_min{5'000}; ///< DCL that rises from below begins here: in island mode only 0 acts
    OnDisobeyed on_disobeyed{OnDisobeyed::automatic};
    ObediencePolicy obedience;
};

/// What outlives a restart.
struct Memory {
    ChargeMemory charge;
    EnergyMemory energy;

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("charge", self.charge);
        visit("energy", self.energy);
    }
    friend bool operator==(const Memory&, const Memory&) = default;
};

/// The last step before the frames: makes what a battery, or a bank of them, may be given into what 0x351
/// says. Charge voltage by the controller, currents that rise late, and what only shows over time: energies,
/// a low SOC, a limit that nobody obeys. Deterministic: time comes in as `now`.
class System {
public:
    explicit System(const SystemPolicy& policy, const Memory& memory = {});

    /// A good round: `values` are fresh and plausible, `permitted` is what the battery may be given.
    void round(const BatteryState& values, const Limits& permitted, TimePoint now);
    /// Anything else that came: may lower what is in force, never raise it.
    void lower(const Limits& permitted, TimePoint now);
    /// Silence: what follows is computed without ramps. Phase and counters are kept.
    void restart();

    /// What 0x351 says; there since the first round.
    [[nodiscard]] const std::optional<Limits>& limits() const { return limits_; }
    /// Since when the limiter of CVL, CCL and DCL is the same one; meaningful while there are limits.
    [[nodiscard]] const std::array<TimePoint, 3>& limited_since() const { return limited_since_; }
    /// Charge flows although everything forbids it: nothing may be sent. Why, for people; empty: it may.
    [[nodiscard]] const std::string& must_be_silent() const { return silence_; }
    /// What people should be told: limits that are not obeyed.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

    /// `values` with what is computed here where the battery does not tell it: energies, force charge.
    [[nodiscard]] BatteryState completed(const BatteryState& values, TimePoint now) const;
    /// The battery tells no energies: they are integrated here.
    [[nodiscard]] bool computes_energy() const { return policy_.counts_energy; }
    /// It charges by phases of its own; else the battery's CVL passes.
    [[nodiscard]] bool has_phases() const { return policy_.charge.phases.has_value(); }
    [[nodiscard]] Phase phase() const { return charge_.phase(); }
    [[nodiscard]] Memory memory() const { return {charge_.memory(), energy_.memory()}; }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("charge", self.charge_);
        visit("ccl", self.ccl_);
        visit("dcl", self.dcl_);
        visit("energy", self.energy_);
        visit("force", self.force_);
        visit("obedience", self.obedience_);
        visit("cap", self.cap_);
        visit("cap_moved", self.cap_moved_);
        visit("limits", self.limits_);
        visit("limited_since", self.limited_since_);
        visit("silence", self.silence_);
        visit("warnings", self.warnings_);
    }

private:
    void steer(const BatteryState& values, const Limits& permitted, TimePoint now);
    [[nodiscard]] Limits capped(Limits permitted) const;
    void watch(const BatteryState& values);
    void lower_cap(Voltage cvl, TimePoint now);
    void note_limiters(const std::optional<Limits>& before, TimePoint now);

    SystemPolicy policy_;
    ChargeController charge_;
    RisingLimit ccl_;
    RisingLimit dcl_;
    EnergyMeter energy_;
    ForceCharge force_;
    Obedience obedience_;
    std::optional<Voltage> cap_; ///< of CVL, since a charge current above CCL is not reduced otherwise
    TimePoint cap_moved_{};
    std::optional<Limits> limits_;
    std::array<TimePoint, 3> limited_since_{};
    std::string silence_;
    std::vector<std::string> warnings_;
};

} // namespace retrocan::policy
