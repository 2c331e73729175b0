// SPDX-License-Identifier: Apache-2.0
#include "daemon/recording.h"

#include <array>
#include <charconv>
#include <utility>

namespace retrocan::daemon {

Recording::Recording(std::unique_ptr<LineFile> file, std::uint64_t max_size, Head head)
    : file_{std::move(file)}, longest_file_{max_size / 2}, head_{std::move(head)} {
    std::string first = head_(false);
    size_ = first.size();
    file_->put(std::move(first));
}

/// The head comes after a line, so that a snapshot in it has what the line did.
void Recording::put(const std::string& line) {
    constexpr std::uint64_t longest_line = std::uint64_t{64} << 10;
    size_ += line.size();
    file_->put(line);
    if (size_ + longest_line <= longest_file_)
        return;
    std::string first = head_(true);
    size_ = first.size();
    file_->begin_anew();
    file_->put(std::move(first));
}

std::optional<std::uint64_t> recording_size(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> units{
        {{"kB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}}};
    constexpr std::uint64_t most = 1'000'000; // of any unit
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number > most)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    for (const auto& [unit, factor] : units)
        if (text == unit && number * factor >= least_recording)
            return number * factor;
    return std::nullopt;
}

} // namespace retrocan::daemon
