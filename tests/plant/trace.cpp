// SPDX-License-Identifier: Apache-2.0
// Prints a scenario under a control as a table, for people who tune: plant_trace SCENARIO CONTROL [SECONDS
// [CVL]].

#include "plant/naive.h"
#include "plant/policy_control.h"
#include "plant/scenarios.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace retrocan::plant;

std::unique_ptr<Control> control_of(std::string_view name, double cvl) {
    if (name == "fixed")
        return std::make_unique<FixedCvl>(cvl);
    if (name == "following")
        return std::make_unique<FollowingCvl>(cvl);
    if (name == "policy")
        return std::make_unique<PolicyControl>(lfp_preset());
    return nullptr;
}

} // namespace

int main(int argc, char** argv) {
    const auto control = control_of(argc > 2 ? argv[2] : "", argc > 4 ? std::atof(argv[4]) : 55.2);
    std::deque<std::string> names;
    const double every = argc > 3 ? std::atof(argv[3]) : 60;
    std::vector<Scenario> all = scenarios();
    for (std::uint64_t seed = 1; seed <= 99; ++seed) {
        all.push_back(any_house(seed));
        names.push_back("house" + std::to_string(seed));
        all.back().name = names.back().c_str();
    }
    for (const Scenario& scenario : all) {
        if (!control || scenario.name != std::string_view{argv[1]})
            continue;
        std::printf("# h cvl ccl dcl bus_V battery_A soc cell_max cell_min temperature solar_A possible_A "
                    "inverter_A grid_W\n");
        const Measures measures = run(scenario, *control, [&](const Glimpse& g) {
            if (std::fmod(g.now, every) != 0)
                return;
            const Command command = g.command.value_or(Command{});
            std::printf("%.4f %.1f %.1f %.1f %.3f %.2f %.4f %.4f %.4f %.1f %.1f %.1f %.1f %.0f\n",
                        g.now / hour, command.cvl, command.ccl, command.dcl, g.bus_volts, g.battery.amps(),
                        g.battery.soc(), g.battery.cell_max(), g.battery.cell_min(),
                        g.battery.packs()[0].temperature(), g.solar_amps, g.solar_possible, g.inverter_amps,
                        g.grid_watts);
        });
        std::cout << "# " << measures << '\n';
        return 0;
    }
    std::cerr << "plant_trace SCENARIO fixed|following|policy [SECONDS [CVL]]; scenarios:";
    for (const Scenario& scenario : scenarios())
        std::cerr << ' ' << scenario.name;
    std::cerr << " house1 ... house99\n";
    return 2;
}
