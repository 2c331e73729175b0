// SPDX-License-Identifier: Apache-2.0
#include "mapping/address.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace retrocan::mapping {

namespace {

struct Placeholder {
    std::size_t begin; ///< of the brace
    std::size_t end;   ///< behind the closing one
    std::string name;
};

bool is_name(std::string_view text) {
    return !text.empty() && (text[0] < '0' || text[0] > '9') &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::vector<Placeholder> placeholders(const std::string& text) {
    std::vector<Placeholder> list;
    for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
        const std::size_t close = text.find('}', open);
        if (close == std::string::npos)
            break;
        std::string name = text.substr(open + 1, close - open - 1);
        if (is_name(name))
            list.push_back({open, close + 1, std::move(name)});
    }
    return list;
}

/// "38 + 16 + 4" becomes a number; nothing where there is more than whole numbers and plus signs.
std::optional<std::int64_t> sum_of(std::string_view text) {
    std::int64_t sum = 0;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('+', begin), text.size());
        std::string_view term = text.substr(begin, end - begin);
        while (term.starts_with(' '))
            term.remove_prefix(1);
        while (term.ends_with(' '))
            term.remove_suffix(1);
        std::int64_t value = 0;
        const auto [stop, error] = std::from_chars(term.data(), term.data() + term.size(), value);
        if (term.empty() || error != std::errc{} || stop != term.data() + term.size() || value < 0 ||
            value > 1'000'000)
            return std::nullopt;
        sum += value;
        begin = end + 1;
    }
    return sum;
}

} // namespace

std::vector<std::string> placeholders_of(const adapter::Setting& setting) {
    std::vector<std::string> names;
    if (const auto* text = std::get_if<std::string>(&setting.value))
        for (Placeholder& placeholder : placeholders(*text))
            names.push_back(std::move(placeholder.name));
    return names;
}

adapter::Settings filled(const adapter::Settings& settings, const std::vector<SettingSpec>& specs,
                         const SettingValues& values, const adapter::Settings& owner, Faults& faults) {
    adapter::Settings result = settings;
    for (adapter::Setting& setting : result.keys) {
        const auto* text = std::get_if<std::string>(&setting.value);
        if (text == nullptr)
            continue;
        std::string filled_text = *text;
        std::vector<Placeholder> list = placeholders(*text);
        std::reverse(list.begin(), list.end()); // so that the places of the others stay
        for (const Placeholder& placeholder : list) {
            const auto spec = std::find_if(specs.begin(), specs.end(), [&](const SettingSpec& one) {
                return one.name == placeholder.name;
            });
            const auto value = values[static_cast<std::size_t>(spec - specs.begin())];
            if (!value) {
                faults.push_back(
                    {owner.place, owner.path + "." + spec->name + ": missing, and needed: " + spec->help});
                continue;
            }
            const bool whole = placeholder.begin == 0 && placeholder.end == text->size();
            if (whole && spec->dimension == Dimension::none && !spec->yes_or_no) {
                setting.value = *value;
                break;
            }
            filled_text.replace(placeholder.begin, placeholder.end - placeholder.begin,
                                to_text(*spec, *value));
            setting.value = filled_text;
        }
        // Where something lies behind parts whose sizes the owner sets.
        if (const auto* sum = std::get_if<std::string>(&setting.value);
            sum != nullptr && setting.key == "at" && !list.empty())
            if (const auto value = sum_of(*sum))
                setting.value = *value;
    }
    return result;
}

} // namespace retrocan::mapping
