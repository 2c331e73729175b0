// SPDX-License-Identifier: Apache-2.0
#include "daemon/replay.h"

#include "cli/command.h"
#include "cli/paths.h"
#include "daemon/capture_source.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace retrocan::cli {

namespace {

void print_frame(TimePoint at, const CanFrame& frame) {
    std::printf("%s\n", to_text(LoggedFrame{at.time_since_epoch(), "can0", frame}).c_str());
}

/// "# 12.500000": all frames up to then are out.
void print_mark(TimePoint at) {
    constexpr std::int64_t second = 1'000'000;
    const std::int64_t us = at.time_since_epoch().count();
    std::printf("# %s%" PRId64 ".%06" PRId64 "\n", us < 0 ? "-" : "", std::abs(us) / second,
                std::abs(us) % second);
}

/// Feeds the lines to the replay; false after a fault, which is printed.
bool feed(std::istream& lines, const std::string& name, daemon::Replay& replay, bool answer_each) {
    std::uint32_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const bool cut = lines.eof(); // the end of the file came before that of the line
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (line.empty() || line.front() == '#')
            continue;
        const auto fault = replay.take(line);
        if (fault && cut && !answer_each) {
            print({{{name, number, 0}, "the last line is cut short, and left out"}}, "note: ");
            break;
        }
        if (fault) {
            std::fflush(stdout);
            print({{{name, number, fault->column}, fault->message}});
            return false;
        }
        if (!answer_each)
            continue;
        replay.catch_up();
        print_mark(*replay.now());
        std::fflush(stdout);
    }
    replay.catch_up();
    return true;
}

/// "the battery "shed"", "any of the batteries "shed", "attic"".
std::string of_batteries(const daemon::Assembly& assembly) {
    std::string text = assembly.batteries.size() == 1 ? "the battery " : "any of the batteries ";
    for (const daemon::BatteryAssembly& battery : assembly.batteries)
        text += (&battery == assembly.batteries.data() ? "\"" : ", \"") + battery.name + "\"";
    return text;
}

} // namespace

int replay(const ReplayArguments& arguments) {
    Faults faults;
    const auto assembly =
        daemon::assemble(arguments.configuration, installed_folders(), faults, daemon::Purpose::look);
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    const bool piped = arguments.capture == "-";
    std::ifstream file;
    if (!piped)
        file.open(arguments.capture);
    std::error_code error;
    if (!piped && (!file || std::filesystem::is_directory(arguments.capture, error))) {
        std::fprintf(stderr, "%s: cannot be read: no such file, or no permission\n",
                     arguments.capture.c_str());
        return wrong_input;
    }
    const std::string name = piped ? "standard input" : arguments.capture;
    daemon::Replay replay{*assembly, daemon::capture_head(*assembly, RETROCAN_VERSION), print_frame,
                          [&](const std::string& note) {
                              print({{{name, 0, 0}, note}}, "note: ");
                          }};
    const bool good_to_the_end = feed(piped ? std::cin : file, name, replay, piped);
    std::fflush(stdout);
    if (!good_to_the_end)
        return found_a_fault;
    if (replay.answers() == 0) {
        print({{{name, 0, 0}, "no line in it is of " + of_batteries(*assembly)}});
        return found_a_fault;
    }
    return good;
}

} // namespace retrocan::cli
