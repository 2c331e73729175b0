// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "address.h"
#include "block.h"
#include "options.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The reverse of decoding, for simulators and tests.
namespace retrocan::modbus {

/// A value in its registers, and which bits of them are its own: all, but for parts of a register.
struct EncodedValue {
    std::vector<std::uint16_t> registers;
    std::uint16_t mask{0xFFFF};
};

/// The registers from which decode_value() makes this value: `width` of them. Nothing if there are none: a
/// number out of the type's range, a text that is too long or no printable ASCII, a text for a number. A
/// float takes the nearest one that it has.
std::optional<EncodedValue> encode_value(const Encoding& encoding, std::size_t width,
                                         const adapter::RawValue& value);

/// The registers and coils of a device that gives these readings. What lies between two values comes with
/// them, as zeros, where a read may go over it (`longest_gap`) and no other element is there; else a new
/// block begins. Elements without a value are left out, but in SunSpec models that are not `found`: those are
/// laid out one behind the other in a chain from 40000 on, as a walk along the chain finds them, and what has
/// no value in them is "not implemented".
std::vector<Block> encode_blocks(std::span<const Element> elements, const Options& options,
                                 std::span<const adapter::Reading> readings);

/// As a line of a capture: {"unit":1,"table":"holding","address":4608,"registers":[3312,3310]}.
std::string to_line(const Block& block);

} // namespace retrocan::modbus
