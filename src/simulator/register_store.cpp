// SPDX-License-Identifier: Apache-2.0
#include "simulator/register_store.h"

#include <algorithm>

namespace retrocan::simulator {

std::uint32_t RegisterStore::step(std::uint8_t unit, ModbusTable table) const {
    if (table != ModbusTable::holding && table != ModbusTable::input)
        return 1;
    const auto own = steps_.find(unit);
    return own == steps_.end() ? address_step_ : own->second;
}

void RegisterStore::set(std::uint8_t unit, ModbusTable table, std::uint16_t address,
                        std::span<const std::uint16_t> values) {
    auto& of_table = values_[{unit, table}];
    std::uint32_t at = address;
    for (const std::uint16_t value : values) {
        of_table[at] = value;
        at += step(unit, table);
    }
}

void RegisterStore::add_block(std::uint8_t unit, ModbusTable table, std::uint16_t first, std::uint16_t last) {
    blocks_[{unit, table}].push_back({first, last});
}

bool RegisterStore::has_unit(std::uint8_t unit) const {
    return std::ranges::any_of(values_, [&](const auto& entry) { return entry.first.first == unit; });
}

std::optional<std::vector<std::uint16_t>>
RegisterStore::read(std::uint8_t unit, ModbusTable table, std::uint16_t address, std::uint16_t count) const {
    const auto of_table = values_.find({unit, table});
    if (of_table == values_.end() || count == 0)
        return std::nullopt;
    const std::uint32_t last = address + (count - 1U) * step(unit, table);
    const auto blocks = blocks_.find({unit, table});
    if (blocks != blocks_.end() && std::ranges::none_of(blocks->second, [&](const Range& block) {
            return address >= block.first && last <= block.last;
        }))
        return std::nullopt;
    std::vector<std::uint16_t> result;
    for (std::uint32_t at = address; at <= last; at += step(unit, table)) {
        const auto value = of_table->second.find(at);
        if (value == of_table->second.end())
            return std::nullopt;
        result.push_back(value->second);
    }
    return result;
}

} // namespace retrocan::simulator
