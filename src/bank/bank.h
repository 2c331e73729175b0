// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "policy/alarms.h"
#include "policy/limits.h"
#include "policy/pack.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::bank {

/// What a lost battery does to the bank.
enum class OnLost : std::uint8_t {
    stop,    ///< silence until all are there again
    degrade, ///< the others go on, if enough are left
};

struct BankSettings {
    OnLost on_lost{OnLost::stop};
    std::size_t min_online{1}; ///< fewer: silence
    Duration grace{}; ///< so long the rest waits for a lost one, limits frozen downwards, before it goes on
    /// A battery that comes back counts again once its voltage is this near to the bank's: a larger
    /// difference drives a current that nobody limits.
    Voltage most_difference{1000};
    Voltage spread_warning{500}; ///< difference of connected batteries that is told
    std::optional<Voltage> hold; ///< CVL at most, while a battery is missing
};

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

/// The batteries as one.
struct View {
    policy::PackState state{};
    std::string reason;      ///< of the state, in a sentence for people
    TimePoint alive_until{}; ///< the first of those that count
    BatteryState values;
    std::optional<policy::Limits> limits; ///< there while running
    policy::AlarmPairs alarms;
    std::vector<std::string> objections; ///< for the log: spread, a battery left out, and why
    std::vector<bool> counts;            ///< whether each member is part of it
};

/// Makes one battery of 1 to 32. A bank of one is that battery, unchanged. Deterministic.
class Bank {
public:
    Bank(BankSettings settings, std::size_t members);

    /// `members` are always the same ones in the same order.
    View look(std::span<const Member> members, TimePoint now);

    /// When look() may come to another result though nothing arrives.
    [[nodiscard]] std::optional<TimePoint> next() const;

private:
    BankSettings settings_;
    std::size_t members_{};
};

} // namespace retrocan::bank
