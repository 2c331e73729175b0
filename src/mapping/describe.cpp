// SPDX-License-Identifier: Apache-2.0
#include "mapping/describe.h"

#include "core/unit.h"
#include "mapping/content.h"
#include "mapping/formula.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace retrocan::mapping {

namespace {

Needs needs_of(const Signal& line) {
    Needs needs;
    line.value->add_needs(needs);
    return needs;
}

} // namespace

const Signal* line_of(const Content& content, std::size_t signal) {
    const auto line = std::find_if(content.signals.begin(), content.signals.end(),
                                   [&](const Signal& one) { return one.index == signal; });
    return line == content.signals.end() ? nullptr : &*line;
}

std::vector<const Point*> measured(const Content& content, const Signal& line) {
    std::vector<const Point*> all;
    std::vector<const Point*> with_unit;
    for (const std::size_t i : needs_of(line).points) {
        const Point& point = content.scope.points[i];
        all.push_back(&point);
        if (point.unit.dimension != Dimension::none)
            with_unit.push_back(&point);
    }
    const bool choice = dynamic_cast<const Choice*>(line.value.get()) != nullptr;
    return with_unit.empty() && !choice ? all : with_unit;
}

bool on_by_default(const Content& content, const Signal& line) {
    return !line.only_if || content.scope.settings[*line.only_if].fallback == 1;
}

std::string_view to_text(Origin origin) {
    constexpr std::array<std::string_view, 5> words{"live", "settings", "given", "if wanted", "owner"};
    return words[static_cast<std::size_t>(origin)];
}

Origin origin(const Content& content, std::size_t signal) {
    const Signal* line = line_of(content, signal);
    if (line == nullptr)
        return Origin::none;
    if (!on_by_default(content, *line))
        return Origin::wanted;
    const auto points = measured(content, *line);
    if (points.empty())
        return Origin::given;
    const bool live = std::any_of(points.begin(), points.end(),
                                  [](const Point* point) { return point->pace == adapter::Pace::live; });
    return live ? Origin::live : Origin::settings;
}

std::string why_no_source(const Bound& bound, std::size_t signal) {
    if (bound.provided().test(signal))
        return "";
    const Content& content = bound.mapping().content();
    const Signal* line = line_of(content, signal);
    if (line == nullptr)
        return "no line in the mapping";
    if (line->only_if && bound.settings()[*line->only_if] != 1)
        return "off: only_if = \"" + content.scope.settings[*line->only_if].name + "\"";
    for (const std::size_t i : needs_of(*line).settings)
        if (!bound.settings()[i])
            return "the setting \"" + content.scope.settings[i].name + "\" is not set";
    return "nothing gives it";
}

std::string pace_text(adapter::Pace pace, Duration period) {
    switch (pace) {
    case adapter::Pace::live:
        return "each poll";
    case adapter::Pace::slow:
        return "every " + retrocan::to_text(period);
    case adapter::Pace::once:
        break;
    }
    return "once";
}

std::string unit_text(const Point& point) {
    if (!point.words.empty())
        return "word";
    if (point.text)
        return "text";
    if (point.unit.dimension == Dimension::none)
        return point.unit.numerator == 1 ? "-" : std::to_string(point.unit.numerator);
    const double one = static_cast<double>(point.unit.numerator) /
                       static_cast<double>(point.unit.denominator) / fine_units(point.unit.dimension);
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%.9g", one);
    const std::string zero = retrocan::to_text(Amount{point.unit.dimension, 0}); // "0 V"
    return number.data() + zero.substr(1);
}

std::string plain_text(const std::string& toml) {
    const bool quoted = toml.size() >= 2 && toml.front() == '"' && toml.find('"', 1) == toml.size() - 1 &&
                        toml.find('\\') == std::string::npos;
    return quoted ? toml.substr(1, toml.size() - 2) : toml;
}

std::string range_text(const SettingSpec& setting) {
    if (setting.is_text)
        return "a text";
    if (setting.yes_or_no)
        return "yes or no";
    std::string text;
    for (const std::int64_t one : setting.one_of)
        text += (text.empty() ? "" : ", ") + to_text(setting, one);
    if (!text.empty())
        return text;
    if (setting.min && setting.max)
        return to_text(setting, *setting.min) + " to " + to_text(setting, *setting.max);
    if (setting.min)
        return "at least " + to_text(setting, *setting.min);
    if (setting.max)
        return "at most " + to_text(setting, *setting.max);
    return setting.dimension == Dimension::none ? "a whole number"
                                                : std::string{retrocan::to_text(setting.dimension)};
}

} // namespace retrocan::mapping
