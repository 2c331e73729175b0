// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::cli {

/// A battery of a configuration, as `retrocan simulate` has to be told of it.
struct DryBattery {
    std::string name;
    std::vector<std::string> arguments; ///< of simulate: the mapping, its settings, the unit id
    bool published{};                   ///< through a broker
};

/// The batteries of a configuration that has been checked.
std::vector<DryBattery> dry_batteries(const std::filesystem::path& configuration);

/// The configuration with its batteries on this machine's loopback, at these ports, and nothing of the real
/// installation left: no serial port, no password, no recording, no state folder. Limits and policy stay.
std::string dry_configuration(const std::filesystem::path& configuration,
                              const std::vector<std::uint16_t>& ports);

} // namespace retrocan::cli
