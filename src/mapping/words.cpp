// SPDX-License-Identifier: Apache-2.0
#include "mapping/words.h"

#include "mapping/point.h"

#include <algorithm>

namespace retrocan::mapping {

namespace {

using toml_file::Node;
using toml_file::TableReader;

constexpr std::size_t most_words = 63; // a list has a bit for each

std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

void add_meaning(TableReader& read, std::string_view key, const Node& node, Vocabulary::Word& word) {
    if (const std::int64_t* number = node.integer())
        word.numbers.push_back(*number);
    else if (const std::string* text = node.text(); text != nullptr && !text->empty())
        word.patterns.push_back(*text);
    else
        read.fault(key,
                   "expected a number or text as it is read, or a list of them; found " + describe(node));
}

Vocabulary::Word parse_word(TableReader& read, const toml_file::Entry& entry) {
    Vocabulary::Word word{entry.key, {}, {}};
    const Node& node = *read.node(entry.key);
    if (const auto* list = node.array()) {
        for (const Node& element : *list)
            add_meaning(read, entry.key, element, word);
    } else {
        add_meaning(read, entry.key, node, word);
    }
    return word;
}

/// A number that means two words would mean the first one only.
void check_unique(TableReader& read, const std::vector<Vocabulary::Word>& words) {
    for (std::size_t b = 0; b < words.size(); ++b)
        for (std::size_t a = 0; a < b; ++a)
            for (const std::int64_t number : words[b].numbers)
                if (std::find(words[a].numbers.begin(), words[a].numbers.end(), number) !=
                    words[a].numbers.end())
                    read.fault(words[b].name,
                               std::to_string(number) + " means \"" + words[a].name + "\" already");
}

} // namespace

bool matches(std::string_view pattern, std::string_view text) {
    // The classic: on a mismatch go back to the last * and let it take one character more.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

std::optional<std::size_t> Vocabulary::word(std::string_view name) const {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i].name == name)
            return i;
    return std::nullopt;
}

std::optional<std::int64_t> Vocabulary::meaning(const adapter::RawValue& raw) const {
    if (const auto* number = std::get_if<std::int64_t>(&raw); number != nullptr && !is_list()) {
        for (std::size_t i = 0; i < words.size(); ++i)
            if (std::find(words[i].numbers.begin(), words[i].numbers.end(), *number) !=
                words[i].numbers.end())
                return static_cast<std::int64_t>(i);
        return otherwise ? std::optional{static_cast<std::int64_t>(*otherwise)} : std::nullopt;
    }
    const auto* text = std::get_if<std::string>(&raw);
    if (text == nullptr)
        return std::nullopt;
    const auto of_item = [this](std::string_view item) {
        for (std::size_t i = 0; i < words.size(); ++i)
            for (const std::string& pattern : words[i].patterns)
                if (matches(pattern, item))
                    return std::optional{i};
        return otherwise;
    };
    if (!is_list()) {
        const auto index = of_item(trimmed(*text));
        return index ? std::optional{static_cast<std::int64_t>(*index)} : std::nullopt;
    }
    std::int64_t mask = 0;
    for (std::string_view rest = *text; !trimmed(rest).empty();) {
        const std::size_t end = std::min(rest.find(separator), rest.size());
        const std::string_view item = trimmed(rest.substr(0, end));
        rest.remove_prefix(std::min(end + separator.size(), rest.size()));
        if (item.empty())
            continue;
        const auto index = of_item(item);
        if (!index)
            return std::nullopt;
        mask |= std::int64_t{1} << *index;
    }
    return mask;
}

Vocabulary parse_vocabulary(TableReader& read) {
    Vocabulary vocabulary;
    if (auto table = read.table("words")) {
        for (const toml_file::Entry& entry : table->entries())
            vocabulary.words.push_back(parse_word(*table, entry));
        if (vocabulary.words.empty())
            read.fault("words", "an empty table");
        if (vocabulary.words.size() > most_words)
            read.fault("words", "more than " + std::to_string(most_words) + " words");
        check_unique(*table, vocabulary.words);
    }
    const bool has_words = read.node("words") != nullptr;
    if (const auto name = read.text("otherwise")) {
        std::vector<std::string_view> names;
        for (const Vocabulary::Word& word : vocabulary.words)
            names.push_back(word.name);
        vocabulary.otherwise = vocabulary.word(*name);
        if (!has_words)
            read.fault("otherwise", "is one of the point's `words`, and it has none");
        else if (!vocabulary.otherwise)
            read.fault("otherwise", "no word is called \"" + *name + "\"" + did_you_mean(*name, names));
    }
    for (std::size_t i = 0; i < vocabulary.words.size(); ++i)
        if (const auto& word = vocabulary.words[i];
            word.numbers.empty() && word.patterns.empty() && i != vocabulary.otherwise)
            read.fault("words", "the word \"" + word.name + "\" means nothing; only that of `otherwise` may");
    if (const auto separator = read.text("items")) {
        vocabulary.separator = *separator;
        if (!has_words)
            read.fault("items", "needs `words` to look for in the list");
    }
    return vocabulary;
}

} // namespace retrocan::mapping
