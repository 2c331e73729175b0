// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace retrocan::support {

/// The program under test: $RETROCAN_BIN, else the one of the build that the test belongs to.
std::string program();

/// An empty folder that is deleted at the end.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    /// Writes a file and returns its path.
    std::string file(const std::string& name, const std::string& text) const;

private:
    std::filesystem::path path_;
};

std::string contents(const std::filesystem::path& file);

/// A running program; its output goes to files, and its input comes from one. Killed at the end if it still
/// runs.
class Process {
public:
    Process(const std::vector<std::string>& arguments, const std::filesystem::path& output,
            const std::filesystem::path& errors, const std::filesystem::path& input = "/dev/null");
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void signal(int number) const;
    /// The exit code (128 + n for a signal), or nothing if it still runs after `limit`.
    std::optional<int> wait(std::chrono::milliseconds limit);
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_{};
    std::optional<int> status_;
};

struct Finished {
    int exit_code{};
    std::string output;
    std::string errors;
};

/// Runs a program to its end, or for so long.
Finished run_to_end(const std::vector<std::string>& arguments,
                    std::chrono::milliseconds limit = std::chrono::seconds{20});

/// Waits until `condition` holds, looking every few milliseconds; false if it does not within `limit`.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit);

} // namespace retrocan::support
