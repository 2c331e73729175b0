// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "core/update.h"
#include "mapping/bound.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace retrocan::mapping {

/// What a battery tells: a raw value for each slot that has one.
using RawValues = std::vector<std::optional<adapter::RawValue>>;

/// As the answer of an adapter.
std::vector<adapter::Reading> readings_of(const RawValues& raws);

/// What comes of raw values that are all answered at the same time.
Update update_of(const Bound& bound, const RawValues& raws);

/// The value of a signal in fine units, a switch as 0 or 1; nothing if it is absent, or a text.
std::optional<std::int64_t> count_of(const BatteryState& state, std::size_t signal);

/// Which raw values a battery would have to tell for its signals to be what one wants: the reverse of a
/// mapping, for simulators. It is found by trial on a base, the raw values of a battery that the mapping
/// reads well: it changes one point and looks what becomes of the signal. So it knows no expressions, and
/// finds its way through all those in which a signal follows one point in a straight line. Pure.
class Inverse {
public:
    /// `bound` outlives it.
    Inverse(const Bound& bound, RawValues base);

    /// Makes the signal `count` fine units, as near as its point's resolution comes. False where no point
    /// alone decides on it, or its registers cannot hold the value; `raws` are as they were then.
    bool set(RawValues& raws, std::size_t signal, std::int64_t count) const;
    [[nodiscard]] bool can_set(std::size_t signal) const { return routes_.at(signal).has_value(); }
    /// The slot of the point that decides on a signal.
    [[nodiscard]] std::optional<std::size_t> slot_of(std::size_t signal) const {
        const auto& route = routes_.at(signal);
        return route ? std::optional{route->slot} : std::nullopt;
    }
    /// How much one count of the signal's point is, in fine units; 0 where it cannot be set.
    [[nodiscard]] std::int64_t resolution(std::size_t signal) const;

    /// The same for one element of a run, by its point's own unit.
    bool set_slot(RawValues& raws, std::size_t slot, std::int64_t count) const;

    /// Elements of runs that the extremes of cell voltage and temperature are found in, so far as they have
    /// a value in the base.
    [[nodiscard]] const std::vector<std::size_t>& cells() const { return cells_; }
    [[nodiscard]] const std::vector<std::size_t>& sensors() const { return sensors_; }
    /// Points that change while a battery lives.
    [[nodiscard]] const std::vector<std::size_t>& heartbeats() const { return heartbeats_; }

    /// Turns the state words so that they do not contradict the sign of the current; false if that was not
    /// possible.
    bool agree_with_current(RawValues& raws) const;

    [[nodiscard]] const RawValues& base() const { return base_; }

private:
    /// A straight line: `count` = `count0` + (raw - raw0) * rise / run.
    struct Route {
        std::size_t slot{};
        double raw0{};
        double count0{};
        double run{1};
        double rise{1};
        bool real{}; ///< the raw value is a float
    };

    [[nodiscard]] std::optional<Route> route_to(std::size_t signal, std::size_t slot) const;
    [[nodiscard]] std::optional<Route> route_to_slot(std::size_t slot) const;
    [[nodiscard]] double step_of(const Route& route) const;
    [[nodiscard]] bool matters(const Route& route) const;
    bool follow(RawValues& raws, const Route& route, std::int64_t count) const;
    bool set_switch(RawValues& raws, std::size_t signal, bool on) const;
    void find_runs();
    [[nodiscard]] std::vector<std::size_t> state_slots() const;

    const Bound& bound_;
    RawValues base_;
    BatteryState state_; ///< that comes of it
    std::array<std::optional<Route>, signal_count> routes_;
    std::vector<std::optional<Route>> slot_routes_; ///< of cells and sensors
    std::vector<std::size_t> cells_;
    std::vector<std::size_t> sensors_;
    std::vector<std::size_t> heartbeats_;
};

} // namespace retrocan::mapping
