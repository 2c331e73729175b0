// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace retrocan::modbus {
namespace {

using adapter::Absence;
using adapter::RawValue;
using Content = std::variant<RawValue, Absence>;

Content whole(std::int64_t value) {
    return RawValue{value};
}
Content real(double value) {
    return RawValue{value};
}
Content text(const char* value) {
    return RawValue{std::string{value}};
}

struct WordsCase {
    const char* name;
    Encoding encoding;
    std::vector<std::uint16_t> registers;
    Content value;
};

constexpr bool low_word = true;
constexpr bool low_byte = true;

const WordsCase cases[] = {
    {"bit_off", {Type::bit}, {0}, whole(0)},
    {"bit_on", {Type::bit}, {1}, whole(1)},
    {"u16", {Type::u16}, {0x1234}, whole(0x1234)},
    {"u16_most", {Type::u16}, {0xFFFF}, whole(65535)},
    {"u16_bytes_exchanged", {Type::u16, false, low_byte}, {0x1234}, whole(0x3412)},
    {"s16_minus_one", {Type::s16}, {0xFFFF}, whole(-1)},
    {"s16_least", {Type::s16}, {0x8000}, whole(-32768)},
    {"seplos_current", {Type::s16}, {0xF4C9}, whole(-2871)},
    {"u32", {Type::u32}, {0x1234, 0x5678}, whole(0x12345678)},
    {"u32_most", {Type::u32}, {0xFFFF, 0xFFFF}, whole(4294967295)},
    {"u32_words_exchanged", {Type::u32, low_word}, {0x5678, 0x1234}, whole(0x12345678)},
    {"u32_bytes_exchanged", {Type::u32, false, low_byte}, {0x3412, 0x7856}, whole(0x12345678)},
    {"u32_all_exchanged", {Type::u32, low_word, low_byte}, {0x7856, 0x3412}, whole(0x12345678)},
    {"s32_minus_two", {Type::s32}, {0xFFFF, 0xFFFE}, whole(-2)},
    {"s32_least", {Type::s32}, {0x8000, 0}, whole(-2147483648)},
    {"u64", {Type::u64}, {0x0123, 0x4567, 0x89AB, 0xCDEF}, whole(0x0123456789ABCDEF)},
    {"u64_words_exchanged",
     {Type::u64, low_word},
     {0xCDEF, 0x89AB, 0x4567, 0x0123},
     whole(0x0123456789ABCDEF)},
    {"u64_past_63_bits", {Type::u64}, {0x8000, 0, 0, 0}, Absence::not_a_value},
    {"s64_minus_one", {Type::s64}, {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}, whole(-1)},
    {"f32", {Type::f32}, {0x3FC0, 0x0000}, real(1.5)}, // IEEE 754: 1.5 is 0x3FC00000
    {"f32_words_exchanged", {Type::f32, low_word}, {0x0000, 0x3FC0}, real(1.5)},
    {"f32_bytes_exchanged", {Type::f32, false, low_byte}, {0xC03F, 0x0000}, real(1.5)},
    {"f32_all_exchanged", {Type::f32, low_word, low_byte}, {0x0000, 0xC03F}, real(1.5)},
    {"f32_negative", {Type::f32}, {0xC2C8, 0x0000}, real(-100.0)},
    {"f32_nan", {Type::f32}, {0x7FC0, 0x0000}, Absence::not_a_value},
    {"f32_infinite", {Type::f32}, {0xFF80, 0x0000}, Absence::not_a_value},
    {"f64", {Type::f64}, {0x3FF8, 0, 0, 0}, real(1.5)},
    {"f64_nan", {Type::f64}, {0x7FF8, 0, 0, 0}, Absence::not_a_value},
    {"bcd16", {Type::bcd16}, {0x2026}, whole(2026)},
    {"bcd16_digit_above_nine", {Type::bcd16}, {0x20A6}, Absence::not_a_value},
    {"bcd32", {Type::bcd32}, {0x1234, 0x5678}, whole(12345678)},
    {"bcd32_words_exchanged", {Type::bcd32, low_word}, {0x5678, 0x1234}, whole(12345678)},
    {"bcd64_most", {Type::bcd64}, {0x9999, 0x9999, 0x9999, 0x9999}, whole(9999999999999999)},
    {"u2_rightmost", {Type::u2, false, false, 0}, {0x0003}, whole(3)},
    {"u2_leftmost", {Type::u2, false, false, 14}, {0x8FFF}, whole(2)},
    {"u4", {Type::u4, false, false, 8}, {0x1234}, whole(2)},
    {"u8_high", {Type::u8, false, false, 8}, {0x1234}, whole(0x12)},
    {"u8_low", {Type::u8}, {0x1234}, whole(0x34)},
    {"s8_low", {Type::s8}, {0x11C8}, whole(-56)},
    {"s8_high", {Type::s8, false, false, 8}, {0x8000}, whole(-128)},
    {"hex", {Type::hex}, {0x0102, 0xAABB}, text("0102AABB")},
    {"hex_bytes_exchanged", {Type::hex, false, low_byte}, {0x0102, 0xAABB}, text("0201BBAA")},
    {"text", {Type::ascii}, {0x4A4B, 0x5F50, 0x4231}, text("JK_PB1")},
    {"text_ends_at_nul", {Type::ascii}, {0x4142, 0x0000, 0x4344}, text("AB")},
    {"text_begins_after_padding", {Type::ascii}, {0x0000, 0x2041, 0x4220}, text("AB")},
    {"text_keeps_inner_blank", {Type::ascii}, {0x4120, 0x4220}, text("A B")},
    {"text_bytes_exchanged", {Type::ascii, false, low_byte}, {0x4241, 0x0043}, text("ABC")},
    {"text_empty", {Type::ascii}, {0x0000, 0x0000}, text("")},
    {"text_of_erased_flash", {Type::ascii}, {0xFFFF, 0xFFFF}, text("")},
    {"text_not_printable", {Type::ascii}, {0x4101, 0x4242}, Absence::not_a_value},
    {"text_not_ascii", {Type::ascii}, {0x41E4}, Absence::not_a_value},
};

class Words : public testing::TestWithParam<WordsCase> {};

TEST_P(Words, Decodes) {
    EXPECT_EQ(decode_value(GetParam().encoding, GetParam().registers), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(All, Words, testing::ValuesIn(cases),
                         [](const auto& i) { return std::string{i.param.name}; });

TEST(Words, SeplosNames) {
    // 0x1700 of a SG16S200A: factory, ten registers.
    const std::vector<std::uint16_t> factory{22618, 18477, 17772, 25955, 21605,
                                             25448, 8259,  28462, 11340, 29796};
    EXPECT_EQ(decode_value({Type::ascii}, factory), text("XZH-ElecTech Co.,Ltd"));
}

} // namespace
} // namespace retrocan::modbus
