// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/quantity.h"
#include "core/time.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace retrocan {

/// A value with the age of its oldest ingredient.
template <class T>
struct Aged {
    T value{};
    TimePoint oldest{};  ///< when the oldest point that it was made of was answered
    TimePoint expires{}; ///< from this moment on the value counts as absent: the first of its points' limits

    friend bool operator==(const Aged&, const Aged&) = default;
};

template <class T>
using Maybe = std::optional<Aged<T>>; // absent is not zero

/// Kinds of alarm and warning, in the order of the pairs of 0x35A (Victron CAN-bus BMS protocol, chapter 2).
/// `high_current` is discharge over-current; charging has its own kind.
enum class AlarmKind : std::uint8_t {
    general,
    high_voltage,
    low_voltage,
    high_temperature,
    low_temperature,
    high_charge_temperature,
    low_charge_temperature,
    high_current,
    high_charge_current,
    contactor,
    short_circuit,
    internal,
    cell_imbalance,
};
inline constexpr std::size_t alarm_kinds = 13;

/// The name of a kind as mappings write it: "high_voltage".
std::string_view to_text(AlarmKind kind);
std::optional<AlarmKind> alarm_kind(std::string_view name);

template <class T>
using PerAlarm = std::array<T, alarm_kinds>;

/// Firmware version as 0x35F shows it: two decimal numbers, major.minor, each 0 to 255.
struct Firmware {
    std::uint8_t major_number{};
    std::uint8_t minor_number{};
    friend bool operator==(const Firmware&, const Firmware&) = default;
};

/// What is known about one battery: plain values, copied, compared, printed. Units and signs are fixed here;
/// a mapping converts the battery's own. Every field may be absent.
struct BatteryState {
    Maybe<Voltage> voltage;
    Maybe<Current> current; // positive charges
    Maybe<Temperature> temperature;
    Maybe<Percent> soc;
    Maybe<Percent> soh;

    // What the battery itself asks for.
    Maybe<Voltage> cvl;
    Maybe<Current> ccl;
    Maybe<Current> dcl; // positive, as on the bus
    Maybe<Voltage> discharge_voltage;

    Maybe<bool> charge_allowed;    // its charge switch (MOSFET, contactor) is closed
    Maybe<bool> discharge_allowed; // its discharge switch is closed
    Maybe<bool> online;            // system status of 0x35A: main switch closed
    Maybe<bool> force_charge;

    Maybe<Voltage> cell_voltage_min;
    Maybe<Voltage> cell_voltage_max;
    Maybe<Temperature> cell_temperature_min;
    Maybe<Temperature> cell_temperature_max;
    Maybe<Temperature> mosfet_temperature;  // the hottest of its switches; it limits, and is not on the bus
    Maybe<std::string> cell_voltage_min_id; // at most 8 printable ASCII characters, as 0x374 to 0x377
    Maybe<std::string> cell_voltage_max_id;
    Maybe<std::string> cell_temperature_min_id;
    Maybe<std::string> cell_temperature_max_id;

    Maybe<Count> modules_online;
    Maybe<Count> modules_blocking_charge;
    Maybe<Count> modules_blocking_discharge;
    Maybe<Count> modules_offline;

    Maybe<Charge> capacity;           // installed (0x379)
    Maybe<Charge> capacity_online;    // full capacity of what is online (0x35F)
    Maybe<Charge> capacity_remaining; // shown only
    Maybe<Energy> energy_in;
    Maybe<Energy> energy_out;

    Maybe<std::string> manufacturer;
    Maybe<std::string> name;
    Maybe<std::string> family;
    Maybe<std::string> serial;
    Maybe<Firmware> firmware;

    PerAlarm<Maybe<bool>> alarms;
    PerAlarm<Maybe<bool>> warnings;

    friend bool operator==(const BatteryState&, const BatteryState&) = default;
};

/// A field of BatteryState without its alarms, by its type.
using SignalField = std::variant<Maybe<Voltage> BatteryState::*, Maybe<Current> BatteryState::*,
                                 Maybe<Temperature> BatteryState::*, Maybe<Percent> BatteryState::*,
                                 Maybe<Charge> BatteryState::*, Maybe<Energy> BatteryState::*,
                                 Maybe<Count> BatteryState::*, Maybe<bool> BatteryState::*,
                                 Maybe<std::string> BatteryState::*, Maybe<Firmware> BatteryState::*>;

struct SignalInfo {
    std::string_view name; ///< as mappings, logs and the page write it: "cell_voltage_max"
    SignalField field;
    std::string_view help;
};

/// Every signal once, in the order in which people are shown them. Alarms and warnings are signals too, but
/// stand in their own arrays: see signal_index().
std::span<const SignalInfo> signals();

/// Sets of signals: the index is that of signals(), then the alarms, then the warnings.
inline constexpr std::size_t plain_signals = 36;
inline constexpr std::size_t signal_count = plain_signals + 2 * alarm_kinds;
using SignalSet = std::bitset<signal_count>;

/// Index of a plain signal in a SignalSet; nothing if there is no such name.
std::optional<std::size_t> signal_index(std::string_view name);
constexpr std::size_t alarm_index(AlarmKind kind) {
    return plain_signals + static_cast<std::size_t>(kind);
}
constexpr std::size_t warning_index(AlarmKind kind) {
    return plain_signals + alarm_kinds + static_cast<std::size_t>(kind);
}

/// "soc", "alarm high_voltage", "warning cell_imbalance".
std::string signal_name(std::size_t index);

/// Makes every signal absent whose life has ended at `now`.
void drop_expired(BatteryState& state, TimePoint now);

/// Calls `visit(index, signal of a, same signal of b)` for every signal, alarms and warnings included.
template <class Visit>
void each_signal(BatteryState& a, const BatteryState& b, Visit visit) {
    std::size_t index = 0;
    for (const SignalInfo& info : signals())
        std::visit([&](auto field) { visit(index++, a.*field, b.*field); }, info.field);
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        visit(index++, a.alarms[i], b.alarms[i]);
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        visit(index++, a.warnings[i], b.warnings[i]);
}

template <class Visit>
void each_signal(const BatteryState& state, Visit visit) {
    std::size_t index = 0;
    for (const SignalInfo& info : signals())
        std::visit([&](auto field) { visit(index++, state.*field); }, info.field);
    for (const auto& alarm : state.alarms)
        visit(index++, alarm);
    for (const auto& warning : state.warnings)
        visit(index++, warning);
}

/// The value of a plain signal for people, with its unit; nothing if it is absent.
std::optional<std::string> signal_text(const BatteryState& state, std::size_t index);

} // namespace retrocan
