// SPDX-License-Identifier: Apache-2.0
#include "pointer.h"

#include <algorithm>

namespace retrocan::mqtt {

namespace {

constexpr std::size_t longest_index = 6; // digits

/// "0", "17", not "07": those are names.
std::optional<std::size_t> index_of(std::string_view name) {
    if (name.empty() || name.size() > longest_index ||
        name.find_first_not_of("0123456789") != std::string_view::npos || (name.size() > 1 && name[0] == '0'))
        return std::nullopt;
    std::size_t index = 0;
    for (const char c : name)
        index = index * 10 + static_cast<std::size_t>(c - '0');
    return index;
}

} // namespace

std::string Numbering::name(std::size_t star) const {
    std::string text = std::to_string(first + at.at(star));
    if (text.size() < digits)
        text.insert(0, digits - text.size(), '0');
    return text;
}

std::string with_numbers(std::string_view text, const Numbering& numbering, std::size_t star) {
    std::string result;
    for (const char c : text) {
        if (c == '*')
            result += numbering.name(star++);
        else
            result += c;
    }
    return result;
}

std::size_t stars(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '*'));
}

Result<std::vector<std::string>, std::string> pointer_steps(std::string_view pointer) {
    std::vector<std::string> steps;
    if (pointer.empty())
        return steps;
    if (pointer.front() != '/')
        return Err{"expected a JSON pointer, which begins with /, as in \"/dc/voltage\"; got \"" +
                   std::string{pointer} + "\""};
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        if (pointer[i] == '/') {
            steps.emplace_back();
        } else if (pointer[i] != '~') {
            steps.back() += pointer[i];
        } else if (const char escaped = i + 1 < pointer.size() ? pointer[++i] : '\0';
                   escaped == '0' || escaped == '1') {
            steps.back() += escaped == '0' ? '~' : '/';
        } else {
            return Err{"in a JSON pointer ~ is written ~0, and / in a name ~1; got \"" +
                       std::string{pointer} + "\""};
        }
    }
    return steps;
}

Path path_of(const std::vector<std::string>& steps, const Numbering& numbering, std::size_t star) {
    Path path;
    path.reserve(steps.size());
    for (const std::string& step : steps) {
        if (step != "*") {
            std::string name = with_numbers(step, numbering, star);
            const auto index = stars(step) == 0 ? index_of(name) : std::nullopt;
            star += stars(step);
            path.push_back({std::move(name), index});
            continue;
        }
        const std::size_t at = numbering.at.at(star);
        path.push_back({numbering.name(star++), at, numbering.numbered_by,
                        static_cast<std::int64_t>(numbering.first + at)});
    }
    return path;
}

} // namespace retrocan::mqtt
