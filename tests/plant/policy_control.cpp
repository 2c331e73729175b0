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

/// Share of the current: all up to 0.1 V below the cell's target, a twentieth 0.05 V above it, none at 0.12
/// V.
double cell_curve(double above) {
    if (above <= -0.1)
        return 1;
    if (above <= 0.05)
        return 1 - (above + 0.1) / 0.15 * 0.95;
    return std::max(0.0, 0.05 * (0.12 - above) / 0.07);
}

double volts(Voltage value) {
    return static_cast<double>(value.count) / 1000;
}

} // namespace

PolicyControlSettings preset(policy::Chemistry chemistry, std::int64_t cells, Voltage floor,
                             Voltage ceiling) {
    PolicyControlSettings settings{
        .charge = policy::charge_policy(chemistry, cells, floor * cells, ceiling * cells),
        .cell = policy::cell_values(chemistry),
    };
    settings.charge.sign_verified = true;
    return settings;
}

PolicyControlSettings lfp_preset() {
    return preset(policy::Chemistry::lfp, 16, Voltage{3'300}, Voltage{3'550});
}

PolicyControl::PolicyControl(const PolicyControlSettings& settings, const policy::ChargeMemory& memory)
    : settings_{settings}, controller_{settings.charge, memory} {}

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
    const bool full = joined.soc >= 0.95 || joined.cell_max >= volts(settings_.cell.full);
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
    ccl = std::min(ccl, settings_.ccl * cell_curve(joined.cell_max - volts(settings_.cell.target)));

    // On again 0.3 V above the end of discharge.
    empty_ = joined.cell_min < volts(settings_.cell.cut_off) + (empty_ ? 0.3 : 0);
    const bool no_discharge = empty_ || !joined.discharge_closed;
    const double dcl = no_discharge ? 0 : std::max(5.0, std::min(settings_.dcl, joined.dcl));
    return Command{volts(controller_.cvl().value), ccl, dcl};
}

} // namespace retrocan::plant
