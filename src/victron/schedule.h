// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"
#include "victron/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace retrocan::victron {

/// Which messages a cycle has.
enum class Mode : std::uint8_t {
    full,
    alarm, ///< the names and 0x35A: what a stale battery may still say
};

/// A message whose time has come.
struct Due {
    const Message* message{};
    bool extra{};         ///< an additional 0x351, see Schedule::want_limits()
    TimePoint deadline{}; ///< when it should have gone
};

/// When each message goes on the bus. Pure: all times are arguments, which never go back.
///
/// Every message has a fixed slot: the n-th of messages() is due at start + n x 5 ms, and then once a second,
/// for ever: no delay moves a deadline. A message without a source leaves its slot empty. After a stall what
/// is late goes out in order, at least 2 ms apart; what is more than 500 ms late is skipped and counted, so
/// that old times never pour out in a burst.
class Schedule {
public:
    static constexpr Duration period = std::chrono::seconds{1};
    static constexpr Duration slot = std::chrono::milliseconds{5};
    static constexpr Duration gap = std::chrono::milliseconds{2};        ///< at least, between any two frames
    static constexpr Duration patience = std::chrono::milliseconds{500}; ///< later than this is skipped
    static constexpr Duration limits_gap = std::chrono::milliseconds{100}; ///< from any 0x351 to an extra one

    /// Begins with the first cycle at `first`. The gaps to what was sent before still hold.
    void start(TimePoint first, Mode mode);
    void stop();
    [[nodiscard]] bool running() const { return running_; }
    [[nodiscard]] Mode mode() const { return mode_; }

    /// A limit has fallen: 0x351 shall go out soon. It does so as an extra frame within one slot: between two
    /// slots, or at once where there are none, but not before the first complete cycle and not less than
    /// limits_gap after the last 0x351. A regular 0x351 that comes first settles it. Nothing in alarm mode.
    void want_limits(TimePoint now);

    /// The next message to send at `now`, if any. Taking it counts as sending it: the caller sends it, or
    /// nothing if it has no source. Ask again until there is none.
    std::optional<Due> due(TimePoint now);

    /// When due() will have something: past if it is late. Nothing when stopped.
    [[nodiscard]] std::optional<TimePoint> next() const;

    /// Messages that were skipped since the process started.
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("running", self.running_);
        visit("mode", self.mode_);
        visit("cycle", self.cycle_);
        visit("index", self.index_);
        visit("cycle_is_whole", self.cycle_is_whole_);
        visit("had_whole_cycle", self.had_whole_cycle_);
        visit("wanted", self.wanted_);
        visit("last", self.last_);
        visit("last_limits", self.last_limits_);
        visit("skipped", self.skipped_);
    }
    /// After all of them have been set; false if they cannot be.
    [[nodiscard]] bool restored() const { return index_ < messages().size() && in_mode(index_); }

private:
    [[nodiscard]] TimePoint deadline() const;
    [[nodiscard]] std::optional<TimePoint> extra_deadline() const;
    [[nodiscard]] bool in_mode(std::size_t index) const;
    void advance();
    void skip_late(TimePoint now);
    void taken(const Message& message, TimePoint now);

    bool running_{};
    Mode mode_{Mode::full};
    TimePoint cycle_{};     ///< when the current cycle began
    std::size_t index_{};   ///< of the next message in messages()
    bool cycle_is_whole_{}; ///< nothing of the current cycle was skipped
    bool had_whole_cycle_{};
    std::optional<TimePoint> wanted_;      ///< since when an extra 0x351 is wanted
    std::optional<TimePoint> last_;        ///< when the last message was taken
    std::optional<TimePoint> last_limits_; ///< when the last 0x351 was taken
    std::uint64_t skipped_{};
};

} // namespace retrocan::victron
