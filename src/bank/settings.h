// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/quantity.h"
#include "core/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace retrocan::bank {

/// What a lost battery does to the bank.
enum class OnLost : std::uint8_t {
    stop,    ///< silence until all are there again
    degrade, ///< the others go on, if enough are left
};

struct BankSettings {
    OnLost on_lost{OnLost::stop};
    std::size_t min_online{1}; ///< fewer: silence. For `degrade`; at least 1 and at most all
    /// For `degrade`. At the start the bank waits so long for the rest, from when the first battery runs.
    /// After a loss no limit rises for so long.
    Duration grace{};
    /// A battery that comes back counts again once its voltage is this near to the bank's: a larger
    /// difference drives a current that nobody limits.
    Voltage most_difference{1000};
    Voltage spread_warning{500};   ///< a larger difference of connected batteries is told
    std::optional<Voltage> hold{}; ///< CVL at most, while a battery is missing
};

} // namespace retrocan::bank
