// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_commands.h"
#include "cli/workbench.h"

#include <cstdio>

namespace retrocan::cli {

int mapping_check(const std::vector<std::string>& mappings) {
    const Workbench workbench;
    Faults faults;
    const auto entries = workbench.mappings(mappings, faults);
    print(faults);
    std::size_t count = faults.size();
    for (const daemon::LibraryEntry& entry : entries) {
        Faults found;
        if (workbench.sample(entry.file, found))
            std::printf("%s: good\n", entry.name.c_str());
        print(found);
        count += found.size();
    }
    if (count == 0)
        return good;
    std::fprintf(stderr, "%zu fault%s\n", count, count == 1 ? "" : "s");
    return wrong_input;
}

} // namespace retrocan::cli
