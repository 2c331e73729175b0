// SPDX-License-Identifier: Apache-2.0
#include "mapping/toml_document.h"

#include <algorithm>

#include <toml++/toml.h>

namespace retrocan::toml_file {

namespace {

Place place_of(const toml::source_region& region, const std::string& file) {
    return {file, region.begin.line, region.begin.column};
}

Node convert(const toml::node& from, const std::string& file) {
    Node node{{}, place_of(from.source(), file)};
    if (const auto* table = from.as_table()) {
        Table entries;
        for (const auto& [key, value] : *table)
            entries.push_back({std::string{key.str()}, place_of(key.source(), file), convert(value, file)});
        // toml++ sorts by key; people read, and are told faults, in the order of the file.
        std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
            return std::pair{a.place.line, a.place.column} < std::pair{b.place.line, b.place.column};
        });
        node.value = std::move(entries);
    } else if (const auto* array = from.as_array()) {
        Array elements;
        for (const toml::node& element : *array)
            elements.push_back(convert(element, file));
        node.value = std::move(elements);
    } else if (const auto* text = from.as_string()) {
        node.value = text->get();
    } else if (const auto* integer = from.as_integer()) {
        node.value = integer->get();
    } else if (const auto* number = from.as_floating_point()) {
        node.value = number->get();
    } else if (const auto* boolean = from.as_boolean()) {
        node.value = boolean->get();
    }
    return node;
}

} // namespace

std::string describe(const Node& node) {
    if (const auto* text = node.text())
        return text->empty() ? "an empty text" : "the text \"" + *text + "\"";
    if (const auto* integer = node.integer())
        return "the number " + std::to_string(*integer);
    if (const auto* boolean = std::get_if<bool>(&node.value))
        return *boolean ? "true" : "false";
    if (std::holds_alternative<double>(node.value))
        return "a decimal number";
    if (node.array() != nullptr)
        return "a list";
    if (node.table() != nullptr)
        return "a table";
    return "a date or time";
}

std::string as_toml(const Node& node) {
    if (const auto* text = node.text())
        return "\"" + *text + "\"";
    if (const auto* integer = node.integer())
        return std::to_string(*integer);
    std::string list;
    if (const auto* array = node.array()) {
        for (const Node& element : *array)
            list += (list.empty() ? "" : ", ") + as_toml(element);
        return "[" + list + "]";
    }
    if (const auto* table = node.table()) {
        for (const Entry& entry : *table)
            list += (list.empty() ? "" : ", ") + entry.key + " = " + as_toml(entry.node);
        return "{ " + list + " }";
    }
    return describe(node);
}

namespace {

/// Where a key has more parts than anybody writes: toml++ makes a table within a table of each, and overflows
/// the stack on some thousands. Nothing if there is none. Texts with so many dots are refused too.
std::optional<Place> endless_key(std::string_view text, const std::string& file) {
    constexpr int most_parts = 200;
    Place place{file, 1, 0};
    int dots = 0;
    for (const char c : text) {
        ++place.column;
        if (c == '\n') {
            ++place.line;
            place.column = 0;
        }
        if (std::string_view{"\n=,{}[]"}.find(c) != std::string_view::npos)
            dots = 0;
        else if (c == '.' && ++dots > most_parts)
            return place;
    }
    return std::nullopt;
}

} // namespace

std::optional<Node> parse(std::string_view text, const std::string& file, Faults& faults) {
    if (const auto place = endless_key(text, file)) {
        faults.push_back({*place, "a key of more than 200 parts, or a text with so many dots"});
        return std::nullopt;
    }
    try {
        const toml::table root = toml::parse(text);
        Node node = convert(root, file);
        node.place = {file, 0, 0};
        return node;
    } catch (const toml::parse_error& error) {
        faults.push_back({place_of(error.source(), file), std::string{error.description()}});
        return std::nullopt;
    }
}

} // namespace retrocan::toml_file
