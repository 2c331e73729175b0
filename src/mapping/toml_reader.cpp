// SPDX-License-Identifier: Apache-2.0
#include "mapping/toml_reader.h"

#include <algorithm>
#include <cassert>

namespace retrocan::toml_file {

namespace {

std::string list_of(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words)
        text += (text.empty() ? "" : ", ") + std::string{word};
    return text;
}

/// Something to write instead, for messages.
std::string example(Dimension dimension) {
    switch (dimension) {
    case Dimension::none:
        return "7";
    case Dimension::voltage:
        return "56.8 V";
    case Dimension::current:
        return "100 A";
    case Dimension::temperature:
        return "25 degC";
    case Dimension::ratio:
        return "80 %";
    case Dimension::charge:
        return "280 Ah";
    case Dimension::energy:
        return "14.3 kWh";
    case Dimension::power:
        return "5000 W";
    case Dimension::time:
        return "30 s";
    }
    return "";
}

template <class T>
std::optional<std::vector<T>> list_of_type(const Array& array) {
    std::vector<T> list;
    for (const Node& element : array) {
        const T* value = std::get_if<T>(&element.value);
        if (value == nullptr)
            return std::nullopt;
        list.push_back(*value);
    }
    return list;
}

/// The value as an adapter takes it; nothing if it cannot.
std::optional<adapter::Setting> to_setting(const Entry& entry) {
    adapter::Setting setting{entry.key, false, entry.node.place};
    const auto& value = entry.node.value;
    if (const auto* boolean = std::get_if<bool>(&value))
        setting.value = *boolean;
    else if (const auto* integer = std::get_if<std::int64_t>(&value))
        setting.value = *integer;
    else if (const auto* number = std::get_if<double>(&value))
        setting.value = *number;
    else if (const auto* text = std::get_if<std::string>(&value))
        setting.value = *text;
    else if (const auto* array = std::get_if<Array>(&value)) {
        if (auto integers = list_of_type<std::int64_t>(*array))
            setting.value = std::move(*integers);
        else if (auto texts = list_of_type<std::string>(*array))
            setting.value = std::move(*texts);
        else
            return std::nullopt;
    } else
        return std::nullopt;
    return setting;
}

std::string joined(const std::string& path, std::string_view key) {
    return path.empty() ? std::string{key} : path + "." + std::string{key};
}

void add_setting(const Entry& entry, adapter::Settings& settings, Faults& faults) {
    if (auto setting = to_setting(entry))
        settings.keys.push_back(std::move(*setting));
    else
        faults.push_back({entry.node.place, joined(settings.path, entry.key) +
                                                ": expected a text, a number, true or false, or a list of "
                                                "texts or of whole numbers; found " +
                                                describe(entry.node)});
}

} // namespace

adapter::Settings to_settings(const Node& table, std::string path, Faults& faults) {
    assert(table.table() != nullptr);
    adapter::Settings settings{std::move(path), table.place, {}};
    for (const Entry& entry : *table.table())
        add_setting(entry, settings, faults);
    return settings;
}

TableReader::TableReader(const Node& table, std::string path, Faults& faults)
    : node_{&table}, path_{std::move(path)}, faults_{&faults} {
    assert(table.table() != nullptr);
}

std::string TableReader::path_of(std::string_view key) const {
    return joined(path_, key);
}

const Place& TableReader::place_of(std::string_view key) const {
    for (const Entry& entry : entries())
        if (entry.key == key)
            return entry.node.place;
    return place();
}

void TableReader::fault(std::string_view key, const std::string& message) {
    faults_->push_back({place_of(key), path_of(key) + ": " + message});
}

void TableReader::fault(const std::string& message) {
    faults_->push_back({place(), path_.empty() ? message : path_ + ": " + message});
}

void TableReader::expected(std::string_view key, const std::string& what, const Node& found) {
    fault(key, "expected " + what + "; found " + describe(found));
}

const Node* TableReader::node(std::string_view key, Need need) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end())
        asked_.emplace_back(key);
    for (const Entry& entry : entries())
        if (entry.key == key)
            return &entry.node;
    if (need == Need::required)
        fault(key, "missing, and needed");
    return nullptr;
}

std::optional<std::string> TableReader::text(std::string_view key, Need need) {
    const Node* found = node(key, need);
    if (found == nullptr)
        return std::nullopt;
    const std::string* value = found->text();
    if (value == nullptr || value->empty()) {
        expected(key, "a text", *found);
        return std::nullopt;
    }
    return *value;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t low, std::int64_t high,
                                                 Need need) {
    const Node* found = node(key, need);
    if (found == nullptr)
        return std::nullopt;
    const std::int64_t* value = found->integer();
    if (value == nullptr || *value < low || *value > high) {
        const bool bounded = low != std::numeric_limits<std::int64_t>::min();
        expected(key,
                 bounded ? "a whole number from " + std::to_string(low) + " to " + std::to_string(high)
                         : "a whole number",
                 *found);
        return std::nullopt;
    }
    return *value;
}

std::optional<bool> TableReader::boolean(std::string_view key, Need need) {
    const Node* found = node(key, need);
    if (found == nullptr)
        return std::nullopt;
    const bool* value = std::get_if<bool>(&found->value);
    if (value == nullptr) {
        expected(key, "true or false", *found);
        return std::nullopt;
    }
    return *value;
}

std::optional<std::size_t> TableReader::one_of(std::string_view key, std::span<const std::string_view> words,
                                               Need need) {
    const Node* found = node(key, need);
    if (found == nullptr)
        return std::nullopt;
    const std::string* value = found->text();
    if (value != nullptr) {
        const auto word = std::find(words.begin(), words.end(), *value);
        if (word != words.end())
            return static_cast<std::size_t>(word - words.begin());
    }
    fault(key, "expected one of " + list_of(words) + "; found " + describe(*found) +
                   (value != nullptr ? did_you_mean(*value, words) : ""));
    return std::nullopt;
}

std::optional<std::int64_t> TableReader::amount(std::string_view key, Dimension dimension, Need need) {
    const Node* found = node(key, need);
    if (found == nullptr)
        return std::nullopt;
    const std::string what = std::string{to_text(dimension)} + ", such as \"" + example(dimension) + "\"";
    const std::string* value = found->text();
    if (value == nullptr) {
        expected(key, what, *found);
        return std::nullopt;
    }
    const auto parsed = parse_amount(*value);
    if (!parsed) {
        fault(key, parsed.error());
        return std::nullopt;
    }
    if (parsed->dimension != dimension) {
        expected(key, what, *found);
        return std::nullopt;
    }
    return parsed->count;
}

std::optional<Duration> TableReader::duration(std::string_view key, Duration low, Duration high, Need need) {
    const auto count = amount(key, Dimension::time, need);
    if (!count)
        return std::nullopt;
    const Duration value{*count};
    if (value < low || value > high) {
        fault(key,
              "expected a time from " + to_text(low) + " to " + to_text(high) + "; found " + to_text(value));
        return std::nullopt;
    }
    return value;
}

std::vector<std::string> TableReader::texts(std::string_view key, Need need) {
    const Node* found = node(key, need);
    if (found == nullptr)
        return {};
    if (found->array() == nullptr) {
        expected(key, "a list of texts", *found);
        return {};
    }
    auto list = list_of_type<std::string>(*found->array());
    if (!list)
        for (const Node& element : *found->array())
            if (element.text() == nullptr)
                faults_->push_back(
                    {element.place, path_of(key) + ": expected texts only; found " + describe(element)});
    return std::move(list).value_or(std::vector<std::string>{});
}

std::optional<TableReader> TableReader::table(std::string_view key, Need need) {
    const Node* found = node(key, need);
    if (found == nullptr)
        return std::nullopt;
    if (found->table() == nullptr) {
        expected(key, "a table", *found);
        return std::nullopt;
    }
    return TableReader{*found, path_of(key), *faults_};
}

std::vector<TableReader> TableReader::tables(std::string_view key, Need need) {
    const Node* found = node(key, need);
    if (found == nullptr)
        return {};
    std::vector<TableReader> readers;
    if (found->array() == nullptr) {
        expected(key, "tables that begin with [[" + path_of(key) + "]]", *found);
        return readers;
    }
    for (const Node& element : *found->array()) {
        const std::string path = path_of(key) + "[" + std::to_string(readers.size() + 1) + "]";
        if (element.table() == nullptr) {
            faults_->push_back({element.place, path + ": expected a table; found " + describe(element)});
            continue;
        }
        readers.emplace_back(element, path, *faults_);
    }
    return readers;
}

adapter::Settings TableReader::settings(std::string_view key) {
    const Node* found = node(key);
    if (found == nullptr)
        return {path_of(key), place(), {}};
    if (found->table() == nullptr) {
        expected(key, "a table", *found);
        return {path_of(key), found->place, {}};
    }
    return to_settings(*found, path_of(key), *faults_);
}

std::vector<const Entry*> TableReader::unasked() const {
    std::vector<const Entry*> list;
    for (const Entry& entry : entries())
        if (std::find(asked_.begin(), asked_.end(), entry.key) == asked_.end())
            list.push_back(&entry);
    return list;
}

adapter::Settings TableReader::rest() {
    adapter::Settings settings{path_, place(), {}};
    for (const Entry* entry : unasked()) {
        add_setting(*entry, settings, *faults_);
        asked_.push_back(entry->key);
    }
    return settings;
}

void TableReader::finish() {
    const std::vector<std::string_view> known{asked_.begin(), asked_.end()};
    for (const Entry* entry : unasked())
        faults_->push_back(
            {entry->place, path_of(entry->key) + ": unknown key" + did_you_mean(entry->key, known)});
}

} // namespace retrocan::toml_file
