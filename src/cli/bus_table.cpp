// SPDX-License-Identifier: Apache-2.0
#include "cli/bus_table.h"

#include "cli/table.h"
#include "victron/decode.h"
#include "victron/describe.h"

#include <algorithm>
#include <cstdio>

namespace retrocan::cli {

namespace {

constexpr std::size_t most_rows = 500; ///< a bus of another protocol may have any number of identifiers

std::string seconds(std::chrono::microseconds time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f s", std::chrono::duration<double>{time}.count());
    return text;
}

/// Where a message stands: what a battery sends in its order, then the GX's.
unsigned slot_of(const victron::Message& message) {
    const auto battery = victron::messages();
    const auto found = std::ranges::find(battery, message.id, &victron::Message::id);
    return static_cast<unsigned>(found - battery.begin());
}

} // namespace

BusTable::Key BusTable::key_of(const CanFrame& frame) {
    const victron::Message* message = victron::message_of(frame);
    if (message == nullptr)
        return {true, 0, frame.kind, frame.id};
    return {false, slot_of(*message), frame.kind, frame.id};
}

void BusTable::take(const CanFrame& frame, Time at) {
    const Key key = key_of(frame);
    if (rows_.size() >= most_rows && !rows_.contains(key)) {
        ++beyond_;
        return;
    }
    Row& row = rows_[key];
    row.period = row.count == 0 ? Time{} : at - row.at;
    row.last = frame;
    row.at = at;
    ++row.count;
}

BusTable::Time BusTable::period(const CanFrame& frame) const {
    const auto row = rows_.find(key_of(frame));
    return row == rows_.end() ? Time{} : row->second.period;
}

std::string BusTable::text(Time now) const {
    Table table{{"frame", "age", "period", "count", "says"}};
    for (const auto& [key, row] : rows_) {
        std::string says = victron::describe(row.last);
        says.erase(0, std::min(says.find(' ') + 1, says.size())); // the identifier is in the first column
        table.add({to_text(row.last), seconds(now - row.at), row.count < 2 ? "once" : seconds(row.period),
                   std::to_string(row.count), (key.foreign ? "! " : "") + says});
    }
    std::string text = table.text();
    if (beyond_ != 0)
        text += "! " + std::to_string(beyond_) + " frames of still more identifiers\n";
    return text;
}

} // namespace retrocan::cli
