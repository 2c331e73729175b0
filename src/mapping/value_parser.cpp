// SPDX-License-Identifier: Apache-2.0
#include "mapping/value_parser.h"

#include <algorithm>
#include <array>

namespace retrocan::mapping {

namespace {

using toml_file::Need;
using toml_file::Node;
using toml_file::TableReader;

struct ReductionKey {
    std::string_view key;
    Reduction::Kind kind;
};
constexpr std::array reductions{
    ReductionKey{"max", Reduction::Kind::max},
    ReductionKey{"min", Reduction::Kind::min},
    ReductionKey{"mean", Reduction::Kind::mean},
    ReductionKey{"sum", Reduction::Kind::sum},
};

constexpr std::size_t longest_id = 8; // a text of 0x374 to 0x377

bool has(const TableReader& read, std::string_view key) {
    for (const toml_file::Entry& entry : read.entries())
        if (entry.key == key)
            return true;
    return false;
}

void replace(std::string& text, std::string_view placeholder, std::size_t number) {
    if (const std::size_t at = text.find(placeholder); at != std::string::npos)
        text.replace(at, placeholder.size(), std::to_string(number));
}

bool printable(std::string_view text) {
    for (const char c : text)
        if (c < ' ' || c > '~')
            return false;
    return true;
}

} // namespace

void ValueParser::expected(const Node& node, const std::string& path, const std::string& what) {
    faults_.push_back({node.place, path + ": expected " + what + "; found " + describe(node)});
}

ParsedAmount ValueParser::amount(const Node& node, const std::string& path, Dimension wanted, bool with_id) {
    if (const std::string* text = node.text())
        return {expressions_.amount({*text, node.place, path}, wanted), nullptr};
    if (node.table() == nullptr) {
        expected(node, path, "an expression in quotes, such as \"voltage\" or \"100 A\", or a table");
        return {};
    }
    TableReader read{node, path, faults_};
    for (const auto& [key, kind] : reductions)
        if (has(read, key))
            return reduction(read, kind, key, wanted, with_id);
    if (has(read, "first"))
        return {first(read, wanted), nullptr};
    return {choice(read, wanted), nullptr};
}

/// { first = [..] }
ValuePtr ValueParser::first(TableReader& read, Dimension wanted) {
    const Node& node = *read.node("first");
    const std::string path = read.path_of("first");
    read.finish();
    if (node.array() == nullptr || node.array()->size() < 2) {
        expected(node, path, "a list of two amounts or more, the best first");
        return nullptr;
    }
    std::vector<ValuePtr> choices;
    bool sound = true;
    for (const Node& element : *node.array()) {
        choices.push_back(amount(element, path, wanted).value);
        sound = sound && choices.back() != nullptr;
    }
    return sound ? std::make_unique<First>(std::move(choices)) : nullptr;
}

/// The runs that a reduction goes over; nothing after a fault.
std::optional<std::vector<Run>> ValueParser::runs(TableReader& read, std::string_view key,
                                                  std::optional<Dimension> wanted) {
    const Node& node = *read.node(key);
    const std::string path = read.path_of(key);
    std::vector<Run> list;
    bool sound = true;
    const auto add = [&](const Node& name) {
        if (name.text() == nullptr) {
            expected(name, path, "the name of a run, or a list of them");
            sound = false;
            return;
        }
        const Source source{*name.text(), name.place, path};
        const auto run = expressions_.run(source);
        if (!run) {
            sound = false;
            return;
        }
        const Point& point = scope_.points[run->point];
        const Dimension needed = wanted.value_or(
            list.empty() ? point.unit.dimension : scope_.points[list.front().point].unit.dimension);
        if (point.unit.dimension != needed) {
            expressions_.fault(source, "expected " + std::string{to_text(needed)} + "; the point \"" +
                                           point.name + "\" is " +
                                           std::string{to_text(point.unit.dimension)});
            sound = false;
        }
        list.push_back(*run);
    };
    if (const auto* array = node.array())
        std::for_each(array->begin(), array->end(), add);
    else
        add(node);
    if (sound && list.empty())
        read.fault(key, "an empty list");
    if (!sound || list.empty())
        return std::nullopt;
    return list;
}

/// The text of `id` for each element that can win; empty if there is no id, or after a fault.
std::vector<std::string> ValueParser::id_texts(TableReader& read, const std::vector<Run>& runs) {
    const auto id = read.text("id");
    if (!id)
        return {};
    const auto from = static_cast<std::size_t>(read.integer("from", 0, 1).value_or(1));
    const bool by_run = id->find("{run}") != std::string::npos || id->find("{element}") != std::string::npos;
    if (by_run && runs.size() > 1)
        for (const Run& run : runs)
            if (scope_.points[run.point].count_setting) {
                read.fault("id", "{run} and {element} need runs with a fixed count; the count of " +
                                     in_quotes(scope_.points[run.point].name) + " is a setting");
                return {};
            }
    std::vector<std::string> texts;
    for (std::size_t run = 0; run < runs.size(); ++run)
        for (std::int64_t i = 0; i < scope_.points[runs[run].point].count; ++i) {
            std::string text = *id;
            replace(text, "{n}", texts.size() + from);
            replace(text, "{run}", run + from);
            replace(text, "{element}", static_cast<std::size_t>(i) + from);
            texts.push_back(std::move(text));
        }
    std::vector<std::string> sorted = texts;
    std::sort(sorted.begin(), sorted.end());
    const bool distinct = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
    const std::string& longest = *std::max_element(
        texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
    if (longest.size() > longest_id)
        read.fault("id", "\"" + longest + "\" has " + std::to_string(longest.size()) +
                             " characters; the bus has room for " + std::to_string(longest_id));
    else if (!printable(*id))
        read.fault("id", "expected printable ASCII characters");
    else if (!distinct)
        read.fault(
            "id",
            "expected {n} in it, which stands for the number of the element, as in \"cell {n}\", or {run} "
            "and {element}, so that each element has a text of its own; got \"" +
                *id + "\"");
    else
        return texts;
    return {};
}

ParsedAmount ValueParser::reduction(TableReader& read, Reduction::Kind kind, std::string_view key,
                                    std::optional<Dimension> wanted, bool with_id) {
    ParsedAmount parsed;
    auto list = runs(read, key, wanted);
    const bool can_win = kind == Reduction::Kind::min || kind == Reduction::Kind::max;
    if (list && with_id && can_win) {
        auto texts = id_texts(read, *list);
        if (!texts.empty())
            parsed.id = std::make_unique<WinnerText>(Reduction{kind, *list}, std::move(texts));
    }
    if (with_id && can_win)
        for (const char* own_key : {"id", "from"})
            read.node(own_key);
    read.finish();
    if (list)
        parsed.value = std::make_unique<Reduction>(kind, std::move(*list));
    return parsed;
}

ValuePtr ValueParser::choice(TableReader& read, Dimension wanted) {
    const bool begun = has(read, "value") || has(read, "when") || has(read, "otherwise");
    if (read.entries().empty())
        read.fault("expected { max = .. }, min, mean or sum, { first = [..] }, or "
                   "{ value = .., when = .., otherwise = .. }; found an empty table");
    const Node* value = read.node("value", begun ? Need::required : Need::optional);
    const Node* when = read.node("when", begun ? Need::required : Need::optional);
    const Node* otherwise = read.node("otherwise");
    read.node("first");
    for (const auto& [key, kind] : reductions)
        read.node(key); // so that a mistyped "mx" is told the right key
    read.finish();
    ValuePtr value_part = value == nullptr ? nullptr : amount(*value, read.path_of("value"), wanted).value;
    ValuePtr when_part = when == nullptr ? nullptr : condition(*when, read.path_of("when"));
    ValuePtr otherwise_part =
        otherwise == nullptr ? nullptr : amount(*otherwise, read.path_of("otherwise"), wanted).value;
    if (!value_part || !when_part || (otherwise != nullptr && !otherwise_part))
        return nullptr;
    return std::make_unique<Choice>(std::move(when_part), std::move(value_part), std::move(otherwise_part));
}

ValuePtr ValueParser::condition(const Node& node, const std::string& path) {
    if (const std::string* text = node.text())
        return expressions_.condition({*text, node.place, path});
    if (node.table() == nullptr) {
        expected(node, path, "a condition, such as \"alarm.4\", \"soc < 5 %\" or { any = [..] }");
        return nullptr;
    }
    TableReader read{node, path, faults_};
    if (has(read, "any"))
        return group(read, Group::Kind::any, "any");
    if (has(read, "all"))
        return group(read, Group::Kind::all, "all");
    if (has(read, "text") || has(read, "like"))
        return like(read);
    if (has(read, "changed") || has(read, "within"))
        return changed(read);
    const Node* denied = read.node("not");
    for (const char* key : {"any", "all", "text", "changed"})
        read.node(key);
    read.finish();
    if (denied == nullptr) {
        if (node.table()->empty())
            expected(node, path,
                     "{ any = [..] }, { all = [..] }, { not = .. }, { text = .., like = [..] } or "
                     "{ changed = .., within = .. }");
        return nullptr;
    }
    ValuePtr value = condition(*denied, read.path_of("not"));
    return value ? std::make_unique<Not>(std::move(value)) : nullptr;
}

/// { text = "model", like = ["LFP-48*"] }
ValuePtr ValueParser::like(TableReader& read) {
    const auto name = read.text("text", Need::required);
    const Node* node = read.node("like", Need::required);
    std::vector<std::string> patterns;
    if (node != nullptr && node->text() != nullptr)
        patterns.push_back(*node->text());
    else if (node != nullptr)
        patterns = read.texts("like");
    if (node != nullptr && node->array() != nullptr && node->array()->empty())
        read.fault("like", "an empty list");
    read.finish();
    if (!name || patterns.empty())
        return nullptr;
    const Source source{*name, read.place_of("text"), read.path_of("text")};
    const auto point = expressions_.text_point(source);
    if (point && !scope_.points[*point].words.empty()) {
        expressions_.fault(source, "the point has words: write \"" + *name + "." +
                                       scope_.points[*point].words.words.front().name + "\"");
        return nullptr;
    }
    return point ? std::make_unique<TextLike>(*point, std::move(patterns)) : nullptr;
}

/// { changed = "counter", within = "60 s" }
ValuePtr ValueParser::changed(TableReader& read) {
    using namespace std::chrono_literals;
    const auto name = read.text("changed", Need::required);
    const auto within = read.duration("within", 1s, 1h, Need::required);
    read.finish();
    if (!name || !within)
        return nullptr;
    const auto point = expressions_.plain_point({*name, read.place_of("changed"), read.path_of("changed")});
    return point ? std::make_unique<Changed>(*point, *within) : nullptr;
}

ValuePtr ValueParser::group(TableReader& read, Group::Kind kind, std::string_view key) {
    const Node& node = *read.node(key);
    const std::string path = read.path_of(key);
    read.finish();
    if (node.array() == nullptr)
        return member(node, path, kind);
    std::vector<ValuePtr> members;
    bool sound = true;
    for (const Node& element : *node.array()) {
        members.push_back(member(element, path, kind));
        sound = sound && members.back() != nullptr;
    }
    if (members.empty())
        read.fault(key, "an empty list");
    if (!sound || members.empty())
        return nullptr;
    return std::make_unique<Group>(kind, std::move(members));
}

/// A condition, or a run, which stands for each of its elements.
ValuePtr ValueParser::member(const Node& node, const std::string& path, Group::Kind kind) {
    const auto index = node.text() == nullptr ? std::nullopt : scope_.point(*node.text());
    if (!index || !scope_.points[*index].run)
        return condition(node, path);
    const Source source{*node.text(), node.place, path};
    const auto run = expressions_.run(source);
    if (scope_.points[*index].unit.dimension != Dimension::none) {
        expressions_.fault(source, "\"" + *node.text() + "\" has a unit: compare it, as in \"max(" +
                                       *node.text() + ") > ..\"");
        return nullptr;
    }
    return std::make_unique<RunGroup>(kind, *run);
}

ValuePtr ValueParser::text(const Node& node, const std::string& path) {
    if (node.table() != nullptr) {
        TableReader read{node, path, faults_};
        for (const auto& [key, kind] : reductions)
            if (has(read, key) && (kind == Reduction::Kind::max || kind == Reduction::Kind::min)) {
                if (!has(read, "id"))
                    read.fault(
                        "expected also `id`, which says how to write the number of the element that wins, "
                        "as in { max = \"cell\", id = \"cell {n}\" }");
                return reduction(read, kind, key, std::nullopt, true).id;
            }
        const auto text = read.text("text", Need::required);
        read.finish();
        if (!text)
            return nullptr;
        return expressions_.text_template({*text, read.place_of("text"), read.path_of("text")});
    }
    if (node.text() == nullptr) {
        expected(node, path, "the name of a point, or { text = \"..{point}..\" }");
        return nullptr;
    }
    const auto point = expressions_.text_point({*node.text(), node.place, path});
    return point ? std::make_unique<PointText>(*point) : nullptr;
}

ValuePtr ValueParser::firmware(const Node& node, const std::string& path) {
    const auto from_text = [&](const Node& name, const std::string& at, FirmwareText::Form form) -> ValuePtr {
        if (name.text() == nullptr) {
            expected(name, at, "the name of a point");
            return nullptr;
        }
        const Source source{*name.text(), name.place, at};
        const auto point = expressions_.text_point(source);
        if (point && !scope_.points[*point].words.empty()) {
            expressions_.fault(source, "has words, not a version");
            return nullptr;
        }
        return point ? std::make_unique<FirmwareText>(*point, form) : nullptr;
    };
    if (node.table() == nullptr)
        return from_text(node, path, FirmwareText::Form::numbers);
    TableReader read{node, path, faults_};
    if (const Node* digits = read.node("digits")) {
        read.finish();
        return from_text(*digits, read.path_of("digits"), FirmwareText::Form::digits);
    }
    const bool begun = has(read, "major") || has(read, "minor");
    const Node* major_number = read.node("major", begun ? Need::required : Need::optional);
    const Node* minor_number = read.node("minor", begun ? Need::required : Need::optional);
    if (node.table()->empty())
        read.fault("expected { digits = .. } or { major = .., minor = .. }; found an empty table");
    read.finish();
    if (major_number == nullptr || minor_number == nullptr)
        return nullptr;
    ValuePtr major_part = amount(*major_number, read.path_of("major"), Dimension::none).value;
    ValuePtr minor_part = amount(*minor_number, read.path_of("minor"), Dimension::none).value;
    if (!major_part || !minor_part)
        return nullptr;
    return std::make_unique<FirmwareNumbers>(std::move(major_part), std::move(minor_part));
}

} // namespace retrocan::mapping
