// SPDX-License-Identifier: Apache-2.0
#include "mapping/vector.h"

#include "mapping/bound.h"
#include "mapping/decoder.h"

#include <algorithm>

namespace retrocan::mapping {

namespace {

using namespace std::chrono_literals;

void compare_alarms(const PerAlarm<bool>& expected, const PerAlarm<Maybe<bool>>& found,
                    const std::string& word, std::vector<std::string>& differences) {
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        const bool active = found[i] && found[i]->value;
        if (active == expected[i])
            continue;
        std::string line = word + " ";
        line += to_text(static_cast<AlarmKind>(i));
        line += expected[i] ? ": expected active, got " : ": expected not active, got ";
        line += !found[i] ? "absent" : active ? "active" : "not active";
        differences.push_back(std::move(line));
    }
}

void compare_signals(const TestVector& test, const BatteryState& state,
                     std::vector<std::string>& differences) {
    for (const auto& [signal, expected] : test.signals) {
        const auto found = signal_text(state, signal);
        if (found != expected)
            differences.push_back(signal_name(signal) + ": expected " + expected + ", got " +
                                  found.value_or("no value"));
    }
    for (const std::size_t signal : test.absent)
        if (const auto found = signal_text(state, signal))
            differences.push_back(signal_name(signal) + ": expected no value, got " + *found);
}

void compare_frames(const TestVector& test, const BatteryState& state, const FrameOf& frame_of,
                    std::vector<std::string>& differences) {
    for (const CanFrame& expected : test.frames) {
        const auto found = frame_of(state, expected.id);
        if (found != expected)
            differences.push_back("frame: expected " + to_text(expected) + ", got " +
                                  (found ? to_text(*found) : "none"));
    }
}

} // namespace

adapter::SourceSpec recorded_source(const Bound& bound, const adapter::Settings& own) {
    adapter::SourceSpec spec = bound.source();
    for (const adapter::Setting& setting : own.keys) {
        std::erase_if(spec.mapping.keys,
                      [&](const adapter::Setting& mapped) { return mapped.key == setting.key; });
        spec.mapping.keys.push_back(setting);
    }
    return spec;
}

std::vector<std::string> run_test(const std::shared_ptr<const Mapping>& mapping, const TestVector& test,
                                  const adapter::Adapter& adapter, const FrameOf& frame_of) {
    std::vector<std::string> differences;
    Faults faults;
    const auto report_faults = [&] {
        for (const Fault& fault : faults)
            differences.push_back(to_text(fault));
        return differences;
    };
    const Binding binding{.battery = "test", .owner_settings = test.settings, .connection = {}, .poll = 1s};
    const auto bound = bind(mapping, binding, faults);
    if (!bound)
        return report_faults();
    const auto source = adapter.source(recorded_source(*bound, test.transport), faults);
    if (!source || !faults.empty())
        return report_faults();

    Decoder decoder{*bound};
    for (const TestVector::CaptureLine& line : test.capture) {
        const auto answer = source->decode(line.text);
        if (!answer)
            differences.push_back(to_text(Fault{line.place, answer.error()}));
        else if (answer->readings.empty())
            differences.push_back(
                to_text(Fault{line.place, "no point of this mapping lies wholly in this line"}));
        else
            decoder.take(*answer);
    }
    const Update& update = decoder.update();
    const BatteryState& state = update.state;
    if (!update.sign_contradiction.empty())
        differences.push_back("current: " + update.sign_contradiction);
    if (test.refused != (update.identity == Identity::differs))
        differences.push_back(test.refused ? "identity: expected that this battery is refused; it is not"
                                           : "identity: refused by " + update.identity_fault);
    compare_signals(test, state, differences);
    compare_alarms(test.alarms, state.alarms, "alarm", differences);
    compare_alarms(test.warnings, state.warnings, "warning", differences);
    if (frame_of)
        compare_frames(test, state, frame_of, differences);
    return differences;
}

} // namespace retrocan::mapping
