// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Commands for those who write mappings: `retrocan mapping ...` and `retrocan decode`. A mapping is named as
/// the configuration names it: "jk/pb" of the library, or a file that ends in .toml.
namespace retrocan::cli {

/// Adds the commands to the program; a parsed one puts itself into `command`.
void add_mapping_commands(CLI::App& program, std::function<int()>& command);

/// `folder`: the installed library if it is empty.
int mapping_list(const std::string& folder);

struct MappingShowArguments {
    std::string mapping;
    std::vector<std::string> settings; ///< name=value
};
int mapping_show(const MappingShowArguments& arguments);

int mapping_check(const std::vector<std::string>& mappings);

struct DecodeArguments {
    std::string mapping;
    std::string input;                 ///< a file of capture lines, "-": standard input
    std::vector<std::string> settings; ///< name=value
    std::vector<std::string> keys; ///< name=value: what this dump has other than the mapping's adapter table
    bool json{};
};
int decode(const DecodeArguments& arguments);

struct MappingTestArguments {
    std::vector<std::string> mappings; ///< the whole library if there are none
    bool verbose{};
};
int mapping_test(const MappingTestArguments& arguments);

struct MappingVectorArguments {
    std::string mapping;
    std::string capture;               ///< a file, "-": standard input
    std::optional<Duration> at;        ///< the round that ends then, `t` of the capture; else the last one
    std::string battery;               ///< of several in the capture
    std::string name{"recorded"};      ///< of the test
    std::vector<std::string> settings; ///< name=value
    std::vector<std::string> keys;     ///< name=value
};
int mapping_vector(const MappingVectorArguments& arguments);

struct MappingDocArguments {
    std::string mapping; ///< may be empty with `table`: the whole library
    bool table{};        ///< the table of batteries, not the pages
};
int mapping_doc(const MappingDocArguments& arguments);

int mapping_schema();

} // namespace retrocan::cli
