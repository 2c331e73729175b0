// SPDX-License-Identifier: Apache-2.0
#include "cli/device_commands.h"
#include "cli/dump_print.h"
#include "cli/paths.h"
#include "cli/single_read.h"
#include "core/unit.h"
#include "daemon/assembly.h"
#include "mapping/content.h"
#include "mapping/describe.h"
#include "policy/plausible.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;

/// What stands against running with these values.
struct Verdict {
    std::string identity;
    std::vector<std::string> missing;    ///< required signals, each with why
    std::vector<std::string> objections; ///< of the plausibility check, and of what contradicts the current

    [[nodiscard]] bool good(const Update& update) const {
        return update.identity == Identity::matches && missing.empty() && objections.empty();
    }
};

Verdict judge(const daemon::BatteryAssembly& battery, const Dump& dump) {
    const Update& update = dump.update();
    Verdict verdict;
    const bool asks = !battery.bound->mapping().content().identity.empty();
    verdict.identity = update.identity == Identity::matches ? asks ? "passed" : "the mapping has none"
                       : update.identity == Identity::differs
                           ? "another battery: refused by " + update.identity_fault
                           : "not all was read that tells it: " + update.identity_fault;
    policy::PlausibilityCheck plausible{battery.member.pack.facts};
    const BatteryState state = plausible(update.state, BootClock::now(), verdict.objections);
    if (!update.sign_contradiction.empty())
        verdict.objections.push_back("current: " + update.sign_contradiction);
    each_signal(state, [&](std::size_t i, const auto& value) {
        if (!battery.member.pack.required.test(i) || value)
            return;
        const std::string why = dump.why_absent(i);
        verdict.missing.push_back(signal_name(i) + ": " + (why.empty() ? "not plausible" : why));
    });
    return verdict;
}

void print_lines(const char* title, const std::string& text) {
    std::printf("\n%s\n", title);
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        std::printf("  %s\n", line.c_str());
}

void print_lines(const char* title, const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    if (!lines.empty())
        print_lines(title, text);
}

std::string round_text(const SingleRead& read) {
    return read.round ? to_text(*read.round) : "not measured: no two whole rounds";
}

void show_text(const daemon::BatteryAssembly& battery, const Dump& dump, const SingleRead& read,
               const Verdict& verdict) {
    std::printf("%s: %s\n\n", battery.name.c_str(), battery.bound->mapping().title().c_str());
    print_text(dump);
    print_lines("reads, with their time on the wire", battery.source->plan());
    std::printf("\na round without pause  %s\n", round_text(read).c_str());
    std::printf("identity               %s\n", verdict.identity.c_str());
    print_lines("not plausible", verdict.objections);
    print_lines("required, but absent: it would not run", verdict.missing);
    std::printf("\n");
}

void show_json(const daemon::BatteryAssembly& battery, const Dump& dump, const SingleRead& read,
               const Verdict& verdict) {
    nlohmann::ordered_json json{{"battery", battery.name}};
    json.update(to_json(dump));
    json["plan"] = nlohmann::ordered_json::array();
    std::istringstream lines{battery.source->plan()};
    for (std::string line; std::getline(lines, line);)
        json["plan"].push_back(line);
    json["round_us"] = nullptr;
    if (read.round)
        json["round_us"] = read.round->count();
    json["identity"] = verdict.identity;
    json["not_plausible"] = verdict.objections;
    json["required_absent"] = verdict.missing;
    print_object(json);
}

int probe_one(const daemon::BatteryAssembly& battery, bool json) {
    Dump dump{*battery.bound, *battery.source, "read"};
    // Silence is told by the adapter after some timeouts; the rest is for devices that are slow.
    const Duration longest = 30s + 10 * battery.source->timeout();
    const SingleRead read =
        read_once(*battery.adapter, dump, {.longest = longest, .rounds = 3, .time_it = true});
    if (!read.answered) {
        std::fprintf(stderr, "%s: %s\n", battery.name.c_str(),
                     read.trouble.empty() ? "no answer" : read.trouble.c_str());
        return no_device;
    }
    const Verdict verdict = judge(battery, dump);
    (json ? show_json : show_text)(battery, dump, read, verdict);
    std::fflush(stdout);
    return verdict.good(dump.update()) ? good : found_a_fault;
}

} // namespace

int probe(const ProbeArguments& arguments) {
    Faults faults;
    const auto assembly =
        daemon::assemble(arguments.configuration, installed_folders(), faults, daemon::Purpose::look);
    if (!assembly) {
        print(faults);
        return wrong_input;
    }
    print(assembly->configuration.warnings, "warning: ");
    int worst = good;
    bool found = false;
    std::string names;
    for (const daemon::BatteryAssembly& battery : assembly->batteries) {
        names += (names.empty() ? "" : ", ") + battery.name;
        if (!arguments.battery.empty() && battery.name != arguments.battery)
            continue;
        found = true;
        worst = std::max(worst, probe_one(battery, arguments.json));
    }
    if (found)
        return worst;
    std::fprintf(stderr, "--battery: no battery \"%s\" in %s; there are: %s\n", arguments.battery.c_str(),
                 arguments.configuration.c_str(), names.c_str());
    return wrong_input;
}

} // namespace retrocan::cli
