// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "policy/alarms.h"
#include "policy/limits.h"
#include "policy/pack.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace retrocan::bank {

/// One battery as its policy judges it, at one moment.
struct Member {
    std::string_view name;
    policy::PackState state{};
    std::string_view reason;        ///< of the state
    TimePoint alive_until{};        ///< meaningful while running
    BatteryState values;            ///< accepted ones that have not expired
    const policy::Limits* limits{}; ///< in force; null unless running
    policy::AlarmPairs alarms;
    std::optional<Charge> capacity; ///< the owner's word; else what it tells
};

/// It is running, and what it said is still alive: nothing of any other battery is used.
inline bool lives(const Member& member, TimePoint now) {
    return member.state == policy::PackState::running && member.limits != nullptr && now < member.alive_until;
}

/// Nothing can flow into it.
inline bool charge_blocked(const Member& living) {
    return living.limits->charging == policy::Charging::blocked;
}

/// Both its switches are open: it talks, and is no part of the bank's circuit.
inline bool switched_off(const Member& living) {
    return charge_blocked(living) && living.limits->discharge_blocked;
}

/// A member that counts.
struct Part {
    std::size_t index{}; ///< among the members
    const Member* member{};
    std::int64_t weight{}; ///< its capacity in mAh if those of all parts are known, else 1; above 0
};

} // namespace retrocan::bank
