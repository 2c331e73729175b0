// SPDX-License-Identifier: Apache-2.0
#include "point_keys.h"

#include "pointer.h"
#include "topic.h"

#include <algorithm>

namespace retrocan::mqtt {

namespace {

using adapter::SettingsReader;

constexpr std::int64_t largest_first = 1000;
constexpr std::int64_t most_digits = 4;
constexpr std::int64_t largest_inner = 1024;
constexpr std::size_t most_stars = 2;

void check_topics(SettingsReader& read, const std::vector<std::string>& topics) {
    for (const std::string& topic : topics)
        if (const std::string why = objection_to_topic(topic); !why.empty()) {
            read.fault("topic", why);
            return;
        }
    if (topics.size() > 1 && std::ranges::any_of(topics, [](const auto& topic) { return stars(topic) != 0; }))
        read.fault("topic", "a list has a topic for each element; expected no * in it");
}

void check_pointer(SettingsReader& read, std::string_view key, const std::string& pointer) {
    if (const auto steps = pointer_steps(pointer); !steps)
        read.fault(key, steps.error());
    else if (key != "json" && stars(pointer) != 0)
        read.fault(key, "expected no *, which may be in `json`; got \"" + pointer + "\"");
}

PointKeys read_keys(SettingsReader& read) {
    PointKeys keys;
    if ((keys.topic = read.texts("topic")))
        check_topics(read, *keys.topic);
    if ((keys.json = read.texts("json")))
        for (const std::string& pointer : *keys.json)
            check_pointer(read, "json", pointer);
    if ((keys.json_in = read.text("json_in")))
        check_pointer(read, "json_in", *keys.json_in);
    if ((keys.guard = read.text("guard")))
        check_pointer(read, "guard", *keys.guard);
    keys.guard_value = read.text("guard_value");
    keys.first = read.integer("first", 0, largest_first);
    keys.digits = read.integer("digits", 1, most_digits);
    keys.inner = read.integer("inner", 1, largest_inner);
    for (auto [key, value] : {std::pair{"numbered_by", &keys.numbered_by}, std::pair{"field", &keys.field}})
        if ((*value = read.text(key)); *value && (*value)->empty())
            read.fault(key, "expected a name; got an empty text");
    if (const auto word = read.one_of("type", type_words))
        keys.type = static_cast<Type>(*word);
    read.finish();
    return keys;
}

template <class T>
void inherit(std::optional<T>& own, const std::optional<T>& block) {
    if (!own)
        own = block;
}

/// The block's pointer in front of each of the point's.
void inherit_json(std::optional<std::vector<std::string>>& own,
                  const std::optional<std::vector<std::string>>& block) {
    if (!block)
        return;
    if (!own)
        own = block;
    else
        for (std::string& pointer : *own)
            pointer.insert(0, block->front());
}

void inherit(PointKeys& own, const PointKeys& block) {
    inherit(own.topic, block.topic);
    inherit_json(own.json, block.json);
    inherit(own.json_in, block.json_in);
    inherit(own.first, block.first);
    inherit(own.digits, block.digits);
    inherit(own.inner, block.inner);
    inherit(own.numbered_by, block.numbered_by);
    inherit(own.guard, block.guard);
    inherit(own.guard_value, block.guard_value);
    inherit(own.field, block.field);
    inherit(own.type, block.type);
}

/// The text of an element: its own of a list, or the one that is for all.
const std::string& of_element(const std::vector<std::string>& texts, std::size_t element) {
    return texts.size() == 1 ? texts.front() : texts.at(element);
}

/// What the keys of a point and its block come to.
struct Layout {
    std::vector<std::string> topics;
    std::vector<std::string> pointers; ///< none: the payload is no document
    std::size_t topic_stars{};
    std::size_t json_stars{};
};

Layout layout_of(const PointKeys& keys) {
    Layout layout{.topics = keys.topic.value_or(std::vector<std::string>{}),
                  .pointers = keys.json.value_or(std::vector<std::string>{})};
    if (layout.pointers.empty() && keys.json_in)
        layout.pointers.emplace_back();
    if (layout.topics.size() == 1)
        layout.topic_stars = stars(layout.topics.front());
    if (layout.pointers.size() == 1)
        layout.json_stars = stars(layout.pointers.front());
    return layout;
}

void check_run(SettingsReader& read, const Layout& layout, std::size_t count) {
    for (const auto& [key, texts] :
         {std::pair{"topic", &layout.topics}, std::pair{"json", &layout.pointers}}) {
        if (texts->size() > 1 && texts->size() < count)
            read.fault(key, "expected " + std::to_string(count) +
                                " texts, one for each element of the run; got " +
                                std::to_string(texts->size()));
        if (texts->size() > 1 &&
            std::ranges::any_of(*texts, [](const std::string& text) { return stars(text) != 0; }))
            read.fault(key, "a list has a text for each element; expected no * in it");
    }
    if (count > 1 && layout.topics.size() == 1 && layout.pointers.size() <= 1 &&
        layout.topic_stars + layout.json_stars == 0)
        read.fault(layout.pointers.empty() ? "topic" : "json",
                   "is the same for all " + std::to_string(count) +
                       " elements of the run; expected a * where their number stands, or a list");
}

void check_stars(SettingsReader& read, const Layout& layout, const PointKeys& keys) {
    const std::size_t all = layout.topic_stars + layout.json_stars;
    if (all > most_stars)
        read.fault(layout.json_stars != 0 ? "json" : "topic",
                   "expected at most two * in topic and json together; got " + std::to_string(all));
    if (all == most_stars && !keys.inner)
        read.fault("inner", "missing; with two * expected how many elements the last * counts before the "
                            "first goes up, as in inner = 16");
    if (read.has("inner") && all < most_stars)
        read.fault("inner", "only with two *; remove the key");
    for (const char* key : {"first", "digits"})
        if (read.has(key) && all == 0)
            read.fault(key, "only with a *, which is the number of the element; remove the key");
    if (!keys.numbered_by)
        return;
    const auto steps = layout.pointers.size() == 1
                           ? pointer_steps(layout.pointers.front())
                           : Result<std::vector<std::string>, std::string>{std::vector<std::string>{}};
    if (layout.json_stars != 1 || (steps && std::ranges::find(*steps, "*") == steps->end()))
        read.fault("numbered_by", "expected one * in `json` where the array is, as in \"/nodes/*/voltage\"");
}

void check_form(SettingsReader& read, const Layout& layout, const PointKeys& keys) {
    if (keys.field && !layout.pointers.empty())
        read.fault("field", "is of a payload of key=value, `json` of a document; remove one of them");
    if (keys.guard.has_value() != keys.guard_value.has_value())
        read.fault(keys.guard ? "guard_value" : "guard",
                   "missing; `guard` says where in the document, `guard_value` what must stand there");
    if (keys.guard && layout.pointers.empty())
        read.fault("guard", "is of a document; expected `json`");
    if (keys.type == Type::length && layout.pointers.empty())
        read.fault("type", "the length is that of an array or object of a document; expected `json`");
}

Numbering numbering_of(const Layout& layout, const PointKeys& keys, std::size_t element) {
    Numbering numbering{.first = static_cast<std::size_t>(keys.first.value_or(1)),
                        .digits = static_cast<std::size_t>(keys.digits.value_or(0)),
                        .numbered_by = keys.numbered_by.value_or(""),
                        .at = {}};
    if (layout.topic_stars + layout.json_stars == most_stars) {
        const auto inner = static_cast<std::size_t>(*keys.inner);
        numbering.at = {element / inner, element % inner};
    } else {
        numbering.at = {element};
    }
    return numbering;
}

/// A path without stars; its text was checked.
Path plain_path(const std::string& pointer) {
    return path_of(*pointer_steps(pointer), {}, 0);
}

/// What all elements of a point have in common.
Element common(const adapter::PointSpec& point, const PointKeys& keys) {
    Element element;
    element.field = keys.field.value_or("");
    element.type = keys.type.value_or(Type::number);
    element.pace = point.pace;
    element.period = point.period;
    element.optional = point.optional;
    if (keys.json_in)
        element.json_in = plain_path(*keys.json_in);
    if (keys.guard)
        element.guard = Guard{plain_path(*keys.guard), *keys.guard_value};
    return element;
}

} // namespace

PointKeys read_block(const adapter::BlockSpec& block, Faults& faults) {
    SettingsReader read{block.keys, faults};
    PointKeys keys = read_keys(read);
    if (keys.json && keys.json->size() > 1) {
        read.fault("json", "expected one pointer, which is put in front of those of the block's points");
        keys.json.reset();
    }
    return keys;
}

std::vector<Element> read_point(const adapter::PointSpec& point, const PointKeys& block, Faults& faults) {
    const std::size_t before = faults.size();
    SettingsReader read{point.address, faults};
    PointKeys keys = read_keys(read);
    inherit(keys, block);
    const Layout layout = layout_of(keys);
    if (faults.size() == before) {
        if (layout.topics.empty())
            read.fault("topic", "missing; expected the topic whose messages have the value");
        check_run(read, layout, point.count);
        check_stars(read, layout, keys);
        check_form(read, layout, keys);
    }
    if (faults.size() != before)
        return {};

    std::vector<Element> elements(point.count, common(point, keys));
    for (std::size_t i = 0; i < elements.size(); ++i) {
        const Numbering numbering = numbering_of(layout, keys, i);
        elements[i].slot = point.first_slot + i;
        elements[i].topic = with_numbers(of_element(layout.topics, i), numbering, 0);
        if (!layout.pointers.empty())
            elements[i].json =
                path_of(*pointer_steps(of_element(layout.pointers, i)), numbering, layout.topic_stars);
    }
    return elements;
}

namespace {

std::string from_to(const std::string& first, const std::string& last) {
    return first == last ? first : first + " .. " + last;
}

} // namespace

std::string where(std::span<const Element> elements) {
    if (elements.empty())
        return {};
    const Element& first = elements.front();
    const Element& last = elements.back();
    std::string text = from_to(first.topic, last.topic);
    if (first.json_in)
        text += ", the text at json " + to_text(*first.json_in);
    if (first.json && (!first.json->empty() || !last.json->empty()))
        text += ", json " + from_to(to_text(*first.json), to_text(*last.json));
    else if (first.json)
        text += ", json";
    if (!first.field.empty())
        text += ", field " + first.field;
    if (first.guard)
        text += " where " + to_text(first.guard->path) + " is " + first.guard->value;
    return text;
}

} // namespace retrocan::mqtt
