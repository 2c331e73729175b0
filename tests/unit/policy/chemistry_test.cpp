// SPDX-License-Identifier: Apache-2.0
#include "policy/chemistry.h"

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

using namespace literals;

TEST(Chemistry, HasAName) {
    for (const Chemistry c : {Chemistry::lfp, Chemistry::nmc, Chemistry::lto})
        EXPECT_EQ(chemistry(to_text(c)), c);
    EXPECT_EQ(chemistry("lead"), std::nullopt);
}

struct PresetCase {
    const char* name;
    Chemistry chemistry;
    std::int64_t cells;
    Voltage floor;
    Voltage ceiling;
    Voltage absorption;
    Voltage floating;
    Voltage floor_prohibited;
};

const PresetCase preset_cases[] = {
    {"lfp_48V", Chemistry::lfp, 16, 51'200_mV, 56'800_mV, 55'200_mV, 54'000_mV, 44'800_mV},
    // 15 x 3.45 V = 51.75 V and 15 x 3.375 V = 50.625 V
    {"lfp_15_cells", Chemistry::lfp, 15, 48'000_mV, 54'000_mV, 51'700_mV, 50'600_mV, 42'000_mV},
    {"lfp_12V", Chemistry::lfp, 4, 12'800_mV, 14'400_mV, 13'800_mV, 13'500_mV, 11'200_mV},
    {"lfp_24V", Chemistry::lfp, 8, 25'600_mV, 28'400_mV, 27'600_mV, 27'000_mV, 22'400_mV},
    {"nmc_48V", Chemistry::nmc, 14, 49'000_mV, 58'800_mV, 57'400_mV, 57'100_mV, 44'800_mV},
    {"lto_48V", Chemistry::lto, 22, 48'400_mV, 60'000_mV, 58'300_mV, 57'200_mV, 39'600_mV},
    {"low_ceiling", Chemistry::lfp, 16, 51'200_mV, 53'000_mV, 53'000_mV, 53'000_mV, 44'800_mV},
    {"high_floor", Chemistry::lfp, 16, 54'400_mV, 56'800_mV, 55'200_mV, 54'400_mV, 44'800_mV},
    {"low_floor", Chemistry::lfp, 16, 44'000_mV, 56'800_mV, 55'200_mV, 54'000_mV, 44'000_mV},
};

TEST(Chemistry, MakesAPolicyForItsCells) {
    for (const PresetCase& c : preset_cases) {
        const ChargePolicy policy = charge_policy(c.chemistry, c.cells, c.floor, c.ceiling);
        ASSERT_TRUE(policy.phases) << c.name;
        EXPECT_EQ(policy.phases->absorption, c.absorption) << c.name;
        EXPECT_EQ(policy.phases->floating, c.floating) << c.name;
        EXPECT_EQ(policy.hold, c.floating) << c.name;
        EXPECT_EQ(policy.floor_prohibited, c.floor_prohibited) << c.name;
        EXPECT_EQ(policy.floor, c.floor) << c.name;
        EXPECT_EQ(policy.ceiling, c.ceiling) << c.name;
        EXPECT_EQ(policy.cells, c.cells) << c.name;
        EXPECT_FALSE(policy.sign_verified) << c.name;
    }
}

TEST(Chemistry, SolarChargersAddWhatTheirSystemVoltageSays) {
    EXPECT_EQ(solar_offset(Chemistry::lfp, 4), 100_mV);
    EXPECT_EQ(solar_offset(Chemistry::lfp, 8), 200_mV);
    EXPECT_EQ(solar_offset(Chemistry::lfp, 15), 400_mV);
    EXPECT_EQ(solar_offset(Chemistry::nmc, 7), 200_mV);
    EXPECT_EQ(solar_offset(Chemistry::nmc, 14), 400_mV);
    EXPECT_EQ(solar_offset(Chemistry::lto, 10), 200_mV); // 23 V
    EXPECT_EQ(solar_offset(Chemistry::lto, 20), 400_mV); // 46 V
}

TEST(Chemistry, LeavesRoomForWhatTheSolarChargersAdd) {
    for (const Chemistry c : {Chemistry::lfp, Chemistry::nmc, Chemistry::lto})
        for (std::int64_t cells = 1; cells <= 32; ++cells) {
            const ChargePolicy policy = charge_policy(c, cells, 100_mV, 200_V);
            EXPECT_LE(policy.phases->absorption + solar_offset(c, cells), cell_values(c).target * cells);
        }
}

TEST(Chemistry, ItsVoltagesAreInOrder) {
    for (const Chemistry c : {Chemistry::lfp, Chemistry::nmc, Chemistry::lto}) {
        const CellValues& v = cell_values(c);
        EXPECT_LT(v.under, v.cut_off);
        EXPECT_LT(v.cut_off, v.rebulk_cell);
        EXPECT_LT(v.rebulk_cell, v.floating);
        EXPECT_LT(v.floating, v.absorption);
        EXPECT_LE(v.hold, v.absorption);
        EXPECT_LT(v.absorption, v.target);
        EXPECT_LE(v.full, v.absorption);
        EXPECT_LT(v.target, v.over);
    }
}

} // namespace
} // namespace retrocan::policy
