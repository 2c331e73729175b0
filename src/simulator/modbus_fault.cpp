// SPDX-License-Identifier: Apache-2.0
#include "simulator/modbus_fault.h"

#include <array>
#include <cstddef>

namespace retrocan::simulator {

namespace {

using Kind = ModbusFault::Kind;
using Bytes = std::vector<std::uint8_t>;

void add_to_u16(Bytes& bytes, std::size_t at, int change) {
    const int value = ((bytes[at] << 8) | bytes[at + 1]) + change;
    bytes[at] = static_cast<std::uint8_t>((value >> 8) & 0xFF);
    bytes[at + 1] = static_cast<std::uint8_t>(value & 0xFF);
}

/// One register less, in a frame that is right by itself.
void shorten(Bytes& answer, Framing framing) {
    const std::size_t function = bytes_before_function(framing);
    const std::size_t behind = framing == Framing::rtu ? 2 : 0; // the checksum
    if (answer.size() <= function + 3 + behind)
        return;
    answer.erase(answer.end() - static_cast<std::ptrdiff_t>(behind) - 2,
                 answer.end() - static_cast<std::ptrdiff_t>(behind));
    answer[function + 1] = static_cast<std::uint8_t>(answer[function + 1] - 2);
    if (framing == Framing::tcp)
        add_to_u16(answer, 4, -2);
    else
        mend_crc(answer);
}

} // namespace

bool concerns(const ModbusFault& fault, const ModbusRequest& request) {
    return fault.kind != Kind::none && (!fault.unit || *fault.unit == request.unit) &&
           (!fault.table || fault.table == request.table()) && request.address >= fault.first &&
           request.address <= fault.last;
}

Bytes spoilt(Bytes answer, std::span<const std::uint8_t> request, const Bytes& previous, Kind kind,
             Framing framing) {
    const std::size_t function = bytes_before_function(framing);
    if (answer.size() < function + 2)
        return answer;
    switch (kind) {
    case Kind::wrong_transaction:
        if (framing == Framing::tcp)
            add_to_u16(answer, 0, 1);
        break;
    case Kind::wrong_unit:
        ++answer[function - 1];
        if (framing == Framing::rtu)
            mend_crc(answer);
        break;
    case Kind::wrong_length:
        if (framing == Framing::tcp) {
            add_to_u16(answer, 4, 1);
        } else {
            ++answer[function + 1];
            mend_crc(answer);
        }
        break;
    case Kind::short_answer:
        shorten(answer, framing);
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
    case Kind::wrong_crc:
        answer[answer.size() - (framing == Framing::rtu ? 3 : 1)] ^= 0x10;
        break;
    case Kind::stray: {
        constexpr std::array<std::uint8_t, 3> noise{0xFF, 0x00, 0xFE};
        answer.insert(answer.begin(), noise.begin(), noise.end());
        break;
    }
    case Kind::echo:
        answer.insert(answer.begin(), request.begin(), request.end());
        break;
    default:
        break;
    }
    return answer;
}

} // namespace retrocan::simulator
