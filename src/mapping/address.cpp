// SPDX-License-Identifier: Apache-2.0
#include "mapping/address.h"

#include <algorithm>

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
    }
    return result;
}

} // namespace retrocan::mapping
