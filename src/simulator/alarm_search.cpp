// SPDX-License-Identifier: Apache-2.0
#include "simulator/alarm_search.h"

#include "core/battery.h"
#include "mapping/content.h"

#include <limits>
#include <string>
#include <vector>

namespace retrocan::simulator {

namespace {

using adapter::RawValue;
using mapping::count_of;
using mapping::RawValues;

/// What a point that tells alarms may say instead: one bit of it turned round, one of the first numbers, a
/// word.
std::vector<RawValue> others(const RawValue& value) {
    constexpr int bits = 32;
    constexpr std::int64_t numbers = 8;
    std::vector<RawValue> result;
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        for (int bit = 0; bit < bits; ++bit)
            result.emplace_back(*number ^ (std::int64_t{1} << bit));
        for (std::int64_t small = 0; small < numbers; ++small)
            result.emplace_back(small);
    } else if (std::holds_alternative<std::string>(value)) {
        for (const char* word : {"ON", "OFF", "on", "off", "true", "false", "True", "False", "1", "0", "2"})
            result.emplace_back(std::string{word});
    }
    return result;
}

/// Whether the signal is made of this slot, perhaps among others.
bool needs(const mapping::Bound& bound, std::size_t signal, std::size_t slot) {
    const auto& users = bound.signals_of_slot()[slot];
    for (std::size_t i = 0; i < bound.signals().size(); ++i)
        if (users.test(i) && bound.signals()[i]->index == signal)
            return true;
    return false;
}

std::vector<std::optional<std::int64_t>> counts_of(const BatteryState& state) {
    std::vector<std::optional<std::int64_t>> counts(signal_count);
    for (std::size_t i = 0; i < signal_count; ++i)
        counts[i] = count_of(state, i);
    return counts;
}

} // namespace

std::optional<SlotValue> alarm_value(const mapping::Bound& bound, const RawValues& raws, std::size_t signal,
                                     bool active) {
    const auto before = counts_of(mapping::update_of(bound, raws).state);
    const std::optional<std::int64_t> wanted{active ? 1 : 0};
    std::optional<SlotValue> best;
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    RawValues tried = raws;
    for (std::size_t slot = 0; slot < raws.size(); ++slot) {
        if (!raws[slot] || !needs(bound, signal, slot))
            continue;
        for (RawValue& other : others(*raws[slot])) {
            tried[slot] = other;
            const auto after = counts_of(mapping::update_of(bound, tried).state);
            if (after[signal] != wanted)
                continue;
            std::size_t changed = 0;
            for (std::size_t i = 0; i < after.size(); ++i)
                changed += after[i] != before[i] ? 1U : 0U;
            if (changed < fewest) {
                fewest = changed;
                best = SlotValue{slot, std::move(other)};
            }
            if (fewest == 1)
                return best;
        }
        tried[slot] = raws[slot];
    }
    return best;
}

std::optional<std::size_t> alarm_signal(std::string_view name) {
    for (std::size_t i = plain_signals; i < signal_count; ++i)
        if (signal_name(i) == name)
            return i;
    return std::nullopt;
}

} // namespace retrocan::simulator
