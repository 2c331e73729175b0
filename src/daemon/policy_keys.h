// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bank/settings.h"
#include "mapping/toml_reader.h"
#include "policy/chemistry.h"
#include "policy/force_charge.h"
#include "policy/limits.h"
#include "policy/system.h"

#include <optional>
#include <vector>

/// The keys of a configuration that say what a battery may be given.
namespace retrocan::daemon {

/// Voltages of the whole battery; what is left out comes from the chemistry.
struct ChargeSettings {
    std::optional<Voltage> hold;
    std::optional<Voltage> floating;
    std::optional<Voltage> absorption;
    std::optional<Voltage> cell_target;
    std::optional<Voltage> rebulk_cell;
    std::optional<Percent> rebulk_soc;
    std::optional<Duration> absorption_time;
    std::optional<Duration> balance_every;
    std::optional<Duration> balance_time;
    policy::CclZero ccl_zero{policy::CclZero::hold};
};

/// [battery.limiters]: instead of the one that the chemistry brings.
struct LimiterSetting {
    policy::LimiterKind kind{};
    std::optional<policy::Limiter> limiter; ///< none: "off"
    Place place;
};

/// [bank]: several batteries as one.
struct BankConfiguration {
    bank::BankSettings settings;
    std::optional<Current> ccl_ceiling; ///< of all together; else the sum of theirs
    std::optional<Current> dcl_ceiling;
};

/// A fault at `key` unless its current is from `least` to what 0x351 can say.
void check_current(toml_file::TableReader& read, std::string_view key, std::optional<Current> value,
                   Current least);

/// [battery.charge]; voltages are checked against each other by the caller.
ChargeSettings read_charge(toml_file::TableReader& battery);

/// [battery.limiters]. `alarms_limit` becomes false with `alarms = "off"`.
std::vector<LimiterSetting> read_limiters(toml_file::TableReader& battery, bool& alarms_limit);

/// What the chemistry brings and the owner changed, for a battery that gives `provided`. Of the chemistry's,
/// one that reads a MOSFET is left out where the battery tells none; all else that reads what is not there is
/// a fault at `place`.
std::vector<policy::Limiter> limiters(std::optional<policy::Chemistry> chemistry, Voltage cell_over_voltage,
                                      const std::vector<LimiterSetting>& settings, const SignalSet& provided,
                                      bool has_temperature, const Place& place, Faults& faults);

/// [force_charge]
policy::ForceChargePolicy read_force_charge(toml_file::TableReader& root);

/// [bank]
BankConfiguration read_bank(toml_file::TableReader& root, std::size_t batteries);

/// [obedience]
void read_obedience(toml_file::TableReader& root, policy::OnDisobeyed& on_disobeyed,
                    policy::ObediencePolicy& policy);

} // namespace retrocan::daemon
