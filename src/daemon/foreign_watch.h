// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/time.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace retrocan::daemon {

/// An identifier that a battery sends, 0x351 to 0x382.
bool is_ours(std::uint32_t id);

/// Frames with our identifiers that we did not send: two batteries on one bus, or two programs on one
/// machine. It knows what to say of them; what is done about them is the bridge's.
class ForeignWatch {
public:
    static constexpr Duration first_count = std::chrono::seconds{2}; ///< so that it can be said how often
    static constexpr Duration repeat = std::chrono::minutes{1};
    static constexpr Duration gone_after = std::chrono::seconds{30};

    struct News {
        bool ended{};              ///< the other one is gone
        bool on_the_bus{};         ///< it is another node; otherwise a program of this machine
        std::int64_t seconds{};    ///< what was counted in how long
        std::string identifiers{}; ///< "0x351 (2), 0x355 (1)"
    };

    /// Any frame that was heard.
    void heard(const CanFrame& frame, bool this_host, TimePoint now);

    /// While the bus is down nobody is gone. To be told only when nothing can be heard.
    void bus_down(TimePoint now) { down_since_ = down_since_.value_or(now); }
    void bus_up(TimePoint now);

    /// What has to be said now. Ask at least once a second.
    std::optional<News> news(TimePoint now);

    [[nodiscard]] bool present() const { return present_; }
    /// While present: since when.
    [[nodiscard]] TimePoint since() const { return since_; }
    /// Since the start.
    [[nodiscard]] std::uint64_t frames() const { return frames_; }

private:
    [[nodiscard]] std::string identifiers() const;

    static constexpr std::size_t slots = 32;
    std::array<std::uint32_t, slots> counts_{}; ///< since something was said, by slot of victron::messages()
    bool on_the_bus_{};                         ///< likewise
    TimePoint counted_since_{};
    std::optional<TimePoint> down_since_;
    bool present_{};
    bool said_{};
    TimePoint since_{};
    TimePoint heard_at_{};
    std::uint64_t frames_{};
};

} // namespace retrocan::daemon
