// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_commands.h"

#include <cmath>
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

void add_pairs(CLI::App& app, const char* option, std::vector<std::string>& pairs, const char* help) {
    app.add_option(option, pairs, std::string{help} + "; may be repeated")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_settings(CLI::App& app, std::vector<std::string>& settings) {
    add_pairs(app, "--set", settings, "a setting of the mapping, as an owner writes it");
}

} // namespace

void add_mapping_commands(CLI::App& program, std::function<int()>& command) {
    CLI::App& mapping = *program.add_subcommand("mapping", "for those who write mappings");
    mapping.require_subcommand(1);

    const auto folder = std::make_shared<std::string>();
    add(mapping, "list", "the mappings that are installed, or those of a folder", command, mapping_list,
        folder)
        ->add_option("folder", *folder, "a folder with mappings")
        ->type_name("FOLDER");

    const auto shown = std::make_shared<MappingShowArguments>();
    CLI::App* show =
        add(mapping, "show", "points, reads, signals, settings of a mapping", command, mapping_show, shown);
    show->add_option("mapping", shown->mapping, mapping_help)->required()->type_name("FILE");
    add_settings(*show, shown->settings);

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

    const auto made = std::make_shared<MappingVectorArguments>();
    CLI::App* vector = add(mapping, "vector", "a [[test]] made of a capture, to be pasted into the mapping",
                           command, mapping_vector, made);
    vector->add_option("-m,--mapping", made->mapping, mapping_help)->required()->type_name("FILE");
    vector->add_option("capture", made->capture, "as record writes it; -: standard input")
        ->required()
        ->type_name("CAPTURE");
    vector
        ->add_option_function<double>(
            "--at", [made](double t) { made->at = Duration{std::llround(t * 1e6)}; },
            "the round that ends at this time of the capture; without: the last one")
        ->check(CLI::Range(-9e9, 9e9))
        ->type_name("T");
    vector->add_option("--battery", made->battery, "the battery, where the capture has several")
        ->type_name("NAME");
    vector->add_option("--name", made->name, "of the test")->type_name("TEXT");
    add_settings(*vector, made->settings);
    add_pairs(*vector, "--key", made->keys,
              "what this battery has other than the mapping's adapter table, such as unit_id=3");

    const auto documented = std::make_shared<MappingDocArguments>();
    CLI::App* doc =
        add(mapping, "doc", "the page of a battery, in Markdown", command, mapping_doc, documented);
    doc->add_option("mapping", documented->mapping, mapping_help)->type_name("FILE");
    doc->add_flag("--table", documented->table, "the table of batteries, as in mappings/README.md");

    mapping.add_subcommand("schema", "the language as a JSON Schema, for editors")->callback([&command] {
        command = mapping_schema;
    });

    const auto decoded = std::make_shared<DecodeArguments>();
    CLI::App* decode_app =
        add(program, "decode", "what a recorded dump means, by a mapping", command, decode, decoded);
    decode_app->add_option("-m,--mapping", decoded->mapping, mapping_help)->required()->type_name("FILE");
    decode_app->add_option("-i,--input", decoded->input, "lines of a capture; -: standard input")
        ->required()
        ->type_name("FILE");
    add_settings(*decode_app, decoded->settings);
    add_pairs(*decode_app, "--key", decoded->keys,
              "what this dump has other than the mapping's adapter table, such as unit_id=3");
    decode_app->add_flag("--json", decoded->json, "one JSON object");
}

} // namespace retrocan::cli
