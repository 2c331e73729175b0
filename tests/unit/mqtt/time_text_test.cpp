// SPDX-License-Identifier: Apache-2.0
#include "time_text.h"

#include <gtest/gtest.h>

namespace retrocan::mqtt {
namespace {

struct TimeCase {
    const char* text;
    std::optional<std::int64_t> expected;
};

// The numbers are those of date -u -d .. +%s.
const TimeCase time_cases[] = {
    {"0", 0},
    {"1705921438", 1'705'921'438'000},
    {"1712345678.12", 1'712'345'678'120},
    {"1712345678.1239", 1'712'345'678'124},
    {"1740824130000", 1'740'824'130'000},
    {"1740824130250.4", 1'740'824'130'250},
    {"1740824130250123", 1'740'824'130'250},
    {"100000000000", 100'000'000'000'000}, // 1e11: the last that is seconds
    {"100000000001", 100'000'000'001},
    {"100000000000000", 100'000'000'000'000}, // 1e14: the last that is milliseconds
    {"100000000001000", 100'000'000'001},
    {"-1", std::nullopt},
    {"1e30", std::nullopt},
    {"nan", std::nullopt},

    {"2025-03-01T10:15:30Z", 1'740'824'130'000},
    {"2025-03-01T10:15:30.000Z", 1'740'824'130'000},
    {"2025-03-01T10:15:30.25Z", 1'740'824'130'250},
    {"2025-03-01T10:15:30,123456789Z", 1'740'824'130'123},
    {"2025-03-01t10:15:30z", 1'740'824'130'000},
    {"2025-03-01T12:15:30+02:00", 1'740'824'130'000},
    {"2025-03-01T04:45:30-0530", 1'740'824'130'000},
    {"2025-03-01T11:15:30+01", 1'740'824'130'000},
    {"2025-03-01T10:15:30", 1'740'824'130'000}, // local time: only progress counts
    {"2025-03-01 10:15:30", 1'740'824'130'000},
    {"2025-03-01 10:15:30 +00:00", 1'740'824'130'000},
    {"2025-03-01T10:15", 1'740'824'100'000},
    {"2024-02-29T00:00:00Z", 1'709'164'800'000},
    {"1970-01-01T00:00:00Z", 0},
    {"2023-02-29T00:00:00Z", std::nullopt},
    {"2025-13-01T10:15:30Z", std::nullopt},
    {"2025-03-01T24:15:30Z", std::nullopt},
    {"2025-03-01T10:60:30Z", std::nullopt},
    {"2025-03-01T10:15:30.Z", std::nullopt},
    {"2025-03-01T10:15:30ZZ", std::nullopt},
    {"2025-03-01T10:15:30+", std::nullopt},
    {"2025-03-01T10:15:30+2", std::nullopt},
    {"2025-03-01T", std::nullopt},
    {"2025-03-01", std::nullopt},
    {"01.03.2025 10:15:30", std::nullopt},
    {"10:15:30", std::nullopt},
    {"1969-12-31T23:59:59Z", std::nullopt},
    {"", std::nullopt},
};

TEST(Milliseconds, Since1970) {
    for (const TimeCase& c : time_cases)
        EXPECT_EQ(milliseconds(c.text), c.expected) << c.text;
}

TEST(Milliseconds, BeforeTheBeginningByTheirOffset) {
    EXPECT_EQ(milliseconds("1970-01-01T00:30:00+01:00"), std::nullopt);
}

} // namespace
} // namespace retrocan::mqtt
