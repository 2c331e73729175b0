// SPDX-License-Identifier: Apache-2.0
#include "policy/limits.h"

#include "core/unit.h"

#include <cassert>

namespace retrocan::policy {

namespace {

using B = BatteryState;

/// The lowest of the limiters of one limit: the first of equals wins.
template <class Q>
class Lowest {
public:
    Lowest(Q value, std::string_view limiter, std::string input)
        : limit_{value, {limiter, std::move(input)}} {}

    void add(Q value, std::string_view limiter, std::string input) {
        if (value < limit_.value)
            limit_ = Limit<Q>{value, {limiter, std::move(input)}};
    }
    /// A limiter whose input is not known.
    void blind() { complete_ = false; }

    [[nodiscard]] const Limit<Q>& limit() const { return limit_; }
    [[nodiscard]] bool complete() const { return complete_; }

private:
    Limit<Q> limit_;
    bool complete_{true};
};

bool provides(const LimitPolicy& policy, std::string_view signal) {
    const auto index = signal_index(signal);
    assert(index);
    return policy.provided.test(*index);
}

template <class Q>
void add_request(Lowest<Q>& lowest, const LimitPolicy& policy, std::string_view signal,
                 const Maybe<Q>& request, const std::optional<Q>& when_missing) {
    if (request)
        lowest.add(request->value, "battery", "the battery asks for " + to_text(request->value));
    else if (when_missing)
        lowest.add(*when_missing, "when_missing",
                   "the battery does not say; the owner wrote " + to_text(*when_missing));
    else if (provides(policy, signal))
        lowest.blind();
}

void add_switch(Lowest<Current>& lowest, const LimitPolicy& policy, std::string_view signal,
                std::string_view limiter, const Maybe<bool>& closed) {
    if (!closed) {
        if (provides(policy, signal))
            lowest.blind();
    } else if (!closed->value) {
        lowest.add(Current{0}, limiter, "the battery's " + std::string{limiter} + " is open");
    }
}

constexpr std::int64_t tenth = 100; // mV

Voltage whole_tenths(Voltage v) {
    return {v.count / tenth * tenth};
}

Lowest<Voltage> lowest_cvl(const B& state, const LimitPolicy& policy) {
    const Voltage ceiling = policy.envelope.cvl_ceiling;
    Lowest<Voltage> cvl{ceiling, "envelope", "ceiling " + to_text(ceiling)};
    add_request(cvl, policy, "cvl", state.cvl, policy.when_missing.cvl);
    if (policy.absorption)
        cvl.add(*policy.absorption, "absorption", "absorption voltage " + to_text(*policy.absorption));
    return cvl;
}

Lowest<Current> lowest_ccl(const B& state, const LimitPolicy& policy) {
    const Current ceiling = policy.envelope.ccl_ceiling;
    Lowest<Current> ccl{ceiling, "envelope", "ceiling " + to_text(ceiling)};
    add_switch(ccl, policy, "charge_allowed", "charge switch", state.charge_allowed);
    add_request(ccl, policy, "ccl", state.ccl, policy.when_missing.ccl);
    return ccl;
}

Lowest<Current> lowest_dcl(const B& state, const LimitPolicy& policy) {
    const Current ceiling = policy.envelope.dcl_ceiling;
    Lowest<Current> dcl{ceiling, "envelope", "ceiling " + to_text(ceiling)};
    add_switch(dcl, policy, "discharge_allowed", "discharge switch", state.discharge_allowed);
    add_request(dcl, policy, "dcl", state.dcl, {});
    return dcl;
}

template <class Q>
void lower_one(Limit<Q>& in_force, const Limit<Q>& latest) {
    if (latest.value < in_force.value)
        in_force = latest;
}

} // namespace

Limits limits(const BatteryState& state, const LimitPolicy& policy) {
    const Lowest<Voltage> cvl = lowest_cvl(state, policy);
    Lowest<Current> ccl = lowest_ccl(state, policy);
    const Lowest<Current> dcl = lowest_dcl(state, policy);

    Limits result;
    result.cvl = cvl.limit();
    // Below the floor the battery must not be charged at all. The floor itself goes on the bus, since a lower
    // voltage would make the system empty the battery into the grid.
    const Voltage floor = policy.envelope.cvl_floor;
    if (result.cvl.value < floor) {
        const Reason why{"floor", result.cvl.reason.input + ", below the floor of " + to_text(floor)};
        ccl.add(Current{0}, why.limiter, why.input);
        result.cvl = {floor, why};
    }
    result.cvl.value = whole_tenths(result.cvl.value);
    result.ccl = ccl.limit();
    result.dcl = dcl.limit();
    result.complete = cvl.complete() && ccl.complete() && dcl.complete();
    if (policy.discharge_voltage)
        result.discharge_voltage = *policy.discharge_voltage;
    else if (state.discharge_voltage)
        result.discharge_voltage = state.discharge_voltage->value;
    return result;
}

Limits lowered(Limits in_force, const Limits& latest) {
    lower_one(in_force.cvl, latest.cvl);
    lower_one(in_force.ccl, latest.ccl);
    lower_one(in_force.dcl, latest.dcl);
    return in_force;
}

bool within(const Limits& limits, const Envelope& envelope) {
    const auto inside = [](auto low, auto value, auto high) { return low <= value && value <= high; };
    return limits.cvl.value > Voltage{0} &&
           inside(envelope.cvl_floor, limits.cvl.value, envelope.cvl_ceiling) &&
           inside(Current{0}, limits.ccl.value, envelope.ccl_ceiling) &&
           inside(Current{0}, limits.dcl.value, envelope.dcl_ceiling);
}

} // namespace retrocan::policy
