// SPDX-License-Identifier: Apache-2.0
#include "policy/chemistry.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace retrocan::policy {

namespace {

using namespace literals;
using namespace std::chrono_literals;

constexpr Voltage tenth{100};
constexpr Duration day = 24h;

/// Prismatic cells of 50 to 300 Ah: charged to 3.65 V, discharged to 2.5 V by their datasheets, which is for
/// the test bench. At 3.45 V and a small tail current a cell is full to about 99 %, and it rests between 3.35
/// and 3.40 V afterwards. BMSs of 16 cells commonly balance above 3.40 V, which takes time at the top.
constexpr CellValues lfp{
    .nominal = 3'200_mV,
    .absorption = 3'450_mV,
    .floating = 3'375_mV,
    .hold = 3'375_mV,
    .target = 3'500_mV,
    .full = 3'450_mV,
    .over = 3'650_mV,
    .under = 2'500_mV,
    .cut_off = 2'800_mV,
    .rebulk_cell = 3'200_mV, // about 20 %, or a heavy load for a minute
    .rebulk_soc = 90_pct,
    .absorption_time = 1h,
    .balance_every = 30 * day,
    .balance_time = 4h,
};

/// Cells whose datasheets say 4.20 V: 4.10 V is about 92 % of it and costs little for much longer life. The
/// voltage falls all the way, some 10 mV for 1 %: a float voltage far below the absorption voltage would
/// empty a few percent into the grid after each charge, so it is where the cell rests. Any voltage will do to
/// balance them, so there is no hurry to stay at the top.
constexpr CellValues nmc{
    .nominal = 3'600_mV,
    .absorption = 4'100_mV,
    .floating = 4'080_mV,
    .hold = 4'080_mV,
    .target = 4'150_mV,
    .full = 4'100_mV,
    .over = 4'200_mV,
    .under = 2'800_mV,
    .cut_off = 3'200_mV, // below it is less than 5 %
    .rebulk_cell = 3'800_mV,
    .rebulk_soc = 85_pct,
    .absorption_time = 30min,
    .balance_every = 30 * day,
    .balance_time = 2h,
};

/// Datasheets say 2.8 V or 2.9 V and 1.5 V. Steep at both ends; it rests at about 2.6 V after 2.65 V, and
/// does not age from being full.
constexpr CellValues lto{
    .nominal = 2'300_mV,
    .absorption = 2'650_mV,
    .floating = 2'600_mV,
    .hold = 2'600_mV,
    .target = 2'700_mV,
    .full = 2'650_mV,
    .over = 2'800_mV,
    .under = 1'500_mV,
    .cut_off = 1'800_mV,
    .rebulk_cell = 2'250_mV,
    .rebulk_soc = 90_pct,
    .absorption_time = 30min,
    .balance_every = 30 * day,
    .balance_time = 2h,
};

struct Named {
    std::string_view name;
    Chemistry chemistry;
    const CellValues* values;
};
constexpr auto chemistries = std::to_array<Named>({
    {"lfp", Chemistry::lfp, &lfp},
    {"nmc", Chemistry::nmc, &nmc},
    {"lto", Chemistry::lto, &lto},
});

const Named& named(Chemistry chemistry) {
    const auto* const found = std::find_if(chemistries.begin(), chemistries.end(),
                                           [&](const Named& n) { return n.chemistry == chemistry; });
    assert(found != chemistries.end());
    return *found;
}

Voltage tenths_down(Voltage v) {
    return {v.count / tenth.count * tenth.count};
}

} // namespace

std::string_view to_text(Chemistry chemistry) {
    return named(chemistry).name;
}

std::optional<Chemistry> chemistry(std::string_view name) {
    for (const Named& n : chemistries)
        if (n.name == name)
            return n.chemistry;
    return std::nullopt;
}

const CellValues& cell_values(Chemistry chemistry) {
    return *named(chemistry).values;
}

Voltage solar_offset(Chemistry chemistry, std::int64_t cells) {
    const Voltage nominal = cell_values(chemistry).nominal * cells;
    return nominal < 19_V ? 100_mV : nominal < 38_V ? 200_mV : 400_mV;
}

ChargePolicy charge_policy(Chemistry chemistry, std::int64_t cells, Voltage floor, Voltage ceiling) {
    assert(cells > 0 && floor <= ceiling);
    const CellValues& cell = cell_values(chemistry);
    const Voltage most = std::min(ceiling, cell.target * cells - solar_offset(chemistry, cells));
    const auto of_all = [&](Voltage of_one) {
        return std::max(floor, tenths_down(std::min(most, of_one * cells)));
    };
    return {
        .phases = ChargePhases{.absorption = of_all(cell.absorption),
                               .floating = of_all(cell.floating),
                               .absorption_time = cell.absorption_time,
                               .rebulk_soc = cell.rebulk_soc,
                               .rebulk_cell = cell.rebulk_cell,
                               .balance_every = cell.balance_every,
                               .balance_time = cell.balance_time},
        .floor = floor,
        .ceiling = ceiling,
        .hold = of_all(cell.hold),
        .floor_prohibited = std::min(floor, std::max(tenth, tenths_down(cell.cut_off * cells))),
        .cells = cells,
        .cell_target = cell.target,
        .cell_limit = cell.over,
        .sign_verified = false,
    };
}

} // namespace retrocan::policy
