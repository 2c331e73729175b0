// SPDX-License-Identifier: Apache-2.0
// What a Modbus device sends back, against what it was asked. An answer that counts must be right by a
// second, plainer reading of the standard here; anything else must give no value.
#include "demand.h"
#include "frame.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace {

using namespace retrocan;
using namespace retrocan::modbus;
using fuzz::demand;
using Bytes = std::vector<std::uint8_t>;

/// Takes bytes from the front of the input; zeros when it is at its end.
class Input {
public:
    explicit Input(std::span<const std::uint8_t> data) : data_{data} {}
    std::uint8_t byte() {
        if (data_.empty())
            return 0;
        const std::uint8_t first = data_.front();
        data_ = data_.subspan(1);
        return first;
    }
    std::uint16_t word() {
        const unsigned high = byte();
        return static_cast<std::uint16_t>(high << 8U | byte());
    }
    [[nodiscard]] Bytes rest() const { return {data_.begin(), data_.end()}; }

private:
    std::span<const std::uint8_t> data_;
};

Request request_from(Input& input) {
    Request request;
    const unsigned kind = input.byte();
    request.unit = input.byte();
    request.table = static_cast<Table>(kind & 3U);
    if ((kind & 4U) != 0)
        request.answer_unit = input.byte();
    request.address = input.word();
    const std::int64_t most = has_bits(request.table) ? most_bits : most_registers;
    request.count = static_cast<std::uint16_t>(1 + input.word() % most);
    return request;
}

std::uint8_t function_of(Table table) {
    switch (table) {
    case Table::holding:
        return 3;
    case Table::input:
        return 4;
    case Table::coil:
        return 1;
    case Table::discrete:
        return 2;
    case Table::payload: // by no function of the standard
        break;
    }
    return 0;
}

/// Modbus over serial line 1.02, 6.2.2, bit by bit.
std::uint16_t checksum(std::span<const std::uint8_t> bytes) {
    unsigned crc = 0xFFFF;
    for (const std::uint8_t byte : bytes) {
        crc ^= byte;
        for (int i = 0; i < 8; ++i)
            crc = (crc & 1U) != 0 ? crc >> 1U ^ 0xA001U : crc >> 1U;
    }
    return static_cast<std::uint16_t>(crc);
}

/// The values of a right answer's unit, function and data; empty for any other.
std::vector<std::uint16_t> values_of(const Request& request, std::span<const std::uint8_t> answer) {
    const bool bits = has_bits(request.table);
    const std::size_t bytes = bits ? (request.count + 7U) / 8U : 2U * request.count;
    if (answer.size() != 3 + bytes || answer[0] != request.answer_unit.value_or(request.unit) ||
        answer[1] != function_of(request.table) || answer[2] != bytes)
        return {};
    std::vector<std::uint16_t> values;
    for (std::size_t i = 0; i < request.count; ++i)
        values.push_back(static_cast<std::uint16_t>(bits ? answer[3 + i / 8] >> (i % 8) & 1
                                                         : answer[3 + 2 * i] * 256 + answer[4 + 2 * i]));
    return values;
}

/// `intact`: header or checksum are as they must be.
void check(const Exchange& found, const Request& request, std::span<const std::uint8_t> data, bool intact) {
    std::vector<std::uint16_t> values;
    if (intact)
        values = values_of(request, data);
    const auto* block = std::get_if<Block>(&found);
    demand((block != nullptr) == !values.empty(), "a block from a right answer, and only then");
    if (block != nullptr)
        demand(*block == Block{request.unit, request.table, request.address, values}, "what was answered");
    if (const auto* refusal = std::get_if<Refusal>(&found))
        demand(intact && data.size() == 3 && data[1] == (function_of(request.table) | 0x80) &&
                   data[2] == refusal->code,
               "a refusal from an exception only");
    demand(!std::holds_alternative<Written>(found), "a read is no write");
}

/// Any bytes as a whole frame, and as the data of one whose header or checksum is right.
void check_tcp(const Request& request, const Bytes& bytes, std::uint16_t transaction) {
    const auto header_is_right = [&](std::span<const std::uint8_t> frame) {
        return frame.size() >= 8 && frame[0] * 256 + frame[1] == transaction && frame[2] == 0 &&
               frame[3] == 0 && frame[4] * 256U + frame[5] == frame.size() - 6;
    };
    const auto data_of = [](std::span<const std::uint8_t> frame) {
        return frame.subspan(std::min<std::size_t>(6, frame.size()));
    };
    check(check_tcp_answer(transaction, request, bytes), request, data_of(bytes), header_is_right(bytes));
    Bytes frame{
        static_cast<std::uint8_t>(transaction / 256),  static_cast<std::uint8_t>(transaction % 256), 0, 0,
        static_cast<std::uint8_t>(bytes.size() / 256), static_cast<std::uint8_t>(bytes.size() % 256)};
    frame.insert(frame.end(), bytes.begin(), bytes.end());
    check(check_tcp_answer(transaction, request, frame), request, bytes, header_is_right(frame));
}

void check_rtu(const Request& request, const Bytes& bytes) {
    const auto sound = [](std::span<const std::uint8_t> frame) {
        return frame.size() >= 2 && frame[frame.size() - 2] + frame[frame.size() - 1] * 256 ==
                                        checksum(frame.first(frame.size() - 2));
    };
    const std::span<const std::uint8_t> data{bytes.data(),
                                             bytes.size() - std::min<std::size_t>(2, bytes.size())};
    check(check_rtu_answer(request, bytes), request, data, sound(bytes));
    Bytes frame = bytes;
    const std::uint16_t crc = checksum(bytes);
    frame.push_back(static_cast<std::uint8_t>(crc % 256));
    frame.push_back(static_cast<std::uint8_t>(crc / 256));
    check(check_rtu_answer(request, frame), request, bytes, true);
}

/// A recorded request that is taken for right, sent again.
void check_requests(const Bytes& bytes) {
    if (const auto request = read_tcp_request(bytes)) {
        const auto again = tcp_request(static_cast<std::uint16_t>(bytes[0] * 256 + bytes[1]), *request);
        demand(std::ranges::equal(bytes, again), "the request that was recorded");
    }
    Bytes frame = bytes;
    const std::uint16_t crc = checksum(bytes);
    frame.push_back(static_cast<std::uint8_t>(crc % 256));
    frame.push_back(static_cast<std::uint8_t>(crc / 256));
    if (const auto request = read_rtu_request(frame)) {
        const auto again = tcp_request(0, *request);
        demand(std::ranges::equal(bytes, std::span{again}.subspan(6)),
               "the serial request that was recorded");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input{{data, size}};
    const Request request = request_from(input);
    const std::uint16_t transaction = input.word();
    const Bytes bytes = input.rest();
    check(check_answer(request, bytes), request, bytes, true);
    check_tcp(request, bytes, transaction);
    check_rtu(request, bytes);
    check_requests(bytes);
    return 0;
}
