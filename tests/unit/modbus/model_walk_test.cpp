// SPDX-License-Identifier: Apache-2.0
#include "model_walk.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using testing::ElementsAre;

constexpr std::uint16_t suns_high = 0x5375;
constexpr std::uint16_t suns_low = 0x6E53;

/// A device: pairs of registers by address; an address that it does not have is refused.
using Device = std::map<std::uint16_t, std::pair<std::uint16_t, std::uint16_t>>;

// The chain of a hybrid inverter with a battery, unit 71.
const Device hybrid{{40000, {suns_high, suns_low}},
                    {40002, {1, 66}},
                    {40070, {103, 50}},
                    {40122, {113, 60}},
                    {40184, {120, 26}},
                    {40212, {123, 24}},
                    {40238, {160, 68}},
                    {40308, {802, 62}},
                    {40372, {0xFFFF, 0}}};

const std::set<std::uint16_t> not_in_any{9999}; ///< so that the chain is followed to its end

Request usual() {
    Request request;
    request.unit = 71;
    request.model = 802;
    request.address = 2;
    request.count = 60;
    return request;
}

/// The addresses that a walk reads.
std::vector<std::uint16_t> walk_through(ModelWalk& walk, const Device& device) {
    std::vector<std::uint16_t> addresses;
    while (!walk.ended() && addresses.size() < 1000) {
        const Request request = walk.next();
        EXPECT_EQ(request.unit, 71);
        EXPECT_EQ(request.table, Table::holding);
        EXPECT_EQ(request.count, 2);
        EXPECT_FALSE(request.model);
        EXPECT_LE(request.address + 1, last_address);
        addresses.push_back(request.address);
        const auto there = device.find(request.address);
        if (there == device.end())
            walk.refused(2);
        else
            walk.answered({71, Table::holding, request.address, {there->second.first, there->second.second}});
    }
    return addresses;
}

TEST(ModelWalk, FindsTheModelsOfARealChain) {
    ModelWalk walk{usual(), not_in_any};
    EXPECT_THAT(walk_through(walk, hybrid),
                ElementsAre(40000, 40002, 40070, 40122, 40184, 40212, 40238, 40308, 40372));
    EXPECT_TRUE(walk.is_sunspec());
    EXPECT_EQ(walk.models(), (Models{{1, {40002, 66}},
                                     {103, {40070, 50}},
                                     {113, {40122, 60}},
                                     {120, {40184, 26}},
                                     {123, {40212, 24}},
                                     {160, {40238, 68}},
                                     {802, {40308, 62}}}));
}

TEST(ModelWalk, LooksForTheMarkInThreePlaces) {
    const Device at_50000{
        {40000, {0, 0}}, {50000, {suns_high, suns_low}}, {50002, {802, 10}}, {50014, {0xFFFF, 0}}};
    ModelWalk walk{usual(), not_in_any};
    EXPECT_THAT(walk_through(walk, at_50000), ElementsAre(40000, 50000, 50002, 50014));
    EXPECT_EQ(walk.models(), (Models{{802, {50002, 10}}}));

    const Device at_0{{0, {suns_high, suns_low}}, {2, {802, 0}}, {4, {0xFFFF, 0}}};
    ModelWalk other{usual(), not_in_any};
    EXPECT_THAT(walk_through(other, at_0), ElementsAre(40000, 50000, 0, 2, 4));
    other.start_again(); // begins where the mark was
    EXPECT_FALSE(other.ended());
    EXPECT_TRUE(other.models().empty());
    EXPECT_THAT(walk_through(other, at_0), ElementsAre(0, 2, 4));

    ModelWalk none{usual(), not_in_any};
    EXPECT_THAT(walk_through(none, {}), ElementsAre(40000, 50000, 0));
    EXPECT_FALSE(none.is_sunspec());
    EXPECT_TRUE(none.models().empty());
    const Device half_a_mark{{40000, {suns_high, 0}}, {50000, {0, suns_low}}, {0, {suns_low, suns_high}}};
    none.start_again();
    EXPECT_THAT(walk_through(none, half_a_mark), ElementsAre(40000, 50000, 0));
    EXPECT_FALSE(none.is_sunspec());
}

TEST(ModelWalk, GoesOnToTheNextPlaceWhereThereIsNoAnswer) {
    ModelWalk walk{usual(), not_in_any};
    EXPECT_EQ(walk.next().address, 40000);
    walk.lost();
    EXPECT_EQ(walk.next().address, 50000);
    walk.refused(2);
    walk.refused(2);
    EXPECT_FALSE(walk.ended()); // 40000 is still open
    EXPECT_EQ(walk.next().address, 40000);
    walk.answered({71, Table::holding, 40000, {suns_high, suns_low}});
    walk.lost();
    EXPECT_EQ(walk.next().address, 40002); // within the chain it asks again
}

TEST(ModelWalk, EndsWhateverTheChainSays) {
    Device endless{{40000, {suns_high, suns_low}}};
    for (std::uint16_t i = 0; i < 100; ++i)
        endless[static_cast<std::uint16_t>(40002 + 2 * i)] = {static_cast<std::uint16_t>(i + 1), 0};
    ModelWalk walk{usual(), not_in_any};
    EXPECT_EQ(walk_through(walk, endless).size(), 65u);
    EXPECT_EQ(walk.models().size(), 64u);

    ModelWalk past_the_end{usual(), not_in_any};
    EXPECT_THAT(walk_through(past_the_end, {{40000, {suns_high, suns_low}}, {40002, {802, 25532}}}),
                ElementsAre(40000, 40002)); // the next would be at 65536
    EXPECT_EQ(past_the_end.models(), (Models{{802, {40002, 25532}}}));
    ModelWalk at_the_end{usual(), not_in_any};
    EXPECT_THAT(walk_through(at_the_end, {{40000, {suns_high, suns_low}}, {40002, {802, 25530}}}),
                ElementsAre(40000, 40002, 65534));

    ModelWalk broken{usual(), not_in_any};
    EXPECT_THAT(walk_through(broken, {{40000, {suns_high, suns_low}}, {40002, {1, 66}}, {40070, {0, 0}}}),
                ElementsAre(40000, 40002, 40070));
    EXPECT_EQ(broken.models(), (Models{{1, {40002, 66}}}));
}

TEST(ModelWalk, OfTwoModelsOfOneKindTheFirstCounts) {
    ModelWalk walk{usual(), not_in_any};
    walk_through(
        walk, {{40000, {suns_high, suns_low}}, {40002, {802, 2}}, {40006, {802, 2}}, {40010, {0xFFFF, 0}}});
    EXPECT_EQ(walk.models(), (Models{{802, {40002, 2}}}));
}

TEST(ModelWalk, EndsWithTheLastModelThatIsWanted) {
    ModelWalk walk{usual(), {113, 103}};
    EXPECT_THAT(walk_through(walk, hybrid), ElementsAre(40000, 40002, 40070, 40122));
    EXPECT_EQ(walk.models().size(), 3u);
}

TEST(ModelWalk, OnlyAnAddressThatIsNotThereEndsTheChain) {
    ModelWalk walk{usual(), not_in_any};
    walk.answered({71, Table::holding, 40000, {suns_high, suns_low}});
    walk.answered({71, Table::holding, 40002, {1, 66}});
    for (const int code : {1, 4, 5, 6, 10, 11}) {
        EXPECT_FALSE(walk.refused(static_cast<std::uint8_t>(code)));
        EXPECT_FALSE(walk.ended());
        EXPECT_EQ(walk.next().address, 40070);
    }
    EXPECT_TRUE(walk.refused(3));
    EXPECT_TRUE(walk.ended());
    EXPECT_EQ(walk.models(), (Models{{1, {40002, 66}}}));
}

TEST(ModelWalk, WhatIsThereStaysKnownWhileItLooksAgain) {
    ModelWalk walk{usual(), not_in_any};
    walk_through(walk, hybrid);
    const Models before = walk.models();
    walk.look_again();
    EXPECT_FALSE(walk.ended());
    EXPECT_EQ(walk.models(), before);
    Device more = hybrid;
    more[40372] = {803, 10};
    walk_through(walk, more);
    EXPECT_EQ(walk.models().size(), before.size() + 1);
    walk.start_again();
    EXPECT_TRUE(walk.models().empty());
}

TEST(ModelWalk, WhatIsKnownIsNotLookedFor) {
    ModelWalk walk{Models{{802, {.address = 40308}}}};
    EXPECT_TRUE(walk.ended());
    walk.start_again();
    EXPECT_TRUE(walk.ended());
    EXPECT_EQ(walk.models().size(), 1u);
}

TEST(AtItsPlace, ReadsOnlyAsFarAsTheModelGoes) {
    const auto request = [](std::uint16_t length, std::uint16_t address = 40308) {
        return at_its_place(usual(), Models{{802, {address, length}}});
    };
    EXPECT_EQ(request(62)->address, 40310);
    EXPECT_EQ(request(62)->count, 60);
    EXPECT_EQ(request(10)->count, 10);
    EXPECT_EQ(request(0), std::nullopt);
    EXPECT_EQ(request(65535, 65530)->count, 4); // nothing is behind 65535
    EXPECT_EQ(request(65535, 65534), std::nullopt);
    EXPECT_EQ(at_its_place(usual(), {}), std::nullopt);
}

} // namespace
} // namespace retrocan::modbus
