// SPDX-License-Identifier: Apache-2.0
#include "cli/dump.h"
#include "cli/dump_print.h"
#include "cli/given_settings.h"
#include "cli/mapping_commands.h"
#include "cli/workbench.h"

#include <cstdio>
#include <fstream>
#include <iostream>

namespace retrocan::cli {

namespace {

/// What was found beside the values: each is a reason to end with 1.
Faults judged(const Dump& dump, const std::string& file) {
    Faults faults;
    const Update& update = dump.update();
    if (update.identity == Identity::differs)
        faults.push_back({{file, 0, 0}, "another battery: refused by " + update.identity_fault});
    if (!update.sign_contradiction.empty())
        faults.push_back({{file, 0, 0}, "current: " + update.sign_contradiction});
    if (dump.empty())
        faults.push_back({{file, 0, 0},
                          "nothing in it is of this mapping; a dump of another unit id is read with "
                          "--key unit_id=N"});
    return faults;
}

std::optional<Sample> sample_for(const Workbench& workbench, const DecodeArguments& arguments,
                                 Faults& faults) {
    const auto entries = workbench.mappings({arguments.mapping}, faults);
    const adapter::Settings owner = given_settings("settings", arguments.settings, faults);
    const adapter::Settings keys = given_settings("key", arguments.keys, faults);
    if (entries.size() > 1)
        faults.push_back({{arguments.mapping, 0, 0}, "a folder; expected one mapping"});
    if (!faults.empty())
        return std::nullopt;
    const auto mapping = mapping::load(entries.front().file, faults);
    return mapping ? workbench.sample(mapping, owner, keys, faults) : std::nullopt;
}

} // namespace

int decode(const DecodeArguments& arguments) {
    const Workbench workbench;
    Faults faults;
    const auto sample = sample_for(workbench, arguments, faults);
    if (!sample) {
        print(faults);
        return wrong_input;
    }
    const bool piped = arguments.input == "-";
    std::ifstream file;
    if (!piped)
        file.open(arguments.input);
    std::error_code error;
    if (!piped && (!file || std::filesystem::is_directory(arguments.input, error))) {
        std::fprintf(stderr, "%s: cannot be read: no such file, or no permission\n", arguments.input.c_str());
        return wrong_input;
    }
    const std::string name = piped ? "standard input" : arguments.input;
    Dump dump{*sample->bound, *sample->source, "in the dump"};
    Faults notes;
    dump.read(piped ? std::cin : file, name, faults, notes);
    if (!dump.empty() || arguments.json)
        (arguments.json ? print_json : print_text)(dump);
    std::fflush(stdout);
    for (const Fault& fault : judged(dump, name))
        faults.push_back(fault);
    print(notes, "note: ");
    print(faults);
    return faults.empty() ? good : found_a_fault;
}

} // namespace retrocan::cli
