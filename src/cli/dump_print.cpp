// SPDX-License-Identifier: Apache-2.0
#include "cli/dump_print.h"

#include "cli/table.h"
#include "core/can_frame.h"
#include "mapping/content.h"
#include "mapping/describe.h"
#include "victron/describe.h"
#include "victron/message.h"
#include "victron/plain.h"

#include <array>
#include <cstdio>
#include <utility>

namespace retrocan::cli {

using Json = nlohmann::ordered_json;

namespace {

/// One row a value that was in the dump: point, where it is, raw, value.
struct Row {
    std::string point; ///< "cell.0" is the first element of a run
    std::string where;
    std::string raw;
    std::string value;
};

/// Words of bits are read in hexadecimal.
std::string raw_cell(const mapping::Point& point, const adapter::Reading& reading) {
    const auto* raw = std::get_if<adapter::RawValue>(&reading.content);
    const auto* integer = raw == nullptr ? nullptr : std::get_if<std::int64_t>(raw);
    constexpr std::int64_t last_digit = 9;
    std::string text = raw_text(reading);
    if (integer == nullptr || *integer <= last_digit || point.unit.dimension != Dimension::none || point.text)
        return text;
    std::array<char, 32> hexadecimal{};
    std::snprintf(hexadecimal.data(), hexadecimal.size(), " (0x%llX)",
                  static_cast<unsigned long long>(*integer));
    return text + hexadecimal.data();
}

std::vector<Row> rows(const Dump& dump) {
    std::vector<Row> rows;
    const auto& points = dump.bound().source().points;
    const mapping::Scope& scope = dump.bound().mapping().content().scope;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const mapping::Point& point = scope.points[*scope.point(points[i].name)];
        std::string where = dump.source().where(i);
        for (std::size_t element = 0; element < points[i].count; ++element) {
            const std::size_t slot = points[i].first_slot + element;
            const adapter::Reading* reading = dump.reading(slot);
            if (reading == nullptr)
                continue;
            rows.push_back({points[i].name + (point.run ? "." + std::to_string(element) : ""),
                            std::exchange(where, ""), raw_cell(point, *reading), dump.value(slot)});
        }
    }
    return rows;
}

/// Points of which nothing was in the dump.
std::string missing_points(const Dump& dump) {
    std::string names;
    for (const adapter::PointSpec& point : dump.bound().source().points) {
        bool found = false;
        for (std::size_t element = 0; element < point.count; ++element)
            found = found || dump.reading(point.first_slot + element) != nullptr;
        if (!found)
            names += (names.empty() ? "" : ", ") + point.name;
    }
    return names;
}

std::string alarm_text(const Maybe<bool>& alarm) {
    return !alarm ? "" : alarm->value ? "ACTIVE" : "no";
}

/// The value of any signal for people; empty if it has none.
std::string value_text(const BatteryState& state, std::size_t signal) {
    if (signal < plain_signals)
        return signal_text(state, signal).value_or("");
    signal -= plain_signals;
    return alarm_text(signal < alarm_kinds ? state.alarms[signal] : state.warnings[signal - alarm_kinds]);
}

std::vector<CanFrame> frames(const BatteryState& state) {
    std::vector<CanFrame> frames;
    for (const victron::Message& message : victron::messages())
        if (const auto frame = victron::plain_frame(state, message.id))
            frames.push_back(*frame);
    return frames;
}

} // namespace

void print_text(const Dump& dump) {
    Table points{{"point", "where", "raw", "value"}};
    for (const Row& row : rows(dump))
        points.add({row.point, row.where, row.raw, row.value.empty() ? "no value" : row.value});
    std::printf("%s\n", points.text().c_str());
    if (const std::string names = missing_points(dump); !names.empty())
        std::printf("not %s: %s\n\n", dump.place().c_str(), names.c_str());

    const BatteryState& state = dump.update().state;
    Table signals{{"signal", "value"}};
    std::string no_line;
    for (std::size_t i = 0; i < signal_count; ++i) {
        const std::string value = value_text(state, i);
        if (mapping::line_of(dump.bound().mapping().content(), i) == nullptr)
            no_line += (no_line.empty() ? "" : ", ") + signal_name(i);
        else
            signals.add({signal_name(i), value.empty() ? "absent: " + dump.why_absent(i) : value});
    }
    std::printf("%s\n", signals.text().c_str());
    if (!no_line.empty())
        std::printf("no line in the mapping: %s\n\n", no_line.c_str());

    std::printf("frames of these values, before the owner's limits\n");
    for (const CanFrame& frame : frames(state))
        std::printf("%-22s %s\n", to_text(frame).c_str(), victron::describe(frame).c_str());
    std::string none;
    for (const victron::Message& message : victron::messages())
        if (!victron::plain_frame(state, message.id))
            none += (none.empty() ? "" : ", ") + std::string{message.name};
    if (!none.empty())
        std::printf("not enough values for: %s\n", none.c_str());
}

Json to_json(const Dump& dump) {
    Json json{{"mapping", dump.bound().mapping().file()}, {"points", Json::array()}};
    for (const Row& row : rows(dump)) {
        Json point{{"point", row.point}, {"where", row.where}, {"raw", row.raw}, {"value", nullptr}};
        if (!row.value.empty())
            point["value"] = row.value;
        json["points"].push_back(point);
    }
    const BatteryState& state = dump.update().state;
    for (const char* group : {"signals", "alarms", "warnings", "absent"})
        json[group] = Json::object();
    for (std::size_t i = 0; i < signal_count; ++i) {
        const std::string value = value_text(state, i);
        if (value.empty())
            json["absent"][signal_name(i)] = dump.why_absent(i);
        else if (i < plain_signals)
            json["signals"][signal_name(i)] = value;
        else
            json[i < plain_signals + alarm_kinds ? "alarms" : "warnings"]
                [std::string{to_text(static_cast<AlarmKind>((i - plain_signals) % alarm_kinds))}] =
                    value == "ACTIVE";
    }
    json["frames"] = Json::array();
    for (const CanFrame& frame : frames(state))
        json["frames"].push_back({{"frame", to_text(frame)}, {"text", victron::describe(frame)}});
    return json;
}

void print_object(const Json& json) {
    std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

void print_json(const Dump& dump) {
    print_object(to_json(dump));
}

} // namespace retrocan::cli
