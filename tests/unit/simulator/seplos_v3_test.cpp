// SPDX-License-Identifier: Apache-2.0
#include "simulator/seplos_v3.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::simulator {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

/// The pack of a capture (unit 3 of a bus of several): what it measured, and the registers it showed.
DemoPack captured_pack() {
    DemoPack pack;
    pack.soc = 0.795;
    pack.soh = 0.997;
    pack.current = -28.71;
    pack.cell_voltage = {3.293, 3.293, 3.293, 3.292, 3.293, 3.293, 3.292, 3.292,
                         3.289, 3.292, 3.293, 3.294, 3.294, 3.293, 3.292, 3.294};
    pack.temperature = {21.1, 21.3, 20.4, 21.3};
    pack.ambient_temperature = 21.4;
    pack.mosfet_temperature = 19.2;
    pack.charge_current_limit = 70;
    pack.discharge_current_limit = 70;
    pack.cycles = 26;
    return pack;
}

const std::vector<std::uint16_t>& block(const std::vector<ModbusBlock>& blocks, std::uint16_t address) {
    for (const ModbusBlock& b : blocks)
        if (b.address == address)
            return b.values;
    throw std::out_of_range{"no such block"};
}

TEST(SeplosV3, ShowsWhatACapturedPackShowed) {
    const auto blocks = seplos_v3_blocks(captured_pack());
    const auto& pia = block(blocks, 0x1000);
    ASSERT_THAT(pia, SizeIs(18));
    EXPECT_EQ(pia[0x1], 62665); // -28.71 A
    EXPECT_EQ(pia[0x2], 22260);
    EXPECT_EQ(pia[0x3], 28000);
    EXPECT_EQ(pia[0x5], 795);
    EXPECT_EQ(pia[0x6], 997);
    EXPECT_EQ(pia[0x7], 26);
    EXPECT_EQ(pia[0xA], 3294);
    EXPECT_EQ(pia[0xB], 3289);
    EXPECT_EQ(pia[0xC], 2944);
    EXPECT_EQ(pia[0xD], 2935);
    EXPECT_EQ(pia[0xF], 70);
    EXPECT_EQ(pia[0x10], 70);
    EXPECT_THAT(block(blocks, 0x1100),
                ElementsAre(3293, 3293, 3293, 3292, 3293, 3293, 3292, 3292, 3289, 3292, 3293, 3294, 3294,
                            3293, 3292, 3294, 2942, 2944, 2935, 2944, 2731, 2731, 2731, 2731, 2945, 2923));
    const auto& pic = block(blocks, 0x1200);
    ASSERT_THAT(pic, SizeIs(0x90));
    for (std::size_t i = 0; i < pic.size(); ++i)
        EXPECT_EQ(pic[i], i == 0x40 || i == 0x78 || i == 0x79 ? 1 : 0) << i; // discharging, both FETs on
}

TEST(SeplosV3, ShowsSettingsAndNames) {
    const auto blocks = seplos_v3_blocks(captured_pack());
    const auto& spa = block(blocks, 0x1300);
    ASSERT_THAT(spa, SizeIs(0x6A));
    EXPECT_EQ(spa[0x01], 16);
    EXPECT_EQ(spa[0x07], 4640);
    EXPECT_EQ(spa[0x58], 28000);
    EXPECT_EQ(spa[0x65], 5520);
    EXPECT_EQ(spa[0x67], 65356); // -180 A
    const auto& via = block(blocks, 0x1700);
    ASSERT_THAT(via, SizeIs(0x33));
    EXPECT_EQ(via[0], 0x5265);  // "Re"
    EXPECT_EQ(via[20], 0x3135); // "15"
}

TEST(SeplosV3, BalancesAtTheTopOnly) {
    DemoPack pack = captured_pack();
    pack.balancing[3] = true;
    EXPECT_EQ(block(seplos_v3_blocks(pack), 0x1200)[0x33], 1);
    const DemoBattery battery{1};
    for (Duration t{}; t < std::chrono::minutes{20}; t += std::chrono::seconds{1}) {
        const DemoPack now = battery.at(t);
        if (now.soc < 0.9) {
            ASSERT_THAT(now.balancing, Each(false));
        }
    }
}

} // namespace
} // namespace retrocan::simulator
