// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulator/modbus_fault.h"
#include "simulator/register_store.h"
#include "simulator/serial_line.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace retrocan::simulator {

/// Where a server is, and how its wire is.
struct ServerOptions {
    struct Tcp {
        std::string address{"127.0.0.1"};
        std::uint16_t port{}; ///< 0 takes a free one
        Framing framing{Framing::tcp};
    };
    struct Pty {
        std::string link{}; ///< a symbolic link to it; none if empty
    };
    struct Port {
        std::string path;
    };
    std::variant<Tcp, Pty, Port> where{Tcp{}};
    SerialLine line{}; ///< of a serial port
    /// Bytes go and come as slowly as a line of `line`'s speed brings them, with its silences: for a pseudo
    /// terminal, which has no speed of its own, and for serial frames over TCP.
    bool paced{};
    Duration turnaround{}; ///< from a request to its answer; at least the silence of the line
    std::uint16_t address_step{
        1}; ///< addresses from one register to the next (2 where a device counts bytes)
};

/// A real Modbus server (libmodbus builds its answers), over TCP or a serial line, with a thread of its own.
/// It knows function codes 1 to 4, and 6 and 16 to write registers that it has. An address that has no value
/// is refused with exception 2. A unit that has none at all is refused with exception 11 over Modbus TCP, as
/// a gateway does, and not answered in serial frames. All functions may be called from any thread.
class ModbusServer {
public:
    struct Counters {
        std::uint64_t connections{};
        std::uint64_t requests{};
        std::uint64_t answers{}; ///< without exceptions
        std::uint64_t exceptions{};
        std::uint64_t writes{}; ///< that were carried out
    };

    /// Modbus TCP on loopback. `port` 0 takes a free one. Throws std::system_error where the port cannot be
    /// had.
    explicit ModbusServer(std::uint16_t port = 0, std::uint16_t address_step = 1);
    /// Throws std::system_error where the port, serial port or link cannot be had.
    explicit ModbusServer(const ServerOptions& options);
    ~ModbusServer();
    ModbusServer(const ModbusServer&) = delete;
    ModbusServer& operator=(const ModbusServer&) = delete;

    /// 0 of a serial line.
    [[nodiscard]] std::uint16_t port() const;
    /// What a client opens: "127.0.0.1:1502", "/dev/pts/3".
    [[nodiscard]] std::string name() const;

    /// Sets consecutive values (registers, or coils as 0 and 1), all of them between two answers.
    void set(std::uint8_t unit, ModbusTable table, std::uint16_t address,
             std::span<const std::uint16_t> values);

    /// Real devices bind a read to a block: from now on one that is not wholly inside of the blocks made
    /// known for its unit and table is refused with exception 2, even if all its values are there.
    void add_block(std::uint8_t unit, ModbusTable table, std::uint16_t first, std::uint16_t last);

    /// Addresses from one register of this unit to the next, where it differs from the others'.
    void set_address_step(std::uint8_t unit, std::uint16_t step);

    /// The answers to `unit` come in the name of another one, as some devices do.
    void answer_as(std::uint8_t unit, std::uint8_t other);

    /// Called on the server's thread before each answer: the time to set() what has changed.
    void before_answer(std::function<void()> make_values);

    /// In force when it returns. Not from within before_answer().
    void set_fault(const ModbusFault& fault);
    /// Several at a time: each does its part.
    void set_faults(const std::vector<ModbusFault>& faults);
    [[nodiscard]] Counters counters() const;
    /// Its serial port is gone: nothing more comes from it.
    [[nodiscard]] bool lost() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace retrocan::simulator
