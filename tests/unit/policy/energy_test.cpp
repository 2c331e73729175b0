// SPDX-License-Identifier: Apache-2.0
#include "policy/energy.h"
#include "unit/policy/battery_of_tests.h"

#include <limits>

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;

/// A picojoule, which is mV x mA x us, has two rests.
constexpr std::int64_t rests_per_joule = 2'000'000'000'000;

/// Rounds of the same values at t0, t0 + every, ... t0 + span.
void run(EnergyMeter& meter, Voltage voltage, Current current, Duration span, Duration every = 1s) {
    for (Duration t{}; t <= span; t += every)
        meter.round(voltage, current, t0 + t);
}

TEST(Energy, AnHourAtOneKilowattIsAThousandWattHoursToTheLastPicojoule) {
    EnergyMeter meter;
    run(meter, 50_V, 20_A, 1h);
    EXPECT_EQ(meter.memory(), (EnergyMemory{1000_Wh, {}, 0, 0}));
    EnergyMeter other;
    run(other, 50_V, -20_A, 1h);
    EXPECT_EQ(other.memory(), (EnergyMemory{{}, 1000_Wh, 0, 0}));
}

TEST(Energy, NothingIsLostBelowAWattHour) {
    EnergyMeter meter;
    // 52.345 V x 1.234 A x 3 s is 193.781190 J; 20 of them are 3875.6238 J, which is 1 Wh and 275.6238 J.
    run(meter, 52'345_mV, 1'234_mA, 60s, 3s);
    EXPECT_EQ(meter.memory(), (EnergyMemory{1_Wh, {}, 551'247'600'000'000, 0}));
}

TEST(Energy, CountsTheTrapezoid) {
    EnergyMeter meter;
    meter.round(50_V, 10_A, t0);
    meter.round(50_V, 30_A, t0 + 4s); // (500 W + 1500 W) / 2 x 4 s = 4000 J
    EXPECT_EQ(meter.memory(), (EnergyMemory{1_Wh, {}, 400 * rests_per_joule, 0}));
}

TEST(Energy, EachEndCountsForItsDirectionWhenItTurns) {
    EnergyMeter meter;
    meter.round(50_V, 10_A, t0);
    meter.round(50_V, -30_A, t0 + 2s);
    EXPECT_EQ(meter.memory(), (EnergyMemory{{}, {}, 500 * rests_per_joule, 1500 * rests_per_joule}));
}

TEST(Energy, DoesNotGuessWhatFlowedInAGap) {
    struct Case {
        const char* name;
        Duration gap;
        std::int64_t joules;
    };
    const Case cases[] = {
        {"at the limit", 10s, 1000}, {"above it", 10s + 1us, 0}, {"a night", 8h, 0},
        {"no time", 0s, 0},          {"backwards", -1s, 0},
    };
    for (const Case& c : cases) {
        EnergyMeter meter;
        meter.round(50_V, 2_A, t0);
        meter.round(50_V, 2_A, t0 + c.gap);
        EXPECT_EQ(meter.memory(), (EnergyMemory{{}, {}, c.joules * rests_per_joule, 0})) << c.name;
        meter.round(50_V, 2_A, t0 + c.gap + 1s);
        EXPECT_EQ(meter.memory().in_rest, (c.joules + 100) * rests_per_joule) << c.name << ", and goes on";
    }
}

TEST(Energy, ASlowBatteryHasALongerGap) {
    EnergyMeter meter{{}, 50s};
    run(meter, 50_V, 20_A, 1h, 24s);
    EXPECT_EQ(meter.in(), 1000_Wh);
    EnergyMeter slower{{}, 1h};
    run(slower, 50_V, 20_A, 1h, 61s);
    EXPECT_EQ(slower.in(), 0_Wh) << "a minute is the most";
}

TEST(Energy, GoesOnFromWhatWasKept) {
    EnergyMeter meter{{70_Wh, 60_Wh, EnergyMemory::rests_per_wh - 1, 5}};
    meter.round(1_V, 1_mA, t0);
    meter.round(1_V, 1_mA, t0 + 1us); // 1000 picojoules
    EXPECT_EQ(meter.memory(), (EnergyMemory{71_Wh, 60_Wh, 1'999, 5}));
}

TEST(Energy, CountsNothingThatNoBatteryHasAndOverflowsNowhere) {
    constexpr std::int64_t top = std::numeric_limits<std::int64_t>::max();
    EnergyMeter meter{{}, 1h};
    for (const auto& [voltage, current] : {std::pair<Voltage, Current>{{top}, {top}},
                                           {{-1}, {1'000}},
                                           {{1'000'001}, {1'000}},
                                           {{1'000}, {1'000'000'001}},
                                           {{1'000}, {-top}}}) {
        meter.round(voltage, current, t0);
        meter.round(voltage, current, t0 + 1s);
    }
    EXPECT_EQ(meter.memory(), EnergyMemory{});
    run(meter, 1'000_V, 1'000'000_A, 1h, 1min); // 1 GW, at its limits
    EXPECT_EQ(meter.memory(), (EnergyMemory{1'000'000'000_Wh, {}, 0, 0}));
}

TEST(Energy, KnowsWhatNoMeterCanHaveKept) {
    constexpr std::int64_t most = 1'000'000'000'000;
    EXPECT_TRUE((EnergyMemory{{most}, {most}, EnergyMemory::rests_per_wh - 1, 0}.restored()));
    EXPECT_FALSE((EnergyMemory{{-1}, {}, 0, 0}.restored()));
    EXPECT_FALSE((EnergyMemory{{}, {most + 1}, 0, 0}.restored()));
    EXPECT_FALSE((EnergyMemory{{}, {}, EnergyMemory::rests_per_wh, 0}.restored()));
    EXPECT_FALSE((EnergyMemory{{}, {}, 0, -1}.restored()));
}

} // namespace
} // namespace retrocan::policy
