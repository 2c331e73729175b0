// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "core/can_frame.h"
#include "victron/values.h"

#include <cstdint>
#include <optional>

namespace retrocan::victron {

/// What a battery itself says, with no policy between: for the tests of mappings and for `retrocan decode`.
/// Never for the bus: the owner's limits, the age of the data and the alarm rules are not applied.
Values plain_values(const BatteryState& state);

/// The frame with this identifier made of them; nothing if it has no source.
std::optional<CanFrame> plain_frame(const BatteryState& state, std::uint32_t id);

} // namespace retrocan::victron
