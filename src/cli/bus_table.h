// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace retrocan::cli {

/// What is on a bus, one line a message: how old, how often, the bytes, what they say. What is not of the
/// protocol comes last, and is pointed out.
class BusTable {
public:
    using Time = std::chrono::microseconds; ///< since whatever epoch; never goes back

    void take(const CanFrame& frame, Time at);
    [[nodiscard]] std::string text(Time now) const;

    /// The time since the frame before of the same identifier; 0 for the first.
    [[nodiscard]] Time period(const CanFrame& frame) const;

private:
    /// Standard and extended frames of one number are different messages.
    struct Key {
        bool foreign{};  ///< not of the protocol
        unsigned slot{}; ///< in the order of the protocol
        CanFrame::Kind kind{};
        std::uint32_t id{};
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    struct Row {
        CanFrame last;
        Time at{};
        Time period{};
        std::uint64_t count{};
    };
    static Key key_of(const CanFrame& frame);

    std::map<Key, Row> rows_;
    std::uint64_t beyond_{}; ///< frames of identifiers that found no place any more
};

} // namespace retrocan::cli
