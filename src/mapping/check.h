// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/fault.h"
#include "mapping/content.h"

/// What only shows when a whole mapping has been read.
namespace retrocan::mapping {

/// Points that are used as two things, or as a text with the keys of a number.
void check_points(const Content& content, Faults& faults);

/// Voltage and current are read in each poll, and what a limit reads at least each minute.
void check_limits(const Content& content, Faults& faults);

/// Points and settings that nothing uses.
void check_unused(const Content& content, Faults& faults);

} // namespace retrocan::mapping
