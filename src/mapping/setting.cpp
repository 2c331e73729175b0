// SPDX-License-Identifier: Apache-2.0
#include "mapping/setting.h"

#include <algorithm>

namespace retrocan::mapping {

namespace {

using toml_file::Node;
using toml_file::TableReader;

/// A value as a person writes it: an amount if the setting has a unit, else a whole number.
Result<std::int64_t, std::string> read_value(Dimension dimension, const std::string* text,
                                             const std::int64_t* integer) {
    const std::string wanted =
        dimension == Dimension::none ? "a whole number" : std::string{retrocan::to_text(dimension)};
    if (dimension == Dimension::none && integer != nullptr)
        return *integer;
    if (dimension == Dimension::none || text == nullptr)
        return Err{"expected " + wanted +
                   (dimension == Dimension::none ? "" : ", in quotes and with its unit")};
    const auto amount = parse_amount(*text);
    if (!amount)
        return Err{amount.error()};
    if (amount->dimension != dimension)
        return Err{"expected " + wanted + "; got \"" + *text + "\""};
    return amount->count;
}

/// A text stands in topics, paths and the like: in one piece, printable.
std::string objection_to_text(std::string_view text) {
    constexpr std::size_t longest = 200;
    if (text.empty() || text.size() > longest)
        return "expected a text of 1 to " + std::to_string(longest) + " bytes";
    for (const char c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
            return "expected a text without control characters";
    return {};
}

/// The only other keys of a text are `required` and `help`.
void parse_text(TableReader& read, SettingSpec& spec) {
    const Node* node = read.node("text");
    if (node == nullptr)
        return;
    const std::string* text = node->text();
    if (text == nullptr) {
        read.fault("text", "expected a text, or \"\" for no default; found " + describe(*node));
        return;
    }
    spec.is_text = true;
    spec.fallback_text = *text;
    if (!text->empty()) { // "" is no default
        spec.fallback = 0;
        if (const std::string why = objection_to_text(*text); !why.empty())
            read.fault("text", why);
    }
    for (const char* key : {"unit", "default", "min", "max", "one_of"})
        if (read.node(key) != nullptr)
            read.fault(key, "a setting that is a text has none");
}

Result<std::int64_t, std::string> read_yes_or_no(const adapter::Setting& setting) {
    const bool* value = std::get_if<bool>(&setting.value);
    if (value == nullptr)
        return Err{std::string{"expected true or false"}};
    return std::int64_t{*value ? 1 : 0};
}

std::optional<std::int64_t> value_at(TableReader& read, const char* key, Dimension dimension) {
    const Node* node = read.node(key);
    if (node == nullptr)
        return std::nullopt;
    const auto value = read_value(dimension, node->text(), node->integer());
    if (!value) {
        read.fault(key, value.error());
        return std::nullopt;
    }
    return *value;
}

/// Why a value is not allowed; empty if it is.
std::string objection(const SettingSpec& spec, std::int64_t value) {
    if (!spec.one_of.empty() &&
        std::find(spec.one_of.begin(), spec.one_of.end(), value) == spec.one_of.end()) {
        std::string list;
        for (const std::int64_t one : spec.one_of)
            list += (list.empty() ? "" : ", ") + to_text(spec, one);
        return "expected one of " + list + "; got " + to_text(spec, value);
    }
    if (spec.min && value < *spec.min)
        return "expected at least " + to_text(spec, *spec.min) + "; got " + to_text(spec, value);
    if (spec.max && value > *spec.max)
        return "expected at most " + to_text(spec, *spec.max) + "; got " + to_text(spec, value);
    return {};
}

} // namespace

std::string to_text(const SettingSpec& spec, std::int64_t value) {
    if (spec.yes_or_no)
        return value != 0 ? "yes" : "no";
    return retrocan::to_text(Amount{spec.dimension, value});
}

SettingSpec parse_setting(std::string name, TableReader& read) {
    SettingSpec spec;
    spec.name = std::move(name);
    spec.place = read.place();
    parse_text(read, spec);
    if (spec.is_text) {
        spec.required = read.boolean("required").value_or(false);
        spec.help = read.text("help", toml_file::Need::required).value_or("");
        if (spec.required && spec.fallback)
            read.fault("required", "a setting with a default is not required; write text = \"\"");
        read.finish();
        return spec;
    }
    if (const auto text = read.text("unit")) {
        const auto unit = parse_unit(*text);
        if (!unit)
            read.fault("unit", unit.error());
        else if (unit->dimension == Dimension::none)
            read.fault("unit", "expected a unit such as \"V\"; got \"" + *text + "\"");
        else
            spec.dimension = unit->dimension;
    }
    if (const Node* node = read.node("default");
        node != nullptr && std::holds_alternative<bool>(node->value)) {
        spec.yes_or_no = true;
        spec.fallback = std::get<bool>(node->value) ? 1 : 0;
        for (const char* key : {"unit", "min", "max", "one_of"})
            if (read.node(key) != nullptr)
                read.fault(key, "a setting that is yes or no has none");
    } else {
        spec.fallback = value_at(read, "default", spec.dimension);
    }
    spec.min = value_at(read, "min", spec.dimension);
    spec.max = value_at(read, "max", spec.dimension);
    if (const Node* list = read.node("one_of")) {
        if (list->array() == nullptr || list->array()->empty())
            read.fault("one_of", "expected a list, as in [1, -1]; found " + describe(*list));
        else
            for (const Node& element : *list->array()) {
                const auto value = read_value(spec.dimension, element.text(), element.integer());
                if (value)
                    spec.one_of.push_back(*value);
                else
                    read.fault("one_of", value.error());
            }
    }
    spec.required = read.boolean("required").value_or(false);
    spec.help = read.text("help", toml_file::Need::required).value_or("");
    if (spec.min && spec.max && *spec.min > *spec.max)
        read.fault("min", "is above max");
    if (spec.required && spec.fallback)
        read.fault("required", "a setting with a default is not required; leave out one of the two");
    if (spec.fallback)
        if (const std::string why = objection(spec, *spec.fallback); !why.empty())
            read.fault("default", why);
    read.finish();
    return spec;
}

SettledSettings settle(std::span<const SettingSpec> specs, const adapter::Settings& owner, Faults& faults) {
    std::vector<std::string_view> names;
    SettledSettings settled;
    names.reserve(specs.size());
    for (const SettingSpec& spec : specs) {
        names.push_back(spec.name);
        settled.values.push_back(spec.fallback);
        settled.texts.push_back(spec.fallback_text);
    }
    std::vector<bool> given(specs.size());
    for (const adapter::Setting& setting : owner.keys) {
        const auto fault = [&](const std::string& message) {
            faults.push_back({setting.place, owner.path + "." + setting.key + ": " + message});
        };
        const auto name = std::find(names.begin(), names.end(), setting.key);
        if (name == names.end()) {
            fault("this battery's mapping has no such setting" + did_you_mean(setting.key, names));
            continue;
        }
        const auto index = static_cast<std::size_t>(name - names.begin());
        given[index] = true;
        const SettingSpec& spec = specs[index];
        if (spec.is_text) {
            const auto* text = std::get_if<std::string>(&setting.value);
            const std::string why = text == nullptr ? "expected a text, in quotes" : objection_to_text(*text);
            if (!why.empty()) {
                fault(why + " (" + spec.help + ")");
                continue;
            }
            settled.values[index] = 0;
            settled.texts[index] = *text;
            continue;
        }
        const auto value = spec.yes_or_no
                               ? read_yes_or_no(setting)
                               : read_value(spec.dimension, std::get_if<std::string>(&setting.value),
                                            std::get_if<std::int64_t>(&setting.value));
        const std::string why = value ? objection(spec, *value) : value.error();
        if (why.empty())
            settled.values[index] = *value;
        else
            fault(why + " (" + spec.help + ")");
    }
    for (std::size_t i = 0; i < specs.size(); ++i)
        if (specs[i].required && !given[i])
            faults.push_back(
                {owner.place, owner.path + "." + specs[i].name + ": missing, and needed: " + specs[i].help});
    return settled;
}

} // namespace retrocan::mapping
