// SPDX-License-Identifier: Apache-2.0
#include "policy/force_charge.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;

std::optional<bool> request(ForceCharge& force, Percent soc, TimePoint now, std::optional<bool> asked = {}) {
    force.round(soc, asked, now);
    return force.request();
}

TEST(ForceCharge, LowSocAsksUntilItIsEnough) {
    ForceCharge force{{.below = 10_pct, .until = 20_pct}};
    const std::pair<Percent, bool> rounds[] = {
        {1'000_cpct, false}, // not below
        {999_cpct, true},    //
        {1'500_cpct, true},  // above `below`, not enough yet
        {1'999_cpct, true},  //
        {2'000_cpct, false}, // enough
        {1'500_cpct, false}, // and not again until it is low
        {1'000_cpct, false}, //
        {999_cpct, true},
    };
    TimePoint now = t0;
    for (const auto& [soc, expected] : rounds)
        EXPECT_EQ(request(force, soc, now += 1s), expected) << soc.count;
}

TEST(ForceCharge, SaysWhy) {
    ForceCharge force{{.below = 10_pct, .until = 20_pct}};
    std::ignore = request(force, 950_cpct, t0);
    EXPECT_EQ(force.reason(), (Reason{"low SOC", "SOC 9.5 % is below 10 %; until 20 %", "soc"}));
    std::ignore = request(force, 15_pct, t0 + 1s);
    EXPECT_EQ(force.reason().input, "SOC 9.5 % is below 10 %; until 20 %") << "what began it";
    std::ignore = request(force, 20_pct, t0 + 2s);
    EXPECT_EQ(force.reason(), Reason{});
}

TEST(ForceCharge, ALongTimeBelowAsksToo) {
    ForceCharge force{{.long_below = 40_pct, .long_time = 24h, .until = 60_pct}};
    EXPECT_EQ(request(force, 39_pct, t0), false);
    EXPECT_EQ(request(force, 30_pct, t0 + 24h - 1us), false);
    EXPECT_EQ(request(force, 35_pct, t0 + 24h), true);
    EXPECT_EQ(force.reason().limiter, "long low SOC");
    EXPECT_EQ(force.reason().input, "SOC 35 % is below 40 % for 24 h; until 60 %");
    EXPECT_EQ(request(force, 45_pct, t0 + 25h), true) << "above `long_below`, not enough yet";
    EXPECT_EQ(request(force, 60_pct, t0 + 26h), false);
    EXPECT_EQ(request(force, 39_pct, t0 + 27h), false) << "the time begins anew";
    EXPECT_EQ(request(force, 39_pct, t0 + 51h), true);
}

TEST(ForceCharge, ABreakBeginsTheLongTimeAnew) {
    ForceCharge force{{.long_below = 40_pct, .long_time = 24h, .until = 60_pct}};
    std::ignore = request(force, 39_pct, t0);
    std::ignore = request(force, 40_pct, t0 + 23h);
    EXPECT_EQ(request(force, 39_pct, t0 + 23h + 1s), false);
    EXPECT_EQ(request(force, 39_pct, t0 + 47h), false);
    EXPECT_EQ(request(force, 39_pct, t0 + 47h + 1s), true);
}

TEST(ForceCharge, TheBatterysOwnRequestPasses) {
    ForceCharge none{{}};
    EXPECT_EQ(request(none, 5_pct, t0), std::nullopt) << "nobody has a say: 0x360 is not sent";
    EXPECT_EQ(request(none, 5_pct, t0 + 1s, true), true);
    EXPECT_EQ(none.reason(), (Reason{"battery", "the battery asks to be charged", "force_charge"}));
    EXPECT_EQ(request(none, 5_pct, t0 + 2s, false), false);
    EXPECT_EQ(none.reason(), Reason{});

    ForceCharge low{{.below = 10_pct, .until = 20_pct}};
    EXPECT_EQ(request(low, 50_pct, t0, true), true);
    EXPECT_EQ(request(low, 50_pct, t0 + 1s, false), false) << "its own request is not held";
    EXPECT_EQ(request(low, 9_pct, t0 + 2s, false), true) << "it does not veto the owner";
}

} // namespace
} // namespace retrocan::policy
