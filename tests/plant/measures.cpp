// SPDX-License-Identifier: Apache-2.0
#include "plant/measures.h"

#include "plant/day.h"

#include <algorithm>
#include <cmath>
#include <ostream>

namespace retrocan::plant {

namespace {

constexpr double near_target = 0.05; // V: what goes down from here on protects the highest cell

bool near(double a, double b) {
    return std::abs(a - b) < 0.01;
}

bool must_not_charge(const Battery& battery) {
    return std::any_of(battery.packs().begin(), battery.packs().end(), [](const Pack& pack) {
        return pack.temperature() < 1 || !pack.bms().charge_closed();
    });
}

} // namespace

void Observer::command(const std::optional<Command>& command, const Battery& battery, Seconds now) {
    if (!command) {
        cvl_.reset(); // what follows a silence is no change
        changed_.reset();
        return;
    }
    measures_.lowest_cvl = std::min(measures_.lowest_cvl, command->cvl);
    measures_.highest_cvl = std::max(measures_.highest_cvl, command->cvl);
    if (cvl_ && near(*cvl_, command->cvl))
        return;
    if (cvl_) {
        ++measures_.changes;
        if (!near(command->cvl, goal_.floor))
            measures_.largest_rise = std::max(measures_.largest_rise, command->cvl - *cvl_);
        const bool protects = command->cvl < *cvl_ && (battery.cell_max() > goal_.cell_target - near_target ||
                                                       must_not_charge(battery));
        if (changed_ && !protects)
            measures_.least_gap = std::min(measures_.least_gap, now - *changed_);
        changed_ = now;
        if (settled(now))
            changes_.push_back(now);
        while (!changes_.empty() && changes_.front() <= now - hour)
            changes_.pop_front();
        measures_.changes_per_hour =
            std::max(measures_.changes_per_hour, static_cast<std::uint32_t>(changes_.size()));
    }
    cvl_ = command->cvl;
}

void Observer::step(double bus_volts, const AcSide& ac, bool feed_in, const Battery& battery,
                    const SolarCharger& solar, const Inverter& inverter, const Orders& orders, Seconds now,
                    Seconds dt) {
    const double hours = dt / hour;
    const double capacity = battery.capacity();
    const double highest = battery.cell_max();
    measures_.highest_cell = std::max(measures_.highest_cell, highest);
    measures_.lowest_cell = std::min(measures_.lowest_cell, battery.cell_min());
    measures_.overshoot_mv = std::max(measures_.overshoot_mv, (highest - goal_.cell_target) * 1000);
    const double soc = battery.soc();
    measures_.most_soc = std::max(measures_.most_soc, soc);
    measures_.least_soc = std::min(measures_.least_soc, soc);
    measures_.last_soc = soc;
    if (!orders.alive)
        measures_.stopped += dt;
    if (!ac.grid && !inverter.on() && ac.load_watts > 0)
        measures_.dark += dt;
    measures_.fed_in += std::max(0.0, inverter.grid_watts()) * hours;

    // An ideal controller would leave nothing of the sun unused for which somebody has room.
    measures_.solar_possible += solar.possible() * bus_volts * hours;
    const double unused = solar.possible() - solar.amps();
    double room = feed_in ? inverter.room() : std::max(0.0, -inverter.grid_watts() / bus_volts);
    room += std::max(0.0, -battery.amps());
    if (highest < goal_.cell_target - 0.1 && !must_not_charge(battery))
        room += std::max(0.0, 0.5 * capacity - battery.amps());
    lost_wh_ += std::clamp(unused, 0.0, room) * bus_volts * hours;

    if (const double today = std::floor(now / day); today != today_) {
        today_ = today;
        dumped_today_ = 0;
    }
    minute_ += dt;
    minute_amps_ += battery.amps() * dt;
    if (inverter.holding() && inverter.grid_watts() > 0)
        dump_ -= battery.amps() * dt;
    for (const Pack& pack : battery.packs())
        if (pack.temperature() < 0)
            frozen_ += pack.amps() * dt;
    if (minute_ >= minute)
        end_minute(now, capacity);
}

void Observer::end_minute(Seconds now, double capacity) {
    if (settled(now)) {
        minutes_.push_back(minute_amps_ / minute_);
        if (minutes_.size() > 30)
            minutes_.pop_front();
        const auto [low, high] = std::minmax_element(minutes_.begin(), minutes_.end());
        measures_.oscillation = std::max(measures_.oscillation, (*high - *low) / 2 / capacity * 100);
    } else {
        minutes_.clear();
    }
    minute_ = 0;
    minute_amps_ = 0;
    // By five minutes, since what a cloud makes flow for seconds comes back when it has passed.
    if (++fifth_ % 5 != 0)
        return;
    dumped_today_ += std::max(0.0, dump_) / hour / capacity * 100;
    measures_.into_grid = std::max(measures_.into_grid, dumped_today_);
    measures_.charged_frozen += std::max(0.0, frozen_) / hour / capacity * 100;
    dump_ = 0;
    frozen_ = 0;
}

Measures Observer::result(const Battery& battery, const Inverter& inverter) const {
    Measures result = measures_;
    result.solar_lost = result.solar_possible > 0 ? lost_wh_ / result.solar_possible * 100 : 0;
    result.charge_trips = battery.charge_trips();
    result.discharge_trips = battery.discharge_trips();
    result.blackouts = inverter.blackouts();
    return result;
}

std::ostream& operator<<(std::ostream& out, const Measures& m) {
    return out << "highest cell " << m.highest_cell << " V, " << m.overshoot_mv << " mV over target; lowest "
               << m.lowest_cell << " V; oscillation " << m.oscillation << " % of C; CVL " << m.lowest_cvl
               << " to " << m.highest_cvl << " V, " << m.changes << " changes, " << m.changes_per_hour
               << " in the worst settled hour, least gap " << m.least_gap << " s, largest rise "
               << m.largest_rise << " V; solar lost " << m.solar_lost << " % of " << m.solar_possible
               << " Wh, fed in " << m.fed_in << " Wh; from the battery into the grid " << m.into_grid
               << " % of C; charged frozen " << m.charged_frozen << " % of C; trips " << m.charge_trips << "+"
               << m.discharge_trips << ", blackouts " << m.blackouts << " (" << m.dark << " s), stopped "
               << m.stopped << " s; SOC " << m.least_soc << " to " << m.most_soc << ", at the end "
               << m.last_soc;
}

} // namespace retrocan::plant
