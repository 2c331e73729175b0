// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/time.h"
#include "victron/values.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

/// Commissioning, step by step: something is taken away from a system, and what is seen on its bus is held
/// against what has to be seen.
namespace retrocan::drill {

/// What was heard on a bus, and when: what the battery's side sent, and whether a GX is there. Keeps the last
/// ten minutes.
class BusEar {
public:
    void take(const CanFrame& frame, TimePoint at);

    /// When the last 0x351 came.
    [[nodiscard]] std::optional<TimePoint> last_limits() const { return last_limits_; }
    /// When the first 0x351 came that is no older than `since`.
    [[nodiscard]] std::optional<TimePoint> first_limits(TimePoint since) const;
    /// The longest time without 0x351 between these two.
    [[nodiscard]] Duration widest_gap(TimePoint from, TimePoint to) const;
    /// Frames of the battery's side, `from` <= their time < `to`.
    [[nodiscard]] std::size_t frames(TimePoint from, TimePoint to) const;
    /// The identifiers among them, in their order on the bus, each once.
    [[nodiscard]] std::vector<std::uint32_t> identifiers(TimePoint from, TimePoint to) const;
    /// When the battery's side sent its first frame no older than `since`.
    [[nodiscard]] std::optional<TimePoint> first_frame(TimePoint since) const;
    /// When a GX was heard (0x305).
    [[nodiscard]] std::optional<TimePoint> gx_heard() const { return gx_heard_; }

    /// What the battery's side said last.
    [[nodiscard]] const victron::Values& values() const { return values_; }
    /// The pairs of 0x35A that are active: "alarm high_voltage", "warning cell_imbalance".
    [[nodiscard]] std::vector<std::string> active() const;

private:
    struct Heard {
        TimePoint at;
        std::uint32_t id;
    };

    std::deque<Heard> heard_;
    victron::Values values_;
    std::optional<TimePoint> last_limits_;
    std::optional<TimePoint> gx_heard_;
};

} // namespace retrocan::drill
