// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Commands that ask devices and send nothing to a bus: `retrocan probe` and `retrocan scan`.
namespace retrocan::cli {

/// Adds the commands to the program; a parsed one puts itself into `command`.
void add_device_commands(CLI::App& app, std::function<int()>& command);

struct ProbeArguments {
    std::filesystem::path configuration;
    std::string battery; ///< of several; all of them if it is empty
    bool json{};
};
int probe(const ProbeArguments& arguments);

struct ScanArguments {
    std::string tcp;                ///< HOST or HOST:PORT
    bool rtu{};                     ///< serial frames over TCP
    std::string serial;             ///< path of a port
    std::vector<std::int64_t> baud; ///< of the serial port; the usual ones if empty
    std::string parity{"none"};
    std::string units;                         ///< "1,3", "1..16"; the usual ones if empty
    bool all{};                                ///< unit ids 0 to 255
    std::string timeout;                       ///< for an answer while unit ids are tried
    std::string mqtt;                          ///< a broker's URL
    Duration listen{std::chrono::seconds{12}}; ///< to the broker
};
int scan(const ScanArguments& arguments);
/// Listens to all that a broker has, and looks which mappings' topics are among it.
int scan_mqtt(const ScanArguments& arguments);

} // namespace retrocan::cli
