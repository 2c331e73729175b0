// SPDX-License-Identifier: Apache-2.0
#include "policy/obedience.h"

namespace retrocan::policy {

namespace {

/// What measuring and rounding explain: no charger regulates better.
Current margin(Current limit) {
    constexpr std::int64_t percent = 5;
    constexpr Current least{2'000};
    return Current{limit.count * percent / 100} + least;
}

/// "42.0 A", to the nearest tenth; not negative.
std::string tenths_text(Current current) {
    const std::int64_t tenths = (current.count + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " A";
}

std::string charge_text(Current current, Current limit) {
    return tenths_text(current) + " are charged although at most " + tenths_text(limit) +
           " are allowed: with feed-in on, solar chargers do not obey CCL; or another charger is not "
           "controlled; or the limits are not received";
}

std::string discharge_text(Current current, Current limit) {
    return tenths_text(current) + " are discharged although at most " + tenths_text(limit) +
           " are allowed: " + (limit.count == 0 ? "" : "in island mode DCL acts only at 0; or ") +
           "a load at the battery is not controlled; or the limits are not received";
}

} // namespace

/// Keeps what was in force within the last `settling`, the highest first.
void Obedience::note(std::deque<Past>& limits, Current limit, Duration settling, TimePoint now) {
    if (!limits.empty())
        limits.back().until = now;
    while (!limits.empty() && limits.back().limit <= limit)
        limits.pop_back();
    while (!limits.empty() && now - limits.front().until >= settling)
        limits.pop_front();
    limits.push_back({limit, now});
}

void Obedience::judge(Direction& direction, Way way, Current current, Current limit, TimePoint now) const {
    note(direction.limits, limit, policy_.settling, now);
    const auto above = [current](Current l) { return current > l + margin(l); };

    if (direction.fault.empty()) {
        if (!above(limit))
            direction.above_since.reset();
        else if (!direction.above_since)
            direction.above_since = now;
        if (direction.above_since && now - *direction.above_since >= policy_.patience &&
            above(direction.limits.front().limit)) {
            direction.fault =
                way == Way::charge ? charge_text(current, limit) : discharge_text(current, limit);
            direction.within_since.reset();
        }
        return;
    }
    if (current > limit + Current{margin(limit).count / 2})
        direction.within_since.reset();
    else if (!direction.within_since)
        direction.within_since = now;
    if (direction.within_since && now - *direction.within_since >= policy_.patience) {
        direction.fault.clear();
        direction.above_since.reset();
    }
}

void Obedience::round(Current current, Current ccl, Current dcl, TimePoint now) {
    judge(charge_, Way::charge, current, ccl, now);
    judge(discharge_, Way::discharge, -current, dcl, now);
}

void Obedience::forget() {
    charge_ = {};
    discharge_ = {};
}

} // namespace retrocan::policy
