// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/plant.h"

#include <string_view>
#include <vector>

namespace retrocan::plant {

// One pack of 16 LFP cells with 280 Ah, 8 kWp on the DC side and 10 kVA, unless said otherwise.

/// Chapter 1.5.3.1 of the protocol: full sun, all excess into the grid, sizeable loads that switch.
Scenario feed_in_day();
/// Chapter 1.5.3.2: the same with one cell 5 % ahead of the others, and no balancing.
Scenario one_cell_ahead();
/// Chapter 1.5.3.3: more PV power than may be fed in, so that the bus rises to CVL + 0.4 V.
Scenario excess_pv();
/// The same with one cell 5 % ahead.
Scenario excess_pv_one_cell_ahead();
/// No feed-in at all: the solar chargers obey CCL.
Scenario own_use_day();
/// Chapter 1.5.4: off-grid with PV inverters at the AC output, full battery, and a large load that goes off
/// at once.
Scenario load_drop();
/// Chapter 5.6: off-grid, the battery runs empty in the night, and the sun comes back.
Scenario blackout();
/// A pack at -5 degC under full sun with feed-in, to begin with at `soc`; it thaws in the afternoon.
Scenario cold_morning(double soc);
/// The same, and it stays cold; without loads that switch.
Scenario frozen_day(double soc);
/// The battery's data stops for five minutes in full sun.
Scenario source_lost();
/// Three packs, one of them 8 % ahead, and smaller.
Scenario one_pack_ahead();
/// A BMS that asks for CCL 0 when a cell is full, and for one CVL for ever.
Scenario asks_zero_when_full();
/// 14 NMC cells, one of them 5 % ahead.
Scenario nmc_day();
/// Seven days with clouds, loads and nights.
Scenario week();

/// A sunny day in a house of another size, drawn by `seed`: 100 to 600 Ah, with up to 0.6 C of sun, cells
/// that differ in SOC by up to 5 %, new or old, balanced or not, a voltmeter that is wrong by up to 0.1 V,
/// clouds.
Scenario any_house(std::uint64_t seed);

/// All of them but any_house().
const std::vector<Scenario>& scenarios();

} // namespace retrocan::plant
