// SPDX-License-Identifier: Apache-2.0
#include "cli/scan_units.h"

#include "cli/event_queue.h"
#include "core/unit.h"

#include <algorithm>
#include <set>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;
using adapter::Absence;

/// One holding register, read by the adapter as any point.
adapter::SourceSpec cheap_read(const ScannedLine& line, const UnitId& whom, Duration timeout) {
    adapter::SourceSpec spec;
    spec.battery = "unit " + std::to_string(whom.unit);
    spec.mapping.path = "modbus";
    spec.connection = line.connection();
    spec.connection.keys.push_back({"unit_id", whom.unit, {}});
    if (whom.answers_as)
        spec.connection.keys.push_back({"answer_unit_id", *whom.answers_as, {}});
    spec.connection.keys.push_back({"timeout", to_text(timeout), {}});
    spec.poll = 1h;
    adapter::PointSpec point;
    point.name = "first";
    point.address = {"points.first", {}, {{"at", std::int64_t{0}, {}}, {"type", std::string{"u16"}, {}}}};
    point.pace = adapter::Pace::once; // asked once,
    point.optional = true;            // and not again at once if nobody answers
    spec.points.push_back(point);
    return spec;
}

bool is_answer(const adapter::Answer& answer) {
    return std::ranges::any_of(answer.readings, [](const adapter::Reading& reading) {
        const auto* absence = std::get_if<Absence>(&reading.content);
        return absence == nullptr || *absence == Absence::refused || *absence == Absence::not_a_value;
    });
}

} // namespace

std::string ScannedLine::name() const {
    if (is_serial())
        return serial + " at " + std::to_string(baud) + " baud";
    return (host.find(':') != std::string::npos ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

adapter::Settings ScannedLine::connection() const {
    adapter::Settings settings{"battery.modbus", {}, {}};
    if (is_serial()) {
        settings.keys.push_back({"serial", serial, {}});
        settings.keys.push_back({"baud", baud, {}});
        settings.keys.push_back({"parity", parity, {}});
        return settings;
    }
    settings.keys.push_back({"host", host, {}});
    settings.keys.push_back({"port", port, {}});
    if (rtu)
        settings.keys.push_back({"framing", std::string{"rtu"}, {}});
    return settings;
}

Duration longest_search(std::size_t units, Duration timeout) {
    constexpr Duration connect = 2s;
    constexpr Duration around = 100ms; // silences and the wire
    constexpr int tries = 2;           // the adapter asks again once
    return connect + tries * static_cast<std::int64_t>(units) * (timeout + around);
}

Result<std::vector<UnitId>, std::string> answering_units(adapter::Adapter& adapter, const ScannedLine& line,
                                                         const std::vector<UnitId>& units, Duration timeout) {
    using State = adapter::LinkNews::State;
    std::vector<std::unique_ptr<adapter::Source>> own;
    std::vector<const adapter::Source*> sources;
    for (const UnitId& unit : units) {
        Faults faults;
        own.push_back(adapter.source(cheap_read(line, unit, timeout), faults));
        if (!own.back())
            return Err{faults.front().message};
        sources.push_back(own.back().get());
    }
    EventQueue events;
    std::vector<UnitId> found;
    std::set<std::size_t> open;
    for (std::size_t i = 0; i < units.size(); ++i)
        open.insert(i);
    bool connected = false;
    const TimePoint end = BootClock::now() + longest_search(units.size(), timeout);
    const auto reader = adapter.start(sources, events.sink(), {});
    while (!open.empty()) {
        const auto event = events.next(end);
        if (!event)
            break;
        if (const auto* news = std::get_if<adapter::LinkNews>(&event->content)) {
            connected = connected || news->state == State::connected;
            if (news->state == State::lost && !connected)
                return Err{news->text};
            continue;
        }
        if (open.erase(event->battery) != 0 && is_answer(std::get<adapter::Answer>(event->content)))
            found.push_back(units[event->battery]);
    }
    std::ranges::sort(found);
    return found;
}

} // namespace retrocan::cli
