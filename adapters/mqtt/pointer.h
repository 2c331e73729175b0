// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "element.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::mqtt {

/// What a `*` stands for, in the order of the stars: the element's number in its run, from 0.
struct Numbering {
    std::size_t first{1};        ///< what 0 is called
    std::size_t digits{};        ///< zeros are put in front up to so many
    std::string numbered_by{};   ///< a member of the objects in an array that says their number
    std::vector<std::size_t> at; ///< of each star

    /// As it stands in a name: "07".
    [[nodiscard]] std::string name(std::size_t star) const;
};

/// A text with its stars replaced; the first of them is number `star` of the numbering.
std::string with_numbers(std::string_view text, const Numbering& numbering, std::size_t star);

/// The stars of a text.
std::size_t stars(std::string_view text);

/// The steps of a JSON pointer (RFC 6901), each with its `~0` and `~1` resolved. The error says what was
/// expected.
Result<std::vector<std::string>, std::string> pointer_steps(std::string_view pointer);

/// The path for one element; the first star of the steps is number `star` of the numbering. A step that is
/// nothing but a star is also an index, which counts from 0 whatever `first` is.
Path path_of(const std::vector<std::string>& steps, const Numbering& numbering, std::size_t star);

} // namespace retrocan::mqtt
