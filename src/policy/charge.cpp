// SPDX-License-Identifier: Apache-2.0
#include "policy/charge.h"

#include "core/unit.h"

#include <algorithm>
#include <string>
#include <utility>

namespace retrocan::policy {

namespace {

using namespace std::chrono_literals;

constexpr Voltage tenth{100};
constexpr Duration pace_up = 20s;
constexpr Duration longest_gap = 30s; // between rounds; what is longer is no running time

// A battery that was full asks for charge again and again as its cells settle. It is believed when it has
// been used, or insists.
constexpr Duration least_asking = 60s;
constexpr Duration insisting = 15min;
constexpr Percent used{200};

constexpr Voltage alike{40}; // cells of a battery that is full as a whole

constexpr Voltage not_full{25}; // so much lower than a full cell rests one that is a few percent behind

constexpr Charge assumed_capacity{100'000};
constexpr Voltage cell_danger{50}; // above the target, where no limit was given

Voltage tenths_down(Voltage v) {
    return {v.count / tenth.count * tenth.count};
}

ChargePolicy tidy(ChargePolicy policy) {
    policy.ceiling = std::max(policy.ceiling, policy.floor);
    // CVL is never 0: chargers have emptied batteries to it.
    if (policy.floor_prohibited <= Voltage{0})
        policy.floor_prohibited = policy.floor;
    policy.floor_prohibited = std::min(policy.floor_prohibited, policy.ceiling);
    if (policy.cells <= 0)
        policy.cell_target.reset();
    if (policy.cell_target && policy.cell_limit <= *policy.cell_target)
        policy.cell_limit = *policy.cell_target + cell_danger;
    return policy;
}

/// Plausibility comes before; this keeps the sums small whatever comes.
ChargeInput tidy(ChargeInput input, const ChargePolicy& policy) {
    constexpr Current most_current{1'000'000'000};
    constexpr Voltage most_cell{10'000};
    input.current = std::clamp(input.current, -most_current, most_current);
    if (input.cell_max)
        input.cell_max = std::clamp(*input.cell_max, Voltage{0}, most_cell);
    if (input.cell_min)
        input.cell_min = std::clamp(*input.cell_min, Voltage{0}, most_cell);
    if (input.capacity)
        input.capacity = std::min(*input.capacity, Charge{most_current.count});
    input.request.value = std::clamp(input.request.value, Voltage{0}, policy.ceiling);
    input.soc = std::clamp(input.soc, Percent{0}, Percent{10'000});
    return input;
}

void lower(Limit<Voltage>& lowest, const std::optional<Voltage>& value, std::string_view limiter,
           std::string_view signal, const auto& input) {
    if (value && *value < lowest.value)
        lowest = {*value, {limiter, input(), signal}};
}

} // namespace

std::string_view to_text(Phase phase) {
    switch (phase) {
    case Phase::bulk:
        return "bulk";
    case Phase::absorption:
        return "absorption";
    case Phase::floating:
        return "float";
    }
    return "";
}

std::int64_t milli_c(Current current, const ChargeInput& input) {
    constexpr std::int64_t most = 100'000;
    const Charge capacity = input.capacity && input.capacity->count > 0 ? *input.capacity : assumed_capacity;
    return std::clamp(current.count * 1000 / capacity.count, -most, most);
}

ChargeController::ChargeController(const ChargePolicy& policy, const ChargeMemory& memory)
    : policy_{tidy(policy)}
    , cycle_{policy_.phases, policy_.cells, policy_.cell_target, memory}
    , cell_loop_{{.cells = policy_.cells,
                  .target = policy_.cell_target.value_or(Voltage{}),
                  .limit = policy_.cell_limit,
                  .floor = policy_.floor,
                  .sign_verified = policy_.sign_verified}}
    , prohibition_{{.cells = policy_.cells,
                    .floor = policy_.floor_prohibited,
                    .sign_verified = policy_.sign_verified}} {}

bool ChargeController::prohibited(Charging charging) const {
    return charging == Charging::prohibited || charging == Charging::blocked;
}

void ChargeController::round(const ChargeInput& plausible, TimePoint now) {
    const ChargeInput input = tidy(plausible, policy_);
    const bool forbidden = prohibited(input.charging);
    const Voltage floor = forbidden ? policy_.floor_prohibited : policy_.floor;
    const Duration passed =
        running_ ? std::clamp(now - last_round_, Duration::zero(), longest_gap) : Duration::zero();
    last_round_ = now;

    hold_if_full(input, passed);
    cycle_.round(input, held_, running_ ? std::optional{cvl_.value} : std::nullopt, passed);

    Limit<Voltage> lowest = input.request;
    if (const auto phase = cycle_.limit(); phase && phase->value < lowest.value)
        lowest = *phase;
    if (held_)
        lower(lowest, policy_.hold, "hold", "ccl",
              [&] { return "held at " + to_text(policy_.hold) + " because the battery is full"; });

    const Voltage in_force = running_ ? cvl_.value : std::clamp(lowest.value, floor, policy_.ceiling);
    const std::int64_t rate = milli_c(input.current, input);
    if (forbidden)
        prohibition_.round(input.current, rate, in_force, policy_.hold, now);
    else
        prohibition_.end();
    if (policy_.cell_target && input.cell_max) {
        if (running_)
            cell_loop_.round(*input.cell_max, input.cell_min, rate, in_force, now);
        else
            cell_loop_.start(*input.cell_max, rate, guess(input, in_force), now);
    }
    lower(lowest, cell_loop_.limit(), "highest cell", "cell_voltage_max", [&] {
        return "highest cell " + (input.cell_max ? to_text(*input.cell_max) : "not known") + " of at most " +
               to_text(*policy_.cell_target);
    });
    lower(lowest, prohibition_.limit(), "prohibited", "current",
          [&] { return "charging is prohibited; the current is " + to_text(input.current); });
    decide(std::move(lowest), floor, now);
    running_ = true;
}

void ChargeController::fall_to(const Limit<Voltage>& request, Charging charging, TimePoint now) {
    const Voltage floor = prohibited(charging) ? policy_.floor_prohibited : policy_.floor;
    if (running_ && std::max(tenths_down(request.value), floor) < cvl_.value)
        decide(request, floor, now);
}

/// What to begin with where the highest cell is at the top already. What was sent before the silence was
/// right. Without that: where all cells are at the top it is the end of a charge, to be finished, since a
/// step down would empty the battery into the grid. Where only some are, the others rest lower than full
/// ones.
Voltage ChargeController::guess(const ChargeInput& input, Voltage in_force) const {
    if (cvl_.value > Voltage{0})
        return std::min(in_force, cvl_.value);
    if (input.cell_min && *input.cell_max - *input.cell_min < alike)
        return in_force;
    return tenths_down(std::min(in_force, policy_.hold - not_full * policy_.cells));
}

void ChargeController::hold_if_full(const ChargeInput& input, Duration passed) {
    if (input.charging == Charging::full) {
        held_ = true;
        held_soc_ = input.soc;
        asking_ = Duration::zero();
    } else if (held_ && input.charging == Charging::allowed) {
        asking_ += passed;
        // With phases, it floats from here on.
        if (asking_ >= least_asking &&
            (policy_.phases || asking_ >= insisting || input.soc <= held_soc_ - used))
            held_ = false;
    }
}

void ChargeController::decide(Limit<Voltage> lowest, Voltage floor, TimePoint now) {
    if (lowest.value < floor) {
        lowest.value = floor;
        lowest.reason.limiter = "floor";
        lowest.reason.input += ", below the floor of " + to_text(floor);
    }
    lowest.value = std::clamp(tenths_down(lowest.value), floor, policy_.ceiling);
    if (now < changed_)
        changed_ = now;
    if (running_ && lowest.value > cvl_.value) {
        const Voltage next = now - changed_ >= pace_up ? cvl_.value + tenth : cvl_.value;
        const Voltage held_back = std::max(floor, next);
        if (held_back < lowest.value)
            lowest = {
                held_back,
                {"ramp",
                 "on the way up to " + to_text(lowest.value) + " by 0.1 V in 20 s: " + lowest.reason.input,
                 lowest.reason.signal}};
    }
    if (!running_ || lowest.value != cvl_.value)
        changed_ = now;
    cvl_ = std::move(lowest);
}

} // namespace retrocan::policy
