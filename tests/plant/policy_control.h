// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/control.h"
#include "policy/charge.h"

namespace retrocan::plant {

/// A charge policy for so many LFP cells as a careful owner would write it: absorption at 3.45 V a cell,
/// float at 3.375 V, the highest cell held at 3.50 V.
policy::ChargePolicy lfp_policy(std::int64_t cells);

struct PolicyControlSettings {
    policy::ChargePolicy charge;
    double ccl{200}; ///< that the owner allows
    double dcl{200};
    double stale_after{5};       ///< s; then nothing is sent
    double full_cell{3.45};      ///< CCL 0 from the battery counts as full with the highest cell here
    double no_charge_below{0.0}; ///< degC
    double charge_again_above{2.0};
    double cell_empty{2.80};   ///< DCL is 0 from here
    double cell_restart{3.10}; ///< and again above
};

/// policy::ChargeController, with a simple rest around it: a linear limiter of CCL, and packs joined by hand.
class PolicyControl : public Control {
public:
    explicit PolicyControl(const PolicyControlSettings& settings);

    std::optional<Command> step(const Measured& measured, Seconds now) override;

    [[nodiscard]] const policy::ChargeController& controller() const { return controller_; }
    [[nodiscard]] policy::Charging charging() const { return charging_; }

private:
    PolicyControlSettings settings_;
    policy::ChargeController controller_;
    policy::Charging charging_{policy::Charging::allowed};
    bool silent_{true};
    bool cold_{};
    bool empty_{};
    Seconds judged_{-1e9};
};

} // namespace retrocan::plant
