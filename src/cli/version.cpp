// SPDX-License-Identifier: Apache-2.0
#include "adapter/adapter.h"
#include "cli/command.h"

#include <cstdio>

namespace retrocan::cli {

int version() {
    std::printf("retrocan %s\nadapter contract %d\n", RETROCAN_VERSION, adapter::contract_version);
    return good;
}

void print(const Faults& faults, const char* kind) {
    for (const Fault& fault : faults)
        std::fprintf(stderr, "%s%s\n", kind, to_text(fault).c_str());
}

} // namespace retrocan::cli
