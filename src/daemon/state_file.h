// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/kept_state.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace retrocan::daemon {

struct LoadedState {
    KeptState state;
    std::string complaint; ///< for the log, a sentence: why nothing of the file could be used; else empty
};

/// What the last run kept; nothing at the first start. A file that cannot be used becomes NAME.broken, and
/// what was kept starts anew. Never throws.
LoadedState load_state(const std::filesystem::path& file);

/// Replaces the file: after a cut of power there is the old one or the new one, whole. The folder is made if
/// it is not there. The error says which file and why. Waits for the disk.
std::optional<std::string> save_state(const std::filesystem::path& file, std::string_view text);

/// Writes the newest state. A thread of its own does it, so that nobody ever waits for a disk.
class StateFile {
public:
    explicit StateFile(std::filesystem::path file);
    ~StateFile(); ///< what is waiting is written before
    StateFile(const StateFile&) = delete;
    StateFile& operator=(const StateFile&) = delete;

    /// Returns at once; any thread. What could not be written is told in the log once, and tried again every
    /// minute.
    void put(std::string text);

private:
    void run(const std::stop_token& stop);
    bool write(const std::string& text);

    const std::filesystem::path file_;
    bool complained_{}; // of the thread

    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<std::string> waiting_;

    std::jthread thread_; ///< last: ends first
};

} // namespace retrocan::daemon
