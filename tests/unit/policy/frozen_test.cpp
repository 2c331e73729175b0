// SPDX-License-Identifier: Apache-2.0
#include "policy/frozen.h"
#include "unit/policy/battery_of_tests.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using Verdict = FrozenWatch::Verdict;

/// The verdict of the last of rounds at t0, t0 + every, ... up to `span`.
Verdict after(Duration span, Duration every, std::uint32_t points, Current current) {
    FrozenWatch watch;
    Verdict verdict{};
    for (Duration t{}; t <= span; t += every) {
        Update update = good_round(t0 + t);
        update.fingerprint = 7;
        update.analogue_points = points;
        update.state.current->value = current;
        verdict = watch.round(update, update.state, t0 + t);
    }
    return verdict;
}

// 0.05 C of 280 Ah is 14 A.
TEST(Frozen, NeedsAMinuteTwentyRoundsACurrentAndPoints) {
    EXPECT_EQ(after(59s, 1s, 16, 15_A), Verdict::moving);
    EXPECT_EQ(after(60s, 1s, 16, 15_A), Verdict::frozen);
    EXPECT_EQ(after(60s, 1s, 16, -15_A), Verdict::frozen);
    EXPECT_EQ(after(60s, 1s, 15, 15_A), Verdict::suspicious);
    EXPECT_EQ(after(60s, 1s, 8, 15_A), Verdict::suspicious);
    EXPECT_EQ(after(60s, 1s, 7, 15_A), Verdict::moving);
    EXPECT_EQ(after(60s, 1s, 16, 14_A), Verdict::moving) << "an idle pack may stand still";
    EXPECT_EQ(after(90s, 5s, 16, 15_A), Verdict::moving) << "19 rounds";
    EXPECT_EQ(after(95s, 5s, 16, 15_A), Verdict::frozen) << "20 rounds";
}

TEST(Frozen, EndsWithTheFirstChange) {
    FrozenWatch watch;
    Update update = good_round(t0);
    update.state.current->value = 15_A;
    for (int i = 0; i <= 60; ++i) {
        update.fingerprint = 7;
        std::ignore = watch.round(update, update.state, t0 + std::chrono::seconds{i});
    }
    EXPECT_EQ(watch.round(update, update.state, t0 + 61s), Verdict::frozen);
    update.fingerprint = 8;
    EXPECT_EQ(watch.round(update, update.state, t0 + 62s), Verdict::moving);
    EXPECT_EQ(watch.round(update, update.state, t0 + 63s), Verdict::moving);
}

} // namespace
} // namespace retrocan::policy
