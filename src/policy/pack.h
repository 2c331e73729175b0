// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "core/update.h"
#include "policy/alarms.h"
#include "policy/frozen.h"
#include "policy/limits.h"
#include "policy/plausible.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::policy {

/// The one state of a battery. Only `running` permits a 0x351; the others are silence.
enum class PackState : std::uint8_t {
    starting, ///< not yet enough good rounds
    running,
    stale, ///< the last good round is older than allowed
};

std::string_view to_text(PackState state);

struct PackPolicy {
    SignalSet required; ///< without a fresh and plausible value of each, a round is not good
    Duration stale_after{std::chrono::seconds{5}};
    PackFacts facts;
    LimitPolicy limits;
};

/// No 0x351 goes out with less life left than this: the write has to happen before the data expires.
inline constexpr Duration least_life = std::chrono::milliseconds{20};

/// Judges what one battery tells: what is plausible, whether a round is good, and from that the state machine
/// and the limits in force. Deterministic: time comes in as `now`, and nothing else is looked at.
class Pack {
public:
    Pack(const PackPolicy& policy, TimePoint now);

    /// Takes what the mapping made of an answer.
    void take(const Update& update, TimePoint now);
    /// Notices that time has passed: the state becomes `stale` at alive_until().
    void tick(TimePoint now);

    [[nodiscard]] PackState state() const { return state_; }
    [[nodiscard]] TimePoint since() const { return since_; }
    /// Why the state is what it is, in a sentence for people.
    [[nodiscard]] const std::string& reason() const { return reason_; }

    /// `running`, and at least `least_life` is left.
    [[nodiscard]] bool may_send(TimePoint now) const;
    /// When the first required value of the last good round expires. Meaningful while running.
    [[nodiscard]] TimePoint alive_until() const { return alive_until_; }
    /// When to tick() though nothing arrives. Meaningful while running.
    [[nodiscard]] TimePoint next() const;
    /// The last take() completed a good round.
    [[nodiscard]] bool good_round() const { return good_round_; }
    /// It has been `running` before.
    [[nodiscard]] bool ran() const { return ran_; }

    /// Accepted values that have not expired at `now`, and the owner's stand-ins.
    [[nodiscard]] BatteryState values(TimePoint now) const;
    /// The limits in force; there while running.
    [[nodiscard]] const std::optional<Limits>& limits() const { return limits_; }
    [[nodiscard]] AlarmPairs alarms(TimePoint now) const { return alarms_.pairs(known_, now); }
    void alarms_sent() { alarms_.sent(); }

    /// What the last update brought that could not be true, and data that stands still.
    [[nodiscard]] const std::vector<std::string>& objections() const { return objections_; }
    [[nodiscard]] std::uint32_t good_rounds() const { return good_rounds_; }

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("plausible", self.plausible_);
        visit("limiters", self.limiters_);
        visit("frozen", self.frozen_);
        visit("verdict", self.verdict_);
        visit("alarms", self.alarms_);
        visit("sign_doubts", self.sign_doubts_);
        visit("sign_doubt", self.sign_doubt_);
        visit("state", self.state_);
        visit("since", self.since_);
        visit("reason", self.reason_);
        visit("ran", self.ran_);
        visit("known", self.known_);
        visit("limits", self.limits_);
        visit("objections", self.objections_);
        visit("last_fault", self.last_fault_);
        visit("good_round", self.good_round_);
        visit("good_rounds", self.good_rounds_);
        visit("first_good", self.first_good_);
        visit("alive_until", self.alive_until_);
        visit("stales", self.stales_);
    }

private:
    void refuse(const Update& update, TimePoint now);
    void accept(const BatteryState& plausible);
    [[nodiscard]] std::string fault_of_round(const Update& update, const BatteryState& plausible) const;
    void doubt_sign(const Update& update);
    void judge_round(const Update& update, const BatteryState& plausible, bool complete, TimePoint now);
    [[nodiscard]] std::string missing(const BatteryState& plausible, const SignalSet& missed) const;
    [[nodiscard]] std::string expired(TimePoint now) const;
    void enter(PackState state, std::string reason, TimePoint now);

    PackPolicy policy_;
    PlausibilityCheck plausible_;
    Limiters limiters_;
    FrozenWatch frozen_;
    FrozenWatch::Verdict verdict_{FrozenWatch::Verdict::moving}; ///< of the last complete round
    AlarmKeeper alarms_;
    std::uint32_t sign_doubts_{}; ///< rounds in a row in which the sign of the current was contradicted
    std::string sign_doubt_;      ///< once there are enough of them

    PackState state_{PackState::starting};
    TimePoint since_;
    std::string reason_;
    bool ran_{};

    BatteryState known_;
    std::optional<Limits> limits_;
    std::vector<std::string> objections_;
    std::string last_fault_; ///< why the last complete round was not good
    bool good_round_{};
    std::uint32_t good_rounds_{};
    TimePoint first_good_{};
    TimePoint alive_until_{};
    std::deque<TimePoint> stales_; ///< of the last ten minutes
};

} // namespace retrocan::policy
