// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace retrocan::modbus {

/// The four kinds of data that a Modbus device has; each has its own addresses 0 to 65535.
/// A fifth is what a procedure gives (procedure.h), counted from 0 in each.
enum class Table : std::uint8_t { holding, input, coil, discrete, payload };

struct Procedure;

/// The words of mappings and captures, in the order of Table; a payload is none of them.
inline constexpr std::array<std::string_view, 4> table_words{"holding", "input", "coil", "discrete"};

constexpr std::string_view to_text(Table table) {
    return table == Table::payload ? "payload" : table_words.at(static_cast<std::size_t>(table));
}

/// Single bits rather than registers of 16.
constexpr bool has_bits(Table table) {
    return table == Table::coil || table == Table::discrete;
}

/// What one answer holds: consecutive registers, or coils as 0 and 1.
struct Block {
    std::uint8_t unit{};
    Table table{Table::holding};
    std::uint16_t address{}; ///< of the first one
    std::vector<std::uint16_t> values;
    const Procedure* procedure{}; ///< of a payload

    friend bool operator==(const Block&, const Block&) = default;
};

/// Some devices answer so while they have nothing to tell. Below four registers it is an ordinary value.
inline bool is_all_zero(const Block& block) {
    return !has_bits(block.table) && block.values.size() >= 4 &&
           std::ranges::all_of(block.values, [](std::uint16_t value) { return value == 0; });
}

inline constexpr std::int64_t last_address = 65535;
inline constexpr std::int64_t most_registers = 125; ///< of one read (Modbus application protocol 1.1b, 6.3)
inline constexpr std::int64_t most_bits = 2000;     ///< of one read (6.1)

} // namespace retrocan::modbus
