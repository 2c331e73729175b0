// SPDX-License-Identifier: Apache-2.0
#include "frame.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using adapter::Absence;
using testing::ElementsAre;
using Bytes = std::vector<std::uint8_t>;

Request request(std::uint8_t unit, Table table, std::uint16_t address, std::uint16_t count) {
    Request result;
    result.unit = unit;
    result.table = table;
    result.address = address;
    result.count = count;
    return result;
}

// The example of the Modbus application protocol 1.1b, 6.3: registers 108 to 110 are 555, 0, 100.
const Request three_registers = request(17, Table::holding, 0x6B, 3);
const Bytes three_values{0x00, 0x07, 0, 0, 0, 9, 17, 3, 6, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64};

TEST(Frame, RequestsAreThoseOfTheStandard) {
    EXPECT_THAT(tcp_request(0x1234, three_registers),
                ElementsAre(0x12, 0x34, 0, 0, 0, 6, 17, 3, 0x00, 0x6B, 0x00, 0x03));
    EXPECT_THAT(tcp_request(0, request(1, Table::coil, 0x0013, 0x0013)),
                ElementsAre(0, 0, 0, 0, 0, 6, 1, 1, 0x00, 0x13, 0x00, 0x13));
    EXPECT_EQ(tcp_request(0, request(1, Table::discrete, 0, 1))[7], 2);
    EXPECT_EQ(tcp_request(0, request(1, Table::input, 0, 1))[7], 4);
}

TEST(Frame, ReadsRegisters) {
    const Exchange exchange = check_tcp_answer(7, three_registers, three_values);
    ASSERT_TRUE(std::holds_alternative<Block>(exchange));
    EXPECT_EQ(std::get<Block>(exchange), (Block{17, Table::holding, 0x6B, {555, 0, 100}}));
}

TEST(Frame, ReadsCoils) {
    // The example of 6.1: coils 20 to 38 are CD 6B 05.
    const Exchange exchange =
        check_answer(request(1, Table::coil, 0x13, 0x13), Bytes{1, 1, 3, 0xCD, 0x6B, 0x05});
    ASSERT_TRUE(std::holds_alternative<Block>(exchange));
    EXPECT_THAT(std::get<Block>(exchange).values,
                ElementsAre(1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1));
}

TEST(Frame, ReadsExceptions) {
    const Exchange exchange = check_tcp_answer(7, three_registers, Bytes{0, 7, 0, 0, 0, 3, 17, 0x83, 2});
    ASSERT_TRUE(std::holds_alternative<Refusal>(exchange));
    EXPECT_EQ(std::get<Refusal>(exchange).code, 2);
    EXPECT_FALSE(std::get<Refusal>(exchange).by_gateway());
    EXPECT_TRUE(Refusal{10}.by_gateway());
    EXPECT_TRUE(Refusal{11}.by_gateway());
}

TEST(Frame, NoBitBeforeTheDataMayDiffer) {
    for (std::size_t byte = 0; byte < 9; ++byte) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            Bytes answer = three_values;
            answer[byte] = static_cast<std::uint8_t>(answer[byte] ^ (1U << bit));
            const Exchange exchange = check_tcp_answer(7, three_registers, answer);
            ASSERT_TRUE(std::holds_alternative<Broken>(exchange)) << "byte " << byte << " bit " << bit;
            EXPECT_EQ(std::get<Broken>(exchange).reason, Absence::garbled);
            EXPECT_FALSE(std::get<Broken>(exchange).closed);
        }
    }
}

TEST(Frame, NoByteMayBeMissingOrTooMany) {
    for (std::size_t size = 0; size < three_values.size() + 4; ++size) {
        if (size == three_values.size())
            continue;
        Bytes answer = three_values;
        answer.resize(size);
        EXPECT_TRUE(std::holds_alternative<Broken>(check_tcp_answer(7, three_registers, answer))) << size;
        if (size >= 6) { // with a header that fits the size
            answer[5] = static_cast<std::uint8_t>(size - 6);
            EXPECT_TRUE(std::holds_alternative<Broken>(check_tcp_answer(7, three_registers, answer))) << size;
        }
    }
}

Write write(std::vector<std::uint16_t> registers, bool single) {
    Write result;
    result.unit = 17;
    result.address = 1;
    result.registers = std::move(registers);
    result.single = single;
    return result;
}

TEST(Frame, WritesAreThoseOfTheStandard) {
    // The examples of 6.6 and 6.12: register 2 becomes 3; registers 2 and 3 become 10 and 258.
    EXPECT_THAT(tcp_write(7, write({3}, true)), ElementsAre(0, 7, 0, 0, 0, 6, 17, 6, 0, 1, 0, 3));
    EXPECT_THAT(tcp_write(7, write({10, 258}, false)),
                ElementsAre(0, 7, 0, 0, 0, 11, 17, 16, 0, 1, 0, 2, 4, 0, 10, 1, 2));
    EXPECT_EQ(tcp_write(7, write(std::vector<std::uint16_t>(123), false)).size(), 259u);
}

TEST(Frame, OnlyTheEchoOfAWriteCounts) {
    const std::pair<Write, Bytes> cases[] = {
        {write({3}, true), {0, 7, 0, 0, 0, 6, 17, 6, 0, 1, 0, 3}},
        {write({10, 258}, false), {0, 7, 0, 0, 0, 6, 17, 16, 0, 1, 0, 2}}};
    for (const auto& [asked, echo] : cases) {
        EXPECT_TRUE(std::holds_alternative<Written>(check_tcp_written(7, asked, echo)));
        for (std::size_t byte = 0; byte < echo.size(); ++byte) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                Bytes answer = echo;
                answer[byte] = static_cast<std::uint8_t>(answer[byte] ^ (1U << bit));
                EXPECT_TRUE(std::holds_alternative<Broken>(check_tcp_written(7, asked, answer))) << byte;
            }
        }
        for (std::size_t size = 0; size < echo.size(); ++size) {
            Bytes answer = echo;
            answer.resize(size);
            if (size >= 6)
                answer[5] = static_cast<std::uint8_t>(size - 6);
            EXPECT_TRUE(std::holds_alternative<Broken>(check_tcp_written(7, asked, answer))) << size;
        }
    }
    const Exchange refused = check_tcp_written(7, write({3}, true), Bytes{0, 7, 0, 0, 0, 3, 17, 0x86, 2});
    ASSERT_TRUE(std::holds_alternative<Refusal>(refused));
    EXPECT_EQ(std::get<Refusal>(refused).code, 2);
    EXPECT_EQ(
        std::get<Broken>(check_tcp_written(7, write({3}, true), Bytes{0, 7, 0, 0, 0, 6, 17, 6, 0, 1, 0, 4}))
            .text,
        "an answer to a write that is not its echo: 11 06 00 01 00 04, expected 11 06 00 01 00 03");
}

TEST(Frame, TheAnswerMayHaveToCarryAnotherUnit) {
    Request asked = request(0x81, Table::holding, 0, 1);
    const Bytes answer{0x51, 3, 2, 0, 9};
    EXPECT_TRUE(std::holds_alternative<Broken>(check_answer(asked, answer)));
    asked.answer_unit = 0x51;
    const Exchange exchange = check_answer(asked, answer);
    ASSERT_TRUE(std::holds_alternative<Block>(exchange));
    EXPECT_EQ(std::get<Block>(exchange).unit, 0x81); // whom it was asked
    EXPECT_TRUE(std::holds_alternative<Broken>(check_answer(asked, Bytes{0x81, 3, 2, 0, 9})));
}

TEST(Frame, SaysWhatWasWrong) {
    const auto wrong = [](std::uint16_t transaction, const Request& asked) {
        return std::get<Broken>(check_tcp_answer(transaction, asked, three_values)).text;
    };
    EXPECT_EQ(wrong(8, three_registers), "an answer with transaction 7, expected 8");
    EXPECT_EQ(wrong(7, request(18, Table::holding, 0x6B, 3)), "an answer with unit 17, expected 18");
    EXPECT_EQ(wrong(7, request(17, Table::input, 0x6B, 3)), "an answer with function 3, expected 4");
    EXPECT_EQ(wrong(7, request(17, Table::holding, 0x6B, 4)),
              "an answer with 3 registers instead of the 4 that were asked for");
}

} // namespace
} // namespace retrocan::modbus
