// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/dump.h"

#include <nlohmann/json.hpp>

namespace retrocan::cli {

/// Points with their raw and decoded values, signals or why they are absent, and the frames that come of
/// them; on standard output.
void print_text(const Dump& dump);
void print_json(const Dump& dump);

/// The same as an object, for commands that have more to say.
nlohmann::ordered_json to_json(const Dump& dump);
void print_object(const nlohmann::ordered_json& json);

} // namespace retrocan::cli
