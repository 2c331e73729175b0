// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_commands.h"
#include "cli/table.h"
#include "cli/workbench.h"
#include "mapping/content.h"
#include "mapping/describe.h"

#include <cstdio>

namespace retrocan::cli {

int mapping_list(const std::string& folder) {
    const Workbench workbench;
    Faults faults;
    Table table{{"name", "adapter", "checked on", "use", "CVL", "CCL", "DCL", "tests", "title"}};
    std::vector<std::string> arguments;
    if (!folder.empty())
        arguments.push_back(folder);
    for (const daemon::LibraryEntry& entry : workbench.mappings(arguments, faults)) {
        const auto mapping = mapping::load(entry.file, faults);
        if (!mapping)
            continue;
        const auto origin = [&](const char* limit) {
            return std::string{to_text(mapping::origin(mapping->content(), *signal_index(limit)))};
        };
        table.add({entry.name, mapping->adapter(), std::string{mapping::to_text(mapping->level())},
                   mapping->use() == mapping::Use::monitor ? "monitor" : "control", origin("cvl"),
                   origin("ccl"), origin("dcl"), std::to_string(mapping->tests().size()), mapping->title()});
    }
    if (!table.empty())
        std::printf(
            "%s\n"
            "limits: live = told in each poll, settings = read from the battery's settings, given = by the "
            "mapping,\n"
            "        if wanted = a guess that a setting switches on, owner = only those of the "
            "configuration\n",
            table.text().c_str());
    std::fflush(stdout);
    print(faults);
    if (faults.empty() && table.empty())
        std::fprintf(stderr, "there are no mappings\n");
    return faults.empty() && !table.empty() ? good : wrong_input;
}

} // namespace retrocan::cli
