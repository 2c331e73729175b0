// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace retrocan::simulator {

/// The four kinds of data of a Modbus device.
enum class ModbusTable : std::uint8_t { holding, input, coil, discrete };

/// The values of a simulated device by unit, table and address, and which of them may be read together. Not
/// for several threads at a time.
class RegisterStore {
public:
    explicit RegisterStore(std::uint16_t address_step) : address_step_{address_step} {}

    /// Addresses from one register of this unit to the next.
    void set_address_step(std::uint8_t unit, std::uint16_t step) { steps_[unit] = step; }

    void set(std::uint8_t unit, ModbusTable table, std::uint16_t address,
             std::span<const std::uint16_t> values);
    void add_block(std::uint8_t unit, ModbusTable table, std::uint16_t first, std::uint16_t last);

    [[nodiscard]] bool has_unit(std::uint8_t unit) const;
    /// Nothing if one of the values does not exist or lies in another block.
    [[nodiscard]] std::optional<std::vector<std::uint16_t>>
    read(std::uint8_t unit, ModbusTable table, std::uint16_t address, std::uint16_t count) const;

private:
    using Where = std::pair<std::uint8_t, ModbusTable>; ///< unit and table
    struct Range {
        std::uint32_t first;
        std::uint32_t last;
    };
    [[nodiscard]] std::uint32_t step(std::uint8_t unit, ModbusTable table) const;

    std::uint16_t address_step_; ///< of units that have none of their own
    std::map<std::uint8_t, std::uint16_t> steps_;
    std::map<Where, std::map<std::uint32_t, std::uint16_t>> values_;
    std::map<Where, std::vector<Range>> blocks_;
};

} // namespace retrocan::simulator
