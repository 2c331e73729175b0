// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulator/modbus_fault.h"
#include "simulator/register_store.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace retrocan::simulator {

/// A real Modbus TCP server (libmodbus builds its answers) on loopback, with a thread of its own. It knows
/// function codes 1 to 4, and 6 and 16 to write registers that it has. An address that has no value is
/// refused with exception 2, a unit that has none at all with exception 11, as a gateway does. All functions
/// may be called from any thread.
class ModbusServer {
public:
    struct Counters {
        std::uint64_t connections{};
        std::uint64_t requests{};
        std::uint64_t answers{}; ///< without exceptions
        std::uint64_t exceptions{};
        std::uint64_t writes{}; ///< that were carried out
    };

    /// `port` 0 takes a free one. `address_step`: addresses from one register to the next (2 where a device
    /// counts bytes). Throws std::system_error where the port cannot be had.
    explicit ModbusServer(std::uint16_t port = 0, std::uint16_t address_step = 1);
    ~ModbusServer();
    ModbusServer(const ModbusServer&) = delete;
    ModbusServer& operator=(const ModbusServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    /// Sets consecutive values (registers, or coils as 0 and 1), all of them between two answers.
    void set(std::uint8_t unit, ModbusTable table, std::uint16_t address,
             std::span<const std::uint16_t> values);

    /// Real devices bind a read to a block: from now on one that is not wholly inside of the blocks made
    /// known for its unit and table is refused with exception 2, even if all its values are there.
    void add_block(std::uint8_t unit, ModbusTable table, std::uint16_t first, std::uint16_t last);

    /// Called on the server's thread before each answer: the time to set() what has changed.
    void before_answer(std::function<void()> make_values);

    /// In force when it returns. Not from within before_answer().
    void set_fault(const ModbusFault& fault);
    [[nodiscard]] Counters counters() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace retrocan::simulator
