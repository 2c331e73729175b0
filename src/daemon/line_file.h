// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace retrocan::daemon {

/// A file of lines that grows, and one with the lines before. A thread of its own writes, so that nobody ever
/// waits for a disk. Each line is handed to the system at once and brought to the disk within `sync_every`,
/// so a cut of power loses little.
///
/// NAME has the newest lines; NAME.1 those before. What is there at the start becomes NAME.1.
class LineFile {
public:
    /// The error says which file and why.
    static Result<std::unique_ptr<LineFile>, std::string> open(const std::filesystem::path& file);
    ~LineFile(); ///< what is waiting is written before
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;

    /// Appends text that ends with a line feed. Returns at once; any thread. If the disk does not keep up,
    /// text beyond `most_waiting` is dropped, and that is said in the log.
    void put(std::string text);
    /// What follows goes to a new file: this one becomes NAME.1, and what was NAME.1 is deleted.
    void begin_anew();

    static constexpr std::size_t most_waiting = std::size_t{8} << 20;

private:
    struct Item {
        std::string text;
        bool begin_anew{};
    };

    LineFile(std::filesystem::path file, int fd);
    void run(const std::stop_token& stop);
    void write(const Item& item);
    void append(const std::string& text);
    void rotate();
    void complain(const char* what, int error);

    const std::filesystem::path file_;
    int fd_;              // of the thread
    bool complained_{};   // likewise
    std::int64_t size_{}; // likewise: whole lines

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Item> items_;
    std::size_t waiting_{};
    std::uint64_t dropped_{};

    std::jthread thread_; ///< last: ends first
};

} // namespace retrocan::daemon
