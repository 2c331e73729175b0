// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/serve.h"

#include <cstdio>
#include <unistd.h>

namespace retrocan::cli {

int run(const RunArguments& arguments) {
    Faults faults;
    auto assembly = daemon::assemble(arguments.configuration, installed_folders(), faults,
                                     arguments.shadow ? daemon::Purpose::look : daemon::Purpose::steer);
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
    if (arguments.shadow)
        std::fprintf(stderr, "shadow: everything is computed and shown, nothing is sent or written\n");
    const bool screen = arguments.shadow && isatty(STDOUT_FILENO) != 0;
    return serve(*assembly, {.link = arguments.link.value_or(configuration.link),
                             .shadow = arguments.shadow,
                             .run_for = arguments.run_for,
                             .screen = screen,
                             .title = "retrocan run --shadow"});
}

} // namespace retrocan::cli
