// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/fault.h"
#include "source.h"

#include <vector>

namespace retrocan::modbus {

/// The silence that all batteries of one link keep before and after each request: what one of them needs.
Duration shared_pause(const std::vector<const ModbusSource*>& batteries);

/// Whether the polls of all batteries at one link fit into their periods. A fault where the bytes, silences
/// and pauses alone take too long; a warning where they do with the time that devices take to answer, which
/// is a guess before they are asked.
void check_load(const std::vector<const ModbusSource*>& batteries, Faults& faults, Faults& warnings);

} // namespace retrocan::modbus
