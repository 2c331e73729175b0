// SPDX-License-Identifier: Apache-2.0
#include "mapping/point.h"

#include <limits>

#include <gtest/gtest.h>

namespace retrocan::mapping {
namespace {

using adapter::RawValue;

/// A point from the keys of its line.
Point point(const std::string& keys) {
    Faults faults;
    const auto document = toml_file::parse("p = { " + keys + " }", "test.toml", faults);
    toml_file::TableReader read{document->table()->front().node, "points.p", faults};
    PointReferences references;
    Point parsed = parse_point("p", read, references);
    for (const Fault& fault : faults)
        ADD_FAILURE() << to_text(fault);
    return parsed;
}

struct QuantityCase {
    const char* name;
    const char* keys;
    RawValue raw;
    std::optional<std::int64_t> count;
};

class QuantityOf : public testing::TestWithParam<QuantityCase> {};

TEST_P(QuantityOf, ARawValue) {
    EXPECT_EQ(quantity(point(GetParam().keys), GetParam().raw), GetParam().count);
}

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

const QuantityCase quantity_cases[] = {
    {"plain", "", std::int64_t{7}, 7},
    {"scale", "unit = '10 mV'", std::int64_t{5268}, 52680},
    {"rounds_half_away", "unit = '0.5 mV'", std::int64_t{3}, 2},
    {"offset_before_scale", "unit = '0.1 degC', offset = -2731", std::int64_t{2941}, 21000},
    {"below_zero", "unit = '0.1 degC', offset = -2731", std::int64_t{2631}, -10000},
    {"low_byte", "unit = '%', bits = '0..7'", std::int64_t{0x0237}, 5500},
    {"high_byte", "unit = '%', bits = '8..15'", std::int64_t{0x6401}, 10000},
    {"one_bit", "bits = '9'", std::int64_t{0x0200}, 1},
    {"all_bits", "bits = '0..63'", std::int64_t{-2}, -2},
    {"sentinel", "unit = 'mV', absent = 0", std::int64_t{0}, std::nullopt},
    {"sentinel_after_bits", "bits = '0..7', absent = 255", std::int64_t{0x12FF}, std::nullopt},
    {"sentinel_of_s16", "unit = '0.1 degC', absent = -2000", std::int64_t{-2000}, std::nullopt},
    {"valid_low_end", "unit = 'V', valid = ['1 V', '2 V']", std::int64_t{1}, 1000},
    {"valid_above", "unit = 'V', valid = ['1 V', '2 V']", std::int64_t{3}, std::nullopt},
    {"valid_plain", "valid = [1, 32]", std::int64_t{0}, std::nullopt},
    {"float_scale", "unit = 'V'", 52.6789, 52679},
    {"float_nan", "unit = 'V'", std::numeric_limits<double>::quiet_NaN(), std::nullopt},
    {"float_infinite", "unit = 'V'", -std::numeric_limits<double>::infinity(), std::nullopt},
    {"float_too_large", "unit = 'V'", 1e30, std::nullopt},
    {"saturates", "unit = 'V'", highest, highest},
    {"offset_overflow", "offset = -1", lowest, std::nullopt},
    {"text", "unit = 'V'", std::string{"52"}, std::nullopt},
};
INSTANTIATE_TEST_SUITE_P(Cases, QuantityOf, testing::ValuesIn(quantity_cases),
                         [](const auto& one) { return one.param.name; });

struct TextCase {
    const char* name;
    RawValue raw;
    const char* text;
};

class TextOf : public testing::TestWithParam<TextCase> {};

TEST_P(TextOf, ARawValue) {
    std::string text = "what was there before";
    assign_text(GetParam().raw, text);
    EXPECT_EQ(text, GetParam().text);
}

const TextCase text_cases[] = {
    {"plain", std::string{"JK_PB2A16S20P"}, "JK_PB2A16S20P"},
    {"padded_with_nul", std::string{"15\0\0", 4}, "15"},
    {"garbage_behind_nul", std::string{"15\0old", 6}, "15"},
    {"nul_in_front", std::string{"\0\0EG4", 5}, "EG4"},
    {"blanks_around", std::string{"  a b  "}, "a b"},
    {"unprintable", std::string{"a\xff\x01z"}, "az"},
    {"empty", std::string{}, ""},
    {"only_nul", std::string{"\0\0", 2}, ""},
    {"number", std::int64_t{42}, "42"},
    {"decimal_number", 4.2, ""},
};
INSTANTIATE_TEST_SUITE_P(Cases, TextOf, testing::ValuesIn(text_cases),
                         [](const auto& one) { return one.param.name; });

} // namespace
} // namespace retrocan::mapping
