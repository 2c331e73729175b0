// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

#include "crc.h"

#include <algorithm>
#include <string_view>

namespace retrocan::modbus {

namespace {

constexpr std::size_t header_size = tcp_header_size;
constexpr std::array<std::uint8_t, 4> functions{3, 4, 1, 2}; // in the order of Table

constexpr std::uint8_t function_of(Table table) {
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

std::uint8_t write_function(const Write& write) {
    return write.single ? 6 : 16;
}

/// What is wrong with the header of an answer over TCP.
std::optional<Broken> header_fault(std::uint16_t transaction, std::span<const std::uint8_t> answer) {
    if (answer.size() < header_size)
        return garbled("an answer shorter than its header");
    if (u16(answer, 0) != transaction)
        return garbled("transaction", u16(answer, 0), transaction);
    if (u16(answer, 2) != 0)
        return garbled("protocol", u16(answer, 2), 0);
    if (u16(answer, 4) != answer.size() - header_size)
        return garbled("length", u16(answer, 4), static_cast<unsigned>(answer.size() - header_size));
    return std::nullopt;
}

std::string hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += text.empty() ? "" : " ";
        text += digits[byte >> 4];
        text += digits[byte & 0xF];
    }
    return text;
}

/// What is wrong with the checksum at the end of a serial frame; empty if it is right.
std::string crc_fault(std::span<const std::uint8_t> frame) {
    const auto [content, found] = std::pair{frame.first(frame.size() - crc_size), frame.last(crc_size)};
    const std::uint16_t crc = crc16(content);
    const std::array<std::uint8_t, crc_size> expected{low(crc), high(crc)};
    return std::ranges::equal(found, expected) ? "" : "CRC " + hex(found) + ", expected " + hex(expected);
}

/// The part of a request that all transports share.
Result<Request, std::string> read_request(std::span<const std::uint8_t> frame) {
    const auto function = std::ranges::find(functions, frame[1]);
    if (function == functions.end())
        return Err{"function " + std::to_string(frame[1]) + " is no read; expected 1 to 4"};
    Request request;
    request.unit = frame[0];
    request.table = static_cast<Table>(function - functions.begin());
    request.address = u16(frame, 2);
    request.count = u16(frame, 4);
    const auto most = has_bits(request.table) ? most_bits : most_registers;
    if (request.count == 0 || request.count > most)
        return Err{"asks for " + std::to_string(request.count) +
                   (has_bits(request.table) ? " bits" : " registers") + "; expected 1 to " +
                   std::to_string(most)};
    return request;
}

std::string wrong_size(std::size_t size) {
    return std::to_string(size) + " bytes; expected 8 (serial, with CRC) or 12 (Modbus TCP)";
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
    if (auto fault = header_fault(transaction, answer))
        return *fault;
    return check_answer(request, answer.subspan(header_size));
}

std::vector<std::uint8_t> tcp_write(std::uint16_t transaction, const Write& write) {
    const auto size = static_cast<std::uint8_t>(write.registers.size() * 2); // at most 246
    std::vector<std::uint8_t> frame{
        high(transaction),
        low(transaction),
        0,
        0,
        0,
        static_cast<std::uint8_t>(write.single ? 6 : 7 + size), // bytes that follow
        write.unit,
        write_function(write),
        high(write.address),
        low(write.address)};
    // One by one: g++ 12 with -O3 warns of an overflow in insert() that is none.
    if (!write.single)
        for (const std::uint8_t byte :
             {std::uint8_t{0}, static_cast<std::uint8_t>(write.registers.size()), size})
            frame.push_back(byte);
    for (const std::uint16_t value : write.registers)
        for (const std::uint8_t byte : {high(value), low(value)})
            frame.push_back(byte);
    return frame;
}

Exchange check_tcp_written(std::uint16_t transaction, const Write& write,
                           std::span<const std::uint8_t> answer) {
    if (auto fault = header_fault(transaction, answer))
        return *fault;
    const auto found = answer.subspan(header_size);
    const std::uint8_t unit = write.answer_unit.value_or(write.unit);
    const std::uint8_t function = write_function(write);
    if (found.size() == 3 && found[0] == unit && found[1] == (function | exception_bit))
        return Refusal{found[2]};
    // The value of one register, or how many there are.
    const std::uint16_t last =
        write.single ? write.registers.front() : static_cast<std::uint16_t>(write.registers.size());
    const std::array<std::uint8_t, 6> echo{unit,       function, high(write.address), low(write.address),
                                           high(last), low(last)};
    if (!std::ranges::equal(found, echo))
        return garbled("an answer to a write that is not its echo: " + hex(found) + ", expected " +
                       hex(echo));
    return Written{};
}

bool is_late_tcp_answer(std::uint16_t transaction, std::span<const std::uint8_t> answer) {
    constexpr std::uint16_t lately = 1000;
    if (answer.size() < header_size)
        return false;
    const std::uint16_t found = u16(answer, 0);
    const auto behind = static_cast<std::uint16_t>(transaction - found);
    return behind != 0 && behind <= lately && !header_fault(found, answer);
}

bool has_right_crc(std::span<const std::uint8_t> frame) {
    if (frame.size() <= crc_size)
        return false;
    const std::uint16_t crc = crc16(frame.first(frame.size() - crc_size));
    return frame[frame.size() - 2] == low(crc) && frame.back() == high(crc);
}

Exchange check_rtu_answer(const Request& request, std::span<const std::uint8_t> answer) {
    if (answer.size() < 3 + crc_size)
        return garbled("an answer that is too short");
    if (const std::string fault = crc_fault(answer); !fault.empty())
        return garbled("an answer with " + fault);
    return check_answer(request, answer.first(answer.size() - crc_size));
}

Result<Request, std::string> read_tcp_request(std::span<const std::uint8_t> frame) {
    if (frame.size() != tcp_request_size)
        return Err{wrong_size(frame.size())};
    if (u16(frame, 2) != 0)
        return Err{"protocol " + std::to_string(u16(frame, 2)) + ", expected 0"};
    if (u16(frame, 4) != frame.size() - header_size)
        return Err{"length " + std::to_string(u16(frame, 4)) + ", expected " +
                   std::to_string(frame.size() - header_size)};
    return read_request(frame.subspan(header_size));
}

Result<Request, std::string> read_rtu_request(std::span<const std::uint8_t> frame) {
    if (frame.size() != rtu_request_size)
        return Err{wrong_size(frame.size())};
    if (std::string fault = crc_fault(frame); !fault.empty())
        return Err{std::move(fault)};
    return read_request(frame);
}

Exchange check_answer(const Request& request, std::span<const std::uint8_t> answer) {
    if (answer.size() < 3)
        return garbled("an answer that is too short");
    if (const std::uint8_t unit = request.answer_unit.value_or(request.unit); answer[0] != unit)
        return garbled("unit", answer[0], unit);
    const std::uint8_t function = function_of(request.table);
    if (answer[1] == (function | exception_bit) && answer.size() == 3)
        return Refusal{answer[2]};
    if (answer[1] != function)
        return garbled("function", answer[1], function);

    const bool bits = has_bits(request.table);
    const std::size_t bytes = bits ? (request.count + 7U) / 8U : request.count * 2U;
    const bool words = request.manner.length_in_words;
    if (words && answer.size() < 4)
        return garbled("an answer that is too short");
    const auto data = answer.subspan(words ? 4 : 3);
    if (words && std::size_t{u16(answer, 2)} * 2 != data.size())
        return garbled("a length in registers of", u16(answer, 2), static_cast<unsigned>(data.size() / 2));
    if (!words && answer[2] != data.size())
        return garbled("byte count", answer[2], static_cast<unsigned>(data.size()));
    if (data.size() != bytes && !bits &&
        data.size() % 2 == 0) // such as cut at the last register that there is
        return garbled("an answer with " + std::to_string(data.size() / 2) + " registers instead of the " +
                       std::to_string(request.count) + " that were asked for");
    if (data.size() != bytes)
        return garbled("byte count", static_cast<unsigned>(data.size()), static_cast<unsigned>(bytes));

    Block block{request.unit, request.table, request.address, {}};
    block.values.reserve(request.count);
    for (std::size_t i = 0; i < request.count; ++i) // the first coil is bit 0 of the first byte
        block.values.push_back(bits ? static_cast<std::uint16_t>((data[i / 8] >> (i % 8)) & 1)
                                    : u16(data, i * 2));
    return block;
}

} // namespace retrocan::modbus
