// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"
#include "simulator/modbus_frame.h"
#include "simulator/register_store.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace retrocan::simulator {

/// What a server does wrong, on demand.
struct ModbusFault {
    enum class Kind : std::uint8_t {
        none,
        hang,               ///< takes connections and requests, answers nothing
        late,               ///< answers after `delay`
        exception,          ///< refuses with `exception`
        wrong_transaction,  ///< a right answer under the next transaction id (TCP only)
        wrong_unit,         ///< a right answer in the name of another unit
        wrong_length,       ///< a right answer whose header says another length
        short_answer,       ///< fewer values than asked for, in a frame that is right by itself
        half_frame,         ///< the first half of an answer, then nothing
        close_half_way,     ///< the first half of an answer, then the end of the connection
        close_after_answer, ///< a right answer, then the end of the connection
        refuse,             ///< listens no more, and closes what is open
        garbage,            ///< bytes that are no Modbus
        previous_answer,    ///< what was answered last, once more
        twice,              ///< each answer two times
        wrong_crc,          ///< one bit of the answer has fallen over (on TCP nothing tells it)
        stray,              ///< a few bytes of noise, then a right answer
        echo,               ///< the request comes back, then a right answer
    } kind{Kind::none};
    std::chrono::milliseconds delay{};
    std::uint8_t exception{2};
    std::optional<std::uint8_t> unit{};  ///< of this unit only; all if left out
    std::optional<ModbusTable> table{};  ///< of this table only
    std::uint16_t first{0}, last{65535}; ///< requests that begin here
    Duration from{};                     ///< from this time since the server's start on
    Duration until{Duration::max()};
    std::uint64_t every{1}; ///< only each so many-th request that it concerns
};

/// Whether a request is one of those that a fault is about, so far as time and `every` do not say otherwise.
bool concerns(const ModbusFault& fault, const ModbusRequest& request);

/// What a fault makes of a right answer (a whole frame) on the wire; `previous` is the right answer before
/// it.
std::vector<std::uint8_t> spoilt(std::vector<std::uint8_t> answer, std::span<const std::uint8_t> request,
                                 const std::vector<std::uint8_t>& previous, ModbusFault::Kind kind,
                                 Framing framing);

} // namespace retrocan::simulator
