// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "block.h"
#include "line_settings.h"
#include "procedure.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::modbus {

/// How requests are made. Points whose manners differ are never read by one request.
struct Manner {
    Duration pause{};                                 ///< silence between requests on the link
    Duration timeout{std::chrono::milliseconds{500}}; ///< for a whole answer
    std::int64_t longest_read{most_registers}; ///< registers of one request; sixteen coils count as one
    std::int64_t longest_gap{0};               ///< registers that nobody asked for, read to save a request
    bool length_in_words{}; ///< behind the function an answer has a length of two bytes, in registers
    std::shared_ptr<const Procedure> procedure{}; ///< that gives the registers; none: they are read
    bool zero_is_no_answer{}; ///< an answer of only zeros, of four registers or more, is garbled

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 inside a defaulted <=> for a pointer
    friend auto operator<=>(const Manner&, const Manner&) = default;
};

/// The words of `order` and `bytes`: the usual one, and the other.
inline constexpr std::array<std::string_view, 2> word_orders{"high word first", "low word first"};
inline constexpr std::array<std::string_view, 2> byte_orders{"high byte first", "low byte first"};

/// How a device puts values into registers; points may differ.
struct ByteOrder {
    bool low_word_first{};
    bool low_byte_first{};
};

/// Where a SunSpec model is in a device.
struct Model {
    std::uint16_t address{};     ///< of its id register
    std::uint16_t length{65535}; ///< registers behind id and length; the most there can be, if not known

    friend bool operator==(const Model&, const Model&) = default;
};
/// The models of one device, by their ids.
using Models = std::map<std::uint16_t, Model>;

/// Registers from one to another, as on the wire.
struct AddressRange {
    std::uint16_t first{};
    std::uint16_t last{};
};

/// How a battery is read: the mapping's [modbus] table, overridden by the configuration's [battery.modbus].
struct Options {
    // Of the mapping only.
    Table table{Table::holding};  ///< of points that do not say
    ByteOrder order;              ///< likewise
    std::int64_t address_step{1}; ///< addresses from one register to the next (2 where a device counts bytes)
    std::int64_t addresses_from{};        ///< what the document calls the first address: 0 or 1
    std::vector<AddressRange> unreadable; ///< of `table`: no read goes over these to save a request
    Duration wait_after_connect{};
    std::vector<std::shared_ptr<const Procedure>> procedures; ///< of the blocks
    std::optional<Models> found; ///< where the SunSpec models are; nothing: to be looked for

    // Of both.
    std::uint8_t unit{1};
    std::optional<std::uint8_t> answer_unit; ///< that the answers of `unit` carry, if another one
    Manner manner;

    // Of the configuration only.
    std::string host; ///< of a TCP connection; empty: there is none
    std::uint16_t port{502};
    bool rtu_framing{}; ///< serial frames through the TCP connection
    SerialPort serial;  ///< the other way to the battery; its line settings are the mapping's, too

    /// Without a host and a serial port it only decodes (a mapping without a configuration).
    [[nodiscard]] bool connects() const { return !host.empty() || !serial.path.empty(); }
};

/// What the points of a block have in common. Points without a block have that of the mapping.
struct BlockOptions {
    std::int64_t at{};                    ///< added to the `at` of its points
    std::optional<std::uint16_t> sunspec; ///< `at` counts from the id register of this model
    Table table{Table::holding};
    ByteOrder order;
    std::uint8_t unit{1};
    Manner manner;
};

/// Reads both tables of `spec`. A table of the configuration without a path does not exist: then neither host
/// nor serial port is needed.
Options read_options(const adapter::SourceSpec& spec, Faults& faults);

/// What an exchange costs on the way to the battery; where there is none yet, on the serial line that the
/// mapping names.
Wire wire_of(const Options& options);

/// What points without a block have.
BlockOptions without_block(const Options& options);

struct Write;

/// Reads the keys of a block; what they leave out is the mapping's. `writes`: those that the owner allows.
BlockOptions read_block(const adapter::BlockSpec& block, const Options& options,
                        const std::vector<Write>& writes, Faults& faults);

} // namespace retrocan::modbus
