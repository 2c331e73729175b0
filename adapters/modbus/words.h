// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

namespace retrocan::modbus {

/// What the registers of a value mean. `bit` is the one type of coils and discrete inputs; u2 to s8 are parts
/// of a register; `bcd` has a decimal digit in each four bits; `hex` is the registers as hexadecimal text.
enum class Type : std::uint8_t {
    bit,
    u2,
    u4,
    u8,
    s8,
    u16,
    s16,
    u32,
    s32,
    u64,
    s64,
    f32,
    f64,
    bcd16,
    bcd32,
    bcd64,
    ascii,
    hex,
};

/// How a value is laid out in its registers. Modbus itself says only that a register travels high byte first.
struct Encoding {
    Type type{Type::u16};
    bool low_word_first{}; ///< the first register is the least significant one
    bool low_byte_first{}; ///< each register has its bytes exchanged
    std::uint8_t shift{};  ///< of a part of a register: bits to the right of it

    friend bool operator==(const Encoding&, const Encoding&) = default;
};

/// Registers (coils) that one value takes; 0 for ascii and hex, whose length is the mapping's to say.
std::size_t width_of(Type type);

/// Bits of a value that is a part of a register; 0 of any other.
unsigned part_bits(Type type);

/// One value from exactly its registers (for `bit`: the coil as 0 or 1).
///
/// `not_a_value` is: a float that is NaN or infinite; an unsigned number above 2^63 - 1; a digit above 9;
/// text with a character that is not printable ASCII. Text ends at the first NUL or 0xFF after it has begun
/// (padding, and what may follow it), and loses blanks at both ends; it may be empty.
std::variant<adapter::RawValue, adapter::Absence> decode_value(const Encoding& encoding,
                                                               std::span<const std::uint16_t> registers);

} // namespace retrocan::modbus
