// SPDX-License-Identifier: Apache-2.0
#include "policy/force_charge.h"

#include "core/unit.h"

#include <string>

namespace retrocan::policy {

namespace {

/// "24 h": owners write long times in hours.
std::string hours_text(Duration time) {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(time);
    return hours == time && hours.count() != 0 ? std::to_string(hours.count()) + " h" : to_text(time);
}

} // namespace

void ForceCharge::judge_soc(Percent soc, TimePoint now) {
    if (!policy_.long_below || soc >= *policy_.long_below)
        low_since_.reset();
    else if (!low_since_)
        low_since_ = now;

    const bool low = policy_.below && soc < *policy_.below;
    const bool long_low = low_since_ && now - *low_since_ >= policy_.long_time;
    if (low_ && soc >= policy_.until) {
        low_.reset();
    } else if (!low_ && (low || long_low)) {
        const Percent below = low ? *policy_.below : *policy_.long_below;
        low_ = Reason{low ? "low SOC" : "long low SOC",
                      "SOC " + to_text(soc) + " is below " + to_text(below) +
                          (low ? "" : " for " + hours_text(policy_.long_time)) + "; until " +
                          to_text(policy_.until),
                      "soc"};
    }
}

void ForceCharge::round(Percent soc, const std::optional<bool>& asked, TimePoint now) {
    judge_soc(soc, now);
    request_.reset();
    reason_ = {};
    if (asked || policy_.below || policy_.long_below)
        request_ = asked.value_or(false) || low_;
    if (asked.value_or(false))
        reason_ = {"battery", "the battery asks to be charged", "force_charge"};
    else if (low_)
        reason_ = *low_;
}

} // namespace retrocan::policy
