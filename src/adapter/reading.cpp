// SPDX-License-Identifier: Apache-2.0
#include "adapter/reading.h"

#include <array>

namespace retrocan::adapter {

namespace {

constexpr std::array<std::string_view, 5> words{"not_connected", "timeout", "refused", "garbled",
                                                "not_a_value"};

} // namespace

std::string_view to_text(Absence reason) {
    return words.at(static_cast<std::size_t>(reason));
}

std::optional<Absence> absence(std::string_view word) {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words.at(i) == word)
            return static_cast<Absence>(i);
    return std::nullopt;
}

} // namespace retrocan::adapter
