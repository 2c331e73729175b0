// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/fault.h"
#include "core/time.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// One function a command. Results go to standard output, logs to standard error; the return value is the
/// process's exit code.
namespace retrocan::cli {

enum ExitCode : int {
    good = 0,
    found_a_fault = 1, ///< ran, and found one
    wrong_input = 2,   ///< arguments, configuration or mapping
    no_device = 3,     ///< a device or interface cannot be used
};

struct RunArguments {
    std::vector<std::filesystem::path> configurations; ///< each a Victron system with a bus of its own
    std::optional<Duration> run_for;
    bool shadow{};
    std::optional<std::string> link; ///< instead of the configuration's
};
int run(const RunArguments& arguments);

struct DemoArguments {
    std::optional<Duration> run_for;
    std::optional<std::string> link;
};
int demo(const DemoArguments& arguments);

int check(const std::filesystem::path& configuration);

struct MonitorArguments {
    std::string link;
    std::optional<Duration> run_for;
    bool json{};
    enum class Form : std::uint8_t {
        automatic, ///< a table at a terminal, else lines
        table,     ///< one line a message
        lines,     ///< one line a frame
    } form{Form::automatic};
};
int monitor(const MonitorArguments& arguments);

struct GxArguments {
    std::string link; ///< an interface, or log:FILE
    std::optional<Duration> run_for;
    bool json{};
};
/// The other end of the wire: reads a battery as a GX does, and holds its frames against the protocol.
int gx(const GxArguments& arguments);

struct RecordArguments {
    std::filesystem::path configuration;
    std::filesystem::path capture;
    std::optional<Duration> run_for;
    std::string max_size{"50 MB"};
};
int record(const RecordArguments& arguments);

struct ReplayArguments {
    std::filesystem::path configuration;
    std::string capture; ///< a file, or "-": standard input, answered line by line
};
int replay(const ReplayArguments& arguments);

struct ExplainArguments {
    std::optional<std::string> signal; ///< "ccl"; left out: everything that is sent
    std::filesystem::path configuration;
    std::string capture;
    std::optional<double> at; ///< seconds on the capture's clock; left out: its end
};
/// Why each value is what it is: the limiter or the signal, and the registers or topics behind it.
int explain(const ExplainArguments& arguments);

struct DrillArguments {
    std::filesystem::path configuration;
    bool dry{};                        ///< on simulated batteries
    bool black_start{};                ///< the machine has just been without power
    std::optional<std::string> link;   ///< instead of the configuration's
    std::optional<std::string> report; ///< the file to keep
};
/// Walks a person through the faults that a system has to survive, and sees what comes of them on the bus.
int drill(const DrillArguments& arguments);

int version();

/// Prints faults to standard error, a line each.
void print(const Faults& faults, const char* kind = "");

} // namespace retrocan::cli
