// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/gx_watch.h"
#include "mapping/toml_reader.h"

/// The keys of a configuration that say what is done about others on the bus.
namespace retrocan::daemon {

/// [gx]
GxPolicy read_gx(toml_file::TableReader& root);

} // namespace retrocan::daemon
