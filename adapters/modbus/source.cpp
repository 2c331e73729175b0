// SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include "capture.h"

#include <span>

namespace retrocan::modbus {

using adapter::Absence;
using adapter::Answer;
using adapter::Reading;

ModbusSource::ModbusSource(const adapter::SourceSpec& spec, const Options& options,
                           std::vector<Element> elements)
    : battery_{spec.battery}
    , place_{spec.connection.place}
    , poll_{spec.poll}
    , options_{options}
    , elements_{std::move(elements)}
    , requests_{plan_requests(elements_, options_)} {
    for (const adapter::PointSpec& point : spec.points)
        first_slots_.push_back(point.first_slot);
}

std::vector<Reading> ModbusSource::readings(const Block& block) const {
    std::vector<Reading> result;
    const std::int64_t step = step_of(block.table, options_);
    for (const Element& element : elements_) {
        if (element.unit != block.unit || element.table != block.table)
            continue;
        const std::int64_t distance = std::int64_t{element.address} - block.address;
        if (distance < 0 || distance % step != 0)
            continue;
        const auto first = static_cast<std::size_t>(distance / step);
        if (first + element.width > block.values.size())
            continue;
        const auto value =
            decode_value(element.encoding, std::span{block.values}.subspan(first, element.width));
        result.push_back({element.slot, value});
    }
    return result;
}

std::vector<Reading> ModbusSource::absent(const Request& request, Absence reason) {
    std::vector<Reading> result;
    for (const std::size_t slot : request.slots)
        result.push_back({slot, reason});
    return result;
}

std::vector<Reading> ModbusSource::live_absent(Absence reason) const {
    std::vector<Reading> result;
    for (const Element& element : elements_)
        if (element.pace == adapter::Pace::live)
            result.push_back({element.slot, reason});
    return result;
}

Result<Answer, std::string> ModbusSource::decode(std::string_view capture_line) const {
    const auto line = parse_capture_line(capture_line, options_.unit, options_.table);
    if (!line)
        return Err{line.error()};
    Answer answer{line->at, {}};
    if (line->battery && *line->battery != battery_)
        return answer;
    if (const auto* block = std::get_if<Block>(&line->content)) {
        answer.readings = readings(*block);
    } else if (const auto* reason = std::get_if<Absence>(&line->content)) {
        for (const Element& element : elements_)
            answer.readings.push_back({element.slot, *reason});
    }
    return answer;
}

std::string ModbusSource::plan() const {
    std::string text;
    for (const Request& request : requests_)
        text += (text.empty() ? "" : "\n") + to_text(request, options_);
    return text;
}

std::string ModbusSource::where(std::size_t point) const {
    for (const Element& element : elements_)
        if (element.slot == first_slots_.at(point))
            return std::string{to_text(element.table)} + " " + std::to_string(element.address);
    return "";
}

std::string ModbusSource::link() const {
    const bool v6 = options_.host.find(':') != std::string::npos;
    return (v6 ? "[" + options_.host + "]" : options_.host) + ":" + std::to_string(options_.port);
}

} // namespace retrocan::modbus
