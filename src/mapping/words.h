// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "mapping/toml_reader.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::mapping {

/// True if `text` is what `pattern` says, in which * stands for anything: "Error: *".
bool matches(std::string_view pattern, std::string_view text);

/// What the numbers or texts of a state mean: `words`, `otherwise` and `items` of a point.
struct Vocabulary {
    struct Word {
        std::string name;
        std::vector<std::int64_t> numbers;
        std::vector<std::string> patterns;
    };
    std::vector<Word> words; ///< at most 63; empty: the point has none
    std::optional<std::size_t> otherwise;
    std::string separator; ///< of the items of a list; empty: the text is one word

    /// The number of the word, or for a list one bit for each word that is in it. Nothing where a word is
    /// unknown and there is no `otherwise`.
    [[nodiscard]] std::optional<std::int64_t> meaning(const adapter::RawValue& raw) const;
    [[nodiscard]] std::optional<std::size_t> word(std::string_view name) const;
    [[nodiscard]] bool empty() const { return words.empty(); }
    [[nodiscard]] bool is_list() const { return !separator.empty(); }
};

/// Reads the keys `words`, `otherwise` and `items` of a point.
Vocabulary parse_vocabulary(toml_file::TableReader& read);

} // namespace retrocan::mapping
