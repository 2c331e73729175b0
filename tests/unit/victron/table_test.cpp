// SPDX-License-Identifier: Apache-2.0
#include "victron/encode.h"
#include "victron/message.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace retrocan::victron {
namespace {

TEST(MessageTable, HasTheOrderOfTheCycle) {
    const std::vector<std::uint32_t> expected{0x35E, 0x370, 0x371, 0x382, 0x35F, 0x35A, 0x351,
                                              0x355, 0x356, 0x360, 0x372, 0x373, 0x374, 0x375,
                                              0x376, 0x377, 0x378, 0x379, 0x380, 0x381};
    std::vector<std::uint32_t> ids;
    for (const Message& message : messages())
        ids.push_back(message.id);
    EXPECT_EQ(ids, expected);
}

TEST(MessageTable, IsFoundById) {
    EXPECT_EQ(find_message(0x351)->name, "limits");
    EXPECT_EQ(find_message(0x307)->name, "inverter identification");
    for (const std::uint32_t id : {0x000U, 0x306U, 0x350U, 0x359U, 0x35CU, 0x383U, 0x7FFU})
        EXPECT_EQ(find_message(id), nullptr) << std::hex << id;
}

TEST(MessageTable, FieldsLieInTheFrameAndDoNotOverlap) {
    for (const Message& message : messages()) {
        std::set<unsigned> bits;
        for (const Field& field : message.fields) {
            EXPECT_LE(field.byte + size_of(field), 8U) << message.name << ", " << field.name;
            EXPECT_GT(field.step, 0);
            const std::size_t width = field.type == Type::pair ? 2 : 8 * size_of(field);
            for (std::size_t i = 0; i < width; ++i)
                EXPECT_TRUE(bits.insert(8U * field.byte + field.bit + static_cast<unsigned>(i)).second)
                    << message.name << ", " << field.name;
        }
    }
}

} // namespace
} // namespace retrocan::victron
