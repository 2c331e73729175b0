// SPDX-License-Identifier: Apache-2.0
#include "plant/battery.h"

#include <algorithm>
#include <bitset>
#include <cassert>

namespace retrocan::plant {

namespace {

constexpr std::size_t most_packs = 32;

double amps_of(const Pack& pack, double bus_volts) {
    const double amps = (bus_volts - pack.emf()) / pack.resistance();
    const bool may = amps > 0 ? pack.bms().charge_closed() : pack.bms().discharge_closed();
    return may ? amps : 0;
}

} // namespace

Battery::Battery(const std::vector<PackSettings>& packs) {
    assert(packs.size() <= most_packs);
    packs_.reserve(packs.size());
    for (const PackSettings& pack : packs)
        packs_.emplace_back(pack);
}

double Battery::amps_at(double bus_volts) const {
    double sum = 0;
    for (const Pack& pack : packs_)
        sum += amps_of(pack, bus_volts);
    return sum;
}

std::optional<double> Battery::volts_at(double amps) const {
    // The current rises with the voltage, in straight pieces: begin with every pack, and leave out those that
    // their switches do not let take part at the voltage that results. Few packs, so few rounds.
    std::bitset<most_packs> out;
    for (std::size_t round = 0; round <= 2 * packs_.size(); ++round) {
        double conductance = 0;
        double weighted = 0;
        for (std::size_t i = 0; i < packs_.size(); ++i) {
            if (out[i])
                continue;
            conductance += 1 / packs_[i].resistance();
            weighted += packs_[i].emf() / packs_[i].resistance();
        }
        if (conductance <= 0)
            return std::nullopt;
        const double volts = (amps + weighted) / conductance;
        bool changed = false;
        for (std::size_t i = 0; i < packs_.size(); ++i) {
            const bool takes_part = amps_of(packs_[i], volts) != 0 || volts == packs_[i].emf();
            if (out[i] == takes_part) {
                out[i] = !takes_part;
                changed = true;
            }
        }
        if (!changed)
            return volts;
    }
    return std::nullopt;
}

void Battery::step(double bus_volts, double ambient, Seconds dt) {
    for (Pack& pack : packs_)
        pack.step(amps_of(pack, bus_volts), ambient, dt);
}

double Battery::amps() const {
    double sum = 0;
    for (const Pack& pack : packs_)
        sum += pack.amps();
    return sum;
}

double Battery::capacity() const {
    double sum = 0;
    for (const Pack& pack : packs_)
        sum += pack.capacity();
    return sum;
}

double Battery::soc() const {
    double sum = 0;
    for (const Pack& pack : packs_)
        sum += pack.soc() * pack.capacity();
    return sum / capacity();
}

double Battery::cell_max() const {
    double highest = -1000;
    for (const Pack& pack : packs_)
        highest = std::max(highest, pack.cell_max());
    return highest;
}

double Battery::cell_min() const {
    double lowest = 1000;
    for (const Pack& pack : packs_)
        lowest = std::min(lowest, pack.cell_min());
    return lowest;
}

std::uint32_t Battery::charge_trips() const {
    std::uint32_t sum = 0;
    for (const Pack& pack : packs_)
        sum += pack.bms().charge_trips();
    return sum;
}

std::uint32_t Battery::discharge_trips() const {
    std::uint32_t sum = 0;
    for (const Pack& pack : packs_)
        sum += pack.bms().discharge_trips();
    return sum;
}

} // namespace retrocan::plant
