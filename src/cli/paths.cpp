// SPDX-License-Identifier: Apache-2.0
#include "cli/paths.h"

#include <cstdlib>
#include <sstream>
#include <string>

namespace retrocan::cli {

namespace {

using std::filesystem::path;

void add_from_environment(const char* variable, std::vector<path>& folders) {
    const char* value = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): before any thread is started
    std::istringstream list{value != nullptr ? value : ""};
    for (std::string folder; std::getline(list, folder, ':');)
        if (!folder.empty())
            folders.emplace_back(folder);
}

} // namespace

daemon::Folders installed_folders() {
    daemon::Folders folders;
    add_from_environment("RETROCAN_ADAPTERS", folders.adapters);
    add_from_environment("RETROCAN_MAPPINGS", folders.mappings);
    std::error_code error;
    const path program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (!error) {
        const path prefix = program.parent_path().parent_path();
        folders.adapters.push_back(prefix / "lib/retrocan/adapters");
        folders.mappings.push_back(prefix / "share/retrocan/mappings");
    }
    return folders;
}

path beside(const path& configuration, const path& path) {
    return configuration.parent_path() / path; // an absolute path stays as it is
}

} // namespace retrocan::cli
