// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace retrocan::cli {

struct SimulateArguments {
    std::vector<std::string> mappings;
    std::vector<int> units; ///< one for each mapping, or none
    std::optional<std::string> listen;
    bool rtu_over_tcp{};
    std::optional<std::string> serial; ///< a path, or "pty"
    std::string link;
    std::string broker; ///< of batteries that publish: a URL
    std::optional<unsigned> baud;
    std::string parity{"none"};
    unsigned stop_bits{1};
    std::optional<std::string> turnaround;
    bool frozen{};
    std::string capture;
    bool once{};
    std::vector<std::string> faults;
    std::vector<std::string> settings;
    std::uint64_t seed{16};
    std::string day{"10 min"};
    std::optional<Duration> run_for;
};

/// Is the batteries that mappings describe until a signal, `quit` on standard input, or its time ends it. Its
/// first line on standard output is where it is: "127.0.0.1:1502", "/dev/pts/3".
int simulate(const SimulateArguments& arguments);

void add_simulate_command(CLI::App& app, std::function<int()>& command);

} // namespace retrocan::cli
