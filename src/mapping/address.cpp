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
    const auto add = [&](const std::string& text) {
        for (Placeholder& placeholder : placeholders(text))
            names.push_back(std::move(placeholder.name));
    };
    if (const auto* text = std::get_if<std::string>(&setting.value))
        add(*text);
    if (const auto* texts = std::get_if<std::vector<std::string>>(&setting.value))
        std::for_each(texts->begin(), texts->end(), add);
    return names;
}

namespace {

/// Puts the owner's settings into the texts of one adapter's table.
class Filler {
public:
    Filler(const std::vector<SettingSpec>& specs, const SettledSettings& settled,
           const adapter::Settings& owner, Faults& faults)
        : specs_{specs}, settled_{settled}, owner_{owner}, faults_{faults} {}

    /// A text with every placeholder replaced.
    std::string text(const std::string& text) {
        std::string filled = text;
        std::vector<Placeholder> list = placeholders(text);
        std::reverse(list.begin(), list.end()); // so that the places of the others stay
        for (const Placeholder& placeholder : list)
            if (const auto index = setting(placeholder))
                filled.replace(placeholder.begin, placeholder.end - placeholder.begin,
                               specs_[*index].is_text ? settled_.texts[*index]
                                                      : to_text(specs_[*index], *settled_.values[*index]));
        return filled;
    }

    /// The number of the setting that is the whole text, if it is a plain number.
    std::optional<std::int64_t> number(const std::string& text) {
        const std::vector<Placeholder> list = placeholders(text);
        if (list.size() != 1 || list[0].begin != 0 || list[0].end != text.size())
            return std::nullopt;
        const auto index = setting(list[0]);
        if (!index)
            return std::nullopt;
        const SettingSpec& spec = specs_[*index];
        const bool plain = spec.dimension == Dimension::none && !spec.yes_or_no && !spec.is_text;
        return plain ? settled_.values[*index] : std::nullopt;
    }

private:
    /// The setting that a placeholder stands for. Nothing, and a fault of the owner's, if it has no value.
    std::optional<std::size_t> setting(const Placeholder& placeholder) {
        const auto spec = std::find_if(specs_.begin(), specs_.end(),
                                       [&](const SettingSpec& one) { return one.name == placeholder.name; });
        const auto index = static_cast<std::size_t>(spec - specs_.begin());
        if (settled_.values[index])
            return index;
        const std::string message = owner_.path + "." + spec->name + ": missing, and needed: " + spec->help;
        const bool told = std::any_of(faults_.begin(), faults_.end(),
                                      [&](const Fault& fault) { return fault.message == message; });
        if (!told)
            faults_.push_back({owner_.place, message});
        return std::nullopt;
    }

    const std::vector<SettingSpec>& specs_;
    const SettledSettings& settled_;
    const adapter::Settings& owner_;
    Faults& faults_;
};

} // namespace

adapter::Settings filled(const adapter::Settings& settings, const std::vector<SettingSpec>& specs,
                         const SettledSettings& settled, const adapter::Settings& owner, Faults& faults) {
    adapter::Settings result = settings;
    Filler filler{specs, settled, owner, faults};
    for (adapter::Setting& setting : result.keys) {
        if (auto* texts = std::get_if<std::vector<std::string>>(&setting.value)) {
            for (std::string& text : *texts)
                text = filler.text(text);
            continue;
        }
        const auto* text = std::get_if<std::string>(&setting.value);
        if (text == nullptr || placeholders(*text).empty())
            continue;
        if (const auto number = filler.number(*text)) {
            setting.value = *number;
            continue;
        }
        const std::string whole = filler.text(*text);
        // Where something lies behind parts whose sizes the owner sets.
        const auto sum = setting.key == "at" ? sum_of(whole) : std::nullopt;
        if (sum)
            setting.value = *sum;
        else
            setting.value = whole;
    }
    return result;
}

} // namespace retrocan::mapping
