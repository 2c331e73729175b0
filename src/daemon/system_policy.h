// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/assembly.h"

namespace retrocan::daemon {

/// What one battery's charge voltage is steered by: its chemistry, then what the owner wrote.
policy::ChargePolicy charge_policy(const BatteryConfiguration& battery, const mapping::Bound& bound);

/// The policy of the whole system, from those of its batteries: parallel batteries share a voltage, so the
/// most careful one counts; currents add up. What cannot be together is a fault.
void join(Assembly& assembly, Faults& faults);

} // namespace retrocan::daemon
