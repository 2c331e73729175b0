// SPDX-License-Identifier: Apache-2.0
#include "simulator/modbus_fault.h"

#include <cstddef>

namespace retrocan::simulator {

namespace {

using Kind = ModbusFault::Kind;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t header_size = 7; // transaction, protocol, length, unit

void add_to_u16(Bytes& bytes, std::size_t at, int change) {
    const int value = ((bytes[at] << 8) | bytes[at + 1]) + change;
    bytes[at] = static_cast<std::uint8_t>((value >> 8) & 0xFF);
    bytes[at + 1] = static_cast<std::uint8_t>(value & 0xFF);
}

} // namespace

Bytes spoilt(Bytes answer, const Bytes& previous, Kind kind) {
    switch (kind) {
    case Kind::wrong_transaction:
        add_to_u16(answer, 0, 1);
        break;
    case Kind::wrong_unit:
        ++answer[6];
        break;
    case Kind::wrong_length:
        add_to_u16(answer, 4, 1);
        break;
    case Kind::short_answer:
        if (answer.size() > header_size + 3) {
            answer.resize(answer.size() - 2);
            add_to_u16(answer, 4, -2);
            answer[header_size + 1] = static_cast<std::uint8_t>(answer[header_size + 1] - 2);
        }
        break;
    case Kind::half_frame:
    case Kind::close_half_way:
        answer.resize(answer.size() / 2);
        break;
    case Kind::garbage:
        for (std::size_t i = 0; i < answer.size(); ++i)
            answer[i] = static_cast<std::uint8_t>(0xA5 + 31 * i);
        break;
    case Kind::previous_answer:
        return previous;
    case Kind::twice: {
        const Bytes once = answer;
        answer.insert(answer.end(), once.begin(), once.end());
        break;
    }
    default:
        break;
    }
    return answer;
}

} // namespace retrocan::simulator
