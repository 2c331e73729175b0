// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/chemistry.h"
#include "policy/limiter.h"

#include <vector>

namespace retrocan::policy {

/// Limiters that are safe for cells of this chemistry without further settings. None by SOC: it drifts, and a
/// limit that drifts with it is a false stop. `over`: the cell voltage at which this battery's own protection
/// opens; charging ends below it.
std::vector<Limiter> preset_limiters(Chemistry chemistry, Voltage over);

} // namespace retrocan::policy
