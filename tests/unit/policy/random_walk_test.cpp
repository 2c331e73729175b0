// SPDX-License-Identifier: Apache-2.0
#include "policy/pack.h"
#include "unit/policy/battery_of_tests.h"

#include <random>

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;
using namespace std::chrono_literals;

constexpr int steps = 50'000;

/// A source that behaves for a while and then does anything.
class Source {
public:
    explicit Source(std::uint32_t seed) : random_{seed} {}

    bool chance(int percent) { return number(1, 100) <= percent; }
    std::int64_t number(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
    }

    Update update(TimePoint at) {
        Update u = good_round(at);
        u.round_complete = chance(80);
        u.state.cvl->value = {number(47'000, 58'000)};
        u.state.ccl->value = {number(0, 100'000)};
        u.state.dcl->value = {number(0, 150'000)};
        u.state.charge_allowed->value = chance(90);
        if (chance(5)) { // something wild
            u.state.cvl->value = {number(-70'000, 700'000)};
            u.state.ccl->value = {number(-100'000, 7'000'000)};
            u.state.dcl->value = {number(-100'000, 7'000'000)};
            u.state.soc->value = {number(-1000, 70'000)};
        }
        if (chance(4))
            u.state.soc.reset();
        if (chance(3))
            u.missed = set_of({"voltage"});
        return u;
    }

private:
    std::mt19937 random_;
};

/// What no good round can lack, told without the code under test.
bool could_be_good(const Update& u) {
    const auto inside = [](const auto& signal, auto low, auto high) {
        return signal && signal->value >= low && signal->value <= high;
    };
    return u.round_complete && u.missed.none() && inside(u.state.soc, 0_pct, 105_pct) &&
           inside(u.state.cvl, 1_V, 100_V) && inside(u.state.ccl, 0_A, 10'000_A) &&
           inside(u.state.dcl, 0_A, 10'000_A);
}

TEST(RandomWalk, Invariants1And2_HoldAtEveryStepOfAnyInput) {
    Source source{20240501};
    Pack pack{good_policy(), t0};
    TimePoint now = t0;
    std::optional<TimePoint> last_good_round; // by the test's own account: could_be_good()
    std::uint32_t running = 0;
    std::uint32_t stales = 0;
    for (int i = 0; i < steps; ++i) {
        now += Duration{source.number(1'000, source.number(1, 300) == 1 ? 7'000'000 : 400'000)};
        const PackState before = pack.state();
        if (source.chance(85)) {
            const Update update = source.update(now);
            pack.take(update, now);
            if (could_be_good(update))
                last_good_round = now;
            if (update.state.cvl->value >= 1_V && update.state.cvl->value <= 100_V && pack.limits()) {
                EXPECT_LE(pack.limits()->cvl.value, update.state.cvl->value)
                    << "CVL above the battery's own request";
            }
        } else {
            pack.tick(now);
        }
        stales += before == PackState::running && pack.state() == PackState::stale;
        if (!pack.may_send(now))
            continue;
        ++running;
        ASSERT_TRUE(last_good_round);
        ASSERT_LE(now - *last_good_round, 5s);
        ASSERT_LE(pack.limits()->cvl.value, envelope.cvl_ceiling);
        ASSERT_TRUE(pack.limits()->ccl.value >= 0_A && pack.limits()->ccl.value <= envelope.ccl_ceiling);
        ASSERT_TRUE(pack.limits()->dcl.value >= 0_A && pack.limits()->dcl.value <= envelope.dcl_ceiling);
    }
    // The walk has to have been where it matters.
    EXPECT_GT(running, steps / 4U);
    EXPECT_GT(stales, 25U);
}

} // namespace
} // namespace retrocan::policy
