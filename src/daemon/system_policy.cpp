// SPDX-License-Identifier: Apache-2.0
#include "daemon/system_policy.h"

#include "core/unit.h"

#include <algorithm>

namespace retrocan::daemon {

namespace {

using namespace literals;
using namespace std::chrono_literals;

template <class T>
void take(T& value, const std::optional<T>& owners) {
    if (owners)
        value = *owners;
}

/// Phases of a battery whose chemistry is not known: nothing but what the owner wrote.
policy::ChargePhases bare_phases(Voltage absorption) {
    return {.absorption = absorption,
            .floating = absorption,
            .absorption_time = 1h,
            .rebulk_soc = 90_pct,
            .rebulk_cell = 0_V,
            .balance_every = Duration::max(),
            .balance_time = 1h};
}

void take_owners(policy::ChargePhases& phases, const ChargeSettings& owner) {
    take(phases.absorption, owner.absorption);
    take(phases.floating, owner.floating);
    phases.floating = std::min(phases.floating, phases.absorption);
    take(phases.absorption_time, owner.absorption_time);
    take(phases.rebulk_soc, owner.rebulk_soc);
    take(phases.rebulk_cell, owner.rebulk_cell);
    take(phases.balance_every, owner.balance_every);
    take(phases.balance_time, owner.balance_time);
}

bool gives(const mapping::Bound& bound, std::string_view signal) {
    return bound.provided().test(*signal_index(signal));
}

/// The more careful of both.
void join(policy::ChargePolicy& all, const policy::ChargePolicy& one) {
    all.floor = std::max(all.floor, one.floor);
    all.ceiling = std::min(all.ceiling, one.ceiling);
    all.hold = std::min(all.hold, one.hold);
    all.floor_prohibited = std::max(all.floor_prohibited, one.floor_prohibited);
    all.cell_limit = std::min(all.cell_limit, one.cell_limit);
    all.sign_verified = all.sign_verified && one.sign_verified;
    if (one.cell_target)
        all.cell_target = std::min(all.cell_target.value_or(*one.cell_target), *one.cell_target);
    if (!all.phases) {
        all.phases = one.phases;
    } else if (one.phases) {
        all.phases->absorption = std::min(all.phases->absorption, one.phases->absorption);
        all.phases->floating = std::min(all.phases->floating, one.phases->floating);
    }
}

/// What counts by cells counts for all of them.
void check_alike(const std::vector<BatteryConfiguration>& batteries, Faults& faults) {
    const BatteryConfiguration& first = batteries.front();
    for (const BatteryConfiguration& one : batteries) {
        if (one.cells != first.cells)
            faults.push_back(
                {one.place, "battery.cells: batteries in parallel have the same number of cells; \"" +
                                first.name + "\" has " + std::to_string(first.cells) + ", this one " +
                                std::to_string(one.cells)});
        if (one.chemistry != first.chemistry)
            faults.push_back(
                {one.place, "battery.chemistry: batteries in parallel have the same chemistry, or "
                            "their cells rest at other voltages; write the same as for \"" +
                                first.name + "\""});
    }
}

/// The voltages of the phases lie above the floor: that of the same battery is checked with its
/// configuration.
void check_floor(const policy::ChargePolicy& charge, const Place& place, Faults& faults) {
    const auto check = [&](std::string_view name, Voltage voltage) {
        if (voltage < charge.floor)
            faults.push_back({place, "battery: " + std::string{name} + " " + to_text(voltage) +
                                         " lies below the highest cvl_floor of all batteries, " +
                                         to_text(charge.floor)});
    };
    check("hold", charge.hold);
    if (charge.phases) {
        check("float", charge.phases->floating);
        check("absorption", charge.phases->absorption);
    }
}

} // namespace

policy::ChargePolicy charge_policy(const BatteryConfiguration& battery, const mapping::Bound& bound) {
    const policy::Envelope& envelope = battery.envelope;
    policy::ChargePolicy policy;
    if (battery.chemistry)
        policy = policy::charge_policy(*battery.chemistry, battery.cells, envelope.cvl_floor,
                                       envelope.cvl_ceiling);
    else
        policy.hold =
            battery.charge.floating.value_or(battery.charge.absorption.value_or(envelope.cvl_ceiling));
    const ChargeSettings& owner = battery.charge;
    if (owner.absorption && !policy.phases)
        policy.phases = bare_phases(*owner.absorption);
    if (policy.phases)
        take_owners(*policy.phases, owner);
    if (!owner.absorption && gives(bound, "cvl"))
        policy.phases.reset(); // it steers its charge voltage itself
    policy.floor = envelope.cvl_floor;
    policy.ceiling = envelope.cvl_ceiling;
    policy.floor_prohibited = envelope.cvl_floor_prohibited;
    take(policy.hold, owner.hold);
    policy.hold = std::clamp(policy.hold, envelope.cvl_floor, envelope.cvl_ceiling);
    policy.cells = battery.cells;
    policy.cell_limit = battery.cell_over_voltage;
    if (owner.cell_target)
        policy.cell_target = owner.cell_target;
    else if (policy.cell_target) // below where its own protection opens
        policy.cell_target = std::min(*policy.cell_target, battery.cell_over_voltage - 60_mV);
    if (!gives(bound, "cell_voltage_max"))
        policy.cell_target.reset();
    policy.sign_verified = bound.sign_verified();
    return policy;
}

void join(Assembly& assembly, Faults& faults) {
    const Configuration& configuration = assembly.configuration;
    BridgeSettings& bridge = assembly.bridge;
    policy::SystemPolicy& system = bridge.system;
    Current ccl{};
    Current dcl{};
    Current dcl_min{};
    for (std::size_t i = 0; i < assembly.batteries.size(); ++i) {
        const BatteryConfiguration& battery = configuration.batteries[i];
        bridge.members.push_back(assembly.batteries[i].member);
        const policy::ChargePolicy one = charge_policy(battery, *assembly.batteries[i].bound);
        if (i == 0)
            system.charge = one;
        else
            join(system.charge, one);
        ccl = ccl + battery.envelope.ccl_ceiling;
        dcl = dcl + battery.envelope.dcl_ceiling;
        dcl_min = std::max(dcl_min, assembly.batteries[i].member.pack.limits.dcl_min);
    }
    check_alike(configuration.batteries, faults);
    const policy::ChargePolicy& charge = system.charge;
    if (charge.floor >= charge.ceiling && assembly.batteries.size() > 1)
        faults.push_back({configuration.batteries[1].place,
                          "battery: these cannot be in parallel: one must not be charged below " +
                              to_text(charge.floor) + ", another not above " + to_text(charge.ceiling)});
    else
        check_floor(charge, configuration.batteries.back().place, faults);
    if (assembly.batteries.size() == 1)
        system.capacity = configuration.batteries.front().capacity;
    for (std::size_t i = 0; i < assembly.batteries.size(); ++i) {
        const mapping::Bound& bound = *assembly.batteries[i].bound;
        system.counts_energy =
            system.counts_energy || !gives(bound, "energy_in") || !gives(bound, "energy_out");
        system.longest_gap = std::max(system.longest_gap, bound.period() * 5 / 2);
    }
    system.envelope = {charge.floor, charge.ceiling,
                       std::min(ccl, configuration.bank.ccl_ceiling.value_or(ccl)),
                       std::min(dcl, configuration.bank.dcl_ceiling.value_or(dcl)), charge.floor_prohibited};
    system.dcl_min = dcl_min;
    system.force_charge = configuration.force_charge;
    system.on_disobeyed = configuration.on_disobeyed;
    system.obedience = configuration.obedience;
    bridge.bank = configuration.bank.settings;
    bridge.bank.hold = charge.hold;
    const BatteryConfiguration& first = configuration.batteries.front();
    bridge.report = {first.names, first.battery_type, first.soh};
    bridge.on_stale = first.on_stale;
    bridge.gx = configuration.gx;
    bridge.on_foreign = configuration.on_foreign;
    bridge.name_rule =
        configuration.insist_on_name ? victron::NameRule::as_given : victron::NameRule::guarded;
}

} // namespace retrocan::daemon
