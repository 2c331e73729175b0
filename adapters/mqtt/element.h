// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "document.h"
#include "value.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::mqtt {

/// A step into a document: a member of an object, or an element of an array, whichever is there.
struct Step {
    std::string name;                   ///< of the member
    std::optional<std::size_t> index{}; ///< of the element; none: an array has nothing for this step
    std::string numbered_by{};          ///< in an array the object is meant that has this member ..
    std::int64_t number{};              ///< .. and this number in it

    friend bool operator==(const Step&, const Step&) = default;
};
using Path = std::vector<Step>;

/// What lies at the end of a path; null if there is nothing.
const Node* find(const Node& document, const Path& path);

/// As a JSON pointer, for people.
std::string to_text(const Path& path);

/// What must stand in a document, or nothing is read from it.
struct Guard {
    Path path;
    std::string value;

    friend bool operator==(const Guard&, const Guard&) = default;
};

/// One value of one point, and where it is: a point with `count` n has n elements.
struct Element {
    std::size_t slot{};
    std::string topic;
    std::optional<Path> json{};    ///< where in the document; none: the payload is no document
    std::optional<Path> json_in{}; ///< where in it the text is that is the document meant by `json`
    std::optional<Guard> guard{};  ///< of the document meant by `json`
    std::string field{};           ///< of a payload of key=value; empty: it is none
    Type type{Type::number};
    adapter::Pace pace{adapter::Pace::live};
    Duration period{}; ///< of slow ones
    bool optional{};
};

} // namespace retrocan::mqtt
