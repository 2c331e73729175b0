// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "document.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace retrocan::mqtt {

/// What is made of a text or of a member of a document.
enum class Type : std::uint8_t {
    number,      ///< decimal; whole ones as integers, -40.0 and -0.00 too
    boolean,     ///< on, true, yes, online and their opposites, or a number: 0 and 1
    text,        ///< as it is, without blanks at its ends
    hexadecimal, ///< a mask of at most 64 bits, "0x1A" or "00 1A"
    binary,      ///< a mask of at most 64 digits 0 and 1, the last is bit 0
    time,        ///< s, ms or us since 1970, or ISO 8601: milliseconds since 1970
    length,      ///< elements of an array, members of an object
};

/// The words of the key `type`, in the order of Type.
inline constexpr std::array<std::string_view, 7> type_words{"number", "boolean", "text",  "hexadecimal",
                                                            "binary", "time",    "length"};

using Content = decltype(adapter::Reading::content);

/// The value of a text; blanks, line ends and NUL at its ends do not count. `not_a_value` for what is none of
/// the type: a word, NaN, nothing.
Content text_value(Type type, std::string_view text);

/// The value of a node of a document. A text in it is read like a payload; a mask must be a text.
Content node_value(Type type, const Node& node);

/// A decimal number: whole ones exactly, as far as 64 bits go; nothing for words, NaN, and what is too large.
/// The text is `trimmed`.
using Decimal = std::variant<std::int64_t, double>;
std::optional<Decimal> decimal(std::string_view text);

/// Without blanks, line ends and NUL at both ends.
std::string_view trimmed(std::string_view text);

} // namespace retrocan::mqtt
