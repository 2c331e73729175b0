// SPDX-License-Identifier: Apache-2.0
#include "simulator/mapping_base.h"

#include "mapping/point.h"
#include "mapping/vector.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace retrocan::simulator {

namespace {

using namespace std::chrono_literals;
using adapter::RawValue;
using mapping::RawValues;
using mapping::TestVector;

/// The keys of both; those of `first` count where both have one.
adapter::Settings merged(adapter::Settings first, const adapter::Settings& second) {
    for (const adapter::Setting& setting : second.keys)
        if (std::ranges::find(first.keys, setting.key, &adapter::Setting::key) == first.keys.end())
            first.keys.push_back(setting);
    return first;
}

/// Without the key that says where a recording had its SunSpec models: the simulated device is laid out anew,
/// and its models are looked for.
adapter::Settings without_places(adapter::Settings keys) {
    std::erase_if(keys.keys, [](const adapter::Setting& setting) { return setting.key == "found"; });
    return keys;
}

struct Recording {
    std::unique_ptr<mapping::Bound> bound;
    std::unique_ptr<adapter::Source> source;
    RawValues raws;
};

RawValues decoded(const adapter::Source& source, const TestVector& test, std::size_t slots) {
    RawValues raws(slots);
    for (const TestVector::CaptureLine& line : test.capture)
        if (const auto answer = source.decode(line.text))
            for (const adapter::Reading& reading : answer->readings)
                if (const auto* value = std::get_if<RawValue>(&reading.content))
                    raws.at(reading.slot) = *value;
    return raws;
}

std::optional<Recording> recording(const std::shared_ptr<const mapping::Mapping>& mapping,
                                   const adapter::Adapter& adapter, const TestVector& test,
                                   const adapter::Settings& owner, Faults& faults) {
    Recording result;
    result.bound =
        mapping::bind(mapping, {"battery", merged(owner, test.settings), {}, 1s, 5s, {}, {}}, faults);
    if (!result.bound)
        return std::nullopt;
    result.source = adapter.source(mapping::recorded_source(*result.bound, test.transport), faults);
    if (!result.source)
        return std::nullopt;
    result.raws = decoded(*result.source, test, result.bound->slots().size());
    return result;
}

/// How far a recording is from a battery that works: signals that every battery must give and that are not
/// there, then alarms.
std::size_t shortcomings(const Recording& recording) {
    const Update update = mapping::update_of(*recording.bound, recording.raws);
    const BatteryState& state = update.state;
    constexpr std::size_t much = 100;
    std::size_t result = 0;
    for (const bool there : {state.voltage.has_value(), state.current.has_value(), state.soc.has_value(),
                             state.temperature.has_value(), update.identity != Identity::differs,
                             update.sign_contradiction.empty()})
        result += there ? 0 : much;
    for (const char* name : {"cvl", "ccl", "dcl", "mosfet_temperature"})
        if (recording.bound->provided().test(*signal_index(name)) &&
            !mapping::count_of(state, *signal_index(name)))
            result += much / 2;
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        result += (state.alarms[i] && state.alarms[i]->value ? 2U : 0U) +
                  (state.warnings[i] && state.warnings[i]->value ? 1U : 0U);
    for (const auto& allowed : {state.charge_allowed, state.discharge_allowed})
        result += allowed && !allowed->value ? 3U : 0U;
    return result;
}

/// What stands in a point that no test tells.
std::optional<RawValue> filler(const mapping::Point& point) {
    std::string type;
    for (const adapter::Setting& setting : point.address.keys)
        if (const auto* text = std::get_if<std::string>(&setting.value);
            setting.key == "type" && text != nullptr)
            type = *text;
    if (type == "ascii")
        return RawValue{std::string{}};
    if (type == "hex")
        return std::nullopt;
    std::int64_t value = 0;
    if (!point.absent.empty()) {
        value = point.absent.front(); // after `bits`
        if (point.bits)
            value <<= point.bits->first;
    }
    return RawValue{value};
}

} // namespace

std::optional<MappingBase> mapping_base(const std::shared_ptr<const mapping::Mapping>& mapping,
                                        const adapter::Adapter& adapter, const adapter::Settings& owner,
                                        const adapter::Settings& keys, Faults& faults) {
    const TestVector* best = nullptr;
    std::size_t fewest = 0;
    for (const TestVector& test : mapping->tests()) {
        if (test.refused)
            continue;
        Faults own;
        const auto found = recording(mapping, adapter, test, owner, own);
        if (!found) {
            if (best == nullptr && &test == &mapping->tests().back())
                faults.insert(faults.end(), own.begin(), own.end());
            continue;
        }
        const std::size_t count = shortcomings(*found);
        if (best == nullptr || count < fewest) {
            best = &test;
            fewest = count;
        }
    }
    if (best == nullptr) {
        if (faults.empty())
            faults.push_back({{mapping->file(), 0, 0}, "has no [[test]] that tells what its battery shows"});
        return std::nullopt;
    }
    auto found = recording(mapping, adapter, *best, owner, faults);
    if (!found)
        return std::nullopt;
    MappingBase base;
    base.test = best->name;
    base.owner = merged(owner, best->settings);
    base.keys = merged(keys, without_places(best->transport));
    base.bound = std::move(found->bound);
    base.recorded = std::move(found->source);
    base.raws = std::move(found->raws);
    base.served = adapter.source(mapping::recorded_source(*base.bound, base.keys), faults);
    if (!base.served)
        return std::nullopt;

    // What is left is told by the other tests of the same device.
    for (const TestVector& test : mapping->tests()) {
        if (test.refused || &test == best)
            continue;
        Faults own;
        const auto source = adapter.source(mapping::recorded_source(*base.bound, test.transport), own);
        if (!source)
            continue;
        const RawValues more = decoded(*source, test, base.raws.size());
        for (std::size_t slot = 0; slot < more.size(); ++slot)
            if (!base.raws[slot])
                base.raws[slot] = more[slot];
    }
    // A block is there as a whole, or the device does not have it.
    std::set<std::size_t> blocks;
    for (std::size_t slot = 0; slot < base.raws.size(); ++slot)
        if (const auto& block = base.bound->slots()[slot].point->block; block && base.raws[slot])
            blocks.insert(*block);
    for (std::size_t slot = 0; slot < base.raws.size(); ++slot) {
        const mapping::Point& point = *base.bound->slots()[slot].point;
        if (!base.raws[slot] && (!point.optional || (point.block && blocks.contains(*point.block))))
            base.raws[slot] = filler(point);
    }
    return base;
}

} // namespace retrocan::simulator
