// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "can/interface_wish.h"
#include "core/fault.h"
#include "core/quantity.h"
#include "daemon/gx_watch.h"
#include "daemon/policy_keys.h"
#include "policy/limits.h"
#include "policy/pack.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::daemon {

/// What goes on the bus while the battery's data is stale.
enum class OnStale : std::uint8_t {
    silent, ///< nothing at all
    alarm,  ///< after a first `running`: names, and 0x35A with the BMS internal alarm; never a value or a
            ///< limit
};

/// What is done when somebody else sends frames with our identifiers, after our first one. Before it nothing
/// is sent, whatever this says.
enum class OnForeign : std::uint8_t {
    warn,   ///< say it, and go on sending
    silent, ///< send nothing until the other one has been silent for 30 s
};

/// What the owner wants the battery to be called; each instead of what the battery or its mapping says.
struct OwnNames {
    std::optional<std::string> manufacturer;
    std::optional<std::string> name;
    std::optional<std::string> family;
};

struct BatteryConfiguration {
    Place place;
    std::string name;
    std::string mapping; ///< "jk/pb": a mapping of the library; or the path of a file that ends in .toml
    Place mapping_place;
    Duration poll{};
    std::optional<Place> poll_place; ///< where the owner set it
    Duration stale_after{};
    std::optional<Place> stale_after_place; ///< likewise
    OnStale on_stale{OnStale::silent};

    std::int64_t cells{};
    Voltage cell_over_voltage; ///< at which the battery's own protection opens
    std::optional<policy::Chemistry> chemistry;
    std::optional<Charge> capacity; ///< the owner's word; else what the battery tells
    policy::Envelope envelope;
    std::optional<Current> dcl_min;
    ChargeSettings charge;
    std::vector<LimiterSetting> limiters;
    bool alarms_limit{true};
    std::optional<Voltage> discharge_voltage;
    policy::WhenMissing when_missing;

    OwnNames names;
    std::uint16_t battery_type{};       ///< bytes 0 and 1 of 0x35F
    std::optional<bool> invert_current; ///< the owner's word on the sign; none: as the mapping says
    struct AllowedWrite {
        std::string name;
        Place place;
    };
    std::vector<AllowedWrite> writes; ///< of the mapping's [writes], those that may be written
    std::optional<Percent> soh;       ///< where the battery does not tell it

    std::vector<adapter::Settings> connections; ///< tables that are no keys of ours: [battery.modbus]
    adapter::Settings settings;                 ///< [battery.settings], for the mapping
};

/// [record]: a running daemon writes down what its batteries say and what it hears.
struct RecordConfiguration {
    std::filesystem::path file; ///< as written: beside the configuration if it is relative
    std::uint64_t max_size{};   ///< bytes, in all
};

struct Configuration {
    std::string link; ///< "can0", "log:PATH"
    Place link_place;
    bool insist_on_name{};
    can::InterfaceWish interface; ///< how the interface of `link` should be
    bool set_up{};                ///< and that we set it so
    std::optional<RecordConfiguration> record;
    std::optional<std::filesystem::path> state_folder; ///< [state] folder, as written
    bool black_box{true};                              ///< [state] black_box
    std::vector<BatteryConfiguration> batteries;
    BankConfiguration bank;
    policy::ForceChargePolicy force_charge;
    policy::OnDisobeyed on_disobeyed{policy::OnDisobeyed::automatic};
    policy::ObediencePolicy obedience;
    GxPolicy gx;
    OnForeign on_foreign{OnForeign::warn};

    Faults warnings;    ///< what runs, but should be known
    Faults shadow_only; ///< why it may run with --shadow only
};

/// A battery that tells its live points by itself each `period` is not polled, and its data lives by that.
void adopt_period(BatteryConfiguration& battery, Duration period, Configuration& configuration,
                  Faults& faults);

/// Reads a configuration file and checks all that can be checked without its mappings. Every fault is added
/// to `faults`; what is returned is only to be used if there are none. Connects to nothing.
Configuration load_configuration(const std::filesystem::path& file, Faults& faults);
Configuration parse_configuration(std::string_view text, const std::string& file, Faults& faults);

} // namespace retrocan::daemon
