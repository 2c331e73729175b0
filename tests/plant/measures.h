// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/battery.h"
#include "plant/control.h"
#include "plant/inverter.h"
#include "plant/solar_charger.h"

#include <cstdint>
#include <deque>
#include <iosfwd>
#include <optional>

namespace retrocan::plant {

/// What a run is judged by.
struct Measures {
    double highest_cell{0};   ///< V, true, not as told
    double lowest_cell{1000}; ///< V
    double overshoot_mv{0};   ///< of the highest cell over its target
    double oscillation{
        0}; ///< settled: half of what the minute's mean current swings by within 30 min, % of C
    std::uint32_t changes{0};          ///< of CVL
    std::uint32_t changes_per_hour{0}; ///< settled: in the worst hour
    Seconds least_gap{1e9};            ///< from one change to the next that is not down for protection
    double largest_rise{0};            ///< V, in one change
    double lowest_cvl{1000};
    double highest_cvl{0};
    double solar_possible{0}; ///< Wh at the maximum power point
    double solar_lost{0};     ///< % of it: not harvested though loads, battery or grid had room for it
    double into_grid{0}; ///< % of capacity: from the battery, to bring the bus down to CVL, on the worst day
    double charged_frozen{0}; ///< % of capacity: into packs below 0 degC
    double fed_in{0};         ///< Wh
    std::uint32_t charge_trips{0};
    std::uint32_t discharge_trips{0};
    std::uint32_t blackouts{0};
    Seconds dark{0};    ///< off-grid with loads and without power
    Seconds stopped{0}; ///< the GX had no limits
    double most_soc{0}; ///< 1 is full
    double least_soc{1};
    double last_soc{0};
};

std::ostream& operator<<(std::ostream& out, const Measures& measures);

/// What the judges need to know about the run.
struct Goal {
    double cell_target{3.50};  ///< the highest cell is held at it or below, V
    double floor{52.8};        ///< of CVL; it jumps up to it at the end of a prohibition, V
    Seconds settled_from{1e9}; ///< full, and an hour after the ramp
    Seconds settled_to{1e9};
};

class Observer {
public:
    explicit Observer(const Goal& goal) : goal_{goal} {}

    void command(const std::optional<Command>& command, const Battery& battery, Seconds now);
    void step(double bus_volts, const AcSide& ac, bool feed_in, const Battery& battery,
              const SolarCharger& solar, const Inverter& inverter, const Orders& orders, Seconds now,
              Seconds dt);
    [[nodiscard]] Measures result(const Battery& battery, const Inverter& inverter) const;

private:
    [[nodiscard]] bool settled(Seconds now) const {
        return now >= goal_.settled_from && now < goal_.settled_to;
    }
    void end_minute(Seconds now, double capacity);

    Goal goal_;
    Measures measures_;
    std::optional<double> cvl_;
    std::optional<Seconds> changed_;
    std::deque<Seconds> changes_;

    Seconds minute_{0}; ///< that has passed of it
    double minute_amps_{0};
    std::uint32_t fifth_{0};
    double dump_{0}; ///< As, in these five minutes
    double frozen_{0};
    std::deque<double> minutes_;
    double lost_wh_{0};
    double dumped_today_{0};
    double today_{-1};
};

} // namespace retrocan::plant
