// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command.h"

#include <functional>
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

int mapping_check(const std::vector<std::string>& mappings);

struct MappingTestArguments {
    std::vector<std::string> mappings; ///< the whole library if there are none
    bool verbose{};
};
int mapping_test(const MappingTestArguments& arguments);

} // namespace retrocan::cli
