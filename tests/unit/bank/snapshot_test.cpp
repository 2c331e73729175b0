// SPDX-License-Identifier: Apache-2.0
#include "daemon/snapshot_reader.h"
#include "daemon/snapshot_writer.h"
#include "unit/bank/bank_of_tests.h"
#include "unit/bank/random_bank.h"

#include <memory>

#include <gtest/gtest.h>

namespace retrocan::bank {
namespace {

using namespace literals;
using namespace std::chrono_literals;

TEST(BankSnapshot, GoesOnAsTheBankThatItWasTakenFrom) {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        BankSettings settings = degrade();
        settings.hold = 54_V;
        settings.min_online = 1 + seed % 2;
        Dice dice{seed};
        TestBank b{3, settings};
        auto copy = std::make_unique<Bank>(settings, 3);
        for (int step = 0; step < 1'000; ++step) {
            b.now += Duration{dice.number(1'000, 900'000)};
            std::vector<Member> members;
            for (TestPack& pack : b.packs) {
                play(pack, b.now, dice);
                members.push_back(pack.member);
            }
            const View view = b.bank.look(members, b.now);
            const View again = copy->look(members, b.now);
            ASSERT_EQ(again.state, view.state);
            ASSERT_EQ(again.reason, view.reason);
            ASSERT_EQ(again.limits, view.limits);
            ASSERT_EQ(again.values, view.values);
            ASSERT_EQ(again.objections, view.objections);
            ASSERT_EQ(copy->next(), b.bank.next());
            if (!dice.chance(5))
                continue;
            daemon::SnapshotWriter writer;
            writer.write(b.bank);
            copy = std::make_unique<Bank>(settings, 3);
            daemon::SnapshotReader::read(*copy, nlohmann::json::parse(std::move(writer).end()));
        }
    }
}

// Snapshots come with bug reports: anything may be in them.
TEST(BankSnapshot, OfAnotherBankDoesNoHarm) {
    TestBank b{3, degrade()};
    daemon::SnapshotReader::read(
        b.bank,
        nlohmann::json::parse(R"({"membership": {"state": 1, "counting": [0, 200], "waiting_until": null,
            "held_until": -5, "next": null}, "sharing": {"charge": [-9, 1000000000000000, 3, 4], "discharge": [],
            "measured": -1000000000000000}, "last": null, "apart": true})"));
    const View view = b.look();
    EXPECT_EQ(view.state, policy::PackState::running);
    EXPECT_EQ(view.limits->ccl.value, 50_A) << "one is said to carry all";
    EXPECT_EQ(b.look_after(1s).limits->dcl.value, 240_A);
}

} // namespace
} // namespace retrocan::bank
