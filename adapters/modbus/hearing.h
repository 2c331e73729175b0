// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "counters.h"
#include "question.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace retrocan::modbus {

/// What there is in the bytes that were heard since a request was sent. A line has noise at its edges, cheap
/// adapters hear themselves, and other units may speak: so the answer is looked for, and the rest is told
/// apart only to be counted.
struct Hearing {
    struct Part {
        std::size_t begin{};
        std::size_t size{};
    };
    std::optional<Part> answer; ///< a whole and right one (or refusal): with its acknowledgement
    bool refused{};             ///< it is a refusal
    std::size_t end{};          ///< behind the answer and all that belongs to it
    bool twice{};               ///< a second answer is behind the first: either may be an old one

    std::size_t missing{}; ///< bytes until what has begun can be whole; 0: nothing has begun
    bool is_begun{}; ///< so much of an answer is there, or all with a wrong checksum, that no other comes

    Counters dropped;
    std::optional<std::uint8_t> other_unit; ///< one that spoke, and was not asked
    std::string wrong;                      ///< what is wrong with what came nearest to an answer; or empty
};

/// `hears_itself`: the request is known to come back first. Where a right answer is the same as the request
/// (function 6), the first one counts as the answer unless that is so.
Hearing hear(std::span<const std::uint8_t> bytes, const Question& question, bool hears_itself);

/// What was heard while no request was open: all of it is late, or stray.
Counters hear_nothing(std::span<const std::uint8_t> bytes);

/// A whole frame that begins with this unit is among them.
bool has_frame_of(std::uint8_t unit, std::span<const std::uint8_t> bytes);

} // namespace retrocan::modbus
