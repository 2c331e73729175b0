// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/fault.h"
#include "mapping/content.h"

/// What only shows when a whole mapping has been read.
namespace retrocan::mapping {

/// Points that are used as two things, as a text with the keys of a number, or for bits that they don't have.
void check_points(const Content& content, Faults& faults);

/// Voltage and current are read in each poll, what the limits, the SOC and the temperature read at least each
/// minute, and what an alarm or warning reads not only once.
void check_paces(const Content& content, Faults& faults);

/// Points and settings that nothing uses.
void check_unused(const Content& content, Faults& faults);

} // namespace retrocan::mapping
