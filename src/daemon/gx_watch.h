// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace retrocan::daemon {

/// What the owner wants when the GX is heard no more.
enum class OnGxLost : std::uint8_t {
    warn,   ///< say it, and go on sending
    silent, ///< after GxPolicy::lost_after send nothing until it is heard again
};

struct GxPolicy {
    /// A GX that updates its firmware or starts anew is away for minutes, and comes back by itself.
    static constexpr Duration shortest_lost_after = std::chrono::minutes{10};

    OnGxLost on_lost{OnGxLost::warn};
    Duration lost_after{shortest_lost_after};
};

enum class GxState : std::uint8_t { never, present, lost };

/// Whether a GX is there: it sends 0x305 each second, with any payload. Some systems never do, so this is no
/// condition for sending unless the owner made it one, and then only once a GX has been heard.
class GxWatch {
public:
    static constexpr Duration lost_within = std::chrono::seconds{5};
    static constexpr Duration missed_within = std::chrono::seconds{60};

    GxWatch(const GxPolicy& policy, TimePoint now) : policy_{policy}, since_{now} {}

    void heard(TimePoint now);
    /// It can be heard, from now on.
    void bus_up(TimePoint now);
    void bus_down() { bus_is_up_ = bus_is_heard_ = false; }
    /// It can be heard, but nothing can be sent: no time for silence, which would end the tries.
    void bus_rests() { bus_is_up_ = false; }
    void tick(TimePoint now);

    [[nodiscard]] GxState state() const { return state_; }
    /// Since when the state is what it is.
    [[nodiscard]] TimePoint since() const { return since_; }
    [[nodiscard]] std::optional<TimePoint> heard_at() const { return heard_at_; }
    /// Not those while nothing could be heard.
    [[nodiscard]] std::uint64_t losses() const { return losses_; }
    /// Never heard, though the bus has been up for a minute.
    [[nodiscard]] bool missed() const { return missed_ && state_ == GxState::never; }
    /// The owner wants silence.
    [[nodiscard]] bool must_be_silent() const { return silent_; }
    [[nodiscard]] const GxPolicy& policy() const { return policy_; }

    /// When to call tick() next, if nothing happens before.
    [[nodiscard]] std::optional<TimePoint> next() const;

    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("state", self.state_);
        visit("since", self.since_);
        visit("heard_at", self.heard_at_);
        visit("bus_is_up", self.bus_is_up_);
        visit("bus_is_heard", self.bus_is_heard_);
        visit("listening_since", self.listening_since_);
        visit("losses", self.losses_);
        visit("missed", self.missed_);
        visit("silent", self.silent_);
    }

private:
    [[nodiscard]] TimePoint quiet_since() const;

    GxPolicy policy_;
    GxState state_{GxState::never};
    TimePoint since_;
    std::optional<TimePoint> heard_at_;
    bool bus_is_up_{};
    bool bus_is_heard_{}; ///< up, or resting
    TimePoint listening_since_{};
    std::uint64_t losses_{};
    bool missed_{};
    bool silent_{};
};

} // namespace retrocan::daemon
