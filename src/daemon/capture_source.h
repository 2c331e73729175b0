// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/assembly.h"
#include "daemon/capture_line.h"

#include <string>
#include <vector>

namespace retrocan::daemon {

/// What a capture of these batteries begins with, without a snapshot. `program`: version of retrocan.
CaptureHead capture_head(const Assembly& assembly, const std::string& program);

std::vector<std::string> battery_names(const Assembly& assembly);

/// What differs between the files that a capture was recorded with and those of today, for people; they are
/// reasons why a replay may give other frames.
std::vector<std::string> differences(const CaptureHead& recorded, const CaptureHead& today);

} // namespace retrocan::daemon
