// SPDX-License-Identifier: Apache-2.0
#include "modbus_adapter.h"

#include "core/unit.h"
#include "link.h"
#include "load.h"
#include "overlap.h"
#include "rtu_tcp.h"
#include "serial.h"
#include "serial_path.h"
#include "tcp.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace retrocan::modbus {

namespace {

using adapter::Source;

/// Every source that the adapter is handed was made by it.
const ModbusSource& own(const Source* source) {
    return static_cast<const ModbusSource&>(*source);
}

std::set<std::uint8_t> units(const ModbusSource& source) {
    std::set<std::uint8_t> result{source.options().unit};
    for (const Element& element : source.elements())
        result.insert(element.unit);
    for (const Write& write : source.writes())
        result.insert(write.unit);
    return result;
}

/// The owner may not allow what a procedure writes: its points cannot be needed.
void check_permission(const adapter::PointSpec& point, const BlockOptions& block, Faults& faults) {
    const auto& procedure = block.manner.procedure;
    if (procedure && procedure->kind != Procedure::Kind::range && !point.optional)
        faults.push_back(
            {point.address.place, point.address.path +
                                      ": its block is read by a write, which the owner may not allow; "
                                      "expected `every` and optional = true"});
}

/// All pairs of batteries that share a link.
std::vector<std::pair<const ModbusSource*, const ModbusSource*>>
neighbours(const std::vector<const ModbusSource*>& sources) {
    std::vector<std::pair<const ModbusSource*, const ModbusSource*>> pairs;
    std::vector<std::string> links;
    for (std::size_t b = 0; b < sources.size(); ++b) {
        links.push_back(sources[b]->link());
        for (std::size_t a = 0; a < b; ++a)
            if (links[a] == links[b])
                pairs.emplace_back(sources[a], sources[b]);
    }
    return pairs;
}

void check_units(const ModbusSource& earlier, const ModbusSource& later, Faults& faults) {
    const std::set<std::uint8_t> taken = units(earlier);
    for (const std::uint8_t unit : units(later))
        if (taken.contains(unit))
            faults.push_back({later.place(), "batteries \"" + earlier.battery() + "\" and \"" +
                                                 later.battery() + "\" both read unit " +
                                                 std::to_string(unit) + " at " + later.link() +
                                                 "; one of them needs another unit_id, host or serial"});
}

/// A line has one speed, and a connection one kind of frames.
void check_lines(const ModbusSource& earlier, const ModbusSource& later, Faults& faults) {
    const Options& one = earlier.options();
    const Options& other = later.options();
    const std::string who = "batteries \"" + earlier.battery() + "\" and \"" + later.battery() + "\" share " +
                            later.link() + ", ";
    if (one.serial.path.empty()) {
        if (one.rtu_framing != other.rtu_framing)
            faults.push_back({later.place(), who + "but one of them has framing = \"rtu\""});
        return;
    }
    if (one.serial.line != other.serial.line)
        faults.push_back({later.place(), who + "but one has " + to_text(one.serial.line) + " and the other " +
                                             to_text(other.serial.line) +
                                             "; set the same baud, parity and stop_bits for both"});
    if (one.serial.rs485 != other.serial.rs485 || one.serial.rts_delay != other.serial.rts_delay)
        faults.push_back({later.place(), who + "but their rs485 and rts_delay differ"});
}

/// An answer that takes longer than its timeout can never come.
void check_timeouts(const ModbusSource& source, const adapter::SourceSpec& spec, Faults& faults) {
    const LineSettings& line = source.options().serial.line;
    const Wire wire = wire_of(source.options());
    const ReadPlan plan = source.read_plan(wire);
    for (const Request& request : plan.requests()) {
        const std::size_t data = has_bits(request.table) ? (request.count + 7U) / 8U : request.count * 2U;
        const Duration needed = wire.bytes(wire.answer_overhead + data) + wire.turnaround_guess;
        if (needed <= request.manner.timeout)
            continue;
        faults.push_back({spec.connection.place,
                          spec.connection.path + ": an answer of " + std::to_string(request.count) +
                              (has_bits(request.table) ? " bits" : " registers") + " takes " +
                              retrocan::to_text(needed) + " at " + to_text(line) +
                              ", longer than its timeout of " + retrocan::to_text(request.manner.timeout) +
                              "; set a longer timeout"});
        return;
    }
}

std::unique_ptr<Endpoint> make_endpoint(const std::string& name, const Options& options) {
    if (!options.serial.path.empty())
        return std::make_unique<SerialEndpoint>(options.serial);
    if (options.rtu_framing)
        return std::make_unique<RtuTcpEndpoint>(name, options.host, options.port);
    return std::make_unique<TcpEndpoint>(name, options.host, options.port);
}

class ModbusReader : public adapter::Reader {
public:
    ModbusReader(std::span<const Source* const> sources, const adapter::Sink& sink, bool traffic)
        : places_(sources.size()) {
        std::map<std::string, std::vector<Link::Member>> members;
        for (std::size_t i = 0; i < sources.size(); ++i) {
            const ModbusSource& source = own(sources[i]);
            if (source.options().connects())
                members[source.link()].push_back({&source, i});
        }
        for (const auto& [name, batteries] : members) {
            for (std::size_t i = 0; i < batteries.size(); ++i)
                places_[batteries[i].index] = {links_.size(), i};
            links_.push_back(std::make_unique<Link>(make_endpoint(name, batteries.front().source->options()),
                                                    batteries, sink, traffic));
        }
    }

    ~ModbusReader() override {
        for (const auto& link : links_)
            link->stop();
    }
    ModbusReader(const ModbusReader&) = delete;
    ModbusReader& operator=(const ModbusReader&) = delete;

    void hurry(std::size_t battery, bool hurry) override {
        if (const auto& place = places_.at(battery); place.link < links_.size())
            links_[place.link]->hurry(place.member, hurry);
    }

private:
    struct Where {
        std::size_t link{static_cast<std::size_t>(-1)};
        std::size_t member{};
    };
    std::vector<Where> places_; ///< of each battery
    std::vector<std::unique_ptr<Link>> links_;
};

} // namespace

std::unique_ptr<Source> ModbusAdapter::source(const adapter::SourceSpec& spec, Faults& faults) const {
    const std::size_t before = faults.size();
    Options options = read_options(spec, faults);
    std::vector<Write> writes;
    for (const adapter::WriteSpec& write : spec.writes)
        if (auto good = read_write(write, options, faults))
            writes.push_back(std::move(*good));
    std::vector<BlockOptions> blocks;
    for (const adapter::BlockSpec& block : spec.blocks) {
        blocks.push_back(read_block(block, options, writes, faults));
        if (const auto& procedure = blocks.back().manner.procedure)
            options.procedures.push_back(procedure);
    }
    for (const auto& procedure : options.procedures) // not made by itself
        std::erase_if(writes, [&](const Write& write) { return write.name == procedure->write; });
    const BlockOptions none = without_block(options);
    std::vector<Element> elements;
    std::vector<std::vector<Element>> of_points;
    for (const adapter::PointSpec& point : spec.points) {
        const BlockOptions& block = point.block ? blocks.at(*point.block) : none;
        check_permission(point, block, faults);
        const auto& more = of_points.emplace_back(read_point(point, options, block, faults));
        elements.insert(elements.end(), more.begin(), more.end());
    }
    check_overlaps(spec.points, of_points, options, faults);
    auto source = std::make_unique<ModbusSource>(spec, options, std::move(elements), std::move(writes));
    if (!options.serial.path.empty())
        check_timeouts(*source, spec, faults);
    if (faults.size() != before)
        return nullptr;
    return source;
}

void ModbusAdapter::check_together(std::span<const Source* const> sources, Faults& faults,
                                   Faults& warnings) const {
    std::vector<const ModbusSource*> connected;
    for (const Source* const source : sources)
        if (own(source).options().connects())
            connected.push_back(&own(source));
    for (const auto& [earlier, later] : neighbours(connected)) {
        check_units(*earlier, *later, faults);
        check_lines(*earlier, *later, faults);
    }
    std::map<std::string, std::vector<const ModbusSource*>> links;
    for (const ModbusSource* const source : connected)
        links[source->link()].push_back(source);
    for (const auto& [name, batteries] : links)
        check_load(batteries, faults, warnings);
    for (const ModbusSource* const source : connected)
        if (!source->options().serial.path.empty())
            if (auto warning = serial_warning(source->options().serial.path))
                warnings.push_back({source->place(), "battery \"" + source->battery() + "\": " + *warning});
}

std::unique_ptr<adapter::Reader> ModbusAdapter::start(std::span<const Source* const> sources,
                                                      adapter::Sink sink,
                                                      const adapter::StartOptions& options) {
    return std::make_unique<ModbusReader>(sources, sink, options.traffic);
}

} // namespace retrocan::modbus
