// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/process.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::support {

/// `retrocan simulate` as a process of its own: the battery of a mapping, for tests that read one.
class Simulated {
public:
    /// `arguments` follow "simulate": {"seplos/v3"}, {"jk/pb", "--serial", "pty"}. It serves when this
    /// returns; throws std::runtime_error with its errors if it does not.
    explicit Simulated(const std::vector<std::string>& arguments);
    ~Simulated();
    Simulated(const Simulated&) = delete;
    Simulated& operator=(const Simulated&) = delete;

    /// The first line that it printed: "127.0.0.1:1502", "/dev/pts/3".
    [[nodiscard]] const std::string& where() const { return where_; }
    [[nodiscard]] std::uint16_t port() const;

    /// A line on its standard input: "fault late:700ms", "set voltage=52.1 V", "heal", "quit". Waits until it
    /// has answered.
    void say(const std::string& line);
    [[nodiscard]] std::string log() const { return contents(folder_ / "err"); }
    [[nodiscard]] Process& process() { return *process_; }

private:
    TemporaryFolder folder_;
    int input_{-1};
    std::optional<Process> process_;
    std::string where_;
};

} // namespace retrocan::support
