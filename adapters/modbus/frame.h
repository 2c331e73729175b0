// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "exchange.h"
#include "plan.h"
#include "write.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace retrocan::modbus {

inline constexpr std::size_t tcp_header_size = 6; ///< transaction, protocol, length
inline constexpr std::size_t tcp_request_size = 12;
inline constexpr std::size_t crc_size = 2;
inline constexpr std::uint8_t exception_bit = 0x80; ///< of the function, in a refusal
inline constexpr std::size_t rtu_request_size = 8;

/// A read request as Modbus TCP carries it (Modbus messaging on TCP/IP 1.0b, 3.1.3): transaction, protocol 0,
/// length, unit, function, address, count; each high byte first.
std::array<std::uint8_t, tcp_request_size> tcp_request(std::uint16_t transaction, const Request& request);

/// Checks a whole answer, byte by byte, against the request that it must belong to: transaction, protocol,
/// length, unit, function, byte count. libmodbus does not check the unit of a TCP answer, and a gateway that
/// mixes up two devices is told by nothing else. What does not match is garbled and gives no value at all.
Exchange check_tcp_answer(std::uint16_t transaction, const Request& request,
                          std::span<const std::uint8_t> answer);

/// A whole answer over TCP to a request that was made before `transaction`, lately.
bool is_late_tcp_answer(std::uint16_t transaction, std::span<const std::uint8_t> answer);

/// Whether a serial frame ends with the checksum of what is before it.
bool has_right_crc(std::span<const std::uint8_t> frame);

/// The same for a serial line: a whole frame with its checksum.
Exchange check_rtu_answer(const Request& request, std::span<const std::uint8_t> answer);

/// A write request as Modbus TCP carries it: function 6 or 16.
std::vector<std::uint8_t> tcp_write(std::uint16_t transaction, const Write& write);

/// Checks the answer to a write: the echo that the standard asks for, byte by byte, or an exception.
Exchange check_tcp_written(std::uint16_t transaction, const Write& write,
                           std::span<const std::uint8_t> answer);

/// The request of a recording, whole and right by itself. The error says what is wrong.
Result<Request, std::string> read_tcp_request(std::span<const std::uint8_t> frame);
Result<Request, std::string> read_rtu_request(std::span<const std::uint8_t> frame);

/// The part that all transports share: unit, function and data, without header and checksum.
Exchange check_answer(const Request& request, std::span<const std::uint8_t> answer);

} // namespace retrocan::modbus
