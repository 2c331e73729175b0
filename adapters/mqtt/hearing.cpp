// SPDX-License-Identifier: Apache-2.0
#include "hearing.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace retrocan::mqtt {

namespace {

using adapter::Absence;

/// The documents of one payload: it, and those that are texts in it. Each is read once.
class Documents {
public:
    explicit Documents(std::string_view payload) : payload_{payload} {}

    /// The document that an element means; null if there is none. A text that is no JSON is an objection.
    const Node* of(const Element& element) {
        const Node* whole = read(payload_, nullptr, "");
        if (whole == nullptr || !element.json_in)
            return whole;
        const Node* text = find(*whole, *element.json_in);
        if (text == nullptr || text->kind != Node::Kind::text)
            return nullptr;
        return read(text->text, text, "the text at " + to_text(*element.json_in) + ": ");
    }

    /// The member that should have been a document and is none: it has no value for anyone.
    [[nodiscard]] bool lacks_text(const Element& element) {
        const Node* whole = read(payload_, nullptr, "");
        return whole != nullptr && element.json_in && find(*whole, *element.json_in) != nullptr;
    }

    [[nodiscard]] const std::string& objection() const { return objection_; }

private:
    /// `in`: the node whose text it is, null for the payload.
    const Node* read(std::string_view text, const Node* in, const std::string& prefix) {
        for (const auto& [known, document] : documents_)
            if (known == in)
                return document.get();
        auto parsed = parse_document(text);
        if (!parsed && objection_.empty())
            objection_ = prefix + parsed.error();
        auto document = parsed ? std::make_unique<Node>(std::move(parsed).value()) : nullptr;
        return documents_.emplace_back(in, std::move(document)).second.get();
    }

    std::string_view payload_;
    std::vector<std::pair<const Node*, std::unique_ptr<Node>>> documents_;
    std::string objection_;
};

bool passes(const Guard& guard, const Node& document) {
    const Node* node = find(document, guard.path);
    const bool has_text =
        node != nullptr && (node->kind == Node::Kind::text || node->kind == Node::Kind::number ||
                            node->kind == Node::Kind::boolean);
    return has_text && node->text == guard.value;
}

/// Nothing if the payload has no such member.
std::optional<Content> content_of(const Element& element, std::string_view payload, Documents& documents) {
    if (!element.field.empty()) {
        const auto value = field_value(payload, element.field);
        return value ? std::optional{text_value(element.type, *value)} : std::nullopt;
    }
    if (!element.json)
        return text_value(element.type, payload);
    const Node* document = documents.of(element);
    if (document == nullptr)
        return documents.lacks_text(element) ? std::optional<Content>{Absence::not_a_value} : std::nullopt;
    if (element.guard && !passes(*element.guard, *document))
        return std::nullopt;
    const Node* node = find(*document, *element.json);
    return node != nullptr ? std::optional{node_value(element.type, *node)} : std::nullopt;
}

Heard rejected(std::span<const Element* const> elements, std::string objection) {
    Heard heard{{}, std::move(objection)};
    heard.readings.reserve(elements.size());
    for (const Element* const element : elements)
        heard.readings.push_back({element->slot, Absence::garbled});
    return heard;
}

} // namespace

std::optional<std::string_view> field_value(std::string_view payload, std::string_view key) {
    constexpr std::string_view separators{",;& \t\r\n\0", 8};
    for (std::size_t begin = 0; begin < payload.size();) {
        const std::size_t end = std::min(payload.find_first_of(separators, begin), payload.size());
        const std::string_view part = payload.substr(begin, end - begin);
        if (part.size() > key.size() && part.starts_with(key) && part[key.size()] == '=')
            return part.substr(key.size() + 1);
        begin = end + 1;
    }
    return std::nullopt;
}

Heard hear(std::span<const Element* const> elements, std::string_view payload) {
    if (elements.empty())
        return {};
    if (payload.size() > longest_payload)
        return rejected(elements, std::to_string(payload.size()) + " bytes; at most " +
                                      std::to_string(longest_payload) + " are taken");
    if (const std::size_t good = valid_utf8(payload); good != payload.size())
        return rejected(elements, "no UTF-8 at byte " + std::to_string(good + 1));
    Documents documents{payload};
    Heard heard;
    heard.readings.reserve(elements.size());
    for (const Element* const element : elements) {
        if (auto content = content_of(*element, payload, documents))
            heard.readings.push_back({element->slot, std::move(*content)});
        if (!documents.objection().empty())
            return rejected(elements, documents.objection());
    }
    return heard;
}

} // namespace retrocan::mqtt
