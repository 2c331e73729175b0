// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/serve.h"

#include <cstdio>

namespace retrocan::cli {

int run(const RunArguments& arguments) {
    Faults faults;
    auto assembly = daemon::assemble(arguments.configuration, installed_folders(), faults);
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    const daemon::Configuration& configuration = assembly->configuration;
    print(configuration.warnings, "warning: ");
    if (!arguments.shadow && !configuration.shadow_only.empty()) {
        print(configuration.shadow_only);
        std::fprintf(stderr, "it can be run with --shadow, which sends nothing\n");
        return wrong_input;
    }
    return serve(*assembly, {.link = arguments.link.value_or(configuration.link),
                             .shadow = arguments.shadow,
                             .run_for = arguments.run_for});
}

} // namespace retrocan::cli
