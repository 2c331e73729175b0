// SPDX-License-Identifier: Apache-2.0
#include "policy/rising.h"

#include "core/unit.h"

#include <algorithm>

namespace retrocan::policy {

namespace {

constexpr Duration hold = std::chrono::seconds{30};
constexpr Duration whole_way = std::chrono::seconds{50}; // from 0 to the ceiling

} // namespace

void RisingLimit::rise_to(const Limit<Current>& target, TimePoint now) {
    if (!limit_ || target.value <= limit_->value) {
        limit_ = target;
        above_since_.reset();
        return;
    }
    if (!above_since_) {
        above_since_ = now;
        risen_at_ = now + hold;
    }
    if (now > risen_at_) {
        const Duration passed = std::min(now - risen_at_, whole_way);
        limit_->value.count += std::max<std::int64_t>(ceiling_.count * passed.count() / whole_way.count(), 1);
        limit_->value = std::max(limit_->value, least_);
        risen_at_ = now;
    }
    if (limit_->value >= target.value) {
        limit_ = target;
        above_since_.reset();
        return;
    }
    if (limit_->reason.limiter != "rise")
        before_ = limit_->reason;
    limit_->reason = {"rise",
                      (now < risen_at_ ? "waits for 30 s before it rises to " + to_text(target.value)
                                       : "rises slowly to " + to_text(target.value)) +
                          "; before by " + std::string{before_.limiter} + ": " + before_.input,
                      before_.signal};
}

void RisingLimit::fall_to(const Limit<Current>& target) {
    if (!limit_ || target.value >= limit_->value)
        return;
    limit_ = target;
    above_since_.reset();
}

} // namespace retrocan::policy
