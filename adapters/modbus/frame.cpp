// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

namespace retrocan::modbus {

namespace {

constexpr std::size_t header_size = 6; // transaction, protocol, length
constexpr std::uint8_t exception_bit = 0x80;

constexpr std::uint8_t function_of(Table table) {
    constexpr std::array<std::uint8_t, 4> functions{3, 4, 1, 2}; // in the order of Table
    return functions.at(static_cast<std::size_t>(table));
}

constexpr std::uint8_t high(std::uint16_t value) {
    return static_cast<std::uint8_t>(value >> 8);
}
constexpr std::uint8_t low(std::uint16_t value) {
    return static_cast<std::uint8_t>(value & 0xFF);
}
constexpr std::uint16_t u16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

Broken garbled(std::string text) {
    return {adapter::Absence::garbled, std::move(text), false};
}
Broken garbled(const char* what, unsigned found, unsigned expected) {
    return garbled(std::string{"an answer with "} + what + " " + std::to_string(found) + ", expected " +
                   std::to_string(expected));
}

} // namespace

std::array<std::uint8_t, 12> tcp_request(std::uint16_t transaction, const Request& request) {
    return {high(transaction),
            low(transaction),
            0,
            0,
            0,
            6, // bytes that follow
            request.unit,
            function_of(request.table),
            high(request.address),
            low(request.address),
            high(request.count),
            low(request.count)};
}

Exchange check_tcp_answer(std::uint16_t transaction, const Request& request,
                          std::span<const std::uint8_t> answer) {
    if (answer.size() < header_size)
        return garbled("an answer shorter than its header");
    if (u16(answer, 0) != transaction)
        return garbled("transaction", u16(answer, 0), transaction);
    if (u16(answer, 2) != 0)
        return garbled("protocol", u16(answer, 2), 0);
    if (u16(answer, 4) != answer.size() - header_size)
        return garbled("length", u16(answer, 4), static_cast<unsigned>(answer.size() - header_size));
    return check_answer(request, answer.subspan(header_size));
}

Exchange check_answer(const Request& request, std::span<const std::uint8_t> answer) {
    if (answer.size() < 3)
        return garbled("an answer that is too short");
    if (answer[0] != request.unit)
        return garbled("unit", answer[0], request.unit);
    const std::uint8_t function = function_of(request.table);
    if (answer[1] == (function | exception_bit) && answer.size() == 3)
        return Refusal{answer[2]};
    if (answer[1] != function)
        return garbled("function", answer[1], function);

    const bool bits = has_bits(request.table);
    const std::size_t bytes = bits ? (request.count + 7U) / 8U : request.count * 2U;
    const auto data = answer.subspan(3);
    if (answer[2] != bytes || data.size() != bytes)
        return garbled("byte count", answer[2], static_cast<unsigned>(bytes));

    Block block{request.unit, request.table, request.address, {}};
    block.values.reserve(request.count);
    for (std::size_t i = 0; i < request.count; ++i) // the first coil is bit 0 of the first byte
        block.values.push_back(bits ? static_cast<std::uint16_t>((data[i / 8] >> (i % 8)) & 1)
                                    : u16(data, i * 2));
    return block;
}

} // namespace retrocan::modbus
