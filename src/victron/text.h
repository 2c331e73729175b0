// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace retrocan::victron {

/// A text as the bus can carry it: printable 7-bit characters. Any other UTF-8 character becomes one '?', so
/// that none is ever cut in half; control characters, and blanks at both ends, are dropped.
std::string printable(std::string_view text);

/// Whether a text can be an id of a cell or sensor (0x374 to 0x377): what is wrong with it, or nothing.
/// Loaders report it; see Piece::id for what happens to such an id at run time.
std::optional<std::string> check_id(std::string_view text);

} // namespace retrocan::victron
