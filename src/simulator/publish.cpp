// SPDX-License-Identifier: Apache-2.0
#include "simulator/publish.h"

#include "simulator/capture_block.h"

#include <optional>
#include <string_view>

namespace retrocan::simulator {

namespace {

/// A number of the mapping's table for its adapter, or of the keys that the base has in its place.
std::optional<std::int64_t> number_at(const MappingBase& base, std::string_view key) {
    for (const adapter::Settings* settings : {&base.keys, &base.bound->source().mapping})
        for (const adapter::Setting& setting : settings->keys)
            if (const auto* value = std::get_if<std::int64_t>(&setting.value);
                setting.key == key && value != nullptr)
                return *value;
    return std::nullopt;
}

} // namespace

std::set<std::uint8_t> publish(const MappedBattery& battery, Duration time, ModbusServer& server) {
    std::set<std::uint8_t> units;
    for (const std::string& line : battery.lines(time)) {
        const auto block = capture_block(line);
        if (!block)
            continue;
        units.insert(block->unit);
        server.set(block->unit, block->table, block->address, block->values);
    }
    return units;
}

void imitate(const MappedBattery& battery, ModbusServer& server) {
    if (const auto step = number_at(battery.base(), "address_step"))
        for (const std::string& line : battery.lines({}))
            if (const auto block = capture_block(line))
                server.set_address_step(block->unit, static_cast<std::uint16_t>(*step));
    if (const auto other = number_at(battery.base(), "answer_unit_id"))
        server.answer_as(static_cast<std::uint8_t>(number_at(battery.base(), "unit_id").value_or(1)),
                         static_cast<std::uint8_t>(*other));
}

} // namespace retrocan::simulator
