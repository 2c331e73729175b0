// SPDX-License-Identifier: Apache-2.0
#include "daemon/library.h"

#include "core/fault.h"

#include <algorithm>
#include <string_view>

namespace retrocan::daemon {

namespace fs = std::filesystem;

namespace {

std::string folder_list(const std::vector<fs::path>& folders) {
    std::string text;
    for (const fs::path& folder : folders)
        text += (text.empty() ? "" : ", ") + folder.string();
    return text;
}

} // namespace

std::vector<LibraryEntry> library(const std::vector<fs::path>& folders) {
    std::vector<LibraryEntry> entries;
    std::error_code error;
    for (const fs::path& folder : folders)
        for (auto file = fs::recursive_directory_iterator{folder, error};
             !error && file != fs::recursive_directory_iterator{}; file.increment(error))
            if (file->path().extension() == ".toml")
                entries.push_back(
                    {fs::relative(file->path(), folder).replace_extension().string(), file->path()});
    const auto by_name = [](const LibraryEntry& a, const LibraryEntry& b) { return a.name < b.name; };
    const auto same = [](const LibraryEntry& a, const LibraryEntry& b) { return a.name == b.name; };
    std::stable_sort(entries.begin(), entries.end(), by_name);
    entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
    return entries;
}

Result<fs::path, std::string> find_mapping(const std::string& name, const fs::path& beside,
                                           const std::vector<fs::path>& folders) {
    std::error_code error;
    if (name.ends_with(".toml")) {
        fs::path file = beside / name; // an absolute path stays as it is
        if (fs::is_regular_file(file, error))
            return file;
        return Err{"there is no file " + file.string()};
    }
    for (const fs::path& folder : folders) {
        fs::path file = folder / (name + ".toml");
        if (fs::is_regular_file(file, error))
            return file;
    }
    const std::vector<LibraryEntry> entries = library(folders);
    std::vector<std::string_view> names;
    names.reserve(entries.size());
    for (const LibraryEntry& entry : entries)
        names.push_back(entry.name);
    return Err{"there is no mapping \"" + name + "\"" + did_you_mean(name, names) + " in " +
               folder_list(folders) + "; a file of your own is given by its path, ending in .toml"};
}

} // namespace retrocan::daemon
