// SPDX-License-Identifier: Apache-2.0
#include "plant/cell.h"

#include <algorithm>
#include <cmath>

namespace retrocan::plant {

Cell::Cell(const CellSettings& settings, const Chemistry& chemistry)
    : settings_{settings}, chemistry_{&chemistry}, soc_{settings.soc}, emf_{chemistry.ocv(soc_)} {}

void Cell::pass(double amps, Seconds dt) {
    const double share = amps * dt / 3600.0 / settings_.capacity;
    soc_ += share;
    const double turn = std::min(std::abs(share) / chemistry_->hysteresis_charge, 1.0);
    turned_ += ((amps < 0 ? -1.0 : 1.0) - turned_) * turn;
    polarised_ +=
        (amps * settings_.polarisation * cold_ - polarised_) * std::min(dt / settings_.time_constant, 1.0);
    emf_ = chemistry_->ocv(soc_) + turned_ * chemistry_->hysteresis + polarised_;
}

} // namespace retrocan::plant
