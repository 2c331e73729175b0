// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/quantity.h"
#include "core/time.h"

#include <cstdint>
#include <optional>

namespace retrocan::policy {

/// Energy that has flowed, exactly. Worth keeping over a restart.
struct EnergyMemory {
    Energy in;               ///< into the battery
    Energy out;              ///< out of it
    std::int64_t in_rest{};  ///< below one Wh, in half picojoules: mV x mA x us, of which both ends count
    std::int64_t out_rest{}; ///< likewise

    static constexpr std::int64_t rests_per_wh = 7'200'000'000'000'000; ///< 2 x 3600 J
    static constexpr Energy most{1'000'000'000'000};                    ///< far above anything real

    /// It may come from a file: whether EnergyMeter can have written it.
    [[nodiscard]] bool restored() const;

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("in", self.in);
        visit("out", self.out);
        visit("in_rest", self.in_rest);
        visit("out_rest", self.out_rest);
    }

    friend bool operator==(const EnergyMemory&, const EnergyMemory&) = default;
};

/// Integrates voltage x current for a battery that does not count energy itself. Between two rounds each of
/// them stands for half of the time, which is the trapezoid unless the direction changes between them.
/// Neither counter ever falls. What flows while nothing is known of it is not counted. Deterministic.
class EnergyMeter {
public:
    /// `longest_gap`: between rounds that are further apart nothing is counted; one minute at most.
    explicit EnergyMeter(const EnergyMemory& memory = {}, Duration longest_gap = std::chrono::seconds{10});

    /// A good round. Values outside 0 to 1000 V and -1 to 1 MA count as none.
    void round(Voltage voltage, Current current, TimePoint now);

    [[nodiscard]] Energy in() const { return memory_.in; }
    [[nodiscard]] Energy out() const { return memory_.out; }
    [[nodiscard]] const EnergyMemory& memory() const { return memory_; }

    /// Every member that changes, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("memory", self.memory_);
        visit("power_uw", self.power_uw_);
        visit("at", self.at_);
    }
    /// A snapshot may hold anything: whether a meter can have been in this state.
    [[nodiscard]] bool restored() const;

private:
    void count(std::int64_t power_uw, Duration time);

    Duration longest_gap_;
    EnergyMemory memory_;
    std::optional<std::int64_t> power_uw_; ///< of the last round; positive charges
    TimePoint at_{};
};

} // namespace retrocan::policy
