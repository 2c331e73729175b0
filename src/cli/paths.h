// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/assembly.h"

namespace retrocan::cli {

/// Where this program's plugins and mappings are: beside it, wherever the folder was moved to
/// (PREFIX/bin/retrocan, PREFIX/lib/retrocan/adapters, PREFIX/share/retrocan/mappings). The environment
/// variables RETROCAN_ADAPTERS and RETROCAN_MAPPINGS name folders that are searched first, parted by colons.
daemon::Folders installed_folders();

} // namespace retrocan::cli
