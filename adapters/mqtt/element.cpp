// SPDX-License-Identifier: Apache-2.0
#include "element.h"

#include <algorithm>

namespace retrocan::mqtt {

namespace {

/// The object of an array that says that it is the number so-and-so.
const Node* numbered(const Node& array, const Step& step) {
    if (array.kind != Node::Kind::array)
        return nullptr;
    const auto it = std::ranges::find_if(array.elements, [&](const Node& element) {
        const Node* own = element.member(step.numbered_by);
        if (own == nullptr || (own->kind != Node::Kind::number && own->kind != Node::Kind::text))
            return false;
        const auto number = decimal(trimmed(own->text));
        return number && *number == Decimal{step.number};
    });
    return it == array.elements.end() ? nullptr : &*it;
}

const Node* one_step(const Node& node, const Step& step) {
    if (!step.numbered_by.empty())
        return numbered(node, step);
    if (node.kind == Node::Kind::array)
        return step.index ? node.element(*step.index) : nullptr;
    return node.member(step.name);
}

} // namespace

const Node* find(const Node& document, const Path& path) {
    const Node* node = &document;
    for (const Step& step : path) {
        node = one_step(*node, step);
        if (node == nullptr)
            return nullptr;
    }
    return node;
}

std::string to_text(const Path& path) {
    std::string text;
    for (const Step& step : path) {
        text += '/';
        if (!step.numbered_by.empty()) {
            text += "(" + step.numbered_by + " " + std::to_string(step.number) + ")";
            continue;
        }
        for (const char c : step.name) {
            if (c == '~')
                text += "~0";
            else if (c == '/')
                text += "~1";
            else
                text += c;
        }
    }
    return text;
}

} // namespace retrocan::mqtt
