// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace retrocan::daemon {

struct LibraryEntry {
    std::string name; ///< as a configuration writes it: "jk/pb"
    std::filesystem::path file;
};

/// The mappings that the folders have, sorted by name. A name that two folders have is that of the first.
std::vector<LibraryEntry> library(const std::vector<std::filesystem::path>& folders);

/// The file of a mapping: "jk/pb" is one of the library's; what ends in .toml is a file of one's own, its
/// path counted from `beside`. The error says what was looked for where, and what it may have meant.
Result<std::filesystem::path, std::string> find_mapping(const std::string& name,
                                                        const std::filesystem::path& beside,
                                                        const std::vector<std::filesystem::path>& folders);

} // namespace retrocan::daemon
