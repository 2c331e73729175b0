// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// How registers are had that no standard read gives: what the device answers is a payload, and its words of
/// 16 bits are the registers, counted from 0.
struct Procedure {
    enum class Kind : std::uint8_t {
        range,   ///< a function of the maker's with first and last address (JBD)
        trigger, ///< a write is answered by a frame of the maker's, then acknowledged (JK)
        fifo,    ///< a write, a register to wait for, then one address read several times (BYD)
    };
    Kind kind{Kind::range};
    std::string name; ///< of the block

    // Of `range`.
    std::uint8_t function{};
    std::uint16_t first{};
    std::uint16_t last{};

    // Of `trigger` and `fifo`: what is written. The owner allows it as any other write.
    std::string write; ///< its name
    bool allowed{};
    std::uint16_t write_at{};
    std::vector<std::uint16_t> registers;

    // Of `trigger`: the frame, which ends with the sum of its bytes.
    std::vector<std::uint8_t> begins;
    std::size_t size{};

    // Of `fifo`.
    std::uint16_t poll_at{};
    std::uint16_t until{}; ///< what `poll_at` reads when the pieces are there
    std::uint16_t read_at{};
    std::uint16_t count{}; ///< registers of one piece; the first is its length, and dropped
    std::uint16_t pieces{};

    /// It can be carried out: it writes nothing, or the owner lets it.
    [[nodiscard]] bool may_run() const { return kind == Kind::range || allowed; }
};

} // namespace retrocan::modbus
