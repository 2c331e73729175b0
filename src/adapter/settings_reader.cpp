// SPDX-License-Identifier: Apache-2.0
#include "adapter/spec.h"
#include "core/unit.h"

#include <algorithm>
#include <type_traits>

namespace retrocan::adapter {

namespace {

std::string quoted(std::string_view text) {
    return "\"" + std::string{text} + "\"";
}

/// What was found, for messages: `"9600"`, `true`, `a list`.
std::string found(const Setting& setting) {
    return std::visit(
        []<class T>(const T& value) -> std::string {
            if constexpr (std::is_same_v<T, bool>)
                return value ? "true" : "false";
            else if constexpr (std::is_same_v<T, std::int64_t>)
                return std::to_string(value);
            else if constexpr (std::is_same_v<T, double>)
                return "the decimal number " + std::to_string(value);
            else if constexpr (std::is_same_v<T, std::string>)
                return quoted(value);
            else
                return "a list";
        },
        setting.value);
}

std::string list_of(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words)
        text += (text.empty() ? "" : ", ") + std::string{word};
    return text;
}

} // namespace

const Setting* SettingsReader::find(std::string_view key) {
    if (std::ranges::find(asked_, key) == asked_.end())
        asked_.push_back(key);
    const auto it = std::ranges::find(settings_.keys, key, &Setting::key);
    return it == settings_.keys.end() ? nullptr : &*it;
}

std::optional<std::int64_t> SettingsReader::integer(std::string_view key, std::int64_t low,
                                                    std::int64_t high) {
    const Setting* setting = find(key);
    if (setting == nullptr)
        return std::nullopt;
    const auto* value = std::get_if<std::int64_t>(&setting->value);
    if (value != nullptr && *value >= low && *value <= high)
        return *value;
    fault(key, "expected a whole number from " + std::to_string(low) + " to " + std::to_string(high) +
                   "; got " + found(*setting));
    return std::nullopt;
}

std::optional<std::string> SettingsReader::text(std::string_view key) {
    const Setting* setting = find(key);
    if (setting == nullptr)
        return std::nullopt;
    if (const auto* value = std::get_if<std::string>(&setting->value))
        return *value;
    fault(key, "expected a text in quotes; got " + found(*setting));
    return std::nullopt;
}

std::optional<bool> SettingsReader::boolean(std::string_view key) {
    const Setting* setting = find(key);
    if (setting == nullptr)
        return std::nullopt;
    if (const auto* value = std::get_if<bool>(&setting->value))
        return *value;
    fault(key, "expected true or false; got " + found(*setting));
    return std::nullopt;
}

std::optional<std::size_t> SettingsReader::one_of(std::string_view key,
                                                  std::span<const std::string_view> words) {
    const Setting* setting = find(key);
    if (setting == nullptr)
        return std::nullopt;
    const auto* value = std::get_if<std::string>(&setting->value);
    if (value != nullptr) {
        const auto it = std::ranges::find(words, *value);
        if (it != words.end())
            return static_cast<std::size_t>(it - words.begin());
    }
    fault(key, "expected one of " + list_of(words) + "; got " + found(*setting) +
                   (value != nullptr ? did_you_mean(*value, words) : std::string{}));
    return std::nullopt;
}

std::optional<Duration> SettingsReader::duration(std::string_view key, Duration low, Duration high) {
    const Setting* setting = find(key);
    if (setting == nullptr)
        return std::nullopt;
    const std::string expected =
        "expected a time from " + retrocan::to_text(low) + " to " + retrocan::to_text(high);
    const auto* value = std::get_if<std::string>(&setting->value);
    if (value == nullptr) {
        fault(key, expected + ", in quotes with its unit; got " + found(*setting));
        return std::nullopt;
    }
    const auto amount = parse_amount(*value);
    if (!amount) {
        fault(key, amount.error());
        return std::nullopt;
    }
    if (amount->dimension != Dimension::time || amount->count < low.count() || amount->count > high.count()) {
        fault(key, expected + "; got " + found(*setting));
        return std::nullopt;
    }
    return Duration{amount->count};
}

std::optional<std::vector<std::int64_t>> SettingsReader::integers(std::string_view key, std::int64_t low,
                                                                  std::int64_t high) {
    const Setting* setting = find(key);
    if (setting == nullptr)
        return std::nullopt;
    const auto fits = [&](std::int64_t value) { return value >= low && value <= high; };
    const auto* values = std::get_if<std::vector<std::int64_t>>(&setting->value);
    if (values != nullptr && std::ranges::all_of(*values, fits))
        return *values;
    const std::string got =
        values != nullptr ? std::to_string(*std::ranges::find_if_not(*values, fits)) : found(*setting);
    fault(key, "expected a list of whole numbers from " + std::to_string(low) + " to " +
                   std::to_string(high) + "; got " + got);
    return std::nullopt;
}

std::optional<std::vector<std::string>> SettingsReader::texts(std::string_view key) {
    const Setting* setting = find(key);
    if (setting == nullptr)
        return std::nullopt;
    if (const auto* value = std::get_if<std::string>(&setting->value))
        return std::vector<std::string>{*value};
    const auto* values = std::get_if<std::vector<std::string>>(&setting->value);
    if (values != nullptr && !values->empty())
        return *values;
    fault(key, "expected a text in quotes, or a list of texts; got " +
                   (values != nullptr ? "an empty list" : found(*setting)));
    return std::nullopt;
}

bool SettingsReader::has(std::string_view key) {
    return find(key) != nullptr;
}

void SettingsReader::fault(std::string_view key, const std::string& message) {
    const auto it = std::ranges::find(settings_.keys, key, &Setting::key);
    faults_.push_back({it == settings_.keys.end() ? settings_.place : it->place,
                       settings_.path + "." + std::string{key} + ": " + message});
}

void SettingsReader::finish() {
    for (const Setting& setting : settings_.keys) {
        if (std::ranges::find(asked_, setting.key) != asked_.end())
            continue;
        const std::string guess = did_you_mean(setting.key, asked_);
        const std::string known =
            asked_.empty() ? "; this table has none" : "; known keys: " + list_of(asked_);
        fault(setting.key, "unknown key" + (guess.empty() ? known : guess));
    }
}

} // namespace retrocan::adapter
