// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::mqtt {

/// A value of a JSON document. Numbers keep their text: 1.10 may be a version.
struct Node {
    enum class Kind : std::uint8_t { null, boolean, number, text, array, object };

    Kind kind{Kind::null};
    std::string text{};               ///< of a boolean, number or text
    std::vector<Node> elements{};     ///< of an array, or the values of an object's members
    std::vector<std::string> names{}; ///< of an object's members, in the same order

    /// The last member of this name, as a later one replaces an earlier; null if there is none.
    [[nodiscard]] const Node* member(std::string_view name) const;
    /// Of an array; null if it is shorter.
    [[nodiscard]] const Node* element(std::size_t index) const;
};

inline constexpr std::size_t longest_payload = std::size_t{64} * 1024; // bytes
inline constexpr std::size_t deepest_document = 32;                    // arrays and objects in one another

/// Reads a JSON document; blanks, line ends and NUL at its ends do not count. The error says for people what
/// is wrong and where: "not valid JSON at byte 17: ..".
Result<Node, std::string> parse_document(std::string_view text);

/// Where the first byte is that is no UTF-8; the size if there is none.
std::size_t valid_utf8(std::string_view text);

} // namespace retrocan::mqtt
