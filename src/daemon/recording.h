// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/line_file.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace retrocan::daemon {

/// A capture on disk that never takes more than `max_size`: a file NAME with the newest half, and NAME.1 with
/// the half before. Each of them begins with a head, so that it can be read without the other.
class Recording {
public:
    /// Makes the first line of a file; `continues`: there was one before.
    using Head = std::function<std::string(bool continues)>;

    Recording(std::unique_ptr<LineFile> file, std::uint64_t max_size, Head head);

    void put(const std::string& line);

private:
    std::unique_ptr<LineFile> file_;
    std::uint64_t longest_file_;
    Head head_;
    std::uint64_t size_{}; ///< of the current file
};

/// The smallest that may be asked for: a head with a snapshot and some minutes have to fit.
inline constexpr std::uint64_t least_recording = std::uint64_t{2} * 1000 * 1000;
inline constexpr std::uint64_t usual_recording = std::uint64_t{50} * 1000 * 1000;

/// "50 MB", "800kB", "2 GB", in steps of 1000 as disks are sold; nothing if it is none or below
/// least_recording.
std::optional<std::uint64_t> recording_size(std::string_view text);

} // namespace retrocan::daemon
