// SPDX-License-Identifier: Apache-2.0
#include "serial_path.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace retrocan::modbus {

namespace {

namespace fs = std::filesystem;

/// The kernel numbers these in the order in which they are plugged in.
bool is_numbered(const std::string& path) {
    constexpr std::array<std::string_view, 2> drivers{"/dev/ttyUSB", "/dev/ttyACM"};
    return std::ranges::any_of(drivers, [&](std::string_view driver) { return path.starts_with(driver); });
}

/// The first of the names in the folder that lead to the same device; empty if there is none.
std::string lasting_name(const std::string& device, const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (auto entry = fs::directory_iterator{folder, error}; !error && entry != fs::directory_iterator{};
         entry.increment(error))
        if (real_path(entry->path().string()) == device)
            names.push_back(entry->path().string());
    std::ranges::sort(names);
    return names.empty() ? "" : names.front();
}

} // namespace

std::string real_path(const std::string& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    return error ? path : real.string();
}

std::optional<std::string> serial_warning(const std::string& path, const fs::path& folder) {
    std::error_code error;
    const bool is_there = fs::exists(path, error);
    if (is_numbered(path)) {
        const std::string name = is_there ? lasting_name(real_path(path), folder) : "";
        return path + " may be another adapter after the next start" +
               (name.empty() ? "; use its name in " + folder.string() +
                                   (is_there ? "" : " (there is no such port now)")
                             : "; now it is " + name + ", which stays the same");
    }
    if (!is_there)
        return "there is no serial port " + path + " now; is the adapter plugged in?";
    return std::nullopt;
}

} // namespace retrocan::modbus
