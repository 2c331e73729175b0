// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/bridge.h"
#include "mapping/bound.h"
#include "mapping/mapping.h"
#include "unit/policy/battery_of_tests.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace retrocan::daemon {

using namespace literals;
using namespace std::chrono_literals;
using policy::t0;

inline constexpr const char* mapping_text = R"(mapping = 1
vendor = "Acme"
model = "LFP-48"
title = "Acme LFP-48"
level = "guess"
sources = ["made up for this test"]
[names]
manufacturer = "ACME"
[modbus]
table = "input"
[points]
voltage = { at = 0, type = "u16", unit = "10 mV" }
current = { at = 1, type = "s16", unit = "0.1 A" }
soc = { at = 2, type = "u16", unit = "%" }
temp = { at = 3, type = "s16", unit = "0.1 degC" }
ccl = { at = 4, type = "u16", unit = "A" }
alarm = { at = 5, type = "u16" }
[signals]
voltage = "voltage"
current = "current"
soc = "soc"
temperature = "temp"
ccl = "ccl"
[alarms]
high_voltage = "alarm.0"
)";

/// A bridge with a battery that answers each second, and the clock.
class Rig {
public:
    static constexpr policy::Envelope envelope{51'200_mV, 56'400_mV, 100_A, 120_A};

    static std::unique_ptr<mapping::Bound> make_bound() {
        Faults faults;
        const auto mapping = mapping::parse(mapping_text, "acme.toml", faults);
        if (!faults.empty())
            throw LoadError{faults};
        const adapter::Settings none;
        auto bound = mapping::bind(
            mapping,
            {.battery = "shed", .owner_settings = none, .connection = none, .poll = 1s, .live_limit = 5s},
            faults);
        if (!faults.empty())
            throw LoadError{faults};
        return bound;
    }

    /// Of one battery, "shed", without chemistry: its CVL is the ceiling.
    static BridgeSettings settings(const mapping::Bound& bound) {
        BridgeSettings s;
        MemberSettings shed;
        shed.name = "shed";
        shed.pack.limits.envelope = envelope;
        shed.pack.limits.provided = bound.provided();
        shed.pack.required = policy::set_of({"voltage", "current", "soc", "temperature", "ccl"});
        s.members.push_back(shed);
        s.system.envelope = envelope;
        s.system.counts_energy = true;
        s.system.charge.floor = envelope.cvl_floor;
        s.system.charge.ceiling = envelope.cvl_ceiling;
        s.system.charge.floor_prohibited = envelope.cvl_floor;
        s.system.charge.hold = 54_V;
        s.system.charge.cells = 16;
        s.system.charge.cell_limit = 3650_mV;
        return s;
    }

    explicit Rig(OnStale on_stale = OnStale::silent) {
        BridgeSettings s = settings(*bound);
        s.on_stale = on_stale;
        bridge.emplace(s, std::vector{static_cast<const mapping::Bound*>(bound.get())}, t0);
    }

    /// All six registers as one answer.
    void answer(std::int64_t ccl = 80) {
        adapter::Answer a{now, {}};
        const std::int64_t raw[] = {5280 + n_++ % 3, 123, 80, 215, ccl, 0};
        for (std::size_t slot = 0; slot < std::size(raw); ++slot)
            a.readings.push_back({slot, adapter::RawValue{raw[slot]}});
        bridge->take(0, a, now);
    }

    /// Lets time pass in steps of 500 us, with an answer each second; collects what is sent.
    void pass(Duration time, bool answers = true) {
        for (const TimePoint end = now + time; now < end; now += 500us) {
            if (answers && now >= next_answer_) {
                answer();
                next_answer_ = now + 1s;
            }
            bridge->tick(now);
            while (const auto frame = bridge->due(now)) {
                if (bus_takes) {
                    bridge->written(*frame);
                    sent.push_back({now, *frame});
                } else {
                    bridge->not_written(*frame, now);
                }
            }
        }
    }

    [[nodiscard]] std::vector<TimePoint> times_of(std::uint32_t id) const {
        std::vector<TimePoint> times;
        for (const auto& [at, frame] : sent)
            if (frame.id == id)
                times.push_back(at);
        return times;
    }

    std::unique_ptr<mapping::Bound> bound{make_bound()};
    std::optional<Bridge> bridge;
    TimePoint now{t0};
    bool bus_takes{true};
    std::vector<std::pair<TimePoint, CanFrame>> sent;

private:
    TimePoint next_answer_{t0};
    std::int64_t n_{};
};

} // namespace retrocan::daemon
