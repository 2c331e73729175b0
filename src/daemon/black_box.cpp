// SPDX-License-Identifier: Apache-2.0
#include "daemon/black_box.h"

#include "daemon/write_all.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <spdlog/spdlog.h>
#include <system_error>

namespace retrocan::daemon {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "blackbox-";
constexpr std::string_view suffix = ".jsonl";
constexpr std::string_view unfinished = ".part";
constexpr std::size_t most_waiting = 3; ///< files that the disk has not taken yet

bool is_ours(const fs::path& file) {
    const std::string name = file.filename().string();
    return name.starts_with(prefix) && (name.ends_with(suffix) || name.ends_with(unfinished));
}

/// Sorted by their names, which are their times.
std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error))
        if (is_ours(entry->path()))
            files.push_back(entry->path());
    std::ranges::sort(files);
    return files;
}

/// "blackbox-20260131T235959Z", the time of day in UTC.
std::string file_name() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
    return std::string{prefix} + std::string{text.data(), size};
}

/// Not there yet: two failures may come within a second.
fs::path free_path(const fs::path& folder) {
    const std::string name = file_name();
    std::error_code error;
    for (int n = 1;; ++n) {
        fs::path path = folder / (name + (n == 1 ? "" : "_" + std::to_string(n)) + std::string{suffix});
        if (!fs::exists(path, error))
            return path;
    }
}

} // namespace

std::optional<std::string> BlackBox::fault(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error && ::access(folder.c_str(), W_OK | X_OK) == 0)
        return std::nullopt;
    return folder.string() + ": " + std::system_category().message(error ? error.value() : errno);
}

BlackBox::BlackBox(Settings settings, Head head, TimePoint now)
    : settings_{std::move(settings)}
    , head_{std::move(head)}
    , thread_{[this](const std::stop_token& stop) { run(stop); }} {
    begin_segment(now);
}

BlackBox::~BlackBox() {
    thread_.request_stop();
}

void BlackBox::begin_segment(TimePoint now) {
    std::string text = head_(now);
    bytes_ += text.size();
    ring_.push_back({now, text.size(), std::move(text)});
}

void BlackBox::put(const std::string& line, TimePoint now) {
    constexpr std::size_t parts = 8; // of the memory: so much is lost at once when it is full
    ring_.back().text += line;
    bytes_ += line.size();
    if (now - ring_.back().begin >= settings_.segment ||
        ring_.back().text.size() >= settings_.most_in_memory / parts)
        begin_segment(now);
    // The first one goes when those behind it are enough.
    while (ring_.size() > 1 &&
           (ring_[1].begin <= now - settings_.span || bytes_ > settings_.most_in_memory)) {
        bytes_ -= ring_.front().text.size();
        ring_.pop_front();
    }
}

void BlackBox::keep(TimePoint now) {
    {
        const std::lock_guard lock{mutex_};
        kept_.push_back(std::exchange(ring_, {}));
        if (kept_.size() > most_waiting)
            kept_.pop_front();
    }
    wake_.notify_one();
    bytes_ = 0;
    begin_segment(now);
}

void BlackBox::run(const std::stop_token& stop) {
    delete_old(); // and what was not finished
    for (bool last = false; !last;) {
        std::deque<Ring> kept;
        {
            std::unique_lock lock{mutex_};
            wake_.wait(lock, stop, [this] { return !kept_.empty(); });
            last = stop.stop_requested();
            kept.swap(kept_);
        }
        for (const Ring& ring : kept)
            write(ring);
    }
}

void BlackBox::write(const Ring& ring) {
    const fs::path path = free_path(settings_.folder);
    const std::string part = path.string() + std::string{unfinished};
    const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int error = fd < 0 ? errno : 0;
    for (std::size_t i = 0; i < ring.size() && error == 0; ++i) // one head is enough
        error = write_all(fd, std::string_view{ring[i].text}.substr(i == 0 ? 0 : ring[i].head));
    if (fd >= 0) {
        if (error == 0 && ::fsync(fd) != 0)
            error = errno;
        ::close(fd);
    }
    if (error == 0 && ::rename(part.c_str(), path.c_str()) != 0)
        error = errno;
    if (error == 0) {
        spdlog::info("black box: what led to it is in {}", path.string());
    } else {
        ::unlink(part.c_str());
        spdlog::error("black box: {}: {}", path.string(), std::system_category().message(error));
    }
    delete_old();
}

void BlackBox::delete_old() const {
    std::vector<std::pair<fs::path, std::uint64_t>> files;
    std::uint64_t sum = 0;
    for (const fs::path& file : files_in(settings_.folder)) {
        std::error_code error;
        const std::uint64_t size = fs::file_size(file, error);
        if (file.string().ends_with(unfinished)) {
            fs::remove(file, error);
        } else if (!error) {
            files.emplace_back(file, size);
            sum += size;
        }
    }
    for (const auto& [file, size] : files) {
        if (sum <= settings_.most_on_disk)
            return;
        std::error_code error;
        fs::remove(file, error);
        sum -= size;
    }
}

} // namespace retrocan::daemon
