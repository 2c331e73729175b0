// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "victron/values.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

/// The messages of the Victron CAN-bus BMS protocol (chapters 2 and 3) as one table of data. The encoder, the
/// decoder, the texts for people and the page PROTOCOL.md are all made from it.
namespace retrocan::victron {

/// All numbers are little-endian.
enum class Type : std::uint8_t {
    u8,
    u16,
    s16,
    u32,
    pair,    ///< two bits, see Pair
    version, ///< two bytes: major, minor
    text,    ///< 7-bit ASCII to the end of the frame, padded with zeros
};

/// Limits are rounded to the safe side, measurements to the nearest.
enum class Rounding : std::uint8_t { down, up, nearest };

/// What goes on the bus for a value that is absent.
enum class Absent : std::uint8_t {
    no_message, ///< the whole message is left out
    zero,
    ones,    ///< the marker 0xFFFF
    shorter, ///< the marker 0xFFFF; if all such fields are absent, the frame ends before the first of them
};

/// What a value below Field::min is.
enum class Below : std::uint8_t {
    clamped,
    absent,
    callers_error, ///< asserted; in release the message is not sent
};

/// One pair of the many of 0x35A.
struct PairOf {
    PerAlarm<Pair> Values::*group{};
    AlarmKind kind{};
};

/// Which characters of a text a message carries. Texts longer than their messages lose characters on the
/// right; a serial number keeps its last 16, which tell more than the first.
enum class Piece : std::uint8_t {
    maker,      ///< 0x35E: the name's first 8 if it has more than 8 characters, else the maker, else the name
    name_first, ///< 0x370, for names of more than 8 characters only
    name_second,   ///< 0x371, likewise
    family,        ///< 0x382
    id,            ///< 0x374 to 0x377: whole or not at all, half an id names another cell
    serial_first,  ///< 0x380
    serial_second, ///< 0x381: always with 0x380, all zeros for up to 8 characters
};

struct TextOf {
    std::optional<std::string> Values::*member{};
    Piece piece{};
};

/// Where a field's value stands in Values; none for what is only received.
using Source =
    std::variant<std::monostate, std::optional<Voltage> Values::*, std::optional<Current> Values::*,
                 std::optional<Temperature> Values::*, std::optional<Percent> Values::*,
                 std::optional<Charge> Values::*, std::optional<Energy> Values::*,
                 std::optional<Count> Values::*, std::optional<bool> Values::*,
                 std::optional<Firmware> Values::*, std::uint16_t Values::*, Pair Values::*, PairOf, TextOf>;

/// One field: `raw = round(count / step) + offset`, where count is in the fine units of core/quantity.h.
struct Field {
    std::string_view name{};
    std::uint8_t byte{}; ///< first byte
    std::uint8_t bit{};  ///< first bit in it, for pairs
    Type type{Type::u16};
    Source source{};
    std::int64_t step{1};
    std::int64_t offset{};
    Rounding rounding{Rounding::nearest};
    Absent absent{Absent::no_message};
    bool zero_is_absent{}; ///< a raw 0 that is received means "not supported"
    std::int64_t min{};    ///< raw
    Below below{Below::absent};
    std::int64_t max{0xFFFF};                 ///< raw; what is above is capped
    bool wraps{};                             ///< a counter: it starts again at 0 instead
    std::optional<Charge> Values::*at_most{}; ///< never above this one, when it is known
};

/// Bytes that a field takes; a pair counts as one.
std::size_t size_of(const Field& field);

struct Message {
    std::uint32_t id{};
    std::string_view name{};
    std::span<const Field> fields{};
    std::string_view note{}; ///< for PROTOCOL.md: what was decided where the protocol leaves a choice
};

/// What a battery sends, in the order in which we send it: names, alarms, limits, measurements, the rest.
/// The index is the message's slot in a cycle.
std::span<const Message> messages();

/// What a GX device sends: 0x305 and 0x307.
std::span<const Message> gx_messages();

/// Of both; nullptr for other identifiers.
const Message* find_message(std::uint32_t id);

inline constexpr std::uint32_t limits_id = 0x351;
inline constexpr std::uint32_t alarms_id = 0x35A;

} // namespace retrocan::victron
