// SPDX-License-Identifier: Apache-2.0
#include "policy/frozen.h"

#include <cstdlib>

namespace retrocan::policy {

namespace {

constexpr Duration least_time = std::chrono::seconds{60};
constexpr std::uint32_t least_rounds = 20;
constexpr std::uint32_t points_to_suspect = 8;
constexpr std::uint32_t points_to_act = 16;
constexpr std::int64_t c_rate_divisor = 20; // 0.05 C

bool current_flows(const BatteryState& state) {
    const auto& capacity = state.capacity_online ? state.capacity_online : state.capacity;
    return state.current && capacity && capacity->value.count > 0 &&
           std::abs(state.current->value.count) > capacity->value.count / c_rate_divisor;
}

} // namespace

FrozenWatch::Verdict FrozenWatch::round(const Update& update, const BatteryState& state, TimePoint now) {
    if (!fingerprint_ || *fingerprint_ != update.fingerprint || !current_flows(state)) {
        fingerprint_ = update.fingerprint;
        since_ = now;
        rounds_ = 1;
        return Verdict::moving;
    }
    ++rounds_;
    if (update.analogue_points < points_to_suspect || rounds_ < least_rounds || now - since_ < least_time)
        return Verdict::moving;
    return update.analogue_points < points_to_act ? Verdict::suspicious : Verdict::frozen;
}

} // namespace retrocan::policy
