// SPDX-License-Identifier: Apache-2.0
#include "cli/dump.h"

#include "daemon/capture_line.h"
#include "mapping/content.h"
#include "mapping/describe.h"

#include <utility>

namespace retrocan::cli {

Dump::Dump(const mapping::Bound& bound, const adapter::Source& source, std::string place)
    : bound_{bound}, source_{source}, place_{std::move(place)}, decoder_{bound} {}

void Dump::take(const adapter::Answer& answer) {
    for (const adapter::Reading& reading : answer.readings)
        readings_[reading.slot] = reading;
    decoder_.take(answer);
}

void Dump::read(std::istream& lines, const std::string& file, Faults& faults, Faults& notes) {
    std::uint32_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        line.erase(line.find_last_not_of(" \t\r") + 1);
        line.erase(0, line.find_first_not_of(" \t"));
        if (line.empty() || line.front() == '#')
            continue;
        const Place place{file, number, 1};
        if (const auto recorded = daemon::parse_capture_line(line)) {
            if (!std::holds_alternative<daemon::Traffic>(recorded->content))
                continue; // of a recording: what no battery said
            line = daemon::bare_line(line);
        }
        const auto answer = source_.decode(line);
        if (!answer) {
            faults.push_back({place, answer.error()});
            continue;
        }
        if (answer->readings.empty())
            notes.push_back({place, "no point of this mapping lies wholly in this line"});
        take(*answer);
    }
}

const adapter::Reading* Dump::reading(std::size_t slot) const {
    const auto found = readings_.find(slot);
    return found == readings_.end() ? nullptr : &found->second;
}

bool Dump::has_value(std::size_t signal) const {
    bool present = false;
    each_signal(update().state, [&](std::size_t index, const auto& value) {
        present = present || (index == signal && value.has_value());
    });
    return present;
}

std::string Dump::why_absent(std::size_t signal) const {
    if (has_value(signal))
        return "";
    if (std::string why = why_no_source(bound_, signal); !why.empty())
        return why;
    const mapping::Content& content = bound_.mapping().content();
    mapping::Needs needs;
    line_of(content, signal)->value->add_needs(needs);
    std::string without_value;
    for (const std::size_t point : needs.points) {
        const std::string& name = content.scope.points[point].name;
        const mapping::SlotRange& range = bound_.points()[point];
        for (std::size_t slot = range.first; slot < range.first + range.count; ++slot) {
            const adapter::Reading* found = reading(slot);
            if (found == nullptr)
                return name + " is not " + place_;
            if (without_value.empty() && value(slot).empty())
                without_value = name + " has no value (" + raw_text(*found) + ")";
        }
    }
    return without_value.empty() ? "nothing comes of these values" : without_value;
}

std::string raw_text(const adapter::Reading& reading) {
    if (const auto* absence = std::get_if<adapter::Absence>(&reading.content))
        return std::string{to_text(*absence)};
    const auto& raw = std::get<adapter::RawValue>(reading.content);
    if (const auto* integer = std::get_if<std::int64_t>(&raw))
        return std::to_string(*integer);
    if (const auto* number = std::get_if<double>(&raw)) {
        std::string text = std::to_string(*number);
        text.erase(text.find_last_not_of('0') + 1);
        return text.ends_with('.') ? text + "0" : text;
    }
    std::string text;
    for (const char c : std::get<std::string>(raw))
        text += c >= ' ' && c <= '~' ? c : '.';
    return "\"" + text + "\"";
}

} // namespace retrocan::cli
