// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/serve.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>
#include <unistd.h>

namespace retrocan::cli {

namespace {

/// Where what is kept goes: into the folder of the configuration, else into that which systemd gives a
/// service (StateDirectory=). Without either nothing is kept.
std::optional<std::filesystem::path> state_folder(const std::filesystem::path& file,
                                                  const daemon::Configuration& configuration) {
    if (configuration.state_folder)
        return beside(file, *configuration.state_folder);
    const char* given = std::getenv("STATE_DIRECTORY"); // NOLINT(concurrency-mt-unsafe): no thread yet
    if (given == nullptr || *given == '\0')
        return std::nullopt;
    const std::string_view folders{given}; // parted by colons
    return std::filesystem::path{folders.substr(0, folders.find(':'))};
}

/// Checks one configuration; nothing, after messages, if it cannot be run.
std::optional<daemon::Assembly> assemble(const std::filesystem::path& file, bool shadow) {
    Faults faults;
    auto assembly = daemon::assemble(file, installed_folders(), faults,
                                     shadow ? daemon::Purpose::look : daemon::Purpose::steer);
    print(faults);
    if (!assembly)
        return std::nullopt;
    const daemon::Configuration& configuration = assembly->configuration;
    print(configuration.warnings, "warning: ");
    if (!shadow && !configuration.shadow_only.empty()) {
        print(configuration.shadow_only);
        std::fprintf(stderr, "it can be run with --shadow, which sends nothing\n");
        return std::nullopt;
    }
    return assembly;
}

/// Two systems need two buses.
Faults shared_links(const std::vector<daemon::Assembly>& assemblies) {
    Faults faults;
    std::map<std::string, std::string> files;
    for (const daemon::Assembly& assembly : assemblies) {
        const auto [other, fresh] = files.try_emplace(assembly.configuration.link, assembly.file);
        if (!fresh)
            faults.push_back({assembly.configuration.link_place,
                              "can.link: " + assembly.configuration.link + " is the bus of " + other->second +
                                  " already; each system needs one of its own"});
    }
    return faults;
}

/// A driver that hangs while an interface is set up would keep all systems of the process from sending.
Faults set_up_beside_others(const std::vector<daemon::Assembly>& assemblies) {
    Faults faults;
    for (const daemon::Assembly& assembly : assemblies)
        if (assembly.configuration.set_up)
            faults.push_back(
                {assembly.configuration.link_place,
                 "can.set_up: systems with set_up belong in processes of their own: while the adapter "
                 "of one is set up, those beside it could not send; start a run for each "
                 "configuration, or set the interface up outside (README.md, \"CAN interfaces\")"});
    return faults;
}

} // namespace

int run(const RunArguments& arguments) {
    const bool alone = arguments.configurations.size() == 1;
    if (!alone && arguments.link) {
        std::fprintf(stderr, "--can: with several configurations each names its own link\n");
        return wrong_input;
    }
    std::vector<daemon::Assembly> assemblies;
    for (const std::filesystem::path& file : arguments.configurations)
        if (auto assembly = assemble(file, arguments.shadow))
            assemblies.push_back(std::move(*assembly));
    if (assemblies.size() != arguments.configurations.size())
        return wrong_input;
    if (const Faults faults = shared_links(assemblies); !arguments.shadow && !faults.empty()) {
        print(faults);
        return wrong_input;
    }
    if (const Faults faults = set_up_beside_others(assemblies);
        !arguments.shadow && !alone && !faults.empty()) {
        print(faults);
        return wrong_input;
    }
    if (arguments.shadow)
        std::fprintf(stderr, "shadow: everything is computed and shown, nothing is sent or written\n");
    std::vector<System> systems;
    std::set<std::filesystem::path> folders;
    for (daemon::Assembly& assembly : assemblies) {
        const daemon::Configuration& configuration = assembly.configuration;
        auto folder = state_folder(assembly.file, configuration);
        if (folder && !alone && !configuration.state_folder) // that of the service is one for all
            folder = *folder / std::filesystem::path{assembly.file}.stem();
        if (folder && !folders.insert(folder->lexically_normal()).second) {
            print({{{assembly.file, 0, 0},
                    "its state would be kept in " + folder->string() +
                        ", as that of another of these files: "
                        "write [state] folder = \"..\" into one of them"}});
            return wrong_input;
        }
        systems.push_back(
            {&assembly,
             {.link = arguments.link.value_or(configuration.link),
              .interface = configuration.interface,
              .set_up = configuration.set_up,
              .shadow = arguments.shadow,
              .run_for = arguments.run_for,
              .record = configuration.record,
              .black_box =
                  folder && configuration.black_box ? std::optional{*folder / "blackbox"} : std::nullopt,
              .state = folder,
              .screen = alone && arguments.shadow && isatty(STDOUT_FILENO) != 0,
              .title = "retrocan run --shadow"}});
    }
    return serve(systems);
}

} // namespace retrocan::cli
