// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/mapping.h"
#include "mapping/toml_reader.h"

#include <string_view>

namespace retrocan::mapping {

/// Reads one [[test]]. `adapter` is the name of the mapping's transport table, which a test may have too.
TestVector parse_test(toml_file::TableReader& read, std::string_view adapter);

} // namespace retrocan::mapping
