// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "address.h"

#include <span>
#include <vector>

namespace retrocan::modbus {

/// Points whose registers straddle: each has some of the other's and some of its own, as when a run is given
/// a few elements too many. One that lies within another is meant so (a bit of a word, a digit of a text).
/// `elements` has those of each point, in the order of `points`.
void check_overlaps(std::span<const adapter::PointSpec> points,
                    std::span<const std::vector<Element>> elements, const Options& options, Faults& faults);

} // namespace retrocan::modbus
