// SPDX-License-Identifier: Apache-2.0
#include "mapping/test_table.h"

#include "core/unit.h"

#include <algorithm>

namespace retrocan::mapping {

namespace {

using toml_file::Need;
using toml_file::Node;
using toml_file::TableReader;

std::vector<std::string_view> plain_signal_names() {
    std::vector<std::string_view> names;
    for (const SignalInfo& signal : signals())
        names.push_back(signal.name);
    return names;
}

/// An expected value as signal_text() writes it: "13.280 V" becomes "13.28 V".
std::string canonical(const std::string& text) {
    const auto amount = parse_amount(text);
    return amount && amount->dimension != Dimension::none ? to_text(*amount) : text;
}

std::optional<std::size_t> signal_named(TableReader& read, std::string_view key, std::string_view name) {
    const auto index = signal_index(name);
    if (!index)
        read.fault(key, "no signal is called \"" + std::string{name} + "\"" +
                            did_you_mean(name, plain_signal_names()));
    return index;
}

void parse_signals(TableReader& read, TestVector& test) {
    auto table = read.table("signals");
    if (!table)
        return;
    for (const toml_file::Entry& entry : table->entries()) {
        const auto index = signal_named(*table, entry.key, entry.key);
        const auto text = table->text(entry.key);
        if (index && text)
            test.signals.push_back({*index, canonical(*text)});
    }
}

PerAlarm<bool> parse_active(TableReader& read, std::string_view key) {
    PerAlarm<bool> active{};
    for (const std::string& name : read.texts(key)) {
        if (const auto kind = alarm_kind(name)) {
            active[static_cast<std::size_t>(*kind)] = true;
            continue;
        }
        std::vector<std::string_view> names;
        for (std::size_t i = 0; i < alarm_kinds; ++i)
            names.push_back(to_text(static_cast<AlarmKind>(i)));
        read.fault(key, "no alarm is called \"" + name + "\"" + did_you_mean(name, names));
    }
    return active;
}

void parse_capture(TableReader& read, TestVector& test) {
    const auto lines = read.texts("capture", Need::required);
    const Node* node = read.node("capture");
    if (node == nullptr || node->array() == nullptr)
        return;
    if (node->array()->empty())
        read.fault("capture", "an empty list");
    for (std::size_t i = 0; i < lines.size(); ++i)
        test.capture.push_back({lines[i], (*node->array())[i].place});
}

void parse_frames(TableReader& read, TestVector& test) {
    for (const std::string& text : read.texts("frames")) {
        auto frame = parse_frame(text);
        if (!frame)
            read.fault("frames", frame.error());
        else
            test.frames.push_back(*frame);
    }
}

} // namespace

TestVector parse_test(TableReader& read, std::string_view adapter) {
    TestVector test;
    test.place = read.place();
    test.name = read.text("name", Need::required).value_or("");
    test.source = read.text("source", Need::required).value_or("");
    test.settings = read.settings("settings");
    test.transport = read.settings(adapter);
    parse_capture(read, test);
    parse_signals(read, test);
    for (const std::string& name : read.texts("absent"))
        if (const auto index = signal_named(read, "absent", name))
            test.absent.push_back(*index);
    test.alarms = parse_active(read, "alarms");
    test.warnings = parse_active(read, "warnings");
    parse_frames(read, test);
    test.refused = read.boolean("refused").value_or(false);
    read.finish();
    constexpr PerAlarm<bool> none{};
    if (test.signals.empty() && test.absent.empty() && test.frames.empty() && !test.refused &&
        test.alarms == none && test.warnings == none && read.node("signals") == nullptr)
        read.fault("expects nothing: write signals, absent, alarms, warnings, frames or refused");
    return test;
}

} // namespace retrocan::mapping
