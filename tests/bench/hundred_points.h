// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block.h"
#include "mapping/bound.h"
#include "mapping/mapping.h"
#include "modbus_adapter.h"
#include "source.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace retrocan::bench {

/// The battery of hundred_points.toml, and what a poll of it brings.
struct HundredPoints {
    static constexpr Duration stale_after = std::chrono::seconds{5};

    HundredPoints() {
        using namespace std::chrono_literals;
        Faults faults;
        if (const auto mapping =
                mapping::load(std::string{RETROCAN_SOURCE_DIR} + "/tests/bench/hundred_points.toml", faults))
            bound = mapping::bind(mapping, {"bench", {}, {}, 1s, stale_after, {}, {}}, faults);
        if (bound)
            source = modbus::ModbusAdapter{}.source(bound->source(), faults);
        if (!source)
            throw LoadError{faults};
        if (bound->slots().size() != 100)
            throw std::logic_error{"not a hundred points"};
    }

    [[nodiscard]] adapter::Answer answer(const modbus::Block& block, TimePoint at) const {
        return {at, dynamic_cast<const modbus::ModbusSource&>(*source).readings(block, {})};
    }
    /// All of a poll in one answer.
    [[nodiscard]] adapter::Answer poll(TimePoint at) const {
        adapter::Answer all = answer(registers, at);
        for (const adapter::Reading& reading : answer(coils, at).readings)
            all.readings.push_back(reading);
        return all;
    }

    std::unique_ptr<mapping::Bound> bound;
    std::unique_ptr<adapter::Source> source;

    /// 52.8 V, charging with 12.5 A, cells from 3.299 to 3.313 V, no alarm but one cold sensor.
    modbus::Block registers{
        1, modbus::Table::holding, 0, {0,    52800, 65535, 53036, 57,   990,  1,     50240, 0,    61440, 0,
                                       1234, 0,     1200,  5680,  4480, 1000, 1500,  3,     1,    0,     300,
                                       0,    0,     0,     0,     0,    0,    0,     0,     0,    0,     3300,
                                       3301, 3302,  3303,  3304,  3305, 3306, 3307,  3299,  3308, 3309,  3310,
                                       3311, 3312,  3313,  0,     2981, 2991, 65535, 3001}};
    modbus::Block coils{1, modbus::Table::coil, 0, std::vector<std::uint16_t>(64)};
};

} // namespace retrocan::bench
