// SPDX-License-Identifier: Apache-2.0
#include "simulator/modbus_frame.h"

#include <modbus.h>

namespace retrocan::simulator {

namespace {

std::uint16_t u16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

bool crc_is_right(std::span<const std::uint8_t> frame) {
    return modbus_crc(frame.first(frame.size() - 2)) ==
           (frame[frame.size() - 2] | (frame[frame.size() - 1] << 8));
}

FrameInStream tcp_request_in(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t before_length_counts = 6;
    if (bytes.size() < before_length_counts)
        return {};
    const std::size_t length = u16(bytes, 4);
    if (u16(bytes, 2) != 0 || length < 2 || before_length_counts + length > MODBUS_MAX_ADU_LENGTH)
        return {FrameInStream::State::broken, 0};
    if (bytes.size() < before_length_counts + length)
        return {};
    return {FrameInStream::State::whole, before_length_counts + length};
}

FrameInStream rtu_request_in(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t short_request = 8; // unit, function, two numbers, checksum
    constexpr std::size_t before_data = 7;   // of a write of many
    if (bytes.size() < 2)
        return {};
    std::size_t size = short_request;
    switch (bytes[1]) {
    case MODBUS_FC_READ_COILS:
    case MODBUS_FC_READ_DISCRETE_INPUTS:
    case MODBUS_FC_READ_HOLDING_REGISTERS:
    case MODBUS_FC_READ_INPUT_REGISTERS:
    case MODBUS_FC_WRITE_SINGLE_COIL:
    case MODBUS_FC_WRITE_SINGLE_REGISTER:
        break;
    case MODBUS_FC_WRITE_MULTIPLE_COILS:
    case MODBUS_FC_WRITE_MULTIPLE_REGISTERS:
        if (bytes.size() < before_data)
            return {};
        size = before_data + bytes[before_data - 1] + 2U;
        break;
    default:
        return {FrameInStream::State::unknown, 0};
    }
    if (size > MODBUS_RTU_MAX_ADU_LENGTH)
        return {FrameInStream::State::broken, 0};
    if (bytes.size() < size)
        return {};
    return {crc_is_right(bytes.first(size)) ? FrameInStream::State::whole : FrameInStream::State::broken,
            size};
}

} // namespace

ModbusRequest ModbusRequest::of(std::span<const std::uint8_t> frame, Framing framing) {
    const std::size_t at = bytes_before_function(framing);
    ModbusRequest request{frame[at - 1], frame[at], 0, 0};
    if (frame.size() < at + 5)
        return request;
    request.address = u16(frame, at + 1);
    request.count =
        request.function == MODBUS_FC_WRITE_SINGLE_REGISTER ? std::uint16_t{1} : u16(frame, at + 3);
    return request;
}

bool ModbusRequest::writes() const {
    return function == MODBUS_FC_WRITE_SINGLE_REGISTER || function == MODBUS_FC_WRITE_MULTIPLE_REGISTERS;
}

std::optional<ModbusTable> ModbusRequest::table() const {
    switch (function) {
    case MODBUS_FC_READ_COILS:
        return ModbusTable::coil;
    case MODBUS_FC_READ_DISCRETE_INPUTS:
        return ModbusTable::discrete;
    case MODBUS_FC_READ_HOLDING_REGISTERS:
    case MODBUS_FC_WRITE_SINGLE_REGISTER:
    case MODBUS_FC_WRITE_MULTIPLE_REGISTERS:
        return ModbusTable::holding;
    case MODBUS_FC_READ_INPUT_REGISTERS:
        return ModbusTable::input;
    default:
        return std::nullopt;
    }
}

std::uint16_t modbus_crc(std::span<const std::uint8_t> bytes) {
    std::uint16_t crc = 0xFFFF;
    for (const std::uint8_t byte : bytes) {
        crc = static_cast<std::uint16_t>(crc ^ byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = static_cast<std::uint16_t>((crc & 1U) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    return crc;
}

void mend_crc(std::vector<std::uint8_t>& frame) {
    if (frame.size() < 3)
        return;
    const std::uint16_t crc = modbus_crc(std::span{frame}.first(frame.size() - 2));
    frame[frame.size() - 2] = static_cast<std::uint8_t>(crc & 0xFF);
    frame[frame.size() - 1] = static_cast<std::uint8_t>(crc >> 8);
}

FrameInStream request_in(std::span<const std::uint8_t> bytes, Framing framing) {
    return framing == Framing::tcp ? tcp_request_in(bytes) : rtu_request_in(bytes);
}

} // namespace retrocan::simulator
