// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace retrocan::daemon {

/// Keeps what was recorded in the last minutes before each failure. In memory it is a ring of segments, each
/// of which begins with a head that has a snapshot, so that whatever is left of the ring can be replayed. A
/// thread of its own writes files; nobody waits for it.
class BlackBox {
public:
    struct Settings {
        std::filesystem::path folder;
        Duration span{std::chrono::minutes{10}};          ///< before a failure; a file has this or more
        Duration segment{std::chrono::minutes{1}};        ///< of the ring
        std::size_t most_in_memory{std::size_t{8} << 20}; ///< bytes; then the span is shorter
        std::uint64_t most_on_disk{50'000'000};           ///< bytes of all files; the oldest go
    };
    /// Makes the first line of a segment, with a snapshot of the moment.
    using Head = std::function<std::string(TimePoint now)>;

    /// The error says why there can be no files in the folder. It is made if it is not there.
    static std::optional<std::string> fault(const std::filesystem::path& folder);

    BlackBox(Settings settings, Head head, TimePoint now);
    ~BlackBox(); ///< what is to be kept is written before
    BlackBox(const BlackBox&) = delete;
    BlackBox& operator=(const BlackBox&) = delete;

    /// A line, after it was taken: a segment that begins behind it has it in its snapshot.
    void put(const std::string& line, TimePoint now);

    /// Writes a file with all that is in the ring, and empties it: what comes before the next failure and is
    /// older is in this file.
    void keep(TimePoint now);

    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    struct Segment {
        TimePoint begin;
        std::size_t head{}; ///< bytes of its first line
        std::string text;
    };
    using Ring = std::deque<Segment>;

    void begin_segment(TimePoint now);
    void run(const std::stop_token& stop);
    void write(const Ring& ring);
    void delete_old() const;

    const Settings settings_;
    const Head head_;
    Ring ring_; ///< never empty
    std::size_t bytes_{};

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Ring> kept_; ///< to be written
    std::jthread thread_;   ///< last: ends first
};

} // namespace retrocan::daemon
