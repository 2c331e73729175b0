// SPDX-License-Identifier: Apache-2.0
#include "policy/pack.h"

#include "core/unit.h"

#include <algorithm>

namespace retrocan::policy {

namespace {

constexpr std::uint32_t rounds_to_run = 3;
constexpr Duration stale_memory = std::chrono::minutes{10};
constexpr std::size_t stales_to_distrust = 3;
constexpr Duration distrust = std::chrono::seconds{30}; // of good rounds before running again
constexpr std::uint32_t rounds_to_doubt_sign = 3; // a current that turns is told later than a state word

} // namespace

std::string_view to_text(PackState state) {
    switch (state) {
    case PackState::starting:
        return "starting";
    case PackState::running:
        return "running";
    case PackState::stale:
        return "stale";
    }
    return "";
}

Pack::Pack(const PackPolicy& policy, TimePoint now)
    : policy_{policy}
    , plausible_{policy_.facts}
    , limiters_{policy_.limits}
    , since_{now}
    , reason_{"no complete round yet"} {}

bool Pack::may_send(TimePoint now) const {
    return state_ == PackState::running && now + least_life <= alive_until_;
}

TimePoint Pack::next() const {
    return std::min(alive_until_, limiters_.next().value_or(alive_until_));
}

void Pack::tick(TimePoint now) {
    if (state_ != PackState::running)
        return;
    if (now < alive_until_) {
        if (limits_ && limiters_.next() && now >= *limiters_.next())
            limits_ = lowered(*std::move(limits_), limiters_.judge(values(now), now, false));
        return;
    }
    const std::string why = !last_fault_.empty() ? last_fault_ : "no complete round" + expired(now);
    enter(PackState::stale, "no good round for " + retrocan::to_text(policy_.stale_after) + ": " + why, now);
}

/// The required signals that nothing new came of, for people: "; nothing new: soc, temperature". Empty if
/// that is most of them: then the source as a whole is silent.
std::string Pack::expired(TimePoint now) const {
    std::string list;
    std::size_t count = 0;
    each_signal(known_, [&](std::size_t index, const auto& signal) {
        if (!policy_.required.test(index) || (signal && signal->expires > now))
            return;
        ++count;
        list += (list.empty() ? "; nothing new: " : ", ") + signal_name(index);
    });
    return 2 * count > policy_.required.count() ? std::string{} : list;
}

void Pack::take(const Update& update, TimePoint now) {
    tick(now);
    good_round_ = false;
    objections_.clear();
    if (update.identity == Identity::differs)
        return refuse(update, now);
    BatteryState latest = update.state;
    drop_expired(latest, now);
    drop_expired(known_, now);
    const BatteryState plausible = plausible_(latest, now, objections_);
    accept(plausible);
    const Limits permitted = limiters_.judge(plausible, now, false);
    if (limits_)
        limits_ = lowered(*std::move(limits_), permitted);
    if (update.round_complete)
        judge_round(update, plausible, permitted.complete, now);
    if (verdict_ != FrozenWatch::Verdict::moving)
        objections_.emplace_back(
            "every measured value has stood still for a minute although a current flows");
    if (!sign_doubt_.empty())
        objections_.push_back(sign_doubt_);
}

/// Another battery: nothing that it says is taken, and what was known is forgotten at once.
void Pack::refuse(const Update& update, TimePoint now) {
    const std::string why = "this is another battery than the mapping is for: " + update.identity_fault;
    if (state_ == PackState::running)
        enter(PackState::stale, why, now);
    good_rounds_ = 0;
    known_ = {};
    reason_ = why;
}

BatteryState Pack::values(TimePoint now) const {
    BatteryState values = known_;
    drop_expired(values, now);
    if (const auto& stand_in = policy_.limits.when_missing.temperature; stand_in && !values.temperature)
        values.temperature = Aged<Temperature>{*stand_in, now, TimePoint::max()};
    return values;
}

/// A required value that is missing now keeps its last one until that expires: one bad poll must not stop
/// the system. An optional one is absent at once.
void Pack::accept(const BatteryState& plausible) {
    each_signal(known_, plausible, [&](std::size_t index, auto& known, const auto& latest) {
        if (latest || !policy_.required.test(index))
            known = latest;
    });
    alarms_.take(known_);
}

void Pack::judge_round(const Update& update, const BatteryState& plausible, bool complete, TimePoint now) {
    last_fault_ = fault_of_round(update, plausible);
    if (last_fault_.empty() && !complete)
        last_fault_ = "a limiter has no valid value of what it reads";
    doubt_sign(update);
    verdict_ = frozen_.round(update, plausible, now);
    if (last_fault_.empty() && verdict_ == FrozenWatch::Verdict::frozen)
        last_fault_ = "the data is frozen";
    if (!last_fault_.empty()) {
        good_rounds_ = 0;
        if (state_ != PackState::running && !reason_.ends_with(last_fault_))
            reason_ = "no good round: " + last_fault_;
        return;
    }

    const bool in_time = now < alive_until_;
    good_rounds_ = in_time ? good_rounds_ + 1 : 1;
    if (good_rounds_ == 1)
        first_good_ = now;
    alive_until_ = now + policy_.stale_after;
    each_signal(plausible, [this](std::size_t index, const auto& signal) {
        if (policy_.required.test(index))
            alive_until_ = std::min(alive_until_, signal->expires);
    });
    limits_ = limiters_.judge(plausible, now, true); // now latches may open
    good_round_ = true;

    if (state_ == PackState::running || good_rounds_ < rounds_to_run)
        return;
    if (!update.slow_and_once_read) {
        reason_ = "the settings of the battery have not all been read yet";
        return;
    }
    std::erase_if(stales_, [now](TimePoint t) { return now - t > stale_memory; });
    if (stales_.size() >= stales_to_distrust && now - first_good_ < distrust) {
        reason_ = "stale " + std::to_string(stales_.size()) +
                  " times in 10 minutes: waiting for 30 s of good rounds";
        return;
    }
    enter(PackState::running, std::to_string(good_rounds_) + " good rounds", now);
}

/// Why a round is not good, as far as the update itself says; empty if it says nothing.
std::string Pack::fault_of_round(const Update& update, const BatteryState& plausible) const {
    if (!update.unavailable.empty())
        return "its source does not say that it is there: " + update.unavailable;
    std::string absent = missing(plausible, update.missed);
    if (!absent.empty())
        return absent;
    if (!update.lost_heartbeat.empty())
        return "the heartbeat \"" + update.lost_heartbeat + "\" stands still";
    if (update.identity == Identity::unknown)
        return "it has not told yet that it is the right battery: " + update.identity_fault;
    return {};
}

void Pack::doubt_sign(const Update& update) {
    sign_doubts_ = update.sign_contradiction.empty() ? 0 : sign_doubts_ + 1;
    sign_doubt_.clear();
    if (sign_doubts_ >= rounds_to_doubt_sign)
        sign_doubt_ = "the sign of the current is in doubt: " + update.sign_contradiction +
                      "; if it charges now, invert_current of the battery must be turned round";
}

/// Empty if nothing required is missing, else what: "not answered: soc; no valid value: voltage".
std::string Pack::missing(const BatteryState& plausible, const SignalSet& missed) const {
    std::string absent;
    std::string unanswered;
    each_signal(plausible, [&](std::size_t index, const auto& signal) {
        if (!policy_.required.test(index))
            return;
        std::string* list = missed.test(index) ? &unanswered : !signal ? &absent : nullptr;
        if (list != nullptr)
            *list += (list->empty() ? "" : ", ") + signal_name(index);
    });
    if (!unanswered.empty())
        unanswered = "not answered: " + unanswered;
    if (!absent.empty())
        absent = "no valid value: " + absent;
    return unanswered.empty() ? absent : absent.empty() ? unanswered : unanswered + "; " + absent;
}

void Pack::enter(PackState state, std::string reason, TimePoint now) {
    state_ = state;
    since_ = now;
    reason_ = std::move(reason);
    if (state == PackState::running) {
        alarms_.settle(known_);
        ran_ = true;
    }
    if (state == PackState::stale) {
        // What comes after a silence begins anew: nothing of the time before may be sent or steer.
        stales_.push_back(now);
        good_rounds_ = 0;
        known_ = {};
        limits_.reset();
        plausible_.forget();
        limiters_.forget();
        alarms_.forget();
    }
}

} // namespace retrocan::policy
