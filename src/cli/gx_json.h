// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gx/conformance.h"
#include "gx/receiver.h"

#include <string>
#include <vector>

namespace retrocan::cli {

/// All that `retrocan gx --json` says, as one object. Times are seconds on the clock of the frames.
std::string gx_json(const std::string& link, const gx::Receiver& receiver,
                    const std::vector<gx::Finding>& findings, const std::vector<gx::News>& news,
                    int exit_code);

} // namespace retrocan::cli
