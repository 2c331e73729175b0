// SPDX-License-Identifier: Apache-2.0
#include "plant/pack.h"

#include "plant/noise.h"

#include <algorithm>
#include <cmath>

namespace retrocan::plant {

PackSettings pack_of(std::size_t cells, const CellSettings& each) {
    PackSettings settings;
    settings.cells.assign(cells, each);
    return settings;
}

PackSettings natural_pack(std::size_t cells, const CellSettings& each, std::uint64_t seed) {
    PackSettings settings = pack_of(cells, each);
    Noise noise{seed};
    for (CellSettings& cell : settings.cells) {
        cell.capacity *= 1 + 0.005 * noise.bell();
        cell.resistance *= 1 + 0.05 * noise.bell();
        cell.soc += 0.001 * noise.bell();
    }
    return settings;
}

Pack::Pack(const PackSettings& settings)
    : settings_{settings}, bms_{settings.bms}, temperature_{settings.temperature} {
    cells_.reserve(settings.cells.size());
    for (const CellSettings& cell : settings.cells)
        cells_.emplace_back(cell, *settings.chemistry);
    step(0, temperature_, 0);
}

double Pack::soc() const {
    double sum = 0;
    for (const Cell& cell : cells_)
        sum += cell.soc();
    return sum / static_cast<double>(cells_.size());
}

double Pack::capacity() const {
    return std::min_element(cells_.begin(), cells_.end(),
                            [](const Cell& a, const Cell& b) { return a.capacity() < b.capacity(); })
        ->capacity();
}

void Pack::step(double amps, double ambient, Seconds dt) {
    amps_ = amps;
    const Balancing& balancing = settings_.balancing;
    const double bleed_from = std::max(balancing.from, cell_min_ + balancing.difference);
    // A cold cell has more resistance: twice as much at 0 degC.
    const double cold = std::clamp(std::exp((25 - temperature_) * 0.028), 0.7, 4.0);
    for (Cell& cell : cells_) {
        cell.set_cold(cold);
        const bool bled = balancing.amps > 0 && cell.emf() + amps * cell.resistance() > bleed_from;
        cell.pass(bled ? amps - balancing.amps : amps, dt);
    }
    measure();
    temperature_ += ((ambient - temperature_) / settings_.cooling +
                     amps * amps * cell_resistance_ / settings_.heat_capacity) *
                    dt;
    bms_.step(cell_min_, cell_max_, dt);
}

void Pack::measure() {
    emf_ = 0;
    cell_resistance_ = 0;
    cell_min_ = 1000;
    cell_max_ = -1000;
    for (const Cell& cell : cells_) {
        const double volts = cell.emf() + amps_ * cell.resistance();
        emf_ += cell.emf();
        cell_resistance_ += cell.resistance();
        cell_min_ = std::min(cell_min_, volts);
        cell_max_ = std::max(cell_max_, volts);
    }
    volts_ = emf_ + amps_ * (cell_resistance_ + settings_.inner_resistance);
    resistance_ = cell_resistance_ + settings_.inner_resistance + settings_.link_resistance;
}

} // namespace retrocan::plant
