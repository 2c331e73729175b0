// SPDX-License-Identifier: Apache-2.0
#include "policy/limiter_presets.h"

#include <algorithm>

namespace retrocan::policy {

namespace {

using namespace literals;

/// Between what is held (target) and the hard limit; well before either protection opens. Under feed-in only
/// CVL acts, so this one is the second line.
Curve cell_high(const CellValues& cell) {
    const std::int64_t target = cell.target.count;
    const std::int64_t limit = cell.over.count;
    return {
        {target, 100_pct}, {target + (limit - target) / 3, 10_pct}, {limit - (limit - target) / 3, 0_pct}};
}

Curve cell_low(const CellValues& cell) {
    const std::int64_t end = cell.cut_off.count;
    const std::int64_t spare = end - cell.under.count;
    return {{end, 0_pct}, {end + spare / 3, 30_pct}, {end + 2 * spare / 3, 100_pct}};
}

/// A cell below its end of discharge is charged gently until it is back; one far below its hard limit not at
/// all: copper may have dissolved in it.
Curve cell_low_charge(const CellValues& cell) {
    const std::int64_t dead = cell.under.count * 8 / 10;
    return {{dead, 0_pct}, {dead + 1, 5_pct}, {cell.under.count, 5_pct}, {cell.cut_off.count, 100_pct}};
}

// Temperatures in thousandths of a degree. Lithium plating begins below 0 degC in cells with graphite anodes,
// and charging has to be gentle up to 15 degC; titanate anodes do not plate.
const Curve cold_charge_graphite{{0, 0_pct}, {5'000, 15_pct}, {15'000, 100_pct}};
const Curve cold_charge_titanate{{-30'000, 0_pct}, {-10'000, 50_pct}, {0, 100_pct}};
const Curve hot_charge{{45'000, 100_pct}, {55'000, 0_pct}};
const Curve hot_charge_nmc{{35'000, 100_pct}, {45'000, 0_pct}}; // most datasheets end charging at 45 degC
const Curve cold_discharge{{-20'000, 0_pct}, {-10'000, 50_pct}, {0, 100_pct}};
const Curve hot_discharge{{50'000, 100_pct}, {60'000, 0_pct}};
const Curve mosfet{{80'000, 100_pct}, {100'000, 0_pct}};

} // namespace

std::vector<Limiter> preset_limiters(Chemistry chemistry, Voltage over) {
    CellValues cell = cell_values(chemistry);
    cell.over = std::min(cell.over, over);
    cell.target = std::min(cell.target, cell.over - Voltage{60});
    return {
        {LimiterKind::cell_high, cell_high(cell), {}},
        {LimiterKind::cell_low, cell_low(cell), {}},
        {LimiterKind::cell_low_charge, cell_low_charge(cell), {}},
        {LimiterKind::cold_charge,
         chemistry == Chemistry::lto ? cold_charge_titanate : cold_charge_graphite,
         {}},
        {LimiterKind::hot_charge, chemistry == Chemistry::nmc ? hot_charge_nmc : hot_charge, {}},
        {LimiterKind::cold_discharge, cold_discharge, {}},
        {LimiterKind::hot_discharge, hot_discharge, {}},
        // Not every unit of a model has this sensor, and its own protection watches it: it is not required.
        {LimiterKind::mosfet_charge, mosfet, 100_pct},
        {LimiterKind::mosfet_discharge, mosfet, 100_pct},
    };
}

} // namespace retrocan::policy
