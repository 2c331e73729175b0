// SPDX-License-Identifier: Apache-2.0
#include "policy/charge_cycle.h"

#include "core/unit.h"

#include <algorithm>
#include <cstdlib>

namespace retrocan::policy {

namespace {

using namespace std::chrono_literals;

constexpr Voltage tenth{100};
constexpr Duration ramp_step = 3min; // a step from absorption to float empties the battery into the grid

// At the top: wires and calibration cost some of CVL on the way to the cells, 0.2 V for 16 of them.
constexpr Voltage cell_margin{20};
constexpr Voltage margin{200};
// Not at the top any more; between the two the time at the top stands still.
constexpr Voltage cell_margin_away{60};
constexpr Voltage margin_away{1000};
constexpr Duration longest_away = 10min;

constexpr std::int64_t tail_milli_c = 50;
constexpr Duration tail_time = 3min;

constexpr Duration low_time = 60s;
// An SOC that is wrong, and below the rebulk SOC in a full battery, must not charge it again and again.
constexpr Percent least_used{200};

} // namespace

ChargeCycle::ChargeCycle(std::optional<ChargePhases> phases, std::int64_t cells,
                         std::optional<Voltage> cell_target, const ChargeMemory& memory)
    : phases_{phases}, cells_{cells}, cell_target_{cell_target}, memory_{memory} {
    // It comes from a file.
    constexpr Duration most = 24h * 366 * 100;
    memory_.since_full = std::clamp(memory_.since_full, Duration::zero(), most);
}

void ChargeCycle::round(const ChargeInput& input, bool full, std::optional<Voltage> in_force,
                        Duration passed) {
    memory_.since_full += passed;
    if (full) {
        memory_.since_full = Duration::zero();
        soc_when_full_ = input.soc;
    }
    if (!phases_) {
        memory_.phase = full ? Phase::floating : Phase::bulk;
        return;
    }
    if (full && memory_.phase != Phase::floating)
        enter_floating(input, in_force);
    if (memory_.phase == Phase::floating) {
        if (!full)
            floating(input, !in_force, passed);
    } else {
        to_the_top(input, passed);
        if (memory_.phase == Phase::floating)
            enter_floating(input, in_force);
    }
    if (memory_.phase != Phase::floating)
        led_ = phases_->absorption;
    else if (in_force)
        ramp(*in_force, passed);
    else
        led_ = std::min(phases_->floating, phases_->absorption);
}

/// The voltage of the battery's own request counts as the top where it is lower; one that lies below the
/// float voltage is no charge voltage, but a protection.
bool ChargeCycle::near_top(const ChargeInput& input, Voltage of_cell, Voltage of_all) const {
    const Voltage top = std::max(phases_->floating, std::min(phases_->absorption, input.request.value));
    if (!input.cell_max || cells_ <= 0)
        return input.voltage >= top - of_all;
    Voltage top_cell{top.count / cells_};
    if (cell_target_)
        top_cell = std::min(top_cell, *cell_target_);
    return *input.cell_max >= top_cell - of_cell;
}

bool ChargeCycle::balance_due() const {
    return phases_->balance_every > Duration::zero() && memory_.since_full > phases_->balance_every;
}

void ChargeCycle::to_the_top(const ChargeInput& input, Duration passed) {
    if (near_top(input, cell_margin, margin)) {
        memory_.phase = Phase::absorption;
        away_ = Duration::zero();
        at_top_ += passed;
        tail_ = std::abs(milli_c(input.current, input)) < tail_milli_c ? tail_ + passed : Duration::zero();
    } else {
        tail_ = Duration::zero();
        if (memory_.phase == Phase::absorption) {
            away_ = near_top(input, cell_margin_away, margin_away) ? Duration::zero() : away_ + passed;
            if (away_ > longest_away)
                enter_bulk();
        }
        return;
    }
    const bool due = balance_due();
    const Duration needed =
        due ? std::max(phases_->balance_time, phases_->absorption_time) : phases_->absorption_time;
    if (at_top_ >= needed || (!due && tail_ >= tail_time))
        memory_.phase = Phase::floating;
}

bool ChargeCycle::used(const ChargeInput& input) const {
    if (input.cell_min && *input.cell_min < phases_->rebulk_cell)
        return true;
    return input.soc < phases_->rebulk_soc && (!soc_when_full_ || input.soc <= *soc_when_full_ - least_used);
}

void ChargeCycle::floating(const ChargeInput& input, bool first, Duration passed) {
    low_ = used(input) ? low_ + passed : Duration::zero();
    if (low_ >= low_time || (first && used(input)) || balance_due())
        enter_bulk();
}

void ChargeCycle::ramp(Voltage in_force, Duration passed) {
    const Voltage end = std::min(phases_->floating, phases_->absorption);
    ramped_ += passed;
    if (in_force < led_) { // what something else has lowered does not come back
        led_ = std::max(end, in_force);
        ramped_ = Duration::zero();
    }
    if (led_ > end && ramped_ >= ramp_step) {
        led_ = std::max(end, led_ - tenth);
        ramped_ = Duration::zero();
    }
}

void ChargeCycle::enter_bulk() {
    memory_.phase = Phase::bulk;
    at_top_ = away_ = tail_ = low_ = Duration::zero();
}

void ChargeCycle::enter_floating(const ChargeInput& input, std::optional<Voltage> in_force) {
    memory_ = {Phase::floating, Duration::zero()};
    soc_when_full_ = input.soc;
    at_top_ = away_ = tail_ = low_ = ramped_ = Duration::zero();
    const Voltage from = std::min(in_force.value_or(phases_->absorption), phases_->absorption);
    led_ = std::max(from, std::min(phases_->floating, phases_->absorption));
}

std::optional<Limit<Voltage>> ChargeCycle::limit() const {
    if (!phases_)
        return std::nullopt;
    if (memory_.phase != Phase::floating)
        return Limit<Voltage>{led_, {"absorption", "absorption voltage " + to_text(led_), {}}};
    if (led_ > phases_->floating)
        return Limit<Voltage>{led_,
                              {"float",
                               to_text(led_) + " on the way down to the float voltage " +
                                   to_text(phases_->floating) + ", by 0.1 V in 3 min",
                               {}}};
    return Limit<Voltage>{led_, {"float", "float voltage " + to_text(led_), {}}};
}

} // namespace retrocan::policy
