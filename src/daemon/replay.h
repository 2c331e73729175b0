// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/assembly.h"
#include "daemon/bridge.h"
#include "daemon/capture_line.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::daemon {

/// Runs a capture through mapping, policy and schedule as the daemon would have run, in the time of its lines
/// alone: no clock, no connection, no file. Each frame goes out at its very deadline. Unless the capture says
/// what the bus did, it is up from the first line on, and nobody else is on it.
class Replay {
public:
    using OnFrame = std::function<void(TimePoint, const CanFrame&)>;
    /// Something that people should know: another version of a file.
    using OnNote = std::function<void(const std::string&)>;

    /// `assembly` outlives it. `today`: the files of the configuration as they are now.
    Replay(const Assembly& assembly, CaptureHead today, OnFrame on_frame, OnNote on_note);

    /// Takes the next line. Before, all frames are out that were due before its time; those that are due at
    /// its very time follow the last line of that time, with the next call of take() or catch_up(). The fault
    /// says what is wrong with the line; nothing was done then.
    std::optional<LineFault> take(std::string_view line);
    /// The frames that are due up to the time of the last line.
    void catch_up();

    /// Of the last line; nothing before the first.
    [[nodiscard]] std::optional<TimePoint> now() const;
    /// Lines with something that the battery said.
    [[nodiscard]] std::uint64_t answers() const { return answers_; }
    /// Null before the first line.
    [[nodiscard]] const Bridge* bridge() const { return bridge_ ? &*bridge_ : nullptr; }

private:
    std::optional<LineFault> begin(const CaptureLine& line, std::string_view text);
    std::optional<LineFault> take_traffic(const Traffic& traffic, std::string_view line, TimePoint at);
    /// All frames that are due before `end`, and with `inclusive` at it.
    void advance(TimePoint end, bool inclusive);
    void pump();

    const Assembly& assembly_;
    CaptureHead today_;
    OnFrame on_frame_;
    OnNote on_note_;
    std::optional<Bridge> bridge_;
    TimePoint now_{};
    std::uint64_t answers_{};
};

} // namespace retrocan::daemon
