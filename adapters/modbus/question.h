// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"
#include "write.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace retrocan::modbus {

/// How a whole frame is known in a stream of bytes that says nowhere where a frame begins.
struct FrameShape {
    std::vector<std::uint8_t> head; ///< it begins so: unit, function, byte count
    std::size_t size{}; ///< all of it, with its checksum; without the data that `length_at` counts
    std::optional<std::size_t> length_at; ///< of two bytes that tell how many bytes of data there are
    bool byte_sum{};                      ///< ends in one byte, the sum of all others, rather than in a CRC

    /// All of a frame that begins so; nothing while that cannot be told yet, or where it is none.
    [[nodiscard]] std::optional<std::size_t> size_of(std::span<const std::uint8_t> bytes) const;
    [[nodiscard]] bool is_sound(std::span<const std::uint8_t> frame) const;
    /// Bytes of `head` that `bytes` begin with; 0 where they, as far as they go, begin otherwise.
    [[nodiscard]] std::size_t begun(std::span<const std::uint8_t> bytes) const;
};

/// A request on a serial line, and how its answer looks.
struct Question {
    std::vector<std::uint8_t> bytes; ///< with CRC
    std::uint8_t unit{};             ///< of the answer
    std::uint8_t function{};
    FrameShape answer;
    std::optional<FrameShape> acknowledgement; ///< that must follow the answer
    std::size_t likely_data{};                 ///< bytes, where the answer tells itself how many there are
    bool answer_is_echo{};                     ///< a right answer is the same as the request
};

/// Reads (Modbus application protocol 1.1b, 6.1 to 6.4) and writes (6.6, 6.12) as a serial line carries them.
Question read_question(const Request& request);
Question write_question(const Write& write);

/// A procedure of one question: `range` or `trigger`.
Question procedure_question(const Request& request);

/// The registers in the answer to it, a sound one.
Block payload_block(const Request& request, const Question& question, std::span<const std::uint8_t> answer);

/// Adds the CRC, low byte first.
void add_crc(std::vector<std::uint8_t>& frame);

} // namespace retrocan::modbus
