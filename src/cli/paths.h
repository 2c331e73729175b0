// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/assembly.h"

#include <filesystem>

namespace retrocan::cli {

/// Where this program's plugins and mappings are: beside it, wherever the folder was moved to
/// (PREFIX/bin/retrocan, PREFIX/lib/retrocan/adapters, PREFIX/share/retrocan/mappings). The environment
/// variables RETROCAN_ADAPTERS and RETROCAN_MAPPINGS name folders that are searched first, parted by colons.
daemon::Folders installed_folders();

/// A path as a configuration writes it: if it is relative, it counts from the folder of that file.
std::filesystem::path beside(const std::filesystem::path& configuration, const std::filesystem::path& path);

} // namespace retrocan::cli
