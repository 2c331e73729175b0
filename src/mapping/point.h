// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "adapter/spec.h"
#include "core/unit.h"
#include "mapping/toml_reader.h"
#include "mapping/words.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace retrocan::mapping {

/// Most elements that a run may have.
inline constexpr std::int64_t max_run = 1024;

/// One line of [blocks]: what several points have in common. The transport's own keys are the adapter's.
struct Block {
    std::string name;
    Place place;
    std::optional<adapter::Pace> pace; ///< none: as the point says
    Duration period{};
    bool optional{};
    std::string alive_by; ///< the name of a point
    std::string fresh_by; ///< likewise
    adapter::Settings keys;
};

/// One line of [points]: what is read, and what its numbers mean. The transport's own keys are the adapter's.
struct Point {
    std::string name;
    Place place;
    std::optional<std::size_t> block;

    // From raw to a quantity, in this order.
    std::optional<std::pair<unsigned, unsigned>> bits; ///< lowest and highest bit of the field
    bool signed_field{};                               ///< the highest bit of the field is its sign
    std::vector<std::int64_t> absent;                  ///< raw numbers (after `bits`) that mean "no value"
    std::vector<std::string> absent_texts;             ///< and texts that do
    Vocabulary words;                                  ///< if it has words, the value is the number of one
    std::int64_t offset{};                             ///< added to the raw number
    std::optional<std::size_t> exponent; ///< the point with the power of ten that it is multiplied by
    Unit unit;                           ///< one count; dimension none: a plain number
    std::optional<std::pair<std::int64_t, std::int64_t>> valid; ///< lowest and highest, in fine units

    bool run{};            ///< `count` was given: elements, not one value
    std::int64_t count{1}; ///< most elements (the setting's max if a setting says how many)
    std::optional<std::size_t> count_setting;
    std::optional<std::size_t> present; ///< the point whose bit n says that element n exists
    std::optional<std::size_t> used;    ///< the point that says how many elements exist
    bool text{};                        ///< used as a text
    bool number{};                      ///< used as a number
    bool shown{};                       ///< written into a text, whichever of the two it is

    adapter::Pace pace{adapter::Pace::live};
    Duration period{};    ///< of slow points
    bool optional{};      ///< slow or once, and perhaps never answered
    Duration heartbeat{}; ///< it changes at least so often while the battery lives; 0: no heartbeat
    std::optional<std::size_t> alive_by; ///< the point whose changes say that this one's value still holds
    std::optional<std::size_t> fresh_by; ///< the point that must have risen in the same answer, or it is old
    adapter::Settings address;
};

/// What a line of [points] names but only the whole file knows.
struct PointReferences {
    std::string block;
    std::string count_setting;
    std::string present;
    std::string used;
    std::string exponent;
    std::string alive_by;
    std::string fresh_by;
    bool has_pace{};
};

/// Reads one line of [blocks].
Block parse_block(std::string name, toml_file::TableReader& read);

/// How often something is done: the key `every`, "once" or a time. Nothing if it is left out or wrong.
struct ReadPace {
    adapter::Pace pace{adapter::Pace::live};
    Duration period{};
};
std::optional<ReadPace> parse_pace(toml_file::TableReader& read);

/// Reads one line of [points]; every key that is not the mapping's own goes to the adapter.
Point parse_point(std::string name, toml_file::TableReader& read, PointReferences& references);

/// How many bits the point's number has after `bits`, which is 64 where nothing is known of it. The address
/// is the adapter's, but one convention is common to all: a `type` such as "u16", "s32" or "f64" names the
/// width.
unsigned bit_width(const Point& point);

/// Whether the raw number has a sign, by its `type`.
bool signed_type(const Point& point);

/// How many bits the raw number has, before `bits`; likewise.
unsigned raw_bit_width(const Point& point);

/// What a raw value counts before its unit and `valid`: after `bits`, without what means "no value", with the
/// offset. Nothing if there is none.
std::optional<std::int64_t> counted(const Point& point, std::int64_t raw);

/// The quantity that a raw value stands for, in fine units; nothing if it means "no value", is outside
/// `valid`, or is no number. Cannot overflow. With an `exponent`, which only the readings know, it is what
/// counted() says, and apply_exponent() does the rest.
std::optional<std::int64_t> quantity(const Point& point, const adapter::RawValue& raw);

/// The number of the word that a raw value of a point with `words` stands for, or the bits of several in a
/// list; nothing if it means "no value" or is an unknown word.
std::optional<std::int64_t> meaning(const Point& point, const adapter::RawValue& raw);

/// A text that means "no value" by the point's `absent`.
bool absent_text(const Point& point, std::string_view text);

/// `count` of a point with an exponent in fine units; nothing if the exponent is out of -10 to 10, or the
/// quantity outside `valid`.
std::optional<std::int64_t> apply_exponent(const Point& point, std::int64_t count, std::int64_t exponent);

/// The text that a raw value stands for: up to the first NUL, without what cannot be printed, trimmed at both
/// ends. A whole number is its decimal digits. Empty means "no value". Reuses `text`'s memory.
void assign_text(const adapter::RawValue& raw, std::string& text);

} // namespace retrocan::mapping
