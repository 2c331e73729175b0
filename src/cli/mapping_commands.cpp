// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_commands.h"

#include <memory>

#include <CLI/CLI.hpp>

namespace retrocan::cli {

namespace {

constexpr const char* mapping_help = "a name of the library (jk/pb), a file.toml or a folder";

/// Adds a command whose arguments live as long as the program's parser.
template <class Arguments>
CLI::App* add(CLI::App& parent, const char* name, const char* help, std::function<int()>& command,
              int (*run)(const Arguments&), const std::shared_ptr<Arguments>& arguments) {
    CLI::App* app = parent.add_subcommand(name, help);
    app->callback([&command, run, arguments] { command = [run, arguments] { return run(*arguments); }; });
    return app;
}

} // namespace

void add_mapping_commands(CLI::App& program, std::function<int()>& command) {
    CLI::App& mapping = *program.add_subcommand("mapping", "for those who write mappings");
    mapping.require_subcommand(1);

    const auto checked = std::make_shared<std::vector<std::string>>();
    add(mapping, "check", "check mappings; every fault with its place", command, mapping_check, checked)
        ->add_option("mapping", *checked, mapping_help)
        ->required()
        ->type_name("FILE");

    const auto tested = std::make_shared<MappingTestArguments>();
    CLI::App* test = add(mapping, "test", "run the [[test]]s of mappings", command, mapping_test, tested);
    test->add_option("mapping", tested->mappings, std::string{mapping_help} + "; without: the library")
        ->type_name("FILE");
    test->add_flag("-v,--verbose", tested->verbose, "show the signals that come of each test");
}

} // namespace retrocan::cli
