// SPDX-License-Identifier: Apache-2.0
#include "daemon/line_file.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <spdlog/spdlog.h>
#include <system_error>

namespace retrocan::daemon {

namespace {

constexpr std::chrono::seconds sync_every{5};
constexpr mode_t readable = 0644;

std::filesystem::path older(const std::filesystem::path& file) {
    return file.string() + ".1";
}

std::string reason(int error) {
    return std::system_category().message(error);
}

int open_new(const std::filesystem::path& file) {
    return ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, readable);
}

/// 0 or errno.
int move_away(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) // a device or FIFO stays what it is
        return 0;
    std::filesystem::rename(file, older(file), error);
    return error.value();
}

} // namespace

Result<std::unique_ptr<LineFile>, std::string> LineFile::open(const std::filesystem::path& file) {
    if (const int error = move_away(file); error != 0)
        return Err{file.string() + ": cannot be renamed to " + older(file).filename().string() + ": " +
                   reason(error)};
    const int fd = open_new(file);
    if (fd < 0)
        return Err{file.string() + ": cannot be written: " + reason(errno)};
    return std::unique_ptr<LineFile>{new LineFile{file, fd}};
}

LineFile::LineFile(std::filesystem::path file, int fd)
    : file_{std::move(file)}, fd_{fd}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

LineFile::~LineFile() {
    thread_.request_stop();
    thread_.join();
    if (fd_ >= 0)
        ::close(fd_);
}

void LineFile::put(std::string text) {
    {
        const std::lock_guard lock{mutex_};
        if (waiting_ + text.size() > most_waiting) {
            ++dropped_;
            return;
        }
        waiting_ += text.size();
        items_.push_back({std::move(text), false});
    }
    wake_.notify_one();
}

void LineFile::begin_anew() {
    {
        const std::lock_guard lock{mutex_};
        items_.push_back({{}, true});
    }
    wake_.notify_one();
}

void LineFile::run(const std::stop_token& stop) {
    auto synced = std::chrono::steady_clock::now();
    bool unsynced = false;
    for (bool last = false; !last;) {
        std::deque<Item> items;
        std::uint64_t dropped = 0;
        {
            std::unique_lock lock{mutex_};
            wake_.wait_for(lock, stop, sync_every, [this] { return !items_.empty(); });
            last = stop.stop_requested();
            items.swap(items_);
            waiting_ = 0;
            dropped = std::exchange(dropped_, 0);
        }
        for (const Item& item : items)
            write(item);
        unsynced = unsynced || !items.empty();
        if (dropped != 0)
            spdlog::error("{}: {} lines are lost: the disk is too slow", file_.string(), dropped);
        const auto now = std::chrono::steady_clock::now();
        if (unsynced && fd_ >= 0 && (last || now - synced >= sync_every)) {
            ::fdatasync(fd_);
            synced = now;
            unsynced = false;
        }
    }
}

void LineFile::write(const Item& item) {
    if (item.begin_anew)
        rotate();
    else if (fd_ >= 0)
        append(item.text);
}

void LineFile::append(const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            complain("cannot be written", errno);
            if (done != 0 && ::ftruncate(fd_, size_) != 0) // no half lines before the next one
                ::close(std::exchange(fd_, -1));
            return;
        }
        done += static_cast<std::size_t>(n);
    }
    size_ += static_cast<std::int64_t>(text.size());
    if (std::exchange(complained_, false))
        spdlog::info("{}: is written again", file_.string());
}

void LineFile::rotate() {
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
    if (const int error = move_away(file_); error != 0)
        complain("cannot be renamed", error);
    fd_ = open_new(file_);
    size_ = 0;
    if (fd_ < 0)
        complain("cannot be written", errno);
}

void LineFile::complain(const char* what, int error) {
    if (!std::exchange(complained_, true))
        spdlog::error("{}: {}: {}; the recording has a gap", file_.string(), what, reason(error));
}

} // namespace retrocan::daemon
