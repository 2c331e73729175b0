// SPDX-License-Identifier: Apache-2.0
#include "cli/topic_template.h"

#include "mapping/content.h"

#include <algorithm>
#include <set>

namespace retrocan::cli {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

const mapping::SettingSpec* setting_named(const mapping::Mapping& mapping, std::string_view name) {
    for (const mapping::SettingSpec& setting : mapping.settings())
        if (setting.name == name)
            return &setting;
    return nullptr;
}

/// Matches piece by piece, trying every length of what a placeholder may stand for.
class Matcher {
public:
    explicit Matcher(const mapping::Mapping& mapping) : mapping_{mapping} {}

    void match(std::string_view pattern, std::string_view topic) {
        constexpr std::size_t most = 8;
        if (found.size() >= most)
            return;
        if (pattern.empty()) {
            if (topic.empty())
                found.push_back(guess_);
            return;
        }
        if (pattern.front() == '*')
            return digits(pattern.substr(1), topic, {});
        const std::size_t close = pattern.front() == '{' ? pattern.find('}') : std::string_view::npos;
        if (close != std::string_view::npos)
            if (const auto* setting = setting_named(mapping_, pattern.substr(1, close - 1)))
                return placeholder(pattern.substr(close + 1), topic, *setting);
        if (!topic.empty() && topic.front() == pattern.front())
            match(pattern.substr(1), topic.substr(1));
    }

    std::vector<Guess> found; // NOLINT(misc-non-private-member-variables-in-classes)

private:
    void placeholder(std::string_view pattern, std::string_view topic, const mapping::SettingSpec& setting) {
        if (!setting.is_text)
            return digits(pattern, topic, setting.name);
        for (std::size_t size = 1; size <= topic.size(); ++size)
            taken_as(setting.name, topic.substr(0, size), pattern, topic.substr(size));
    }
    void digits(std::string_view pattern, std::string_view topic, const std::string& name) {
        constexpr std::size_t longest = 9;
        for (std::size_t size = 1; size <= std::min(topic.size(), longest) && is_digit(topic[size - 1]);
             ++size)
            if (name.empty())
                match(pattern, topic.substr(size));
            else
                taken_as(name, topic.substr(0, size), pattern, topic.substr(size));
    }
    /// A setting that stands twice stands for the same.
    void taken_as(const std::string& name, std::string_view value, std::string_view pattern,
                  std::string_view rest) {
        const auto known = guess_.find(name);
        if (known != guess_.end()) {
            if (known->second == value)
                match(pattern, rest);
            return;
        }
        guess_[name] = value;
        match(pattern, rest);
        guess_.erase(name);
    }

    const mapping::Mapping& mapping_;
    Guess guess_;
};

void add_topics(const adapter::Settings& keys, std::set<std::string>& topics) {
    for (const adapter::Setting& setting : keys.keys) {
        if (setting.key != "topic")
            continue;
        if (const auto* text = std::get_if<std::string>(&setting.value))
            topics.insert(*text);
        if (const auto* texts = std::get_if<std::vector<std::string>>(&setting.value))
            topics.insert(texts->begin(), texts->end());
    }
}

/// What is so anyway need not be set.
void leave_out_defaults(Guess& guess, const mapping::Mapping& mapping) {
    std::erase_if(guess, [&](const auto& entry) {
        const auto* setting = setting_named(mapping, entry.first);
        if (setting == nullptr || !setting->fallback)
            return false;
        return entry.second ==
               (setting->is_text ? setting->fallback_text : to_text(*setting, *setting->fallback));
    });
}

} // namespace

std::vector<std::string> topic_templates(const mapping::Mapping& mapping) {
    std::set<std::string> topics;
    for (const mapping::Block& block : mapping.content().scope.blocks)
        add_topics(block.keys, topics);
    for (const mapping::Point& point : mapping.content().scope.points)
        add_topics(point.address, topics);
    return {topics.begin(), topics.end()};
}

std::vector<Guess> match(std::string_view pattern, std::string_view topic, const mapping::Mapping& mapping) {
    Matcher matcher{mapping};
    matcher.match(pattern, topic);
    return matcher.found;
}

std::vector<Guess> guesses(const mapping::Mapping& mapping, const std::vector<std::string>& topics,
                           std::size_t most) {
    const std::vector<std::string> templates = topic_templates(mapping);
    // How many templates each guess explains; one that leaves a setting open is part of larger ones.
    std::map<Guess, std::set<std::size_t>> explained;
    for (std::size_t i = 0; i < templates.size(); ++i)
        for (const std::string& topic : topics)
            for (Guess& guess : match(templates[i], topic, mapping)) {
                leave_out_defaults(guess, mapping);
                explained[std::move(guess)].insert(i);
            }
    std::vector<std::pair<std::size_t, Guess>> ranked;
    ranked.reserve(explained.size());
    for (const auto& [guess, by] : explained)
        ranked.emplace_back(by.size(), guess);
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Guess> best;
    for (const auto& [count, guess] : ranked)
        if (best.size() < most)
            best.push_back(guess);
    return best;
}

} // namespace retrocan::cli
