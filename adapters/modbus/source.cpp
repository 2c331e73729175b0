// SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include "adapter/host.h"
#include "encode.h"
#include "serial_path.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>

namespace retrocan::modbus {

using adapter::Absence;
using adapter::Answer;
using adapter::Reading;

namespace {

constexpr std::uint16_t longest_model = 65533; // registers behind its id and length

/// What an element says whose first value in the block is the `first`.
Reading reading(const Element& element, const Block& block, std::size_t first) {
    if (element.manner.zero_is_no_answer && is_all_zero(block))
        return {element.slot, Absence::garbled};
    return {element.slot,
            decode_value(element.encoding, std::span{block.values}.subspan(first, element.width))};
}

} // namespace

ModbusSource::ModbusSource(const adapter::SourceSpec& spec, const Options& options,
                           std::vector<Element> elements, std::vector<Write> writes)
    : battery_{spec.battery}
    , place_{spec.connection.place}
    , poll_{spec.poll}
    , options_{options}
    , elements_{std::move(elements)}
    , writes_{std::move(writes)} {
    std::span<const Element> rest{elements_};
    for (const adapter::PointSpec& point : spec.points) {
        const auto own = rest.first(std::min(point.count, rest.size())); // fewer after a fault
        places_.push_back(modbus::where(own, options_));
        rest = rest.subspan(own.size());
    }
}

namespace {

/// "96.4 ms": no plan depends on less.
std::string in_milliseconds(Duration time) {
    const std::int64_t tenths =
        std::chrono::round<std::chrono::duration<std::int64_t, std::ratio<1, 10000>>>(time).count();
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

} // namespace

template <class Take>
void ModbusSource::each_within(const Block& block, const Models& models, const Take& take) const {
    const std::int64_t step = step_of(block.table, options_);
    for (const Element& element : elements_) {
        if (element.unit != block.unit || element.table != block.table ||
            element.manner.procedure.get() != block.procedure)
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
    each_within(block, models, [&](const Element& element, std::size_t first) {
        result.push_back(reading(element, block, first));
    });
    return result;
}

std::vector<Reading> ModbusSource::answered(const Block& block, const Request& planned,
                                            const Models& models) const {
    std::vector<Reading> result = readings(block, models);
    if (block.values.size() < planned.count)
        for (const std::size_t slot : planned.slots)
            if (std::ranges::find(result, slot, &Reading::slot) == result.end())
                result.push_back({slot, Absence::refused});
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

/// As a live answer is taken, and what its request asked for beyond it.
std::vector<Reading> ModbusSource::readings_of(const Told& told) const {
    if (!told.in)
        return readings(told.block, options_.found.value_or(Models{}));
    Block block = told.block;
    std::uint16_t base = 0;
    if (told.in->base) {
        base = *told.in->base;
        block.address = static_cast<std::uint16_t>(block.address + base);
    }
    const Models models{{told.in->model, {base, longest_model}}};
    std::vector<Reading> result;
    if (told.in->base)
        result = readings(block, models);
    else // nothing is known of points that have an address of their own
        each_within(block, models, [&](const Element& element, std::size_t first) {
            if (element.model)
                result.push_back(reading(element, block, first));
        });
    if (told.asked > told.block.values.size()) {
        Block asked = told.block;
        asked.values.resize(told.asked);
        for (Reading& rest : absent_in(asked, told.in, told.purpose, Absence::refused))
            if (std::ranges::find(result, rest.slot, &Reading::slot) == result.end())
                result.push_back(std::move(rest));
    }
    return result;
}

/// The points of a read that failed.
std::vector<Reading> ModbusSource::absent_in(const Block& place, const std::optional<InModel>& in,
                                             const Purpose& purpose, Absence reason) const {
    const bool any = !in && !purpose.pace; // as people write it: whatever lies there
    Models models = any ? options_.found.value_or(Models{}) : Models{};
    if (in)
        models[in->model] = {0, longest_model};
    std::vector<Reading> result;
    each_within(place, models, [&](const Element& element, std::size_t) {
        if ((any || element.model.has_value() == in.has_value()) && purpose.is_of(element))
            result.push_back({element.slot, reason});
    });
    return result;
}

Result<Answer, std::string> ModbusSource::decode(std::string_view capture_line) const {
    const auto line = parse_capture_line(capture_line, options_);
    if (!line)
        return Err{line.error()};
    Answer answer{line->at, {}};
    if (line->battery && *line->battery != battery_)
        return answer;
    if (const auto* told = std::get_if<Told>(&line->content))
        answer.readings = readings_of(*told);
    else if (const auto* gap = std::get_if<Gap>(&line->content))
        answer.readings = absent_in(gap->place, gap->in, gap->purpose, gap->reason);
    else if (const auto* failure = std::get_if<Failure>(&line->content))
        for (const Element& element : elements_)
            if (failure->purpose.is_of(element))
                answer.readings.push_back({element.slot, failure->reason});
    return answer;
}

Duration ModbusSource::timeout() const {
    std::optional<Duration> longest;
    for (const Element& element : elements_)
        if (element.pace == adapter::Pace::live)
            longest = std::max(longest.value_or(Duration{}), element.manner.timeout);
    return longest.value_or(options_.manner.timeout);
}

std::string ModbusSource::plan() const {
    const ReadPlan plan = read_plan(wire_of(options_));
    std::string text;
    for (std::size_t i = 0; i < plan.requests().size(); ++i)
        text += (text.empty() ? "" : "\n") + to_text(plan.requests()[i], options_) + ", " +
                in_milliseconds(plan.wire_time(i));
    for (const Write& write : writes_)
        text += (text.empty() ? "" : "\n") + to_text(write);
    return text;
}

std::string ModbusSource::where(std::size_t point) const {
    return places_.at(point);
}

std::vector<std::string> ModbusSource::encode(std::span<const Reading> readings) const {
    std::vector<std::string> lines;
    for (const Block& block : encode_blocks(elements_, options_, readings))
        lines.push_back(to_line(block));
    return lines;
}

std::string ModbusSource::link() const {
    if (!options_.serial.path.empty())
        return real_path(options_.serial.path);
    return adapter::endpoint_text(options_.host, options_.port);
}

} // namespace retrocan::modbus
