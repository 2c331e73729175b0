// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "core/update.h"
#include "policy/pack.h"

namespace retrocan::policy {

inline constexpr TimePoint t0{std::chrono::hours{1}};

/// A 16-cell pack in good health, every value read at `at`, live values good for 5 s.
inline BatteryState good_state(TimePoint at) {
    using namespace literals;
    const TimePoint until = at + std::chrono::seconds{5};
    BatteryState s;
    s.voltage = Aged<Voltage>{52'800_mV, at, until};
    s.current = Aged<Current>{12'300_mA, at, until};
    s.temperature = Aged<Temperature>{21'500_mdegC, at, until};
    s.soc = Aged<Percent>{80_pct, at, until};
    s.cvl = Aged<Voltage>{56'800_mV, at, at + std::chrono::seconds{75}};
    s.ccl = Aged<Current>{80_A, at, until};
    s.dcl = Aged<Current>{100_A, at, until};
    s.charge_allowed = Aged<bool>{true, at, until};
    s.discharge_allowed = Aged<bool>{true, at, until};
    s.cell_voltage_min = Aged<Voltage>{3'295_mV, at, until};
    s.cell_voltage_max = Aged<Voltage>{3'305_mV, at, until};
    s.capacity = Aged<Charge>{280_Ah, at, TimePoint::max()};
    s.alarms[static_cast<std::size_t>(AlarmKind::high_voltage)] = Aged<bool>{false, at, until};
    return s;
}

inline SignalSet set_of(std::initializer_list<std::string_view> names) {
    SignalSet set;
    for (const auto name : names)
        set.set(*signal_index(name));
    return set;
}

inline const Envelope envelope{{48'000}, {56'400}, {60'000}, {120'000}};

inline PackPolicy good_policy() {
    PackPolicy policy;
    policy.limits.envelope = envelope;
    policy.limits.provided =
        set_of({"voltage", "current", "temperature", "soc", "cvl", "ccl", "dcl", "charge_allowed",
                "discharge_allowed", "cell_voltage_min", "cell_voltage_max", "capacity"});
    policy.limits.provided.set(alarm_index(AlarmKind::high_voltage));
    policy.required = set_of({"voltage", "current", "temperature", "soc", "cvl", "ccl", "dcl",
                              "charge_allowed", "discharge_allowed"});
    policy.facts.cells = 16;
    return policy;
}

/// A complete, good round at `at`; each one with another fingerprint.
inline Update good_round(TimePoint at) {
    Update update;
    update.state = good_state(at);
    update.round_complete = true;
    update.slow_and_once_read = true;
    update.analogue_points = 20;
    update.fingerprint = static_cast<std::uint64_t>(at.time_since_epoch().count());
    return update;
}

} // namespace retrocan::policy
