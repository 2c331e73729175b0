// SPDX-License-Identifier: Apache-2.0
#include "adapter/loader.h"

#include "core/fault.h"

#include <algorithm>
#include <dlfcn.h>

#include <system_error>

namespace retrocan::adapter {

namespace {

constexpr std::string_view prefix = "retrocan-";
constexpr std::string_view suffix = ".so";

std::string file_name(std::string_view adapter) {
    return std::string{prefix} + std::string{adapter} + std::string{suffix};
}

/// A name must not lead out of the plugin folders.
bool is_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !name.empty() && std::ranges::all_of(name, fits);
}

std::string last_loader_error() {
    // glibc keeps this text for each thread.
    const char* text = dlerror(); // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? "unknown reason" : text;
}

std::string missing(std::string_view name, const std::vector<std::filesystem::path>& folders,
                    const std::vector<std::string>& available) {
    std::string text = "there is no adapter \"" + std::string{name} + "\"";
    const std::vector<std::string_view> known{available.begin(), available.end()};
    text += did_you_mean(name, known) + "; ";
    if (available.empty())
        text += "found no adapter at all";
    else
        text += "adapters found: ";
    for (std::size_t i = 0; i < available.size(); ++i)
        text += (i == 0 ? "" : ", ") + available[i];
    text += "; searched for " + file_name(name) + " in ";
    for (std::size_t i = 0; i < folders.size(); ++i)
        text += (i == 0 ? "" : ", ") + folders[i].string();
    return folders.empty() ? text + "no folder" : text;
}

Result<std::shared_ptr<Adapter>, std::string> open(const std::filesystem::path& path) {
    // Never closed again, see Loader.
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return Err{"cannot load the adapter: " + last_loader_error()};
    const auto* contract = static_cast<const int*>(dlsym(library, "retrocan_adapter_contract"));
    if (contract == nullptr)
        return Err{path.string() + " is not a retrocan adapter: it has no symbol retrocan_adapter_contract "
                                   "(see RETROCAN_ADAPTER in adapter/adapter.h)"};
    // Before anything else of the plugin is touched.
    if (*contract != contract_version)
        return Err{path.string() + " was built for adapter contract " + std::to_string(*contract) +
                   ", this program has " + std::to_string(contract_version) +
                   ": rebuild the adapter with the headers of this program"};
    using Create = Adapter*();
    auto* create = reinterpret_cast<Create*>(dlsym(library, "retrocan_adapter_create"));
    Adapter* adapter = create == nullptr ? nullptr : create();
    if (adapter == nullptr)
        return Err{path.string() + " is not a retrocan adapter: retrocan_adapter_create " +
                   (create == nullptr ? "is missing" : "made none")};
    return std::shared_ptr<Adapter>{adapter};
}

} // namespace

Result<std::shared_ptr<Adapter>, std::string> Loader::load(std::string_view name) const {
    if (is_name(name)) {
        for (const std::filesystem::path& folder : folders_) {
            std::error_code ignored;
            // Absolute: a path without a slash would make dlopen search the system's folders.
            const std::filesystem::path path = std::filesystem::absolute(folder, ignored) / file_name(name);
            if (std::filesystem::exists(path, ignored))
                return open(path);
        }
    }
    return Err{missing(name, folders_, available())};
}

std::vector<std::string> Loader::available() const {
    std::vector<std::string> names;
    for (const std::filesystem::path& folder : folders_) {
        std::error_code error;
        for (std::filesystem::directory_iterator it{folder, error}, end; !error && it != end;
             it.increment(error)) {
            const std::string file = it->path().filename().string();
            if (file.size() > prefix.size() + suffix.size() && file.starts_with(prefix) &&
                file.ends_with(suffix))
                names.push_back(file.substr(prefix.size(), file.size() - prefix.size() - suffix.size()));
        }
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

} // namespace retrocan::adapter
