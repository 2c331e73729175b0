// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bank/member.h"
#include "core/battery.h"
#include "policy/alarms.h"

#include <optional>
#include <span>
#include <vector>

namespace retrocan::bank {

/// The parts of the members that count (`counts` is as long as `members`), each with its capacity as weight.
/// A capacity of the owner's goes before that of the modules online, and that before the installed one. If
/// one is not known, all weigh the same.
std::vector<Part> parts_of(std::span<const Member> members, const std::vector<bool>& counts);

/// The capacity that the part weighs with; nothing if it is not known.
std::optional<Charge> capacity_of(const Member& member);

/// What the parts tell, as one battery. Not empty. Of each value the oldest and the first to expire of its
/// ingredients say how old it is and how long it lives.
///
/// - Current, remaining capacity: the sum, if every part tells it. Half a sum is a wrong value.
/// - Voltage: mean of those connected (not both switches open; all, if none is). SOC likewise, by capacity.
/// - SOH: the least. Temperature: the warmest. MOSFET: the hottest.
/// - Cells: the extremes, with the number of the battery (from 1) before the id: "2:09", cut to 8 characters.
/// - Charge and discharge switch, force charge: yes if one says so. Online likewise; a part that does not
/// tell
///   it is online while one of its switches is closed.
/// - Online capacity: the sum of those connected, of installed capacity at most. Installed capacity: that of
///   all members, also of those that do not count, if all are known (the owner's word is enough).
/// - Energy: the sum of all members that run, and only while all do: a counter must not fall because a
///   battery is missing.
/// - Modules: a battery that tells them counts as its own modules, another as one. One that does not count is
///   one that is offline.
/// - Names, firmware, serial: of the first member that runs and has them.
/// - Requests (cvl, ccl, dcl, discharge_voltage): none. They are in the limits of each.
BatteryState merged(std::span<const Member> members, std::span<const Part> parts, TimePoint now);

/// Alarms of all members that run: active if one is, else known if one is. `missing`: one does not count.
policy::AlarmPairs merged_alarms(std::span<const Member> members, bool missing, TimePoint now);

} // namespace retrocan::bank
