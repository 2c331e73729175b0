// SPDX-License-Identifier: Apache-2.0
#include "policy/cell_loop.h"

#include <algorithm>
#include <cstdlib>

namespace retrocan::policy {

namespace {

using namespace std::chrono_literals;

constexpr Voltage tenth{100};

// Averages of a ramp lag behind it by their time, so that their difference is the rate times the difference
// of the times.
constexpr Duration fast_time = 5s;
constexpr Duration slow_time = 30s;
constexpr Duration longest_gap = 60s;

// In microvolts: what no cell does between two rounds, and what none does in a second.
constexpr std::int64_t jump = 20'000;
constexpr std::int64_t runaway = 5'000;

// What a current of 1 C adds to a cell at once: some 0.2 mOhm of 280 Ah. It is taken off before the rate is
// taken, or every load that goes off would look like a cell that runs away.
constexpr std::int64_t ohmic_mv_per_c = 50;
// What a discharge of 1 C takes off within minutes: a cell that is full still is, though it looks lower.
constexpr std::int64_t sag_mv_per_c = 100;

constexpr Duration horizon = 75s;
constexpr Duration horizon_up = 120s;
constexpr Duration urgent_pace = 5s; // latency of the battery's values and of the GX, which adjusts every 3 s
constexpr Duration pace = 20s;
constexpr Voltage urgent{5}; // about the target: a cell that is nearly there and does not stop
constexpr std::int64_t way_milli_c = 10;
constexpr std::int64_t mv_per_step = 15; // above the target, for each further step at once
constexpr std::int64_t most_steps = 5;

constexpr Voltage deadband{15};
constexpr Voltage far{60};       // below the target by so much: it is another charge
constexpr Voltage very_far{100}; // and here there is nothing to wait for
constexpr Voltage empty{140};    // and here it is not full any more, whatever the current
constexpr Voltage most_ahead{100};
constexpr std::int64_t discharge_milli_c = 10;
constexpr Duration blind_pace = 120s;
constexpr Duration first_patience = 5min;
constexpr Duration most_patience = 2h;

} // namespace

void CellLoop::start(Voltage highest, std::int64_t milli_c, Voltage guess, TimePoint now) {
    fast_.reset();
    filter(highest.count * 1000 - milli_c * ohmic_mv_per_c * (facts_.sign_verified ? 1 : 0), now);
    rose_ = false;
    stepped_ = now;
    if (highest + very_far < facts_.target) {
        limit_.reset();
        patience_ = first_patience;
    } else if (!limit_) {
        patience_ = first_patience;
        limit_ = std::max(facts_.floor, guess);
        if (highest > facts_.target)
            fall(*limit_, steps_down(highest, highest - facts_.target), now);
    }
}

void CellLoop::round(Voltage highest, std::optional<Voltage> lowest, std::int64_t milli_c, Voltage in_force,
                     TimePoint now) {
    filter(highest.count * 1000 - milli_c * ohmic_mv_per_c * (facts_.sign_verified ? 1 : 0), now);
    if (now < stepped_)
        stepped_ = now;

    const Voltage soon = expected(highest, horizon);
    if (soon > facts_.target) {
        const Voltage from = std::min(in_force, limit_.value_or(in_force));
        // Once the current gives way, the last step acts, and more would be too much.
        const bool gives_way = facts_.sign_verified && milli_c < before_ - way_milli_c;
        const bool is_urgent = highest > facts_.target - urgent && soon > facts_.target + urgent;
        if (now - stepped_ >= (!is_urgent ? pace : gives_way ? 2 * urgent_pace : urgent_pace)) {
            before_ = milli_c;
            fall(from, steps_down(highest, soon - facts_.target), now);
        }
    } else if (limit_ && in_force >= *limit_) {
        const std::int64_t sag =
            facts_.sign_verified ? std::max<std::int64_t>(0, -milli_c) : std::abs(milli_c);
        const Voltage then = std::max(highest, expected(highest, horizon_up));
        // Of a step, a cell that stands out gets most in the end, and needs room for it.
        const Voltage ahead = lowest ? highest - *lowest : most_ahead;
        const Voltage needed =
            deadband + Voltage{std::clamp(ahead.count, std::int64_t{0}, most_ahead.count) / 2};
        rise(facts_.target - then - Voltage{sag * sag_mv_per_c / 1000}, needed, milli_c < -discharge_milli_c,
             now);
    }
}

void CellLoop::filter(std::int64_t microvolts, TimePoint now) {
    const Duration passed = now - seen_;
    seen_ = now;
    if (!fast_ || passed < Duration::zero() || passed > longest_gap) {
        fast_ = slow_ = microvolts;
        return;
    }
    // A jump is no rate: a load, or a source that told nothing new for a while.
    const std::int64_t most = jump + runaway * (passed / 1ms) / 1000;
    const std::int64_t beyond = microvolts - *fast_ - std::clamp(microvolts - *fast_, -most, most);
    *fast_ += beyond;
    slow_ += beyond;
    const auto follow = [&](std::int64_t& average, Duration time) {
        average += (microvolts - average) * passed.count() / (time + passed).count();
    };
    follow(*fast_, fast_time);
    follow(slow_, slow_time);
}

Voltage CellLoop::expected(Voltage highest, Duration in) const {
    return {highest.count + (*fast_ - slow_) * (in / 1s) / ((slow_time - fast_time) / 1s) / 1000};
}

std::int64_t CellLoop::steps_down(Voltage highest, Voltage too_high) const {
    if (highest > facts_.limit)
        return most_steps;
    return std::clamp<std::int64_t>(1 + too_high.count / mv_per_step, 1, most_steps);
}

void CellLoop::fall(Voltage from, std::int64_t steps, TimePoint now) {
    too_high_ = from;
    limit_ = std::max(facts_.floor, from - tenth * steps);
    if (rose_)
        patience_ = std::min(most_patience, patience_ * 4);
    rose_ = false;
    stepped_ = now;
}

void CellLoop::rise(Voltage room, Voltage needed, bool discharges, TimePoint now) {
    if (room < needed)
        return;
    if (room >= far)
        patience_ = first_patience;
    Duration wait = room >= very_far ? pace : room >= far ? 3 * pace : patience_;
    // If it is loads that empty it, no CVL is felt. A higher one would be, and be too high, when the sun is
    // back.
    if (discharges && room < empty && *limit_ + tenth >= too_high_)
        wait = std::max(wait, blind_pace);
    if (now - stepped_ < wait)
        return;
    limit_ = *limit_ + tenth;
    rose_ = true;
    stepped_ = now;
}

} // namespace retrocan::policy
