// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "policy/charge_policy.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace retrocan::policy {

enum class Chemistry : std::uint8_t {
    lfp, ///< lithium iron phosphate
    nmc, ///< lithium nickel manganese cobalt oxide, also NCA and other 4.2 V cells
    lto, ///< lithium titanate
};

/// "lfp", "nmc", "lto", as configurations write it.
std::string_view to_text(Chemistry chemistry);
std::optional<Chemistry> chemistry(std::string_view name);

/// Values of one cell that are safe without further settings: milder than datasheets allow. What a
/// manufacturer writes for a battery always goes before.
struct CellValues {
    Voltage nominal;
    Voltage absorption;
    Voltage floating;
    Voltage hold;        ///< a full cell rests here: it is neither charged nor emptied
    Voltage target;      ///< the highest cell is held at it or below
    Voltage full;        ///< from here on a cell counts as full
    Voltage over;        ///< hard limit: above it a cell is in danger
    Voltage under;       ///< hard limit: below it a cell is in danger
    Voltage cut_off;     ///< end of discharge
    Voltage rebulk_cell; ///< lower, and it is charged again
    Percent rebulk_soc;
    Duration absorption_time;
    Duration balance_every;
    Duration balance_time;
};

const CellValues& cell_values(Chemistry chemistry);

/// What a GX lets solar chargers add to CVL under feed-in: 0.1, 0.2 or 0.4 V in a system of 12, 24 or 48 V.
Voltage solar_offset(Chemistry chemistry, std::int64_t cells);

/// The charge policy of a battery of `cells` cells in series, 1 or more, in whole tenths of a volt within
/// `floor` and `ceiling`. With the solar chargers' offset on top, the cells on average are still within their
/// target. The sign of the current is not verified by it.
ChargePolicy charge_policy(Chemistry chemistry, std::int64_t cells, Voltage floor, Voltage ceiling);

} // namespace retrocan::policy
