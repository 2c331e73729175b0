// SPDX-License-Identifier: Apache-2.0
#include "unit/bank/bank_of_tests.h"
#include "unit/bank/random_bank.h"

#include <cstdio>

#include <gtest/gtest.h>

namespace retrocan::bank {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using policy::Charging;
using policy::PackState;

/// At `total`, each battery that is not blocked is within its limit at its share.
void expect_fair(Current total, const std::vector<Member>& members, const std::vector<bool>& counts,
                 bool charge) {
    bool known = true;
    for (std::size_t i = 0; i < members.size(); ++i)
        known = known && (!counts[i] || members[i].capacity);
    std::int64_t weights = 0;
    std::int64_t sum = 0;
    const auto open = [&](std::size_t i) {
        const policy::Limits* l = members[i].limits;
        return counts[i] && (charge ? l->charging != Charging::blocked : !l->discharge_blocked);
    };
    const auto weight = [&](std::size_t i) { return known ? members[i].capacity->count : 1; };
    const auto limit = [&](std::size_t i) {
        return (charge ? members[i].limits->ccl : members[i].limits->dcl).value.count;
    };
    for (std::size_t i = 0; i < members.size(); ++i)
        if (open(i)) {
            weights += weight(i);
            sum += limit(i);
        }
    ASSERT_GE(total.count, 0);
    ASSERT_LE(total.count, sum);
    for (std::size_t i = 0; i < members.size(); ++i)
        if (open(i)) {
            ASSERT_LE(total.count * weight(i), limit(i) * weights);
        }
}

struct Seen {
    std::uint32_t running{}, stales{}, losses{}, returns{}, left_out{}, held{}, over{};
};

void walk(std::uint32_t seed, const BankSettings& settings, std::size_t number, int steps, Seen& seen) {
    Dice dice{seed};
    TestBank b{number, settings};
    View before;
    before.counts.resize(number);
    std::optional<TimePoint> lost;
    for (int step = 0; step < steps; ++step) {
        b.now += Duration{dice.number(1'000, dice.chance(1) ? 6'000'000 : 900'000)};
        std::vector<Member> members;
        for (TestPack& pack : b.packs) {
            play(pack, b.now, dice);
            members.push_back(pack.member);
        }
        const View view = b.bank.look(members, b.now);

        const bool running = view.state == PackState::running;
        ASSERT_EQ(view.limits.has_value(), running);
        seen.stales += before.state == PackState::running && !running;
        std::size_t counting = 0;
        bool gone = false;
        bool prohibited = false;
        for (std::size_t i = 0; i < number; ++i) {
            gone = gone || (before.counts[i] && !view.counts[i]);
            seen.returns +=
                before.state == PackState::running && running && !before.counts[i] && view.counts[i];
            seen.left_out += running && !view.counts[i] && members[i].state == PackState::running;
            if (!view.counts[i])
                continue;
            ++counting;
            ASSERT_EQ(members[i].state, PackState::running);
            ASSERT_GT(members[i].alive_until, b.now);
            ASSERT_LE(view.alive_until, members[i].alive_until);
            ASSERT_LE(view.limits->cvl.value, members[i].limits->cvl.value);
            ASSERT_GE(view.limits->discharge_voltage, members[i].limits->discharge_voltage);
            prohibited = prohibited || members[i].limits->charging == Charging::prohibited;
        }
        if (!running) {
            ASSERT_EQ(counting, 0U);
            ASSERT_EQ(view.values, BatteryState{});
            lost.reset();
            before = view;
            continue;
        }
        ++seen.running;
        ASSERT_GE(counting, settings.on_lost == OnLost::stop ? number : settings.min_online);
        if (prohibited) {
            ASSERT_EQ(view.limits->charging, Charging::prohibited);
        }
        expect_fair(view.limits->ccl.value, members, view.counts, true);
        expect_fair(view.limits->dcl.value, members, view.counts, false);
        ASSERT_GE(view.values.soc->value, 0_pct);
        ASSERT_LE(view.values.soc->value, 100_pct) << "of one that does not count";
        if (counting < number && settings.hold) {
            ASSERT_LE(view.limits->cvl.value, *settings.hold);
        }
        if (gone) {
            ++seen.losses;
            lost = b.now;
        }
        if (counting == number)
            lost.reset();
        if (lost && b.now < *lost + settings.grace) {
            ++seen.held;
            ASSERT_LE(view.limits->cvl.value, before.limits->cvl.value);
            ASSERT_LE(view.limits->ccl.value, before.limits->ccl.value);
            ASSERT_LE(view.limits->dcl.value, before.limits->dcl.value);
        }
        seen.over += all_of(view.objections).find("above its share") != std::string::npos;
        before = view;
    }
}

TEST(RandomBank, NeverExceedsWhatItsBatteriesAllow_AndNeverCountsADeadOne) {
    Seen seen;
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        BankSettings settings = degrade();
        settings.grace = std::chrono::seconds{seed % 3 * 10};
        settings.min_online = 1 + seed % 2;
        if (seed % 5 != 0)
            settings.hold = 54_V;
        if (seed % 4 == 0)
            settings.on_lost = OnLost::stop;
        walk(seed, settings, 2 + seed % 3, 800, seen);
        if (HasFatalFailure())
            FAIL() << "seed " << seed;
    }
    // The walk has to have been where it matters.
    std::printf("running %u, stale %u, losses %u, returns %u, left out %u, held %u, above a share %u\n",
                seen.running, seen.stales, seen.losses, seen.returns, seen.left_out, seen.held, seen.over);
    EXPECT_GT(seen.running, 5'000U);
    EXPECT_GT(seen.stales, 100U);
    EXPECT_GT(seen.losses, 200U);
    EXPECT_GT(seen.returns, 200U);
    EXPECT_GT(seen.left_out, 200U);
    EXPECT_GT(seen.held, 200U);
    EXPECT_GT(seen.over, 200U);
}

} // namespace
} // namespace retrocan::bank
