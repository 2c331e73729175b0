// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

/// A small battery of random points, a random line, and random limits.
struct Case {
    std::vector<Element> elements;
    Options options;
    ReadCost cost;
    std::vector<bool> cut;
    std::vector<bool> wanted;
};

Case random_case(std::mt19937& random) {
    const auto number = [&](int low, int high) { return std::uniform_int_distribution{low, high}(random); };
    Case c;
    c.options.address_step = number(1, 4) == 1 ? 2 : 1;
    const Table table = number(1, 5) == 1 ? Table::coil : Table::holding;
    const std::int64_t step = step_of(table, c.options);
    std::int64_t address = number(0, 50);
    const int count = number(1, 9);
    Manner manner{.longest_read = number(4, 30), .longest_gap = number(0, 12)};
    for (int i = 0; i < count; ++i) {
        const int width = table == Table::coil ? 1 : number(1, 4);
        c.elements.push_back({.slot = static_cast<std::size_t>(i),
                              .unit = 1,
                              .table = table,
                              .address = static_cast<std::uint16_t>(address),
                              .width = static_cast<std::size_t>(width),
                              .manner = manner});
        address += (width + (number(0, 2) == 0 ? 0 : number(0, table == Table::coil ? 150 : 14))) * step;
    }
    std::shuffle(c.elements.begin(), c.elements.end(), random);
    // From an answer at once to a slow device behind a USB adapter, at 1200 to 115200 baud.
    c.cost = {number(1, 200) * 500'000LL, number(87, 9200) * 1000LL};
    for (int i = 0; i < count; ++i) {
        c.cut.push_back(number(1, 10) == 1);
        c.wanted.push_back(number(1, 12) != 1);
    }
    return c;
}

std::int64_t cost_of(const Share& share, const Atoms& atoms, const ReadCost& cost) {
    const Atom& first = atoms.atoms[share.first];
    const AtomGroup& group = atoms.groups[first.group];
    return cost.of(group.table, atoms.atoms[share.last].end - first.first);
}

bool allowed(const Share& share, const Atoms& atoms, const Case& c) {
    const AtomGroup& group = atoms.groups[atoms.atoms[share.first].group];
    for (std::size_t i = share.first; i <= share.last; ++i) {
        if (!c.wanted[i] || atoms.atoms[i].group != atoms.atoms[share.first].group)
            return false;
        if (i > share.first &&
            (c.cut[i] || atoms.atoms[i].first - atoms.atoms[i - 1].end > group.longest_gap))
            return false;
    }
    return share.first == share.last ||
           atoms.atoms[share.last].end - atoms.atoms[share.first].first <= group.longest_read;
}

/// The least cost of all ways to part the atoms into reads: each of them is tried.
std::int64_t least_cost(const Atoms& atoms, const Case& c) {
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    const std::size_t n = atoms.atoms.size();
    for (unsigned borders = 0; borders < (1U << (n - 1)); ++borders) {
        std::int64_t sum = 0;
        bool good = true;
        for (std::size_t first = 0; first < n && good;) {
            if (!c.wanted[first]) { // nobody reads it, so a border must be on both its sides
                good = first == 0 || ((borders >> (first - 1)) & 1U) != 0;
                good = good && (first + 1 == n || ((borders >> first) & 1U) != 0);
                ++first;
                continue;
            }
            std::size_t last = first;
            while (last + 1 < n && ((borders >> last) & 1U) == 0)
                ++last;
            good = allowed({first, last}, atoms, c);
            sum += good ? cost_of({first, last}, atoms, c.cost) : 0;
            first = last + 1;
        }
        if (good)
            least = std::min(least, sum);
    }
    return least;
}

TEST(Planner, IsAsGoodAsTheBestOfAllPlans) {
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        std::mt19937 random{seed};
        const Case c = random_case(random);
        const Atoms atoms = sort_out(c.elements, c.options);
        ASSERT_EQ(atoms.atoms.size(), c.elements.size()) << seed;
        const auto shares = best_shares(
            atoms, [&](const AtomGroup&) { return c.cost; }, [&](std::size_t i) { return c.wanted[i]; },
            [&](std::size_t i) { return c.cut[i]; });
        std::int64_t sum = 0;
        std::vector<bool> read(atoms.atoms.size());
        for (const Share& share : shares) {
            ASSERT_TRUE(allowed(share, atoms, c)) << seed;
            sum += cost_of(share, atoms, c.cost);
            for (std::size_t i = share.first; i <= share.last; ++i) {
                ASSERT_FALSE(read[i]) << seed;
                read[i] = true;
            }
        }
        ASSERT_EQ(read, c.wanted) << seed;
        ASSERT_EQ(sum, least_cost(atoms, c)) << seed;
    }
}

TEST(Planner, ASlowAnswerMakesItReadOverAGap) {
    // Ten registers that nobody needs are 20 bytes: 21 ms at 9600 baud, 1.7 ms at 115200.
    const Manner manner{.longest_gap = 10};
    const std::vector<Element> elements{
        {.slot = 0, .unit = 1, .address = 100, .manner = manner},
        {.slot = 1, .unit = 1, .address = 111, .manner = manner},
    };
    const Atoms atoms = sort_out(elements, {});
    const auto reads = [&](std::int64_t request_ms, std::int64_t byte_us) {
        return best_shares(
                   atoms,
                   [&](const AtomGroup&) {
                       return ReadCost{request_ms * 1'000'000, byte_us * 1000};
                   },
                   [](std::size_t) { return true; }, [](std::size_t) { return false; })
            .size();
    };
    EXPECT_EQ(reads(30, 1042), 1u);
    EXPECT_EQ(reads(15, 1042), 2u);
    EXPECT_EQ(reads(15, 87), 1u);
    EXPECT_EQ(reads(5, 0), 1u); // over TCP only round trips count
}

TEST(Planner, ValuesWithinOneAnotherAreReadAsOne) {
    const std::vector<Element> elements{
        {.slot = 0, .unit = 1, .address = 12, .width = 1},
        {.slot = 1, .unit = 1, .address = 10, .width = 4},
        {.slot = 2, .unit = 1, .address = 10, .width = 1},
    };
    const Atoms atoms = sort_out(elements, {});
    ASSERT_EQ(atoms.atoms.size(), 1u);
    EXPECT_THAT(atoms.atoms[0].elements, testing::UnorderedElementsAre(0, 1, 2));
    const Request request = request_of({0, 0}, atoms, elements, {});
    EXPECT_EQ(request.address, 10);
    EXPECT_EQ(request.count, 4);
}

} // namespace
} // namespace retrocan::modbus
