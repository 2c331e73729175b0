// SPDX-License-Identifier: Apache-2.0
#include "cli/given_settings.h"

#include <charconv>
#include <optional>
#include <sstream>

namespace retrocan::cli {

namespace {

std::optional<std::int64_t> whole_number(const std::string& text) {
    const bool hexadecimal = text.starts_with("0x");
    const char* begin = text.data() + (hexadecimal ? 2 : 0);
    const char* end = text.data() + text.size();
    std::int64_t value{};
    const auto [stop, error] = std::from_chars(begin, end, value, hexadecimal ? 16 : 10);
    return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

std::optional<std::vector<std::int64_t>> whole_numbers(const std::string& text) {
    std::vector<std::int64_t> numbers;
    std::istringstream list{text};
    for (std::string one; std::getline(list, one, ',');)
        if (const auto number = whole_number(one))
            numbers.push_back(*number);
        else
            return std::nullopt;
    return numbers.size() > 1 ? std::optional{numbers} : std::nullopt;
}

} // namespace

adapter::Settings given_settings(const std::string& path, const std::vector<std::string>& arguments,
                                 Faults& faults) {
    adapter::Settings settings{path, {"command line", 0, 0}, {}};
    for (const std::string& argument : arguments) {
        const Place place{"\"" + argument + "\"", 0, 0};
        const std::size_t equals = argument.find('=');
        if (equals == std::string::npos || equals == 0) {
            faults.push_back({place, "expected name=value"});
            continue;
        }
        adapter::Setting setting{argument.substr(0, equals), {}, place};
        const std::string value = argument.substr(equals + 1);
        if (const auto number = whole_number(value))
            setting.value = *number;
        else if (value == "true" || value == "false")
            setting.value = value == "true";
        else if (const auto numbers = whole_numbers(value))
            setting.value = *numbers;
        else
            setting.value = value;
        settings.keys.push_back(std::move(setting));
    }
    return settings;
}

} // namespace retrocan::cli
