// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "policy/charge_policy.h"
#include "policy/energy.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace retrocan::daemon {

/// What is kept over restarts of one battery or bank.
struct Kept {
    std::optional<policy::ChargeMemory> charge{}; ///< if its charge voltage is led by phases
    std::optional<policy::EnergyMemory> energy{}; ///< if its energy is counted here

    friend bool operator==(const Kept&, const Kept&) = default;
};

/// By the name of the battery or bank.
using KeptState = std::map<std::string, Kept, std::less<>>;

/// As JSON with the version of the format.
std::string to_text(const KeptState& state);

/// Reads it, whoever wrote it. The error says what in it cannot be.
Result<KeptState, std::string> parse_kept_state(std::string_view text);

} // namespace retrocan::daemon
