// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/serve.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace retrocan::cli {

namespace {

/// Where the black box goes: into the folder of the configuration, else into that which systemd gives a
/// service (StateDirectory=). Without either there is none.
std::optional<std::filesystem::path> black_box_folder(const std::filesystem::path& file,
                                                      const daemon::Configuration& configuration) {
    if (!configuration.black_box)
        return std::nullopt;
    if (configuration.state_folder)
        return beside(file, *configuration.state_folder) / "blackbox";
    const char* given = std::getenv("STATE_DIRECTORY"); // NOLINT(concurrency-mt-unsafe): no thread yet
    if (given == nullptr || *given == '\0')
        return std::nullopt;
    const std::string_view folders{given}; // parted by colons
    return std::filesystem::path{folders.substr(0, folders.find(':'))} / "blackbox";
}

} // namespace

int run(const RunArguments& arguments) {
    Faults faults;
    auto assembly = daemon::assemble(arguments.configuration, installed_folders(), faults,
                                     arguments.shadow ? daemon::Purpose::look : daemon::Purpose::steer);
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    const daemon::Configuration& configuration = assembly->configuration;
    if (const Faults unmanageable = daemon::unmanageable(configuration); !unmanageable.empty()) {
        print(unmanageable);
        return wrong_input;
    }
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
                             .record = configuration.record,
                             .black_box = black_box_folder(assembly->file, configuration),
                             .screen = screen,
                             .title = "retrocan run --shadow"});
}

} // namespace retrocan::cli
