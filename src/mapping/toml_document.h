// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/fault.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A TOML file as a plain tree in which everything knows its place. It keeps toml++ out of all other files.
namespace retrocan::toml_file {

struct Node;
struct Entry;

/// Anything that a person wrote but this program never asks for: dates and times.
struct Other {};

using Array = std::vector<Node>;
using Table = std::vector<Entry>; ///< in the order of the file

struct Node {
    std::variant<Other, bool, std::int64_t, double, std::string, Array, Table> value;
    Place place;

    [[nodiscard]] const Table* table() const { return std::get_if<Table>(&value); }
    [[nodiscard]] const Array* array() const { return std::get_if<Array>(&value); }
    [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value); }
    [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
};

struct Entry {
    std::string key;
    Place place; ///< of the key
    Node node;
};

/// What was found, for messages: `the text "u61"`, "the number 7", "a table".
std::string describe(const Node& node);

/// The value as a file would say it, on one line: `{ max = "cell" }`.
std::string as_toml(const Node& node);

/// The table at the root of a file. `file` is how places name it. A syntax error is one fault, in the words
/// of the TOML parser, and gives nothing.
std::optional<Node> parse(std::string_view text, const std::string& file, Faults& faults);

} // namespace retrocan::toml_file
