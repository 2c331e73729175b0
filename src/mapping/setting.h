// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "core/unit.h"
#include "mapping/toml_reader.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retrocan::mapping {

/// One line of [settings]: what the owner may set for this battery. Values are in fine units, or plain whole
/// numbers if the dimension is none.
struct SettingSpec {
    std::string name;
    Place place;
    Dimension dimension{Dimension::none};
    bool yes_or_no{};                     ///< a boolean: 0 or 1
    bool is_text{};                       ///< a text, for the adapter's keys only
    std::string fallback_text;            ///< its default; empty: none
    std::optional<std::int64_t> fallback; ///< `default`
    std::optional<std::int64_t> min;
    std::optional<std::int64_t> max;
    std::vector<std::int64_t> one_of;
    bool required{};
    std::string help;
};

/// The value of each setting, in the order of the specs; nothing where the owner set none and there is no
/// default. Of a text, which is in SettledSettings::texts, it is 0.
using SettingValues = std::vector<std::optional<std::int64_t>>;

struct SettledSettings {
    SettingValues values;
    std::vector<std::string> texts; ///< of settings that are texts, in the order of the specs
};

/// Reads one line of [settings]: `cells = { default = 16, min = 4, max = 24, help = "cells in series" }`, or
/// `prefix = { text = "jk-bms", help = "begins every topic" }`.
SettingSpec parse_setting(std::string name, toml_file::TableReader& read);

/// What the owner wrote, checked against the specs; all faults at once.
SettledSettings settle(std::span<const SettingSpec> specs, const adapter::Settings& owner, Faults& faults);

/// A setting's value for people: "16", "56.8 V", "yes".
std::string to_text(const SettingSpec& spec, std::int64_t value);

} // namespace retrocan::mapping
