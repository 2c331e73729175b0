// SPDX-License-Identifier: Apache-2.0
#include "policy/plausible.h"

#include "core/unit.h"

#include <cstdlib>

namespace retrocan::policy {

namespace {

using B = BatteryState;
using namespace literals;

template <class Q>
struct Range {
    std::string_view name;
    Maybe<Q> BatteryState::*field;
    Q low;
    Q high;
};

// Wide enough for every battery of a 12, 24 or 48 V system, narrow enough to catch a wrong word order, a
// sentinel or a lost sign. The currents end where the fields of 0x351 and 0x356 do.
constexpr Range<Voltage> voltage_ranges[] = {
    {"voltage", &B::voltage, 1_V, 100_V},
    {"cvl", &B::cvl, 1_V, 100_V}, // a request of 0 V is no request
    {"discharge_voltage", &B::discharge_voltage, 0_V, 100_V},
    {"cell_voltage_min", &B::cell_voltage_min, 500_mV, 5_V},
    {"cell_voltage_max", &B::cell_voltage_max, 500_mV, 5_V},
};
constexpr Range<Current> current_ranges[] = {
    {"current", &B::current, -3276'700_mA, 3276'700_mA},
    {"ccl", &B::ccl, 0_A, 10'000_A}, // a negative limit is a mistake, not a limit
    {"dcl", &B::dcl, 0_A, 10'000_A},
};
constexpr Range<Temperature> temperature_ranges[] = {
    {"temperature", &B::temperature, -40_degC, 100_degC},
    {"cell_temperature_min", &B::cell_temperature_min, -40_degC, 100_degC},
    {"cell_temperature_max", &B::cell_temperature_max, -40_degC, 100_degC},
    {"mosfet_temperature", &B::mosfet_temperature, -40_degC, 150_degC},
};
constexpr Range<Percent> percent_ranges[] = {
    {"soc", &B::soc, 0_pct, 105_pct},
    {"soh", &B::soh, 0_pct, 100_pct},
};
constexpr Range<Charge> charge_ranges[] = {
    {"capacity", &B::capacity, 0_Ah, 65'535_Ah},
    {"capacity_online", &B::capacity_online, 0_Ah, 65'535_Ah},
    {"capacity_remaining", &B::capacity_remaining, 0_Ah, 65'535_Ah},
};
constexpr Range<Count> count_ranges[] = {
    {"modules_online", &B::modules_online, {0}, {1000}},
    {"modules_blocking_charge", &B::modules_blocking_charge, {0}, {1000}},
    {"modules_blocking_discharge", &B::modules_blocking_discharge, {0}, {1000}},
    {"modules_offline", &B::modules_offline, {0}, {1000}},
};

template <class Q>
void keep_in(const Range<Q>& range, B& state, std::vector<std::string>& objections) {
    auto& signal = state.*range.field;
    if (!signal || (signal->value >= range.low && signal->value <= range.high))
        return;
    objections.push_back(std::string{range.name} + ": " + to_text(signal->value) + " is outside " +
                         to_text(range.low) + " to " + to_text(range.high));
    signal.reset();
}

/// Absent until a reading later than the one that jumped is within `step` of it.
template <class Q>
void confirm_jump(std::string_view name, Maybe<Q> B::*field, Q step, B& state, B& accepted, B& unconfirmed,
                  std::vector<std::string>& objections) {
    const auto near = [step](Q a, Q b) { return std::abs(a.count - b.count) <= step.count; };
    auto& signal = state.*field;
    auto& waiting = unconfirmed.*field;
    auto& before = accepted.*field;
    if (!signal)
        return;
    if (!before || near(signal->value, before->value) ||
        (waiting && near(signal->value, waiting->value) && signal->oldest > waiting->oldest)) {
        waiting.reset();
        before = signal;
        return;
    }
    if (!waiting || !near(signal->value, waiting->value))
        waiting = signal;
    objections.push_back(std::string{name} + ": jumped from " + to_text(before->value) + " to " +
                         to_text(signal->value) + "; a second reading has to confirm it");
    signal.reset();
}

void hold_against_cells(const PackFacts& facts, B& state, std::vector<std::string>& objections) {
    if (state.cell_voltage_min && state.cell_voltage_max &&
        state.cell_voltage_min->value > state.cell_voltage_max->value) {
        objections.push_back("cell_voltage_min: " + to_text(state.cell_voltage_min->value) +
                             " is above cell_voltage_max");
        state.cell_voltage_min.reset();
        state.cell_voltage_max.reset();
    }
    if (!facts.cells || !state.voltage || !state.cell_voltage_min || !state.cell_voltage_max)
        return;
    // The pack's voltage lies between all cells at the lowest and all at the highest, give or take 5 %.
    const std::int64_t low = *facts.cells * state.cell_voltage_min->value.count * 95 / 100;
    const std::int64_t high = *facts.cells * state.cell_voltage_max->value.count * 105 / 100;
    const std::int64_t pack = state.voltage->value.count;
    if (pack >= low && pack <= high)
        return;
    objections.push_back("voltage: " + to_text(state.voltage->value) + " does not fit " +
                         std::to_string(*facts.cells) + " cells of " +
                         to_text(state.cell_voltage_min->value) + " to " +
                         to_text(state.cell_voltage_max->value));
    state.voltage.reset();
}

} // namespace

void PlausibilityCheck::forget() {
    accepted_ = {};
    unconfirmed_ = {};
}

BatteryState PlausibilityCheck::operator()(const BatteryState& latest, TimePoint now,
                                           std::vector<std::string>& objections) {
    BatteryState state = latest;
    drop_expired(accepted_, now);
    drop_expired(unconfirmed_, now);
    for (const auto& range : voltage_ranges)
        keep_in(range, state, objections);
    for (const auto& range : current_ranges)
        keep_in(range, state, objections);
    for (const auto& range : temperature_ranges)
        keep_in(range, state, objections);
    for (const auto& range : percent_ranges)
        keep_in(range, state, objections);
    for (const auto& range : charge_ranges)
        keep_in(range, state, objections);
    for (const auto& range : count_ranges)
        keep_in(range, state, objections);
    if (state.soc && state.soc->value > 100_pct)
        state.soc->value = 100_pct;

    hold_against_cells(facts_, state, objections);

    // Currents may jump: loads do. Limits may fall at once, and rise within the envelope only.
    const Voltage voltage_step{accepted_.voltage ? accepted_.voltage->value.count / 10 : 0};
    confirm_jump("voltage", &B::voltage, voltage_step, state, accepted_, unconfirmed_, objections);
    confirm_jump("soc", &B::soc, 10_pct, state, accepted_, unconfirmed_, objections);
    confirm_jump("temperature", &B::temperature, 15_degC, state, accepted_, unconfirmed_, objections);
    // Limits act on these at once, and one of them switches an inverter off.
    confirm_jump("cell_voltage_min", &B::cell_voltage_min, 400_mV, state, accepted_, unconfirmed_,
                 objections);
    confirm_jump("cell_voltage_max", &B::cell_voltage_max, 400_mV, state, accepted_, unconfirmed_,
                 objections);
    confirm_jump("cell_temperature_min", &B::cell_temperature_min, 15_degC, state, accepted_, unconfirmed_,
                 objections);
    confirm_jump("cell_temperature_max", &B::cell_temperature_max, 15_degC, state, accepted_, unconfirmed_,
                 objections);
    return state;
}

} // namespace retrocan::policy
