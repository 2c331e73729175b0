// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plant/battery.h"
#include "plant/gx.h"

#include <cstdint>
#include <limits>

namespace retrocan::plant {

struct InverterSettings {
    double max_watts{5000}; ///< AC
    double efficiency{0.95};
    double idle_watts{25};
    double charger_amps{70};
    double calibration{0}; ///< what its voltmeter reads too much, V
    Seconds lag{1.5};      ///< time constant of its regulation
    double cut_off{44};    ///< off-grid it switches off below, V
    double restart{48};    ///< and on again above
    Seconds restart_delay{10};
    bool keep_charged{
        false};             ///< ESS keeps the battery full from the grid; else the battery carries the loads
    double least_soc{0.10}; ///< ESS does not let loads empty the battery below this
};

/// The world on its AC side.
struct AcSide {
    bool grid{true};
    double load_watts{};
    double feed_in_watts{std::numeric_limits<double>::infinity()}; ///< that may go out, beyond the load
    double pv_watts{}; ///< of PV inverters that stand on its output (off-grid only)
};

/// The inverter/charger with ESS, or off-grid.
class Inverter {
public:
    explicit Inverter(const InverterSettings& settings) : settings_{settings} {}

    void step(const AcSide& ac, double bus_volts, double solar_amps, const Battery& battery,
              const Orders& orders, bool feed_in, Seconds dt);
    /// The bus does not deliver more than that.
    void starve(double amps) { amps_ = amps; }
    /// Off-grid: the bus has collapsed.
    void collapse();

    [[nodiscard]] double amps() const { return amps_; }       ///< out of the bus; negative: it charges
    [[nodiscard]] bool holding() const { return holding_; }   ///< exports to keep the bus at CVL
    [[nodiscard]] bool at_limit() const { return at_limit_; } ///< cannot export more
    [[nodiscard]] double room() const { return room_; }       ///< A that it could still draw and feed in
    [[nodiscard]] double grid_watts() const { return grid_watts_; } ///< positive: fed in
    [[nodiscard]] double pv_throttle() const {
        return throttle_;
    } ///< share of PV power after frequency shift
    [[nodiscard]] bool on() const { return on_; }
    [[nodiscard]] std::uint32_t blackouts() const { return blackouts_; }

private:
    void on_grid(const AcSide& ac, double bus_volts, double solar_amps, const Battery& battery,
                 const Orders& orders, bool feed_in, Seconds dt);
    void off_grid(const AcSide& ac, double bus_volts, double solar_amps, const Battery& battery,
                  const Orders& orders, Seconds dt);

    InverterSettings settings_;
    double amps_{0};
    bool holding_{};
    bool at_limit_{};
    double room_{};
    double grid_watts_{0};
    bool on_{true};
    Seconds off_for_{0};
    Seconds shift_delay_{0};
    double throttle_{1};
    std::uint32_t blackouts_{0};
};

} // namespace retrocan::plant
