// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/control.h"
#include "policy/charge.h"
#include "policy/chemistry.h"

namespace retrocan::plant {

struct PolicyControlSettings {
    policy::ChargePolicy charge;
    policy::CellValues cell;
    double ccl{200}; ///< that the owner allows
    double dcl{200};
    double stale_after{5};       ///< s; then nothing is sent
    double no_charge_below{0.0}; ///< degC
    double charge_again_above{2.0};
};

/// The preset for so many cells, with the sign of the current verified; CVL from `floor` to `ceiling` a cell.
PolicyControlSettings preset(policy::Chemistry chemistry, std::int64_t cells, Voltage floor, Voltage ceiling);
/// 16 LFP cells, from 3.30 V to 3.55 V.
PolicyControlSettings lfp_preset();

/// policy::ChargeController, with a simple rest around it: a linear limiter of CCL, and packs joined by hand.
class PolicyControl : public Control {
public:
    explicit PolicyControl(const PolicyControlSettings& settings, const policy::ChargeMemory& memory = {});

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
