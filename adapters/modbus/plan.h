// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "address.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// One read of consecutive registers or coils.
struct Request {
    std::uint8_t unit{};
    std::optional<std::uint8_t> answer_unit; ///< that the answer carries, if another one
    Table table{Table::holding};
    std::optional<std::uint16_t> model; ///< SunSpec model that `address` counts from
    std::uint16_t address{};
    std::uint16_t count{}; ///< registers or coils
    adapter::Pace pace{adapter::Pace::live};
    Duration period{}; ///< of slow ones
    bool optional{};   ///< the device may never answer it
    Manner manner;
    std::vector<std::size_t> slots; ///< the values it was planned for
};

/// What reads cost on a link: the time that the wire (or, over TCP, the conversation) is taken by one. In
/// nanoseconds, as one byte at 115200 baud takes 86.8 us.
struct ReadCost {
    std::int64_t request_ns{}; ///< of each read: request, head of the answer, turn-around, silences, pause
    std::int64_t byte_ns{};    ///< of each byte of values

    [[nodiscard]] std::int64_t of(Table table, std::int64_t count) const {
        return request_ns + byte_ns * (has_bits(table) ? (count + 7) / 8 : count * 2);
    }
};

/// What one read must carry whole: a value, or several that lie within one another.
struct Atom {
    std::size_t group{};  ///< atoms of one group may be read together
    std::int64_t first{}; ///< counted in registers (coils) from the group's first
    std::int64_t end{};   ///< behind its last register
    std::vector<std::size_t> elements;
};

/// What the reads of some atoms have in common.
struct AtomGroup {
    std::size_t element{}; ///< one of its elements: unit, table, model, pace, manner are the same in all
    Table table{Table::holding};
    std::int64_t address{}; ///< of its first register
    std::int64_t longest_read{};
    std::int64_t longest_gap{};
};

/// The elements of a battery, sorted out for planning: those of a group one after the other by address.
/// Live groups first, then slow, then once.
struct Atoms {
    std::vector<AtomGroup> groups;
    std::vector<Atom> atoms;
};
Atoms sort_out(std::span<const Element> elements, const Options& options);

/// Atoms `first` to `last` that one read carries.
struct Share {
    std::size_t first{};
    std::size_t last{};
    friend bool operator==(const Share&, const Share&) = default;
};

/// The best reads: together they take the least time of all that carry every atom that is `wanted`, within
/// each group's longest read and gap, and never two atoms k and k + 1 in one where `cut(k + 1)`. Exact, by
/// dynamic programming; of equal ones the fewest reads.
std::vector<Share> best_shares(const Atoms& atoms, const std::function<ReadCost(const AtomGroup&)>& cost,
                               const std::function<bool(std::size_t)>& wanted,
                               const std::function<bool(std::size_t)>& cut);

/// The read of one share.
Request request_of(const Share& share, const Atoms& atoms, std::span<const Element> elements,
                   const Options& options);

/// "unit 1: holding 4608..4638, each poll", "unit 1: model 802 + 0..63, every 30 s, optional". The second
/// address is that of the last register.
std::string to_text(const Request& request, const Options& options);

/// "holding 4608..4638": without unit and pace.
std::string range_text(const Request& request, const Options& options);

/// Addresses from one register or coil of a table to the next.
std::int64_t step_of(Table table, const Options& options);

} // namespace retrocan::modbus
