// SPDX-License-Identifier: Apache-2.0
#include "cli/given_settings.h"
#include "cli/mapping_commands.h"
#include "cli/table.h"
#include "cli/workbench.h"
#include "mapping/content.h"
#include "mapping/describe.h"

#include <cstdio>
#include <sstream>

namespace retrocan::cli {

namespace {

using mapping::Content;

void section(const char* title, const std::string& text) {
    std::printf("\n%s\n", title);
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
        std::printf("  %s\n", line.c_str());
}

void section(const char* title, const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    if (!lines.empty())
        section(title, text);
}

void show_head(const daemon::LibraryEntry& entry, const mapping::Mapping& mapping) {
    std::printf("%s: %s\n", entry.name.c_str(), mapping.title().c_str());
    std::printf("  file        %s\n", entry.file.c_str());
    std::printf("  battery     %s %s\n", mapping.vendor().c_str(), mapping.model().c_str());
    std::printf("  adapter     %s\n", mapping.adapter().c_str());
    std::printf("  checked on  %s\n", std::string{to_text(mapping.level())}.c_str());
    std::printf("  use         %s\n", mapping.use() == mapping::Use::monitor
                                          ? "monitor: decoded and shown, never sent (run --shadow)"
                                          : "control");
    section("Sources", mapping.sources());
    section("Wiring", mapping.wiring());
    section("Good to know", mapping.quirks());
}

/// Points that no signal needs with these settings are not read.
void show_points(const Sample& sample) {
    Table table{{"point", "where", "one is", "read", "elements"}};
    const Content& content = sample.mapping->content();
    const auto& read = sample.bound->source().points;
    for (std::size_t i = 0; i < read.size(); ++i) {
        const mapping::Point& point = content.scope.points[*content.scope.point(read[i].name)];
        table.add({point.name, sample.source->where(i), unit_text(point),
                   mapping::pace_text(point.pace, point.period) + (point.optional ? ", if there" : ""),
                   point.run ? std::to_string(read[i].count) : ""});
    }
    section("Points", table.text());
    std::vector<std::string> not_read;
    for (std::size_t i = 0; i < content.scope.points.size(); ++i)
        if (sample.bound->points()[i].count == 0)
            not_read.push_back(content.scope.points[i].name);
    section("Points that are not read, as nothing needs them with these settings", not_read);
    section("Reads", sample.source->plan());
}

void show_signals(const Sample& sample) {
    Table table{{"signal", "made of"}};
    Table absent{{"signal", "why not"}};
    for (std::size_t i = 0; i < signal_count; ++i) {
        const std::string why = why_no_source(*sample.bound, i);
        if (why.empty())
            table.add({signal_name(i), mapping::plain_text(line_of(sample.mapping->content(), i)->text)});
        else
            absent.add({signal_name(i), why});
    }
    section("Signals", table.text());
    if (!absent.empty())
        section("Absent", absent.text());
}

void show_settings(const Sample& sample) {
    if (sample.mapping->settings().empty())
        return;
    Table table{{"setting", "default", "here", "may be", ""}};
    for (std::size_t i = 0; i < sample.mapping->settings().size(); ++i) {
        const mapping::SettingSpec& setting = sample.mapping->settings()[i];
        const auto& here = sample.bound->settings()[i];
        table.add({setting.name,
                   setting.required   ? "required"
                   : setting.fallback ? to_text(setting, *setting.fallback)
                                      : "not set",
                   here ? to_text(setting, *here) : "not set", range_text(setting), setting.help});
    }
    section("Settings", table.text());
}

void show_trust(const Content& content) {
    std::vector<std::string> identity;
    for (const mapping::NamedCondition& check : content.identity)
        identity.push_back(check.name + ": " + mapping::plain_text(check.text));
    section("Identity", identity);
    std::string sign = content.sign.verified ? "verified: positive charges" : "not verified";
    if (content.sign.charging || content.sign.discharging)
        sign += "; compared with what else tells the direction";
    section("Sign of the current", sign);
    std::vector<std::string> writes;
    for (const mapping::Write& write : content.writes)
        writes.push_back(write.name + ", " + mapping::pace_text(write.pace, write.period) + ": " +
                         write.help);
    section("Writes, if the owner names them", writes);
}

} // namespace

int mapping_show(const MappingShowArguments& arguments) {
    const Workbench workbench;
    Faults faults;
    const auto entries = workbench.mappings({arguments.mapping}, faults);
    const adapter::Settings owner = given_settings("settings", arguments.settings, faults);
    for (const daemon::LibraryEntry& entry : entries) {
        const auto mapping = mapping::load(entry.file, faults);
        const auto sample =
            mapping ? workbench.sample(mapping, with_stand_ins(*mapping, owner), {}, faults) : std::nullopt;
        if (!sample)
            continue;
        show_head(entry, *mapping);
        show_points(*sample);
        show_signals(*sample);
        show_settings(*sample);
        show_trust(mapping->content());
    }
    std::fflush(stdout);
    print(faults);
    return faults.empty() ? good : wrong_input;
}

} // namespace retrocan::cli
