// SPDX-License-Identifier: Apache-2.0
#include "encode.h"

#include "traffic.h"

#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <tuple>

#include <nlohmann/json.hpp>

namespace retrocan::mqtt {

namespace {

using adapter::RawValue;
using adapter::Reading;
using nlohmann::ordered_json;

std::string digits(std::int64_t bits, int base) {
    std::array<char, 65> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), static_cast<std::uint64_t>(bits), base);
    return {text.data(), end};
}

std::string decimal_text(const RawValue& value) {
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        return std::to_string(*whole);
    std::array<char, 64> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), std::get<double>(value));
    return error == std::errc{} ? std::string{text.data(), end} : std::string{};
}

/// As seconds, which a small number of milliseconds would be taken for.
std::string time_text(std::int64_t milliseconds) {
    const std::string fraction = std::to_string(1000 + milliseconds % 1000).substr(1);
    return std::to_string(milliseconds / 1000) + "." + fraction;
}

/// The payload that has this value. Nothing if there is none.
std::optional<std::string> text_of(Type type, const RawValue& value) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    const auto* text = std::get_if<std::string>(&value);
    if (type == Type::text)
        return text != nullptr ? std::optional{*text} : std::nullopt;
    if (type == Type::number)
        return text == nullptr ? std::optional{decimal_text(value)} : std::nullopt;
    if (whole == nullptr)
        return std::nullopt;
    switch (type) {
    case Type::boolean:
        return *whole != 0 ? "true" : "false";
    case Type::hexadecimal:
        return "0x" + digits(*whole, 16);
    case Type::binary:
        return digits(*whole, 2);
    case Type::time:
        return *whole >= 0 ? std::optional{time_text(*whole)} : std::nullopt;
    default:
        return std::nullopt;
    }
}

/// The member of a document that has this value.
std::optional<ordered_json> member_of(Type type, const RawValue& value) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    if (type == Type::number && whole != nullptr)
        return *whole;
    if (type == Type::number && std::holds_alternative<double>(value))
        return std::get<double>(value);
    if (type == Type::boolean && whole != nullptr)
        return *whole != 0;
    if (type == Type::length && whole != nullptr) {
        constexpr std::int64_t longest = 1024;
        if (*whole < 0 || *whole > longest)
            return std::nullopt;
        return ordered_json(static_cast<std::size_t>(*whole), nullptr);
    }
    const auto text = text_of(type, value);
    return text ? std::optional<ordered_json>{*text} : std::nullopt;
}

/// The object of an array that has this number; made if it is not there.
ordered_json& numbered(ordered_json& array, const Step& step) {
    for (ordered_json& element : array)
        if (element.is_object() && element.contains(step.numbered_by) &&
            element.at(step.numbered_by) == step.number)
            return element;
    array.push_back({{step.numbered_by, step.number}});
    return array.back();
}

/// Where a step leads to, made if it is not there. Null if something else is in the way.
ordered_json* enter(ordered_json& node, const Step& step) {
    const bool as_array = step.index.has_value() && !node.is_object();
    if (node.is_null())
        node = as_array ? ordered_json::array() : ordered_json::object();
    if (node.is_array() && !step.numbered_by.empty())
        return &numbered(node, step);
    if (node.is_array() && step.index) {
        while (node.size() <= *step.index)
            node.push_back(nullptr);
        return &node.at(*step.index);
    }
    return node.is_object() ? &node[step.name] : nullptr;
}

/// Puts a value where a path leads to, unless something is there already.
void put(ordered_json& document, const Path& path, const ordered_json& value) {
    ordered_json* node = &document;
    for (const Step& step : path) {
        node = enter(*node, step);
        if (node == nullptr)
            return;
    }
    if (node->is_null())
        *node = value;
}

/// A message in the making.
struct Draft {
    std::string text;                                 ///< of a payload that is no document
    std::optional<ordered_json> document;             ///< the payload, or what is around the texts in it
    std::vector<std::pair<Path, ordered_json>> inner; ///< documents that are texts, by their places
    bool told{};                                      ///< a value is in it

    ordered_json& document_of(const Element& element) {
        if (!document)
            document.emplace();
        if (!element.json_in)
            return *document;
        for (auto& [path, known] : inner)
            if (path == *element.json_in)
                return known;
        return inner.emplace_back(*element.json_in, ordered_json{}).second;
    }

    void add(const Element& element, const RawValue& value) {
        if (element.json) {
            const auto member = member_of(element.type, value);
            if (!member)
                return;
            if (element.guard)
                put(document_of(element), element.guard->path, element.guard->value);
            put(document_of(element), *element.json, *member);
            told = true;
            return;
        }
        const auto content = text_of(element.type, value);
        if (!content)
            return;
        told = true;
        if (!element.field.empty())
            text += (text.empty() ? "" : ",") + element.field + "=" + *content;
        else if (text.empty())
            text = *content;
    }

    [[nodiscard]] std::string payload() && {
        if (!document)
            return text;
        for (const auto& [path, known] : inner)
            put(*document, path, known.dump());
        return document->dump();
    }
};

/// Documents with different guards cannot be one.
using Key = std::tuple<std::string, std::string, std::string>;

Key key_of(const Element& element) {
    if (!element.guard)
        return {element.topic, "", ""};
    return {element.topic, to_text(element.guard->path), element.guard->value};
}

} // namespace

std::vector<std::string> encode_messages(std::span<const Element> elements,
                                         std::span<const Reading> readings) {
    std::map<std::size_t, const RawValue*> values; // the last one of a slot counts
    for (const Reading& reading : readings)
        if (const auto* value = std::get_if<RawValue>(&reading.content))
            values[reading.slot] = value;
        else
            values.erase(reading.slot);
    std::map<Key, Draft> drafts;
    for (const Element& element : elements)
        if (const auto value = values.find(element.slot); value != values.end())
            drafts[key_of(element)].add(element, *value->second);
    std::vector<std::string> lines;
    lines.reserve(drafts.size());
    for (auto& [key, draft] : drafts)
        if (draft.told)
            lines.push_back(message_line(std::get<0>(key), std::move(draft).payload(), false));
    return lines;
}

} // namespace retrocan::mqtt
