// SPDX-License-Identifier: Apache-2.0
#include "policy/alarms.h"

namespace retrocan::policy {

namespace {

void note(const PerAlarm<Maybe<bool>>& signals, PerAlarm<std::uint8_t>& owed, std::uint8_t times) {
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        if (signals[i] && signals[i]->value)
            owed[i] = times;
}

void pay(PerAlarm<std::uint8_t>& owed) {
    for (std::uint8_t& times : owed)
        if (times > 0)
            --times;
}

} // namespace

void AlarmKeeper::settle(const BatteryState& state) {
    if (supported_)
        return;
    supported_.emplace();
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        const auto kind = static_cast<AlarmKind>(i);
        supported_->set(alarm_index(kind), state.alarms[i].has_value());
        supported_->set(warning_index(kind), state.warnings[i].has_value());
    }
}

void AlarmKeeper::forget() {
    alarm_owed_.fill(0);
    warning_owed_.fill(0);
}

void AlarmKeeper::take(const BatteryState& state) {
    note(state.alarms, alarm_owed_, least_times);
    note(state.warnings, warning_owed_, least_times);
}

void AlarmKeeper::sent() {
    pay(alarm_owed_);
    pay(warning_owed_);
}

AlarmPairs AlarmKeeper::pairs(const BatteryState& state, TimePoint now) const {
    AlarmPairs result;
    if (!supported_)
        return result;
    bool expired = false;
    const auto pair = [&](std::size_t index, const Maybe<bool>& signal, std::uint8_t owed) -> AlarmPair {
        if (!supported_->test(index))
            return std::nullopt;
        if (owed > 0)
            return true;
        if (!signal || signal->expires <= now) {
            expired = true;
            return std::nullopt;
        }
        return signal->value;
    };
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        const auto kind = static_cast<AlarmKind>(i);
        result.alarms[i] = pair(alarm_index(kind), state.alarms[i], alarm_owed_[i]);
        result.warnings[i] = pair(warning_index(kind), state.warnings[i], warning_owed_[i]);
    }
    if (expired)
        result.warnings[static_cast<std::size_t>(AlarmKind::internal)] = true;
    return result;
}

} // namespace retrocan::policy
