// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "bank/bank.h"
#include "bank/merge.h"
#include "core/can_frame.h"
#include "daemon/configuration.h"
#include "daemon/gx_watch.h"
#include "daemon/report.h"
#include "mapping/decoder.h"
#include "policy/pack.h"
#include "policy/system.h"
#include "victron/names.h"
#include "victron/schedule.h"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::daemon {

/// One battery of a system.
struct MemberSettings {
    std::string name;
    policy::PackPolicy pack;
    std::optional<Charge> capacity; ///< the owner's word; else what the battery tells
};

/// One system: the batteries that are managed as one on one bus.
struct BridgeSettings {
    std::vector<MemberSettings> members; ///< at least one
    bank::BankSettings bank;
    policy::SystemPolicy system;
    policy::Memory memory; ///< of an earlier run
    ReportSettings report;
    OnStale on_stale{OnStale::silent};
    GxPolicy gx;
    OnForeign on_foreign{OnForeign::warn};
    victron::NameRule name_rule{victron::NameRule::guarded};
};

/// Whether the bus lets us send. Two batteries on one bus would each set limits for the other.
enum class Hearing : std::uint8_t {
    not_yet,   ///< the bus is not up
    listening, ///< up, for less than two seconds
    clear,
    foreign, ///< before our first frame another sender of 0x351 was heard; or later, if the owner wants
             ///< silence then, one of any of our identifiers
};

/// The way of a system's batteries from answers to frames, without clock, threads or sockets: what the daemon
/// runs and what a replay repeats bit by bit. Times passed in never go back.
class Bridge {
public:
    /// `bounds`: of each member, in their order. They outlive the bridge.
    Bridge(BridgeSettings settings, const std::vector<const mapping::Bound*>& bounds, TimePoint now);

    /// An answer (or failure) of a battery.
    void take(std::size_t member, const adapter::Answer& answer, TimePoint now);
    /// A frame that somebody else sent.
    void heard(const CanFrame& frame, TimePoint now);
    /// The bus can be written to. Before our first frame, two seconds of listening begin.
    void bus_up(TimePoint now);
    /// It cannot: nothing is heard either.
    void bus_down();
    /// It cannot, but for a try now and then; others are heard.
    void bus_rests();
    /// Notices that time has passed.
    void tick(TimePoint now);

    /// The frame to write now, if one is due; ask again until there is none. written() or not_written() tells
    /// what became of it.
    std::optional<CanFrame> due(TimePoint now);
    /// Asked with the clock read anew, directly before the write: whether the frame may still go.
    [[nodiscard]] bool may_write(const CanFrame& frame, TimePoint now) const;
    void written(const CanFrame& frame);
    /// The bus did not take it. A 0x351 is offered again soon.
    void not_written(const CanFrame& frame, TimePoint now);
    /// When to call tick() and due() next, if nothing happens before.
    [[nodiscard]] std::optional<TimePoint> next() const;

    [[nodiscard]] std::size_t members() const { return members_.size(); }
    [[nodiscard]] const policy::Pack& pack(std::size_t member = 0) const { return members_[member].pack; }
    [[nodiscard]] const std::string& name(std::size_t member) const { return settings_.members[member].name; }
    [[nodiscard]] const mapping::Decoder& decoder(std::size_t member) const {
        return members_[member].decoder;
    }
    /// The batteries as one.
    [[nodiscard]] const bank::View& view() const { return view_; }
    /// Since when its state is what it is.
    [[nodiscard]] TimePoint since() const { return since_; }
    [[nodiscard]] const policy::System& system() const { return system_; }
    /// What goes on the bus may be made of these: of all batteries, with what is computed for them.
    [[nodiscard]] BatteryState values(TimePoint now) const;
    /// 0x351 may go out, as far as the batteries are concerned.
    [[nodiscard]] bool may_send(TimePoint now) const;
    [[nodiscard]] Hearing hearing() const { return hearing_; }
    [[nodiscard]] bool bus_is_up() const { return bus_is_up_; }
    [[nodiscard]] const GxWatch& gx() const { return gx_; }
    /// 0x351 that were not sent because a limit was outside the envelope: mistakes of our own.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    [[nodiscard]] std::uint64_t skipped() const { return schedule_.skipped(); }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("members", self.members_);
        visit("bank", self.bank_);
        visit("looked_at", self.looked_at_);
        visit("since", self.since_);
        visit("system", self.system_);
        visit("ran", self.ran_);
        visit("schedule", self.schedule_);
        visit("hearing", self.hearing_);
        visit("listening_since", self.listening_since_);
        visit("foreign_heard", self.foreign_heard_);
        visit("foreign_frames", self.foreign_frames_);
        visit("bus_is_up", self.bus_is_up_);
        visit("bus_is_heard", self.bus_is_heard_);
        visit("sent_before", self.sent_before_);
        visit("gx", self.gx_);
        visit("settled", self.settled_);
        visit("sent_limits", self.sent_limits_);
        visit("last_values", self.last_values_);
        visit("refused", self.refused_);
        visit("skipped_seen", self.skipped_seen_);
    }

    /// After a snapshot was read: the view is made of what was in it.
    [[nodiscard]] bool restored();

private:
    struct Member {
        mapping::Decoder decoder;
        policy::Pack pack;
        policy::PackState seen{policy::PackState::starting};

        template <class Self, class Visit>
        static void each_member(Self& self, const Visit& visit) {
            visit("decoder", self.decoder);
            visit("pack", self.pack);
            visit("seen", self.seen);
        }
    };

    struct Members {
        std::vector<Member> list;

        Member& operator[](std::size_t i) { return list[i]; }
        const Member& operator[](std::size_t i) const { return list[i]; }
        [[nodiscard]] std::size_t size() const { return list.size(); }

        template <class Self, class Visit>
        static void each_member(Self& self, const Visit& visit) {
            for (std::size_t i = 0; i < self.list.size(); ++i)
                visit(std::to_string(i).c_str(), self.list[i]);
        }
    };

    [[nodiscard]] std::vector<bank::Member> judged(TimePoint now) const;
    [[nodiscard]] bank::View view_at(TimePoint now);
    void look(TimePoint now);
    void heard_foreign(TimePoint now);
    [[nodiscard]] policy::AlarmPairs alarms(TimePoint now) const;
    [[nodiscard]] BatteryState values_of_all(TimePoint now) const;
    [[nodiscard]] victron::Values values_for_bus(TimePoint now) const;
    void follow_state(TimePoint now);
    void want_lower_limits(TimePoint now);
    void settle_messages(TimePoint now);
    std::optional<CanFrame> frame(const victron::Message& message, TimePoint now);

    BridgeSettings settings_;
    Members members_;
    bank::Bank bank_;
    bank::View view_;
    TimePoint looked_at_{}; ///< when the view was made
    TimePoint since_;
    policy::System system_;
    bool ran_{}; ///< it has been running before
    victron::Schedule schedule_;

    Hearing hearing_{Hearing::not_yet};
    TimePoint listening_since_{};
    TimePoint foreign_heard_{};
    std::uint32_t foreign_frames_{}; ///< in a row, without a long pause between them
    bool bus_is_up_{};
    bool bus_is_heard_{}; ///< up, or resting
    bool sent_before_{};
    GxWatch gx_;

    std::optional<std::bitset<32>> settled_; ///< messages that had a source at the first `running`, by slot
    std::optional<policy::Limits> sent_limits_; ///< of the last 0x351
    victron::Values last_values_;               ///< of the last full report, for the names of the alarm mode
    std::uint64_t refused_{};
    std::uint64_t skipped_seen_{};
};

/// Frames of others were heard: silent until none came for this long.
inline constexpr Duration foreign_memory = std::chrono::seconds{30};
/// Once we send, one frame is no other battery: so many are, with no longer pauses.
inline constexpr std::uint32_t foreign_enough = 3;
inline constexpr Duration foreign_pause = std::chrono::seconds{10};
inline constexpr Duration listening_time = std::chrono::seconds{2};

} // namespace retrocan::daemon
