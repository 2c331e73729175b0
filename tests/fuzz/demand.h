// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>

namespace retrocan::fuzz {

/// What must hold whatever the input is: if it does not, libFuzzer keeps the input.
inline void demand(bool holds, const char* what) {
    if (holds)
        return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

} // namespace retrocan::fuzz
