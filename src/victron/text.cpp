// SPDX-License-Identifier: Apache-2.0
#include "victron/text.h"

#include <algorithm>

namespace retrocan::victron {

namespace {

constexpr bool is_printable(char c) {
    return c >= 0x20 && c < 0x7F;
}

} // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_printable(c))
            result += c;
        else if (byte >= 0xC0) // the first byte of a longer character; the others are dropped
            result += '?';
    }
    result.erase(result.find_last_not_of(' ') + 1);
    result.erase(0, result.find_first_not_of(' '));
    return result;
}

std::optional<std::string> check_id(std::string_view text) {
    const std::string quoted = "\"" + std::string{text} + "\"";
    if (text.empty())
        return "expected an id of 1 to 8 characters, got an empty text";
    if (!std::all_of(text.begin(), text.end(), is_printable))
        return "expected an id of printable ASCII characters, got " + quoted;
    if (text.size() > 8)
        return "expected an id of at most 8 characters, got " + std::to_string(text.size()) + ": " + quoted;
    return std::nullopt;
}

} // namespace retrocan::victron
