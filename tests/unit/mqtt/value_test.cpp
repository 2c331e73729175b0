// SPDX-License-Identifier: Apache-2.0
#include "specs.h"
#include "value.h"

#include <limits>

#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

using namespace test;
using namespace std::string_view_literals;

struct ValueCase {
    Type type;
    std::string_view text;
    Content expected;
};

TEST(Value, OfText) {
    const std::vector<ValueCase> cases{
        // ESPHome prints a fixed number of decimals, and a negative zero.
        {Type::number, "52.80", value(52.80)},
        {Type::number, "-6.54", value(-6.54)},
        {Type::number, "-0.00", value(std::int64_t{0})},
        {Type::number, "-40.0", value(std::int64_t{-40})},
        {Type::number, "3.650000", value(3.65)},
        {Type::number, "81", value(std::int64_t{81})},
        {Type::number, "+5", value(std::int64_t{5})},
        {Type::number, "007", value(std::int64_t{7})},
        {Type::number, ".5", value(0.5)},
        {Type::number, "1e3", value(std::int64_t{1000})},
        {Type::number, "1.5E-1", value(0.15)},
        {Type::number, "9223372036854775807", value(std::numeric_limits<std::int64_t>::max())},
        {Type::number, "-9223372036854775808", value(std::numeric_limits<std::int64_t>::min())},
        {Type::number, "18446744073709551615", value(18446744073709551615.0)},
        {Type::number, "1e300", value(1e300)},
        {Type::number, "1e999", none},
        {Type::number, "-1e999", none},
        // Firmware leaves line ends and a NUL behind.
        {Type::number, " 53.12\r\n\0"sv, value(53.12)},
        {Type::number, "\0\0 7 \0"sv, value(std::int64_t{7})},
        {Type::number, "\t7", value(std::int64_t{7})},
        {Type::number, "5\0007"sv, none},
        // Words mean no value, never 0.
        {Type::number, "nan", none},
        {Type::number, "NaN", none},
        {Type::number, "-nan", none},
        {Type::number, "nan(7)", none},
        {Type::number, "inf", none},
        {Type::number, "-Infinity", none},
        {Type::number, "None", none},
        {Type::number, "null", none},
        {Type::number, "unavailable", none},
        {Type::number, "unknown", none},
        {Type::number, "Offline", none},
        {Type::number, "", none},
        {Type::number, " \r\n", none},
        {Type::number, "-", none},
        {Type::number, ".", none},
        {Type::number, "e5", none},
        {Type::number, "+-5", none},
        {Type::number, "++5", none},
        {Type::number, "5 V", none},
        {Type::number, "53,12", none},
        {Type::number, "1 2", none},
        {Type::number, "0x10", none},
        {Type::number, "true", none},
        {Type::number, "1.2.3", none},

        {Type::boolean, "ON", value(std::int64_t{1})},
        {Type::boolean, "off", value(std::int64_t{0})},
        {Type::boolean, "True", value(std::int64_t{1})},
        {Type::boolean, "false\n", value(std::int64_t{0})},
        {Type::boolean, "Yes", value(std::int64_t{1})},
        {Type::boolean, "no", value(std::int64_t{0})},
        {Type::boolean, "Online", value(std::int64_t{1})},
        {Type::boolean, "offline", value(std::int64_t{0})},
        {Type::boolean, "1", value(std::int64_t{1})},
        {Type::boolean, "0", value(std::int64_t{0})},
        {Type::boolean, "128", value(std::int64_t{1})}, // PylonToMQTT: the bit's weight
        {Type::boolean, "-1", value(std::int64_t{1})},
        {Type::boolean, "0.5", value(std::int64_t{1})},
        {Type::boolean, "-0.0", value(std::int64_t{0})},
        {Type::boolean, "", none},
        {Type::boolean, "nan", none},
        {Type::boolean, "onn", none},
        {Type::boolean, "o", none},
        {Type::boolean, "unknown", none},

        {Type::text, "", value("")}, // ESPHome: no error
        {Type::text, " Cell overvoltage; MOS  \r\n\0"sv, value("Cell overvoltage; MOS")},
        {Type::text, "1.10", value("1.10")},
        {Type::text, "null", value("null")},
        {Type::text,
         "20 \xC2\xB0"
         "C",
         value("20 \xC2\xB0"
               "C")},

        {Type::hexadecimal, "0x1A", value(std::int64_t{26})},
        {Type::hexadecimal, "0X1a", value(std::int64_t{26})},
        {Type::hexadecimal, "1a", value(std::int64_t{26})},
        {Type::hexadecimal, "10", value(std::int64_t{16})},
        {Type::hexadecimal, "0x00000000", value(std::int64_t{0})},
        {Type::hexadecimal, " 00 1A ff ", value(std::int64_t{0x1AFF})},
        {Type::hexadecimal, "0xFFFFFFFFFFFFFFFF", value(std::int64_t{-1})}, // all 64 bits
        {Type::hexadecimal, "8000000000000000", value(std::numeric_limits<std::int64_t>::min())},
        {Type::hexadecimal, "00000000000000001", none}, // 68 bits
        {Type::hexadecimal, "0x", none},
        {Type::hexadecimal, "", none},
        {Type::hexadecimal, "-1", none},
        {Type::hexadecimal, "0x1G", none},
        {Type::hexadecimal, "0x0x1", none},
        {Type::hexadecimal, "1.5", none},

        {Type::binary, "00000101", value(std::int64_t{5})},
        {Type::binary, "1000 0001", value(std::int64_t{129})},
        {Type::binary, std::string_view{"1111111111111111111111111111111111111111111111111111111111111111"},
         value(std::int64_t{-1})},
        {Type::binary, std::string_view{"00000000000000000000000000000000000000000000000000000000000000001"},
         none},
        {Type::binary, "012", none},
        {Type::binary, "0b1", none},
        {Type::binary, "-1", none},
        {Type::binary, "", none},

        {Type::length, "[1,2]", none},
    };
    for (const ValueCase& c : cases)
        EXPECT_EQ(text_value(c.type, c.text), c.expected)
            << type_words.at(static_cast<std::size_t>(c.type)) << " \"" << c.text
            << "\": " << shown(text_value(c.type, c.text));
}

struct NodeCase {
    Type type;
    const char* json;
    Content expected;
};

TEST(Value, OfNode) {
    const std::vector<NodeCase> cases{
        {Type::number, "53.12", value(53.12)},
        {Type::number, "-40.0", value(std::int64_t{-40})},
        {Type::number, "-0.00", value(std::int64_t{0})},
        {Type::number, "-0", value(std::int64_t{0})},
        {Type::number, "-12.300000190734863", value(-12.300000190734863)},
        {Type::number, "9223372036854775807", value(std::numeric_limits<std::int64_t>::max())},
        {Type::number, "18446744073709551615", value(18446744073709551615.0)},
        {Type::number, "123456789012345678901234567890", value(123456789012345678901234567890.0)},
        {Type::number, "\"53.12\"", value(53.12)}, // a text that is a number
        {Type::number, "\" 53.12\\r\\n\"", value(53.12)},
        {Type::number, "\"53.12 V\"", none},
        {Type::number, "\"nan\"", none},
        {Type::number, "\"\"", none},
        {Type::number, "null", none},
        {Type::number, "true", none},
        {Type::number, "[53.12]", none},
        {Type::number, "{\"value\":53.12}", none},

        {Type::boolean, "true", value(std::int64_t{1})},
        {Type::boolean, "false", value(std::int64_t{0})},
        {Type::boolean, "1", value(std::int64_t{1})},
        {Type::boolean, "0.0", value(std::int64_t{0})},
        {Type::boolean, "\"Online\"", value(std::int64_t{1})},
        {Type::boolean, "\"maybe\"", none},
        {Type::boolean, "null", none},
        {Type::boolean, "[]", none},

        {Type::text, "\"LFP-48\"", value("LFP-48")},
        {Type::text, "1.10", value("1.10")}, // a version stays one
        {Type::text, "1470102010238", value("1470102010238")},
        {Type::text, "123456789012345678901234567890", value("123456789012345678901234567890")},
        {Type::text, "true", value("true")},
        {Type::text, "null", none},
        {Type::text, "{}", none},
        {Type::text, "[\"a\"]", none},

        {Type::hexadecimal, "\"0x1A\"", value(std::int64_t{26})},
        {Type::hexadecimal, "10", none}, // decimal or not: nobody knows
        {Type::binary, "\"0101\"", value(std::int64_t{5})},
        {Type::binary, "101", none},
        {Type::hexadecimal, "null", none},

        {Type::time, "1705921438", value(std::int64_t{1'705'921'438'000})},
        {Type::time, "1712345678.12", value(std::int64_t{1'712'345'678'120})},
        {Type::time, "\"2025-03-01T10:15:30.000Z\"", value(std::int64_t{1'740'824'130'000})},
        {Type::time, "null", none},
        {Type::time, "true", none},

        {Type::length, "[]", value(std::int64_t{0})},
        {Type::length, "[1,null,{}]", value(std::int64_t{3})},
        {Type::length, "{\"a\":1,\"b\":2}", value(std::int64_t{2})},
        {Type::length, "\"abc\"", none},
        {Type::length, "3", none},
        {Type::length, "null", none},
    };
    for (const NodeCase& c : cases) {
        const auto node = parse_document(c.json);
        ASSERT_TRUE(node) << c.json << ": " << node.error();
        EXPECT_EQ(node_value(c.type, *node), c.expected)
            << type_words.at(static_cast<std::size_t>(c.type)) << " " << c.json << ": "
            << shown(node_value(c.type, *node));
    }
}

} // namespace
} // namespace retrocan::mqtt
