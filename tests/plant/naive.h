// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/control.h"

namespace retrocan::plant {

/// What batteries for AC-coupled systems do: one CVL for ever, and CCL 0 when full.
class FixedCvl : public Control {
public:
    explicit FixedCvl(double cvl, double full_cell = 3.50) : cvl_{cvl}, full_cell_{full_cell} {}
    std::optional<Command> step(const Measured& measured, Seconds now) override;

private:
    double cvl_;
    double full_cell_;
    bool full_{};
};

/// What is tried next: when full, CVL is the measured voltage less a bit.
class FollowingCvl : public Control {
public:
    explicit FollowingCvl(double cvl, double full_cell = 3.45) : cvl_{cvl}, full_cell_{full_cell} {}
    std::optional<Command> step(const Measured& measured, Seconds now) override;

private:
    double cvl_;
    double full_cell_;
};

} // namespace retrocan::plant
