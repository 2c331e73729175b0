// SPDX-License-Identifier: Apache-2.0
#include "plant/policy_control.h"

#include "policy/chemistry.h"

#include <algorithm>
#include <cmath>

namespace retrocan::plant {

namespace {

std::int64_t thousandths(double value) {
    return std::llround(value * 1000);
}

/// The packs as one battery, as the sheet for banks has it.
struct Joined {
    bool told{true};
    Seconds oldest{1e18};
    double volts{0};
    double amps{0};
    double capacity{0};
    double soc{0};
    double cell_min{1000};
    double cell_max{0};
    double coldest{1000};
    bool charge_closed{true};
    bool discharge_closed{true};
    double cvl{1000};
    double ccl{1e6};
    double dcl{1e6};
};

Joined join(const Measured& measured) {
    Joined joined;
    const auto packs = static_cast<double>(measured.packs.size());
    for (const auto& pack : measured.packs) {
        if (!pack) {
            joined.told = false;
            return joined;
        }
        joined.oldest = std::min(joined.oldest, pack->at);
        joined.volts += pack->volts / packs;
        joined.amps += pack->amps;
        joined.capacity += pack->capacity;
        joined.soc += pack->soc * pack->capacity;
        joined.cell_min = std::min(joined.cell_min, pack->cell_min);
        joined.cell_max = std::max(joined.cell_max, pack->cell_max);
        joined.coldest = std::min(joined.coldest, pack->temperature);
        joined.charge_closed = joined.charge_closed && pack->charge_closed;
        joined.discharge_closed = joined.discharge_closed && pack->discharge_closed;
        joined.cvl = std::min(joined.cvl, pack->cvl.value_or(joined.cvl));
        joined.ccl = std::min(joined.ccl, pack->ccl.value_or(1e6) * packs);
        joined.dcl = std::min(joined.dcl, pack->dcl.value_or(1e6) * packs);
    }
    joined.soc /= joined.capacity;
    return joined;
}

/// Full current up to 3.40 V, a twentieth of it at 3.55 V, none at 3.62 V.
double cell_curve(double cell_max) {
    if (cell_max <= 3.40)
        return 1;
    if (cell_max <= 3.55)
        return 1 - (cell_max - 3.40) / 0.15 * 0.95;
    return std::max(0.0, 0.05 * (3.62 - cell_max) / 0.07);
}

} // namespace

policy::ChargePolicy lfp_policy(std::int64_t cells) {
    policy::ChargePolicy charge =
        policy::charge_policy(policy::Chemistry::lfp, cells, Voltage{3'300} * cells, Voltage{3'550} * cells);
    charge.sign_verified = true;
    return charge;
}

PolicyControl::PolicyControl(const PolicyControlSettings& settings)
    : settings_{settings}, controller_{settings.charge} {}

std::optional<Command> PolicyControl::step(const Measured& measured, Seconds now) {
    const Joined joined = join(measured);
    if (!joined.told || now - joined.oldest > settings_.stale_after) {
        silent_ = true;
        return std::nullopt;
    }
    if (silent_)
        controller_.restart();
    silent_ = false;

    cold_ = joined.coldest < (cold_ ? settings_.charge_again_above : settings_.no_charge_below);
    const bool full = joined.soc >= 0.95 || joined.cell_max >= settings_.full_cell;
    charging_ = policy::Charging::allowed;
    if (!joined.charge_closed)
        charging_ = policy::Charging::blocked;
    else if (cold_)
        charging_ = policy::Charging::prohibited;
    else if (joined.ccl <= 0)
        charging_ = full ? policy::Charging::full : policy::Charging::prohibited;

    if (joined.oldest > judged_) {
        judged_ = joined.oldest;
        const policy::ChargeInput input{
            .voltage = {thousandths(joined.volts)},
            .current = {thousandths(joined.amps)},
            .soc = {std::llround(joined.soc * 10'000)},
            .cell_max = Voltage{thousandths(joined.cell_max)},
            .cell_min = Voltage{thousandths(joined.cell_min)},
            .capacity = Charge{thousandths(joined.capacity)},
            .request = {std::min(settings_.charge.ceiling, Voltage{thousandths(joined.cvl)}),
                        {"battery", "", ""}},
            .charging = charging_,
        };
        controller_.round(input, TimePoint{std::chrono::microseconds{std::llround(now * 1e6)}});
    }

    double ccl = std::min(settings_.ccl, joined.ccl);
    if (charging_ == policy::Charging::full)
        ccl = 0.05 * joined.capacity;
    else if (charging_ != policy::Charging::allowed)
        ccl = 0;
    ccl = std::min(ccl, settings_.ccl * cell_curve(joined.cell_max));

    empty_ = joined.cell_min < (empty_ ? settings_.cell_restart : settings_.cell_empty);
    const bool no_discharge = empty_ || !joined.discharge_closed;
    const double dcl = no_discharge ? 0 : std::max(5.0, std::min(settings_.dcl, joined.dcl));
    return Command{static_cast<double>(controller_.cvl().value.count) / 1000, ccl, dcl};
}

} // namespace retrocan::plant
