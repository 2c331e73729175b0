// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/configuration.h"
#include "policy/pack.h"
#include "victron/values.h"

namespace retrocan::daemon {

/// The owner's part of what is reported.
struct ReportSettings {
    OwnNames names;
    std::uint16_t battery_type{};
    std::optional<Percent> soh;
};

/// SOH where neither battery nor owner tells one: a stated assumption, shown as such (protocol notes, row
/// 12).
inline constexpr Percent assumed_soh{100'00};

/// What the bus shall carry: `values` that have not expired, the limits in force and the alarm pairs. Pure.
victron::Values report(const BatteryState& values, const std::optional<policy::Limits>& limits,
                       const policy::AlarmPairs& alarms, const ReportSettings& settings);

/// For `on_stale = "alarm"`: names, and the BMS internal alarm alone. `last` is the last full report.
victron::Values stale_report(const victron::Values& last);

} // namespace retrocan::daemon
