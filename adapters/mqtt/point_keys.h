// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "element.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::mqtt {

// clang-format off
/// The keys of a point; a block may have each of them, too:
///
///     topic       = "{prefix}/cell_*/state"  or a list, one for each element of a run (required)
///     json        = "/dc/voltage"            JSON pointer, or a list of them; that of a block goes in front
///     json_in     = "/value"                 pointer to a text that is itself JSON, which `json` points into
///     first       = 0                        what the first element is called where `*` is, 0 to 1000; 1 if left out
///     digits      = 2                        zeros are put in front of that number, up to so many digits
///     inner       = 16                       with two `*`: how often the last counts before the one before goes up
///     numbered_by = "ID"                     objects of an array say their own number by this member
///     guard       = "/version"               only where the document has here ..
///     guard_value = "5"                      .. this
///     field       = "pe"                     of a payload of key=value
///     type        = "hexadecimal"            one of Type; number if left out
// clang-format on
struct PointKeys {
    std::optional<std::vector<std::string>> topic{};
    std::optional<std::vector<std::string>> json{};
    std::optional<std::string> json_in{};
    std::optional<std::int64_t> first{};
    std::optional<std::int64_t> digits{};
    std::optional<std::int64_t> inner{};
    std::optional<std::string> numbered_by{};
    std::optional<std::string> guard{};
    std::optional<std::string> guard_value{};
    std::optional<std::string> field{};
    std::optional<Type> type{};
};

/// Reads the keys of a block; they are checked where a point has them.
PointKeys read_block(const adapter::BlockSpec& block, Faults& faults);

/// Reads a point's keys; what they leave out is the block's. Nothing is returned if there is a fault.
std::vector<Element> read_point(const adapter::PointSpec& point, const PointKeys& block, Faults& faults);

/// Where the elements of one point are, for people: "jk/cell_1/state .. jk/cell_16/state", "bms, json /soc".
std::string where(std::span<const Element> elements);

} // namespace retrocan::mqtt
