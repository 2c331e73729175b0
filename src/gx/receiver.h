// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/time.h"
#include "victron/values.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The other end of the wire: what a GX device makes of a battery's frames. For tests of batteries, ours
/// among them; nothing of it runs in the daemon, so it is in no snapshot. Pure: frames and times come as
/// arguments.
namespace retrocan::gx {

/// One identifier on the bus, as far as it has been heard.
struct Heard {
    CanFrame last{};
    TimePoint first_at{};
    TimePoint last_at{};
    std::uint64_t frames{};
    Duration longest{};               ///< between two frames of it
    std::deque<Duration> intervals{}; ///< the last 600

    /// The middle one of the intervals; nothing before two frames.
    [[nodiscard]] std::optional<Duration> median() const;
};

enum class Presence : std::uint8_t {
    never_seen, ///< no 0x351 yet
    present,
    lost, ///< for more than 3 s no 0x351: a GX device stops charging and discharging
};

/// Something that a person at the bus wants to be told at once.
struct News {
    enum class Kind : std::uint8_t { appeared, recognised, lost, back, other_gx } kind;
    TimePoint at{};
    std::string text;
};

/// What a GX device knows of the battery on its bus. Times must not go back.
class Receiver {
public:
    /// Chapter 1.4: without 0x351 for longer, the system stops.
    static constexpr Duration lost_after = std::chrono::seconds{3};
    /// Of more identifiers only those of the protocol are followed: no battery has so many.
    static constexpr std::size_t most_identifiers = 256;

    /// Any frame that others sent, error frames too.
    void frame(const CanFrame& frame, TimePoint at);
    /// Time passes. Ask for news afterwards.
    void advance(TimePoint now);

    /// At the last time that was given.
    [[nodiscard]] Presence presence() const;
    /// When 0x35A came for the first time: by it a GX device knows that there is a battery.
    [[nodiscard]] std::optional<TimePoint> recognised() const { return recognised_; }
    /// What the frames say; empty again when the battery was lost.
    [[nodiscard]] const victron::Values& values() const { return values_; }
    /// The last frame of an identifier, while the battery is not lost; nullptr if there is none.
    [[nodiscard]] const CanFrame* last(std::uint32_t id) const;

    /// By kind and identifier.
    using Identifiers = std::map<std::pair<CanFrame::Kind, std::uint32_t>, Heard>;
    [[nodiscard]] const Identifiers& heard() const { return heard_; }
    [[nodiscard]] const Heard* heard(std::uint32_t standard_id) const;

    [[nodiscard]] std::uint64_t frames() const { return frames_; } ///< without error frames
    [[nodiscard]] std::uint64_t error_frames() const { return error_frames_; }
    [[nodiscard]] std::uint64_t times_lost() const { return times_lost_; }
    [[nodiscard]] TimePoint now() const { return now_; }

    /// What has happened since the last time that this was asked.
    [[nodiscard]] std::vector<News> take_news();

private:
    void heard_limits(TimePoint at);
    void tell(News::Kind kind, TimePoint at, std::string text);

    Identifiers heard_;
    std::uint64_t frames_{};
    std::uint64_t error_frames_{};
    std::uint64_t times_lost_{};
    TimePoint now_{};
    std::optional<TimePoint> last_limits_;
    std::optional<TimePoint> recognised_;
    std::optional<TimePoint> valid_since_; ///< older frames are of before the loss
    bool lost_{};
    victron::Values values_;
    std::vector<News> news_;
};

/// "1.02 s", for people.
std::string seconds_text(Duration duration);

} // namespace retrocan::gx
