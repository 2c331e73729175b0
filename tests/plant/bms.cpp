// SPDX-License-Identifier: Apache-2.0
#include "plant/bms.h"

namespace retrocan::plant {

void Bms::Switch::step(bool beyond, bool back, const BmsSettings& settings, Seconds dt) {
    if (open) {
        since += dt;
        if (back && since >= settings.least_open)
            *this = Switch{.open = false, .since = 0, .trips = trips};
        return;
    }
    since = beyond ? since + dt : 0;
    if (since >= settings.delay)
        *this = Switch{.open = true, .since = 0, .trips = trips + 1};
}

void Bms::step(double cell_min, double cell_max, Seconds dt) {
    charge_.step(cell_max > settings_.over, cell_max < settings_.over_release, settings_, dt);
    discharge_.step(cell_min<settings_.under, cell_min> settings_.under_release, settings_, dt);
    if (settings_.full_cell)
        full_ = cell_max >= (full_ ? settings_.full_release : *settings_.full_cell);
}

} // namespace retrocan::plant
