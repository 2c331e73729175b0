// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/bound.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a mapping says, in words for people.
namespace retrocan::mapping {

struct Content;
struct Point;
struct Signal;

/// Where a battery's limit comes from.
enum class Origin : std::uint8_t {
    live,     ///< the battery tells it in each poll
    settings, ///< read from the battery less often: what was set there, without any derating
    given,    ///< a constant or a setting of the mapping, perhaps behind a switch of the battery
    wanted,   ///< a guess that is off until the owner wants it
    none,     ///< no line: the owner's own limits count alone
};
/// "live", "settings", "given", "if wanted", "owner"
std::string_view to_text(Origin origin);
Origin origin(const Content& content, std::size_t signal);

/// Why a signal has no source in this owner's mapping: "no line in the mapping", "off: only_if =
/// \"unproven_alarms\"", "the setting \"cvl\" is not set". Empty if it has one.
std::string why_no_source(const Bound& bound, std::size_t signal);

/// "each poll", "every 30 s", "once"
std::string pace_text(adapter::Pace pace, Duration period);
/// What one count of a point is: "0.01 V"; "-" for a plain number, "text", "word".
std::string unit_text(const Point& point);
/// The text of a line of the file, without quotes around it if it is one text.
std::string plain_text(const std::string& toml);
/// What a setting may be: "4 to 24", "1, -1", "yes or no".
std::string range_text(const SettingSpec& setting);

/// The line of a signal; null if there is none.
const Signal* line_of(const Content& content, std::size_t signal);
/// Whether it has a source while the owner sets nothing.
bool on_by_default(const Content& content, const Signal& line);
/// The points that a signal's amount comes from: those with a unit, if there are any; of a choice no others,
/// as they only decide.
std::vector<const Point*> measured(const Content& content, const Signal& line);

} // namespace retrocan::mapping
