// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulator/register_store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace retrocan::simulator {

/// How a frame travels: with the header of Modbus TCP, or with the checksum of a serial line (which some
/// converters carry over TCP as it is).
enum class Framing : std::uint8_t { tcp, rtu };

/// Bytes in front of the function code.
constexpr std::size_t bytes_before_function(Framing framing) {
    return framing == Framing::tcp ? 7 : 1; // transaction, protocol, length, unit; or the unit alone
}

/// A request as it came in: a read, a write of registers, or a function that is not known here.
struct ModbusRequest {
    std::uint8_t unit{};
    std::uint8_t function{};
    std::uint16_t address{};
    std::uint16_t count{};

    /// Of a whole frame.
    static ModbusRequest of(std::span<const std::uint8_t> frame, Framing framing);

    [[nodiscard]] bool writes() const;
    /// Nothing if the function is not known.
    [[nodiscard]] std::optional<ModbusTable> table() const;
};

/// The checksum of a serial frame (Modbus over serial line 1.02, 6.2.2).
std::uint16_t modbus_crc(std::span<const std::uint8_t> bytes);

/// Gives a serial frame the checksum that it should have.
void mend_crc(std::vector<std::uint8_t>& frame);

/// What a request at the beginning of a stream of bytes is.
struct FrameInStream {
    enum class State : std::uint8_t {
        incomplete, ///< more has to come
        whole,      ///< its first `size` bytes
        unknown,    ///< only the end of the stream for a while tells where it ends
        broken,     ///< no request, whatever comes
    } state{State::incomplete};
    std::size_t size{};
};
FrameInStream request_in(std::span<const std::uint8_t> bytes, Framing framing);

} // namespace retrocan::simulator
