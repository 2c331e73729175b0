// SPDX-License-Identifier: Apache-2.0
#include "policy/prohibition.h"

#include <algorithm>

namespace retrocan::policy {

namespace {

using namespace std::chrono_literals;

constexpr Voltage tenth{100};

// Less than this is no charge: a sensor's offset, or the rest that 0.1 V cannot resolve.
constexpr std::int64_t charge_milli_c = 10;
constexpr Current charge_current{500};
// Less than this is no discharge.
constexpr std::int64_t discharge_milli_c = 5;
constexpr Current discharge_current{500};

constexpr Duration pace_down = 5s; // latency of the battery's values and of the GX, which adjusts every 3 s
constexpr Duration pace_up = 20s;
constexpr Duration most_wait = 1h;
constexpr std::int64_t ohmic_mv_per_c = 50; // of a cell: what a step may undo of the current at once
constexpr std::int64_t most_steps = 5;
constexpr std::int64_t effect_milli_c = 3; // of a step up, if CVL is what makes it discharge

constexpr Duration obedience_time = 60s;

} // namespace

void Prohibition::end() {
    limit_.reset();
    disobeyed_ = false;
}

void Prohibition::round(Current current, std::int64_t milli_c, Voltage in_force, Voltage rest,
                        TimePoint now) {
    const bool charges = milli_c > charge_milli_c && current > charge_current;
    const bool discharges = milli_c < -discharge_milli_c && current < -discharge_current;
    if (!limit_) {
        // No battery rests above this voltage. Beginning at it spares the way down from absorption.
        limit_ = std::max(facts_.floor, std::min(in_force, rest));
        most_ = *limit_;
        stepped_ = now - pace_down;
        obedience_turns_ = now;
        rose_ = false;
        observed_ = true;
        before_ = 0;
        wait_ = pace_up;
    }
    if (now < stepped_)
        stepped_ = now;
    watch_obedience(charges, in_force, now);
    if (charges) {
        if (now - stepped_ >= pace_down)
            fall(milli_c, std::min(in_force, *limit_), now);
    } else if (discharges && facts_.sign_verified) {
        rise(milli_c, now);
    }
}

void Prohibition::watch_obedience(bool charges, Voltage in_force, TimePoint now) {
    const bool contradicts = disobeyed_ ? !charges : charges && in_force <= facts_.floor;
    if (!contradicts || now < obedience_turns_) {
        obedience_turns_ = now;
    } else if (now - obedience_turns_ >= obedience_time) {
        disobeyed_ = !disobeyed_;
        obedience_turns_ = now;
    }
}

void Prohibition::fall(std::int64_t milli_c, Voltage from, TimePoint now) {
    std::int64_t steps = milli_c * ohmic_mv_per_c * facts_.cells / 1000 / tenth.count;
    // A step that did nothing: CVL is still above what the chargers reach.
    if (!rose_ && milli_c * 10 > before_ * 8)
        steps *= 2;
    limit_ = std::max(facts_.floor, from - tenth * std::clamp<std::int64_t>(steps, 1, most_steps));
    // The last step up was one too many.
    if (rose_)
        wait_ = std::min(most_wait, wait_ * 2);
    rose_ = false;
    before_ = milli_c;
    stepped_ = now;
}

/// It discharges: into the grid because CVL is too low, or into loads, where no CVL helps. Only what follows
/// a step up tells which.
void Prohibition::rise(std::int64_t milli_c, TimePoint now) {
    if (now - stepped_ < pace_up)
        return;
    if (rose_ && !observed_) {
        observed_ = true;
        if (milli_c - before_ >= effect_milli_c) {
            wait_ = pace_up;
        } else {
            wait_ = std::min(most_wait, wait_ * 2);
            limit_ = std::max(facts_.floor, *limit_ - tenth);
            rose_ = false;
            stepped_ = now;
            return;
        }
    }
    if (now - stepped_ < wait_ || *limit_ + tenth > most_)
        return;
    limit_ = *limit_ + tenth;
    rose_ = true;
    observed_ = false;
    before_ = milli_c;
    stepped_ = now;
}

} // namespace retrocan::policy
