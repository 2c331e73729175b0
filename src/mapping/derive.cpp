// SPDX-License-Identifier: Apache-2.0
#include "mapping/derive.h"

#include "mapping/toml_reader.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include <system_error>

namespace retrocan::mapping {

namespace {

using toml_file::Entry;
using toml_file::Node;
using toml_file::Table;

constexpr int deepest = 4;                  // based on what is based on ...
constexpr std::uintmax_t largest = 1 << 20; // a mapping has some kilobytes

constexpr std::array<std::string_view, 2> own_keys{"based_on", "leave_out"}; // gone in the result

Entry* entry_of(Table& table, std::string_view key) {
    const auto entry = std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.key == key; });
    return entry == table.end() ? nullptr : &*entry;
}

void remove(Table& table, std::string_view key) {
    std::erase_if(table, [&](const Entry& entry) { return entry.key == key; });
}

/// Puts what `table` says into `base`: tables are merged key by key, and what stands in them is replaced
/// whole.
void merge(Table& base, Table table) {
    for (Entry& entry : table) {
        Entry* inherited = entry_of(base, entry.key);
        auto* lines = std::get_if<Table>(&entry.node.value);
        auto* inherited_lines = inherited == nullptr ? nullptr : std::get_if<Table>(&inherited->node.value);
        if (inherited == nullptr) {
            base.push_back(std::move(entry));
        } else if (lines == nullptr || inherited_lines == nullptr) {
            *inherited = std::move(entry);
        } else {
            for (Entry& line : *lines)
                if (Entry* old = entry_of(*inherited_lines, line.key))
                    *old = std::move(line);
                else
                    inherited_lines->push_back(std::move(line));
        }
    }
}

/// "points.mos": takes that line out.
void leave_out(Table& base, const Node& what, Faults& faults) {
    const auto fault = [&](const std::string& message) {
        faults.push_back({what.place, "leave_out: " + message});
    };
    const std::string* path = what.text();
    if (path == nullptr)
        return fault("expected lines of the other mapping, such as \"points.mos\"; found " + describe(what));
    const std::size_t dot = path->find('.');
    if (dot == std::string::npos && entry_of(base, *path) != nullptr)
        return remove(base, *path);
    Entry* section = entry_of(base, path->substr(0, dot));
    Table* lines = section == nullptr ? nullptr : std::get_if<Table>(&section->node.value);
    const std::string key = dot == std::string::npos ? "" : path->substr(dot + 1);
    if (lines == nullptr || entry_of(*lines, key) == nullptr)
        return fault("the mapping that this one is based on has no line \"" + *path + "\"");
    remove(*lines, key);
}

std::optional<Node> derived(Node document, const std::filesystem::path& file, int depth, Faults& faults) {
    const std::size_t before = faults.size();
    toml_file::TableReader read{document, "", faults};
    const auto base_name = read.text("based_on");
    const Node* left_out = read.node("leave_out");
    if (!base_name) {
        if (left_out != nullptr)
            read.fault("leave_out", "leaves out lines of the mapping of `based_on`, and there is none");
        return faults.size() == before ? std::optional{std::move(document)} : std::nullopt;
    }
    if (depth == deepest) {
        read.fault("based_on", "based on more than " + std::to_string(deepest) + " others in turn");
        return std::nullopt;
    }
    const std::filesystem::path base_file = (file.parent_path() / *base_name).lexically_normal();
    const auto text = read_text(base_file, faults);
    if (!text) {
        faults.pop_back();
        read.fault("based_on", "the file " + base_file.string() +
                                   " cannot be read; expected another mapping, by "
                                   "its path from this one, such as \"ll.toml\"");
        return std::nullopt;
    }
    auto parsed = toml_file::parse(*text, base_file.string(), faults);
    auto base = parsed ? derived(std::move(*parsed), base_file, depth + 1, faults) : std::nullopt;
    if (!base)
        return std::nullopt;
    auto& lines = std::get<Table>(base->value);
    remove(lines, "test");
    if (left_out != nullptr && left_out->array() == nullptr)
        read.fault("leave_out", "expected a list, such as [\"points.mos\"]; found " + describe(*left_out));
    else if (left_out != nullptr)
        for (const Node& what : *left_out->array())
            leave_out(lines, what, faults);
    if (faults.size() != before)
        return std::nullopt;
    auto& own_lines = std::get<Table>(document.value);
    for (const std::string_view key : own_keys)
        remove(own_lines, key);
    merge(lines, std::move(own_lines));
    base->place = document.place;
    return base;
}

} // namespace

std::optional<Node> derived(Node document, const std::filesystem::path& file, Faults& faults) {
    return derived(std::move(document), file, 0, faults);
}

std::optional<std::string> read_text(const std::filesystem::path& file, Faults& faults) {
    std::error_code error;
    const bool regular = std::filesystem::is_regular_file(file, error);
    const bool too_large = regular && std::filesystem::file_size(file, error) > largest;
    if (regular && !too_large) { // a device file or a pipe might never end
        std::ifstream stream{file, std::ios::binary};
        std::ostringstream text;
        text << stream.rdbuf();
        if (stream.is_open() && !text.bad())
            return text.str();
    }
    faults.push_back(
        {{file.string(), 0, 0}, too_large ? "longer than a megabyte: no mapping" : "cannot be read"});
    return std::nullopt;
}

} // namespace retrocan::mapping
