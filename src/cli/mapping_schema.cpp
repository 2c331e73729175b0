// SPDX-License-Identifier: Apache-2.0
#include "cli/mapping_commands.h"
#include "mapping/schema.h"

#include <cstdio>

namespace retrocan::cli {

int mapping_schema() {
    std::fputs(mapping::schema().c_str(), stdout);
    return good;
}

} // namespace retrocan::cli
