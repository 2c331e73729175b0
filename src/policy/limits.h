// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/battery.h"
#include "policy/limiter.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::policy {

/// What the owner allows at any time. Voltages are whole tenths of a volt, as the bus carries them;
/// 0 < cvl_floor_prohibited <= cvl_floor <= cvl_ceiling, and no current is negative. The configuration
/// guarantees it.
struct Envelope {
    Voltage cvl_floor;
    Voltage cvl_ceiling;
    Current ccl_ceiling;
    Current dcl_ceiling;
    /// Lowest CVL while the battery must not be charged: at low SOC the normal floor would charge it.
    Voltage cvl_floor_prohibited{cvl_floor};
};

/// Values that the owner wants to be used where the battery gives none. DCL has none: a made-up 0 A is a
/// blackout, anything else a guess.
struct WhenMissing {
    std::optional<Temperature> temperature;
    std::optional<Voltage> cvl;
    std::optional<Current> ccl;
};

/// What CCL 0 from a battery that looks full means.
enum class CclZero : std::uint8_t {
    hold, ///< it wants no more: it is held at its voltage, with a small current for loads
    obey, ///< it must not be charged
};

struct LimitPolicy {
    Envelope envelope;
    WhenMissing when_missing;
    std::optional<Voltage> discharge_voltage; ///< instead of the battery's own
    SignalSet provided;                       ///< signals that the battery gives; their limiters take part
    std::vector<Limiter> limiters;            ///< at most one of a kind
    bool alarms_limit{true};                  ///< an active alarm stops its side
    std::optional<Charge> capacity;           ///< the owner's word; else what the battery tells
    Current dcl_min{5'000};                   ///< DCL is this or more, or it is 0: in island mode only 0 acts
    CclZero ccl_zero{CclZero::hold};
    Percent full_soc{95'00};          ///< from here on CCL 0 means full
    std::optional<Voltage> full_cell; ///< or with the highest cell at this
};

/// Which limiter decided, and by what: shown wherever the limit is shown.
struct Reason {
    std::string_view limiter; ///< "battery", "envelope", "cell_high", "floor", "charge switch", ...
    std::string input;        ///< "the battery asks for 57.6 V"
    std::string_view
        signal{}; ///< name of the signal that it read: "cvl"; empty: none, it is the owner's word

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("limiter", self.limiter);
        visit("input", self.input);
        visit("signal", self.signal);
    }

    friend bool operator==(const Reason&, const Reason&) = default;
};

template <class Q>
struct Limit {
    Q value{};
    Reason reason;

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("value", self.value);
        visit("reason", self.reason);
    }

    friend bool operator==(const Limit&, const Limit&) = default;
};

/// What stands behind CCL.
enum class Charging : std::uint8_t {
    allowed,
    full,       ///< the battery asks for no more because it is full: it is held, not cut off
    blocked,    ///< its charge switch is open: nothing can flow into it
    prohibited, ///< it must not be charged: cold, an alarm, its own word
};

/// Limits, each the minimum of the limiters whose input is known: what one battery may be given, or all of a
/// system, or what 0x351 says.
struct Limits {
    Limit<Voltage> cvl;
    Limit<Current> ccl;
    Limit<Current> dcl;
    Voltage discharge_voltage{}; ///< 0: not known
    Charging charging{Charging::allowed};
    bool discharge_blocked{}; ///< its discharge switch is open: nothing can flow out of it
    /// No limiter lacks its input. Limits that are not complete may lower what is in force, never permit.
    bool complete{};

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("cvl", self.cvl);
        visit("ccl", self.ccl);
        visit("dcl", self.dcl);
        visit("discharge_voltage", self.discharge_voltage);
        visit("charging", self.charging);
        visit("discharge_blocked", self.discharge_blocked);
        visit("complete", self.complete);
    }

    friend bool operator==(const Limits&, const Limits&) = default;
};

/// Judges what one battery may be given, by everything that limits it. Its CVL is the lowest that is asked
/// for, be it below the floor: what goes on the bus is the charge controller's business.
///
/// Each curve has a latch: once below 100 % it may only fall, until the curve itself is back at 100 %. So a
/// cell that recovers because the current fell does not raise it again.
class Limiters {
public:
    explicit Limiters(const LimitPolicy& policy);

    /// The limits for a plausible state; what was latched before takes part. Only a `good` round opens
    /// latches.
    Limits judge(const BatteryState& state, TimePoint now, bool good);

    /// When judge() has to be asked again though nothing arrives: a DCL of 0 that no second reading has
    /// contradicted is obeyed then.
    [[nodiscard]] std::optional<TimePoint> next() const;

    /// After a silence: nothing is latched.
    void forget();

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("latched", self.latched_);
        visit("dcl_request", self.dcl_request_);
        visit("zero_since", self.zero_since_);
        visit("zero_read", self.zero_read_);
        visit("alarms", self.alarms_);
        visit("stopped_at", self.stopped_at_);
        visit("stopped_soc", self.stopped_soc_);
    }

private:
    struct Shares; // what the curves give

    Shares shares(const BatteryState& state, bool good);
    [[nodiscard]] Percent latch(const Limiter& limiter, std::int64_t input, bool good);
    void see_alarms(const BatteryState& state);
    [[nodiscard]] std::optional<AlarmKind> stopping(bool charge) const;
    std::optional<Current> confirmed_request(const Maybe<Current>& dcl, TimePoint now);
    void judge_charging(const BatteryState& state, const Shares& shares, Limits& limits) const;
    void judge_discharging(const BatteryState& state, const Shares& shares, std::optional<Current> request,
                           Limits& limits) const;
    void wait_for_restart(const BatteryState& state, Limits& limits, TimePoint now, bool good);
    [[nodiscard]] bool may_restart(const BatteryState& state, TimePoint now) const;

    LimitPolicy policy_;
    std::array<std::optional<Percent>, limiter_kinds> latched_{}; ///< there while below 100 %
    std::optional<Current> dcl_request_;                          ///< the last that was not 0
    std::optional<TimePoint>
        zero_since_;                  ///< of a DCL 0 without switch or alarm that waits for a second reading
    TimePoint zero_read_{};           ///< when that 0 was read
    std::bitset<alarm_kinds> alarms_; ///< seen active, and not inactive since
    std::optional<TimePoint> stopped_at_; ///< of a DCL of 0 that no switch explains
    Percent stopped_soc_{};
};

/// `in_force`, each limit lowered to that of `latest` if that is lower: what holds until the next good round.
Limits lowered(Limits in_force, const Limits& latest);

/// The last look before the bus: true if every limit is inside the envelope and CVL is not 0. What is not
/// must not be sent, whatever came before.
bool within(const Limits& limits, const Envelope& envelope);

/// 0.05 C: what a full battery is given so that solar chargers may go on to feed the loads. Without a
/// capacity, 100 Ah are assumed.
Current hold_current(std::optional<Charge> capacity);

} // namespace retrocan::policy
