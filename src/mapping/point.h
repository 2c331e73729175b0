// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "adapter/spec.h"
#include "core/unit.h"
#include "mapping/toml_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace retrocan::mapping {

/// Most elements that a run may have.
inline constexpr std::int64_t max_run = 1024;

/// One line of [points]: what is read, and what its numbers mean. The transport's own keys are the adapter's.
struct Point {
    std::string name;
    Place place;

    // From raw to a quantity, in this order.
    std::optional<std::pair<unsigned, unsigned>> bits; ///< lowest and highest bit of the field
    std::vector<std::int64_t> absent;                  ///< raw numbers (after `bits`) that mean "no value"
    std::int64_t offset{};                             ///< added to the raw number
    Unit unit;                                         ///< one count; dimension none: a plain number
    std::optional<std::pair<std::int64_t, std::int64_t>> valid; ///< lowest and highest, in fine units

    bool run{};            ///< `count` was given: elements, not one value
    std::int64_t count{1}; ///< most elements (the setting's max if a setting says how many)
    std::optional<std::size_t> count_setting;
    std::optional<std::size_t> present; ///< the point whose bit n says that element n exists
    bool text{};                        ///< used as a text
    bool number{};                      ///< used as a number

    adapter::Pace pace{adapter::Pace::live};
    Duration period{}; ///< of slow points
    adapter::Settings address;
};

/// What a line of [points] names but only the whole file knows.
struct PointReferences {
    std::string count_setting;
    std::string present;
};

/// Reads one line of [points]; every key that is not the mapping's own goes to the adapter.
Point parse_point(std::string name, toml_file::TableReader& read, PointReferences& references);

/// How many bits the point's number has after `bits`, which is 64 where nothing is known of it. The address
/// is the adapter's, but one convention is common to all: a `type` such as "u16", "s32" or "f64" names the
/// width.
unsigned bit_width(const Point& point);

/// How many bits the raw number has, before `bits`; likewise.
unsigned raw_bit_width(const Point& point);

/// The quantity that a raw value stands for, in fine units; nothing if it means "no value", is outside
/// `valid`, or is no number. Cannot overflow.
std::optional<std::int64_t> quantity(const Point& point, const adapter::RawValue& raw);

/// The text that a raw value stands for: up to the first NUL, without what cannot be printed, trimmed at both
/// ends. A whole number is its decimal digits. Empty means "no value". Reuses `text`'s memory.
void assign_text(const adapter::RawValue& raw, std::string& text);

} // namespace retrocan::mapping
