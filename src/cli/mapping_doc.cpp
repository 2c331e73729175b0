// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_commands.h"
#include "cli/workbench.h"
#include "mapping/document.h"

#include <cstdio>

namespace retrocan::cli {

int mapping_doc(const MappingDocArguments& arguments) {
    if (arguments.mapping.empty() && !arguments.table) {
        std::fprintf(stderr, "expected a mapping, or --table for the table of all batteries\n");
        return wrong_input;
    }
    const Workbench workbench;
    Faults faults;
    std::vector<mapping::Titled> batteries;
    std::vector<std::string> wanted;
    if (!arguments.mapping.empty())
        wanted.push_back(arguments.mapping);
    for (const daemon::LibraryEntry& entry : workbench.mappings(wanted, faults))
        if (auto sample = workbench.sample(entry.file, faults)) // no page of a file that check refuses
            batteries.push_back({entry.name, std::move(sample->mapping)});
    if (arguments.table)
        std::fputs(battery_table(batteries).c_str(), stdout);
    else
        for (const mapping::Titled& battery : batteries)
            std::fputs(battery_page(battery).c_str(), stdout);
    std::fflush(stdout);
    print(faults);
    return faults.empty() ? good : wrong_input;
}

} // namespace retrocan::cli
