// SPDX-License-Identifier: Apache-2.0
#include "cli/given_settings.h"
#include "cli/mapping_commands.h"
#include "cli/vector_lines.h"
#include "cli/workbench.h"
#include "mapping/decoder.h"
#include "victron/message.h"
#include "victron/plain.h"

#include <cstdio>
#include <fstream>
#include <iostream>

namespace retrocan::cli {

namespace {

/// A TOML string: as it is where that is possible.
std::string toml_text(const std::string& text) {
    if (text.find_first_of("'\n\r") == std::string::npos)
        return "'" + text + "'";
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        result += c == '\n' || c == '\r' ? ' ' : c;
    }
    return result + "\"";
}

std::string value_of(const adapter::Setting& setting) {
    if (const auto* truth = std::get_if<bool>(&setting.value))
        return *truth ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&setting.value))
        return std::to_string(*number);
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&setting.value)) {
        std::string text;
        for (const std::int64_t number : *list)
            text += (text.empty() ? "[" : ", ") + std::to_string(number);
        return text + "]";
    }
    const auto* text = std::get_if<std::string>(&setting.value);
    return toml_text(text != nullptr ? *text : "");
}

void print_settings(const char* key, const adapter::Settings& settings) {
    if (settings.keys.empty())
        return;
    std::string text;
    for (const adapter::Setting& setting : settings.keys)
        text += (text.empty() ? "" : ", ") + setting.key + " = " + value_of(setting);
    std::printf("%s = { %s }\n", key, text.c_str());
}

void print_words(const char* key, const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + toml_text(word);
    if (!text.empty())
        std::printf("%s = [%s]\n", key, text.c_str());
}

void print_lines(const char* key, const std::vector<std::string>& lines) {
    if (lines.empty())
        return;
    std::printf("%s = [\n", key);
    for (const std::string& line : lines)
        std::printf("  %s,\n", toml_text(line).c_str());
    std::printf("]\n");
}

std::vector<std::string> active(const PerAlarm<Maybe<bool>>& alarms) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        if (alarms[i] && alarms[i]->value)
            names.emplace_back(to_text(static_cast<AlarmKind>(i)));
    return names;
}

struct Owner {
    adapter::Settings settings;
    adapter::Settings keys;
};

void print_test(const MappingVectorArguments& arguments, const Sample& sample, const Owner& owner,
                const std::vector<std::string>& capture) {
    mapping::Decoder decoder{*sample.bound};
    for (const std::string& line : capture)
        decoder.take(*sample.source->decode(line));
    const Update& update = decoder.update();
    std::printf("[[test]]\nname = %s\nsource = %s\n", toml_text(arguments.name).c_str(),
                toml_text("recorded; write here: which battery, which firmware, by whom").c_str());
    print_settings("settings", owner.settings);
    print_settings(sample.mapping->adapter().c_str(), owner.keys);
    print_lines("capture", capture);
    if (update.identity == Identity::differs)
        std::printf("refused = true\n");
    std::vector<std::string> absent;
    for (std::size_t i = 0; i < plain_signals; ++i)
        if (sample.bound->provided().test(i) && !signal_text(update.state, i))
            absent.push_back(signal_name(i));
    print_words("absent", absent);
    print_words("alarms", active(update.state.alarms));
    print_words("warnings", active(update.state.warnings));
    std::vector<std::string> frames;
    for (const victron::Message& message : victron::messages())
        if (const auto frame = victron::plain_frame(update.state, message.id))
            frames.push_back(to_text(*frame));
    print_lines("frames", frames);
    std::printf("[test.signals]\n");
    for (std::size_t i = 0; i < plain_signals; ++i)
        if (const auto text = signal_text(update.state, i))
            std::printf("%s = %s\n", signal_name(i).c_str(), toml_text(*text).c_str());
}

} // namespace

int mapping_vector(const MappingVectorArguments& arguments) {
    const Workbench workbench;
    Faults faults;
    const auto entries = workbench.mappings({arguments.mapping}, faults);
    const Owner owner{given_settings("settings", arguments.settings, faults),
                      given_settings("key", arguments.keys, faults)};
    if (entries.size() > 1)
        faults.push_back({{arguments.mapping, 0, 0}, "a folder; expected one mapping"});
    const auto mapping = faults.empty() ? mapping::load(entries.front().file, faults) : nullptr;
    const auto sample =
        mapping ? workbench.sample(mapping, owner.settings, owner.keys, faults) : std::nullopt;
    if (!sample) {
        print(faults);
        return wrong_input;
    }
    const bool piped = arguments.capture == "-";
    std::ifstream file;
    if (!piped)
        file.open(arguments.capture);
    if (!piped && !file) {
        std::fprintf(stderr, "%s: cannot be read: no such file, or no permission\n",
                     arguments.capture.c_str());
        return wrong_input;
    }
    VectorLines lines{*sample->source, arguments.battery};
    lines.read(piped ? std::cin : file, piped ? "standard input" : arguments.capture, arguments.at, faults);
    const std::vector<std::string> capture = lines.round();
    if (faults.empty() && capture.empty())
        faults.push_back({{arguments.capture, 0, 0},
                          "nothing in it is of this mapping; what was read through another unit id than the "
                          "mapping's needs --key unit_id=N"});
    if (!faults.empty()) {
        print(faults);
        return found_a_fault;
    }
    print_test(arguments, *sample, owner, capture);
    std::fflush(stdout);
    std::fprintf(stderr,
                 "note: what was recorded may have a serial number in it; look before you give it away\n");
    return good;
}

} // namespace retrocan::cli
