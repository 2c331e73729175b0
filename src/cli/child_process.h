// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace retrocan::cli {

/// An empty folder that is deleted at the end. Throws std::system_error if there can be none.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// Another program that this one runs. What it prints goes to files; lines can be put into its standard
/// input. Killed at the end.
class ChildProcess {
public:
    /// `arguments` begin with the program's path. Throws std::system_error if it cannot be started.
    ChildProcess(const std::vector<std::string>& arguments, std::filesystem::path output,
                 std::filesystem::path errors);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    void say(const std::string& line) const;
    void signal(int number) const;
    /// It has ended by itself, or by a signal.
    [[nodiscard]] bool ended();
    /// All that it has printed so far.
    [[nodiscard]] std::string output() const;
    [[nodiscard]] std::string errors() const;

private:
    pid_t pid_{};
    int input_{-1};
    bool ended_{};
    std::filesystem::path output_;
    std::filesystem::path errors_;
};

/// The path of this very program.
std::string own_program();

} // namespace retrocan::cli
