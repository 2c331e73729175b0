// SPDX-License-Identifier: Apache-2.0
#include "plant/naive.h"

#include <algorithm>

namespace retrocan::plant {

namespace {

constexpr double most_amps = 200;

double highest_cell(const Measured& measured) {
    double highest = 0;
    for (const auto& pack : measured.packs)
        if (pack)
            highest = std::max(highest, pack->cell_max);
    return highest;
}

bool told(const Measured& measured) {
    return std::all_of(measured.packs.begin(), measured.packs.end(),
                       [](const auto& pack) { return pack.has_value(); });
}

} // namespace

std::optional<Command> FixedCvl::step(const Measured& measured, Seconds /*now*/) {
    if (!told(measured))
        return std::nullopt;
    full_ = highest_cell(measured) >= (full_ ? full_cell_ - 0.1 : full_cell_);
    return Command{cvl_, full_ ? 0 : most_amps, most_amps};
}

std::optional<Command> FollowingCvl::step(const Measured& measured, Seconds /*now*/) {
    if (!told(measured))
        return std::nullopt;
    const double volts = measured.packs.front()->volts;
    const bool full = highest_cell(measured) >= full_cell_;
    return Command{full ? std::min(cvl_, volts - 0.1) : cvl_, most_amps, most_amps};
}

} // namespace retrocan::plant
