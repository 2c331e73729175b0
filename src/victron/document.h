// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace retrocan::victron {

/// The page PROTOCOL.md, made from the message table.
std::string document();

} // namespace retrocan::victron
