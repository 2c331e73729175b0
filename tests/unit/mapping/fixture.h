// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/unit.h"
#include "mapping/bound.h"
#include "mapping/decoder.h"
#include "mapping/mapping.h"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

namespace retrocan::mapping {

using namespace std::chrono_literals;
using namespace retrocan::literals;
using adapter::Absence;
using adapter::RawValue;

inline constexpr TimePoint t0{100s};
inline constexpr Duration live_limit = 5s;

/// A mapping whose lines are put together by a test. Voltage, current and soc are there; the lines of
/// `points` and `signals` are added.
inline std::string mapping_text(std::string_view points, std::string_view signals,
                                std::string_view rest = "") {
    std::string text = R"(
mapping = 1
vendor  = "Acme"
model   = "LFP-48"
title   = "Acme LFP-48"
level   = "document"
sources = ["none"]
[modbus]
)";
    text += rest;
    text += R"(
[points]
voltage = { at = 0, unit = "10 mV" }
current = { at = 1, unit = "0.1 A" }
soc     = { at = 2, unit = "%" }
)";
    text += points;
    text += R"(
[signals]
voltage = "voltage"
current = "current"
soc     = "soc"
)";
    text += signals;
    return text;
}

/// One battery of such a mapping, to which a test speaks as an adapter would.
class Battery {
public:
    explicit Battery(const std::string& text, const adapter::Settings& owner = {"battery.settings", {}, {}}) {
        Faults faults;
        auto mapping = parse(text, "test.toml", faults);
        if (mapping)
            bound_ = bind(std::move(mapping), {"shed", owner, {}, 1s, live_limit}, faults);
        for (const Fault& fault : faults)
            ADD_FAILURE() << to_text(fault);
        if (bound_)
            decoder_ = std::make_unique<Decoder>(*bound_);
    }

    using Content = std::variant<RawValue, Absence>;
    struct Told {
        std::string point;
        Content content;
        std::size_t element{};
    };

    [[nodiscard]] std::size_t slot(std::string_view point, std::size_t element = 0) const {
        for (const adapter::PointSpec& spec : bound_->source().points)
            if (spec.name == point)
                return spec.first_slot + element;
        ADD_FAILURE() << "no point " << point;
        return 0;
    }

    const Update& take(TimePoint at, std::initializer_list<Told> told) {
        adapter::Answer answer{at, {}};
        for (const Told& one : told)
            answer.readings.push_back({slot(one.point, one.element), one.content});
        return decoder_->take(answer);
    }

    /// A run, from its first element on.
    const Update& take_run(TimePoint at, std::string_view point, std::initializer_list<std::int64_t> values) {
        adapter::Answer answer{at, {}};
        for (const std::int64_t value : values)
            answer.readings.push_back({slot(point, answer.readings.size()), RawValue{value}});
        return decoder_->take(answer);
    }

    [[nodiscard]] const BatteryState& state() const { return decoder_->update().state; }
    [[nodiscard]] const Bound& bound() const { return *bound_; }
    [[nodiscard]] Decoder& decoder() { return *decoder_; }

    /// A signal for people; "-" if it is absent.
    [[nodiscard]] std::string text(std::string_view signal) const {
        return signal_text(state(), *signal_index(signal)).value_or("-");
    }

private:
    std::unique_ptr<Bound> bound_;
    std::unique_ptr<Decoder> decoder_;
};

inline RawValue raw(std::int64_t value) {
    return value;
}

} // namespace retrocan::mapping
