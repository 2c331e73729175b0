// SPDX-License-Identifier: Apache-2.0
#include "plant/plant.h"

#include <cmath>

namespace retrocan::plant {

namespace {

class Plant {
public:
    explicit Plant(const Scenario& scenario)
        : scenario_{scenario}
        , site_{scenario.site}
        , battery_{site_.packs}
        , solar_{site_.solar}
        , inverter_{site_.inverter}
        , gx_{site_.gx}
        , sensor_{site_.sensor, site_.packs.size(), site_.seed}
        , observer_{scenario.goal}
        , lost_(site_.packs.size())
        , bus_volts_{battery_.packs().front().volts()} {}

    void second(Control& control, Seconds now, const std::function<void(const Glimpse&)>& watch) {
        see_outages(now);
        const Measured& measured = sensor_.second(battery_, lost_, now);
        const std::optional<Command> command = control.step(measured, now);
        observer_.command(command, battery_, now);
        if (command)
            gx_.receive(*command, now);
        gx_.second(now, grid_, solar_.amps(), inverter_.amps());
        if (watch)
            watch({now, measured, command, battery_, bus_volts_, solar_.amps(), solar_.possible(),
                   inverter_.amps(), inverter_.grid_watts()});
    }

    void step(Seconds now) {
        const Seconds dt = scenario_.dt;
        const AcSide ac{.grid = grid_,
                        .load_watts = site_.loads.watts(now),
                        .feed_in_watts = site_.feed_in_watts,
                        .pv_watts = grid_ ? 0 : site_.ac_sun.watts(now)};
        const bool feed_in = site_.gx.feed_in && grid_;
        const Orders& orders = gx_.orders();
        solar_.step(site_.sun.watts(now), bus_volts_, inverter_.amps(), battery_, orders, dt);
        inverter_.step(ac, bus_volts_, solar_.amps(), battery_, orders, feed_in, dt);
        settle_bus();
        battery_.step(bus_volts_, site_.ambient.degrees(now), dt);
        observer_.step(bus_volts_, ac, feed_in, battery_, solar_, inverter_, orders, now, dt);
    }

    [[nodiscard]] Measures result() const { return observer_.result(battery_, inverter_); }

private:
    void see_outages(Seconds now) {
        grid_ = site_.grid;
        lost_.assign(lost_.size(), false);
        for (const Outage& outage : scenario_.outages) {
            if (now < outage.from || now >= outage.to)
                continue;
            if (outage.what == Outage::What::grid)
                grid_ = false;
            for (std::size_t i = 0; outage.what == Outage::What::source && i < lost_.size(); ++i)
                if (outage.pack == i || outage.pack == every_pack)
                    lost_[i] = true;
        }
    }

    /// The currents of this step meet on the bus.
    void settle_bus() {
        const double amps = solar_.amps() - inverter_.amps();
        if (const auto volts = battery_.volts_at(amps)) {
            bus_volts_ = *volts;
        } else if (amps >= 0) { // nobody takes it: the solar chargers hold the bus at their set point
            const Orders& orders = gx_.orders();
            solar_.curtail(std::max(0.0, inverter_.amps()));
            if (inverter_.amps() < 0)
                inverter_.starve(-solar_.amps());
            bus_volts_ = std::max(orders.cvl + orders.solar_offset, bus_volts_);
        } else if (grid_) { // nobody delivers it
            inverter_.starve(solar_.amps());
        } else {
            inverter_.collapse();
            solar_.curtail(0);
        }
    }

    const Scenario& scenario_;
    const Site& site_;
    Battery battery_;
    SolarCharger solar_;
    Inverter inverter_;
    Gx gx_;
    Sensor sensor_;
    Observer observer_;
    std::vector<bool> lost_;
    bool grid_{true};
    double bus_volts_;
};

} // namespace

Measures run(const Scenario& scenario, Control& control, const std::function<void(const Glimpse&)>& watch) {
    Plant plant{scenario};
    const auto steps = static_cast<std::int64_t>(std::llround((scenario.to - scenario.from) / scenario.dt));
    const auto per_second = static_cast<std::int64_t>(std::llround(1 / scenario.dt));
    for (Seconds before = warm_up; before > 0; --before)
        plant.second(control, scenario.from - before, {});
    for (std::int64_t i = 0; i < steps; ++i) {
        const Seconds now = scenario.from + static_cast<double>(i) * scenario.dt;
        if (i % per_second == 0)
            plant.second(control, now, watch);
        plant.step(now);
    }
    return plant.result();
}

} // namespace retrocan::plant
