// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "can/bus_health.h"
#include "can/link.h"
#include "daemon/bridge.h"
#include "daemon/foreign_watch.h"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retrocan::daemon {

/// Writes the log: a line for each change, none for each cycle.
class Narrator {
public:
    /// `bus`: how the log calls it; empty if nobody can be heard on it.
    Narrator(std::vector<std::string> batteries, OnStale on_stale, std::string bus);

    /// After anything that may have changed the bridge.
    void look(const Bridge& bridge, TimePoint now);
    void source(std::size_t battery, const adapter::LinkNews& news);
    void bus(const can::Event& event);
    /// How the bus is has changed.
    void bus_state(const can::BusHealth& health);
    /// Somebody else sends our frames, or has stopped it.
    void foreign(ForeignWatch& others, Hearing hearing, TimePoint now) const;

    /// The last thing that a source said about itself, for people who ask why.
    [[nodiscard]] const std::string& last_news(std::size_t battery) const { return batteries_[battery].news; }

private:
    /// What was said of the state of a battery, or of the bank.
    struct Told {
        std::string name;
        std::optional<policy::PackState> state{};
        std::string reason{};
        std::set<std::string> objections{}; ///< what is being objected to
        std::string news{};
    };
    /// What was said of one of CVL, CCL and DCL.
    struct ToldLimit {
        std::string limiter{};
        bool zero{}; ///< nothing was given: to and from it is always told
        TimePoint at{};
    };

    void look_at_state(Told& told, policy::PackState state, const std::string& reason, bool stops);
    static void look_at_objections(Told& told, const std::vector<std::string>& objections, const char* what);
    void look_at_limits(const Bridge& bridge, TimePoint now);
    template <class Q>
    void look_at_limit(std::size_t which, const char* name, const policy::Limit<Q>& limit, TimePoint now);
    void look_at_bus(const Bridge& bridge);
    void look_at_gx(const GxWatch& gx, bool bus_is_up, TimePoint now);

    std::vector<Told> batteries_;
    Told system_; ///< the bank, or the only battery
    OnStale on_stale_;
    std::string bus_;
    can::BusState bus_state_{can::BusState::starting};
    std::optional<std::uint32_t> bit_rate_; ///< of the bus, where it is known
    std::array<ToldLimit, 3> limits_{};
    std::optional<policy::Phase> phase_;
    bool silenced_{};
    Hearing hearing_{Hearing::not_yet};
    GxState gx_{GxState::never};
    TimePoint gx_left_{}; ///< when it was heard before it was lost
    bool gx_missed_{};
    bool gx_silent_{};
    std::uint64_t refused_{};
};

} // namespace retrocan::daemon
