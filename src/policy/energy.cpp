// SPDX-License-Identifier: Apache-2.0
#include "policy/energy.h"

#include <algorithm>
#include <cstdlib>

namespace retrocan::policy {

namespace {

using namespace literals;

// So that no product overflows, whatever comes in.
constexpr Voltage most_voltage = 1'000_V;
constexpr Current most_current = 1'000'000_A;
constexpr std::int64_t most_power_uw = most_voltage.count * most_current.count;
constexpr Duration most_gap = std::chrono::minutes{1};

constexpr std::int64_t uw_per_watt = 1'000'000;

std::optional<std::int64_t> power_of(Voltage voltage, Current current) {
    if (voltage < Voltage{} || voltage > most_voltage || current < -most_current || current > most_current)
        return std::nullopt;
    return voltage.count * current.count; // mV x mA = uW
}

} // namespace

bool EnergyMemory::restored() const {
    const auto energy = [](Energy e) { return e >= Energy{} && e <= most; };
    const auto rest = [](std::int64_t r) { return r >= 0 && r < rests_per_wh; };
    return energy(in) && energy(out) && rest(in_rest) && rest(out_rest);
}

bool EnergyMeter::restored() const {
    return !power_uw_ || (*power_uw_ >= -most_power_uw && *power_uw_ <= most_power_uw);
}

EnergyMeter::EnergyMeter(const EnergyMemory& memory, Duration longest_gap)
    : longest_gap_{std::min(longest_gap, most_gap)}, memory_{memory} {}

void EnergyMeter::round(Voltage voltage, Current current, TimePoint now) {
    const auto power_uw = power_of(voltage, current);
    if (power_uw && power_uw_ && now > at_ && now - at_ <= longest_gap_) {
        count(*power_uw_, now - at_);
        count(*power_uw, now - at_);
    }
    power_uw_ = power_uw;
    at_ = now;
}

/// Half of power x time, to the side that it belongs to.
void EnergyMeter::count(std::int64_t power_uw, Duration time) {
    Energy& whole = power_uw > 0 ? memory_.in : memory_.out;
    std::int64_t& rest = power_uw > 0 ? memory_.in_rest : memory_.out_rest;
    // Whole watts and what is below by themselves: one product of both would not fit.
    constexpr std::int64_t watt_rests_per_wh = EnergyMemory::rests_per_wh / uw_per_watt;
    const std::int64_t watt_rests = std::abs(power_uw) / uw_per_watt * time.count();
    rest += watt_rests % watt_rests_per_wh * uw_per_watt + std::abs(power_uw) % uw_per_watt * time.count();
    whole.count += watt_rests / watt_rests_per_wh + rest / EnergyMemory::rests_per_wh;
    rest %= EnergyMemory::rests_per_wh;
}

} // namespace retrocan::policy
