// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace retrocan::mapping {

/// The mapping language as a JSON Schema (draft-07), with which an editor completes and checks while one
/// writes. It knows keys, types and words, and the adapter keys of Modbus; what depends on several lines
/// (names, units that fit, points that nothing uses) only load() knows.
std::string schema();

} // namespace retrocan::mapping
