// SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include "capture.h"

#include <algorithm>
#include <optional>
#include <span>

namespace retrocan::modbus {

using adapter::Absence;
using adapter::Answer;
using adapter::Reading;

ModbusSource::ModbusSource(const adapter::SourceSpec& spec, const Options& options,
                           std::vector<Element> elements, std::vector<Write> writes)
    : battery_{spec.battery}
    , place_{spec.connection.place}
    , poll_{spec.poll}
    , options_{options}
    , elements_{std::move(elements)}
    , requests_{plan_requests(elements_, options_)}
    , writes_{std::move(writes)} {
    std::span<const Element> rest{elements_};
    for (const adapter::PointSpec& point : spec.points) {
        const auto own = rest.first(std::min(point.count, rest.size())); // fewer after a fault
        places_.push_back(modbus::where(own, options_));
        rest = rest.subspan(own.size());
    }
}

template <class Take>
void ModbusSource::each_within(const Block& block, const Models& models, const Take& take) const {
    const std::int64_t step = step_of(block.table, options_);
    for (const Element& element : elements_) {
        if (element.unit != block.unit || element.table != block.table)
            continue;
        std::int64_t address = element.address;
        if (element.model) {
            const auto model = models.find(*element.model);
            if (model == models.end())
                continue;
            if (element.address + element.width > std::size_t{model->second.length} + 2)
                continue; // what follows is another model's
            address += model->second.address;
        }
        const std::int64_t distance = address - block.address;
        if (distance < 0 || distance % step != 0)
            continue;
        const auto first = static_cast<std::size_t>(distance / step);
        if (first + element.width <= block.values.size())
            take(element, first);
    }
}

std::vector<Reading> ModbusSource::readings(const Block& block, const Models& models) const {
    std::vector<Reading> result;
    result.reserve(elements_.size());
    const bool zero = is_all_zero(block);
    each_within(block, models, [&](const Element& element, std::size_t first) {
        if (zero && element.manner.zero_is_no_answer)
            result.push_back({element.slot, Absence::garbled});
        else
            result.push_back({element.slot, decode_value(element.encoding, std::span{block.values}.subspan(
                                                                               first, element.width))});
    });
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
    const auto line = parse_capture_line(capture_line, options_);
    if (!line)
        return Err{line.error()};
    Answer answer{line->at, {}};
    if (line->battery && *line->battery != battery_)
        return answer;
    const Models models = options_.found.value_or(Models{});
    if (const auto* block = std::get_if<Block>(&line->content)) {
        answer.readings = readings(*block, models);
    } else if (const auto* gap = std::get_if<Gap>(&line->content)) {
        each_within(gap->place, models, [&](const Element& element, std::size_t) {
            answer.readings.push_back({element.slot, gap->reason});
        });
    } else if (const auto* reason = std::get_if<Absence>(&line->content)) {
        for (const Element& element : elements_)
            answer.readings.push_back({element.slot, *reason});
    }
    return answer;
}

Duration ModbusSource::timeout() const {
    std::optional<Duration> longest;
    for (const Request& request : requests_)
        if (request.pace == adapter::Pace::live)
            longest = std::max(longest.value_or(Duration{}), request.manner.timeout);
    return longest.value_or(options_.manner.timeout);
}

std::string ModbusSource::plan() const {
    std::string text;
    for (const Request& request : requests_)
        text += (text.empty() ? "" : "\n") + to_text(request, options_);
    for (const Write& write : writes_)
        text += (text.empty() ? "" : "\n") + to_text(write);
    return text;
}

std::string ModbusSource::where(std::size_t point) const {
    return places_.at(point);
}

std::string ModbusSource::link() const {
    const bool v6 = options_.host.find(':') != std::string::npos;
    return (v6 ? "[" + options_.host + "]" : options_.host) + ":" + std::to_string(options_.port);
}

} // namespace retrocan::modbus
