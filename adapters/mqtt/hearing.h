// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "element.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::mqtt {

/// What one message says to one battery.
struct Heard {
    std::vector<adapter::Reading> readings; ///< none if the topic is none of its
    std::string objection; ///< why the payload was rejected, for people: the readings are `garbled` then
};

/// What a payload says about these elements, which are of its topic. What is not in it gives no reading. One
/// that is too long, no UTF-8, or no JSON where an element needs it is rejected whole.
Heard hear(std::span<const Element* const> elements, std::string_view payload);

/// The value of a key in a text such as "pd=60,soc=80": the parts are separated by , ; & or blanks.
std::optional<std::string_view> field_value(std::string_view payload, std::string_view key);

} // namespace retrocan::mqtt
