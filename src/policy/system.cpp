// SPDX-License-Identifier: Apache-2.0
#include "policy/system.h"

#include "core/unit.h"

#include <algorithm>

namespace retrocan::policy {

namespace {

constexpr Voltage tenth{100};
constexpr Duration cap_pause = std::chrono::seconds{20};   // between two steps down
constexpr Duration cap_release = std::chrono::minutes{5};  // between two steps back up
constexpr Duration energy_life = std::chrono::seconds{10}; // as old as a gap that is still counted

template <class T>
std::optional<T> value(const Maybe<T>& signal) {
    return signal ? std::optional{signal->value} : std::nullopt;
}

} // namespace

System::System(const SystemPolicy& policy, const Memory& memory)
    : policy_{policy}
    , charge_{policy.charge, memory.charge}
    , ccl_{policy.envelope.ccl_ceiling}
    , dcl_{policy.envelope.dcl_ceiling, policy.dcl_min}
    , energy_{memory.energy, policy.longest_gap}
    , force_{policy.force_charge}
    , obedience_{policy.obedience} {}

void System::restart() {
    charge_.restart();
    ccl_.restart();
    dcl_.restart();
    obedience_.forget();
    cap_.reset();
    limits_.reset();
    silence_.clear();
    warnings_.clear();
}

void System::round(const BatteryState& values, const Limits& permitted, TimePoint now) {
    if (!values.voltage || !values.current || !values.soc) // no good round lacks them
        return lower(permitted, now);
    if (limits_) // what flowed until now did so under the limits until now
        obedience_.round(values.current->value, limits_->ccl.value, limits_->dcl.value, now);
    const std::optional<Limits> before = limits_;
    steer(values, permitted, now);
    note_limiters(before, now);
    if (policy_.counts_energy)
        energy_.round(values.voltage->value, values.current->value, now);
    force_.round(values.soc->value, value(values.force_charge), now);
    watch(values);
}

/// What several batteries may be given together may be more than the owner allows.
Limits System::capped(Limits permitted) const {
    const auto cap = [](Limit<Current>& limit, Current ceiling) {
        if (limit.value > ceiling)
            limit = {ceiling, {"envelope", "ceiling of all batteries together " + to_text(ceiling), {}}};
    };
    cap(permitted.ccl, policy_.envelope.ccl_ceiling);
    cap(permitted.dcl, policy_.envelope.dcl_ceiling);
    return permitted;
}

void System::steer(const BatteryState& values, const Limits& all_permitted, TimePoint now) {
    const Limits permitted = capped(all_permitted);
    ChargeInput input{.voltage = values.voltage->value,
                      .current = values.current->value,
                      .soc = values.soc->value,
                      .cell_max = value(values.cell_voltage_max),
                      .cell_min = value(values.cell_voltage_min),
                      .capacity = policy_.capacity ? policy_.capacity : value(values.capacity),
                      .request = permitted.cvl,
                      .charging = permitted.charging};
    if (limits_)
        lower_cap(limits_->cvl.value, now);
    if (cap_ && *cap_ < input.request.value)
        input.request = {*cap_, {"disobedience", "a charge current above its limit: CVL is lowered", {}}};
    charge_.round(input, now);

    Limits limits = permitted;
    limits.cvl = charge_.cvl();
    Limit<Current> ccl = permitted.ccl;
    // Below the floor the battery must not be charged at all. The floor itself goes on the bus, since a lower
    // voltage would make the system empty the battery into the grid.
    if (permitted.cvl.value < policy_.envelope.cvl_floor && ccl.value > Current{0})
        ccl = {Current{0},
               {"floor",
                permitted.cvl.reason.input + ", below the floor of " + to_text(policy_.envelope.cvl_floor),
                permitted.cvl.reason.signal}};
    ccl_.rise_to(ccl, now);
    dcl_.rise_to(permitted.dcl, now);
    limits.ccl = *ccl_.limit();
    limits.dcl = *dcl_.limit();
    limits_ = std::move(limits);
}

/// While a charge current above CCL is not reduced, and the owner wants it, CVL goes down to the hold
/// voltage, a tenth each 20 s; and back, a tenth each 5 minutes, once it is obeyed.
void System::lower_cap(Voltage cvl, TimePoint now) {
    const bool lower = obedience_.lower_cvl();
    if (!cap_ && !lower)
        return;
    if (cap_ && now - cap_moved_ < (lower ? cap_pause : cap_release))
        return;
    const Voltage from = cap_.value_or(cvl);
    cap_ = lower ? std::max(std::min(from, cvl) - tenth, policy_.charge.hold) : from + tenth;
    cap_moved_ = now;
    if (!lower && *cap_ >= policy_.envelope.cvl_ceiling)
        cap_.reset();
}

void System::note_limiters(const std::optional<Limits>& before, TimePoint now) {
    const auto note = [&](std::size_t which, const Reason& reason, const Reason* earlier) {
        if (earlier == nullptr || earlier->limiter != reason.limiter)
            limited_since_[which] = now;
    };
    note(0, limits_->cvl.reason, before ? &before->cvl.reason : nullptr);
    note(1, limits_->ccl.reason, before ? &before->ccl.reason : nullptr);
    note(2, limits_->dcl.reason, before ? &before->dcl.reason : nullptr);
}

void System::lower(const Limits& all_permitted, TimePoint now) {
    if (!limits_)
        return;
    const Limits permitted = capped(all_permitted);
    const std::optional<Limits> before = limits_;
    ccl_.fall_to(permitted.ccl);
    dcl_.fall_to(permitted.dcl);
    limits_->ccl = *ccl_.limit();
    limits_->dcl = *dcl_.limit();
    limits_->charging = std::max(limits_->charging, permitted.charging);
    charge_.fall_to(permitted.cvl, limits_->charging, now);
    limits_->cvl = charge_.cvl();
    if (permitted.cvl.value < policy_.envelope.cvl_floor) {
        ccl_.fall_to({Current{0}, {"floor", permitted.cvl.reason.input, permitted.cvl.reason.signal}});
        limits_->ccl = *ccl_.limit();
    }
    note_limiters(before, now);
}

void System::watch(const BatteryState& values) {
    warnings_.clear();
    for (const std::string* fault : {&obedience_.charge_fault(), &obedience_.discharge_fault()})
        if (!fault->empty())
            warnings_.push_back(*fault);
    if (!charge_.disobeyed()) {
        silence_.clear();
        return;
    }
    const std::string what = "charging is not obeyed: it is prohibited (" + limits_->ccl.reason.input +
                             "), CVL is at its lowest, and " + to_text(values.current->value) +
                             " are charged nevertheless";
    warnings_.push_back(what);
    const bool in_danger = values.cell_voltage_max &&
                           values.cell_voltage_max->value > policy_.charge.cell_limit &&
                           policy_.charge.cell_limit > Voltage{0};
    if (policy_.on_disobeyed == OnDisobeyed::silent ||
        (policy_.on_disobeyed == OnDisobeyed::automatic && in_danger))
        silence_ = what;
}

BatteryState System::completed(const BatteryState& values, TimePoint now) const {
    BatteryState result = values;
    if (policy_.counts_energy) {
        result.energy_in = Aged<Energy>{energy_.in(), now, now + energy_life};
        result.energy_out = Aged<Energy>{energy_.out(), now, now + energy_life};
    }
    if (force_.request() && (*force_.request() || result.force_charge))
        result.force_charge = Aged<bool>{*force_.request(), now, now + energy_life};
    return result;
}

} // namespace retrocan::policy
