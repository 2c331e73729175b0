// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/inverse.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace retrocan::simulator {

/// One slot and what the battery would have to tell there.
struct SlotValue {
    std::size_t slot{};
    adapter::RawValue value;
};

/// Which raw value makes an alarm or a warning (its signal, see core/battery.h) active, or inactive: found by
/// trial, one bit or one word of one point at a time; of several the one that changes the fewest other
/// signals. Nothing where no single point decides on it. Takes milliseconds; pure.
std::optional<SlotValue> alarm_value(const mapping::Bound& bound, const mapping::RawValues& raws,
                                     std::size_t signal, bool active);

/// The signal of "alarm high_voltage" or "warning cell_imbalance"; nothing for any other text.
std::optional<std::size_t> alarm_signal(std::string_view name);

} // namespace retrocan::simulator
