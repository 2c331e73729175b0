// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/time.h"
#include "simulator/demo_battery.h"
#include "simulator/fault_text.h"
#include "simulator/mapping_base.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::simulator {

/// The battery that a mapping describes. Its values are those of a battery model where the mapping says which
/// point a signal is, and stay as in the mapping's test everywhere else. A function of time, of what was set
/// by hand and of the faults. One thread at a time.
class MappedBattery {
public:
    /// `frozen`: all values stay as in the test. A day passes within `day`.
    MappedBattery(MappingBase base, bool frozen, std::uint64_t seed, Duration day);

    /// What it tells at this time since its start, as raw values by slot and as lines of a capture.
    [[nodiscard]] mapping::RawValues raws(Duration time) const;
    [[nodiscard]] std::vector<std::string> lines(Duration time) const;

    /// The signals that the model moves; `voltage` and the like may also follow from cells that it moves.
    [[nodiscard]] const std::vector<std::size_t>& modelled() const { return modelled_; }
    [[nodiscard]] std::size_t cells() const { return inverse_.cells().size(); }
    /// What the model wants a signal to be at this time; nothing if it does not move it.
    [[nodiscard]] std::optional<std::int64_t> wanted(std::size_t signal, Duration time) const;

    /// Gives a signal ("voltage", "52.1 V"; "discharge_allowed", "no"; "alarm high_voltage", "yes") or a
    /// point ("alarms", "0x10"; "cell.3", "3200": raw, elements from 0) a value that stays. The error is for
    /// people.
    Result<std::string, std::string> set(std::string_view name, std::string_view value, Duration now);
    /// From now on other values than those of the base, from a capture.
    void rebase(mapping::RawValues raws) { captured_ = std::move(raws); }
    /// All values that were set by hand are as before.
    void forget() { by_hand_.clear(), slots_by_hand_.clear(); }
    void set_faults(std::vector<ValueFault> faults) { faults_ = std::move(faults); }

    [[nodiscard]] const MappingBase& base() const { return base_; }
    [[nodiscard]] const mapping::Inverse& inverse() const { return inverse_; }

private:
    using Targets = std::map<std::size_t, std::int64_t>; ///< signals in fine units

    [[nodiscard]] Targets targets(const DemoPack& pack) const;
    void apply(mapping::RawValues& raws, const DemoPack& pack) const;
    void apply_faults(mapping::RawValues& raws, Duration time) const;
    void spoil(mapping::RawValues& raws, const ValueFault& fault) const;
    [[nodiscard]] std::optional<std::size_t> slot_named(std::string_view name) const;
    Result<std::string, std::string> set_alarm(std::size_t alarm, std::string_view name,
                                               std::string_view value, Duration now);
    void find_states();
    void find_same_registers();
    void agree_on_registers(mapping::RawValues& raws) const;
    void leave_out_what_differs(const DemoPack& pack);

    MappingBase base_;
    mapping::Inverse inverse_;
    BatteryState state_; ///< of the base
    bool frozen_;
    DemoBattery model_;
    DemoPack start_; ///< at time 0
    std::vector<std::size_t> modelled_;
    std::vector<std::vector<std::size_t>> same_registers_; ///< slots of points that share one
    /// States that go with a current into the battery and out of it; nothing: there are none.
    struct States {
        mapping::RawValues raws;
        bool possible{};
    };
    States charging_;
    States discharging_;
    std::optional<mapping::RawValues> captured_;
    std::map<std::size_t, std::int64_t> by_hand_;
    std::map<std::size_t, adapter::RawValue> slots_by_hand_;
    std::vector<ValueFault> faults_;
};

} // namespace retrocan::simulator
