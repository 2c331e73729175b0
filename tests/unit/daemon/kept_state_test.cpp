// SPDX-License-Identifier: Apache-2.0
#include "daemon/kept_state.h"

#include <random>

#include <gtest/gtest.h>

namespace retrocan::daemon {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using policy::ChargeMemory;
using policy::EnergyMemory;
using policy::Phase;

KeptState some_state() {
    return {{"attic", {ChargeMemory{Phase::floating, 90s}, EnergyMemory{1'234_Wh, 987_Wh, 6'543, 21}}},
            {"garden shed", {ChargeMemory{Phase::absorption, 0s}, {}}},
            {"\xc3\xa4\"\n", {{}, EnergyMemory{{}, {}, 7'199'999'999'999'999, 0}}},
            {"empty", {}}};
}

TEST(KeptState, IsReadAsItWasWritten) {
    const auto state = parse_kept_state(to_text(some_state()));
    ASSERT_TRUE(state) << state.error();
    EXPECT_EQ(*state, some_state());
    EXPECT_EQ(parse_kept_state(to_text(KeptState{})).value(), KeptState{});
}

// The text is a promise to every later version.
TEST(KeptState, IsReadAsVersion1WroteIt) {
    const auto state = parse_kept_state(R"({"version": 1, "batteries": {"shed": {
        "charge": {"phase": "absorption", "since_full_us": 86400000001},
        "energy": {"in_wh": 5000, "in_rest": 12, "out_wh": 4000, "out_rest": 7199999999999999}}}})");
    ASSERT_TRUE(state) << state.error();
    const KeptState expected{{"shed",
                              {ChargeMemory{Phase::absorption, 24h + 1us},
                               EnergyMemory{5'000_Wh, 4'000_Wh, 12, 7'199'999'999'999'999}}}};
    EXPECT_EQ(*state, expected);
    for (const auto& [phase, word] :
         {std::pair{Phase::bulk, "bulk"}, {Phase::absorption, "absorption"}, {Phase::floating, "\"float\""}})
        EXPECT_NE(to_text({{"shed", {ChargeMemory{phase, 0s}, {}}}}).find(word), std::string::npos);
}

TEST(KeptState, SaysWhatCannotBe) {
    struct Case {
        const char* text;
        const char* error;
    };
    const Case cases[] = {
        {"", "no JSON"},
        {"{\"version\":1,", "no JSON"},
        {"[]", "expected an object"},
        {"null", "expected an object"},
        {"{}", "version: missing"},
        {R"({"version":"1","batteries":{}})", "version: expected a whole number of 0 to 9223372036854775807"},
        {R"({"version":2,"batteries":{},"more":1})",
         "version: is 2, this program reads 1: a newer one wrote it"},
        {R"({"version":1})", "batteries: missing"},
        {R"({"version":1,"batteries":[]})", "batteries: expected an object with at most 1000 members"},
        {R"({"version":1,"batteries":{},"more":1})", "has a member that this version does not know"},
        {R"({"version":1,"batteries":{"a":3}})", "batteries.\"a\": expected an object"},
        {R"({"version":1,"batteries":{"a":{"soc":3}}})",
         "batteries.\"a\": has a member that this version does not know"},
        {R"({"version":1,"batteries":{"a\u001b[2J":3}})", "batteries.\"a\\u001b[2J\": expected an object"},
    };
    for (const auto& [text, error] : cases) {
        const auto state = parse_kept_state(text);
        ASSERT_FALSE(state) << text;
        EXPECT_EQ(state.error(), error) << text;
    }
}

TEST(KeptState, RefusesEveryNumberOutOfItsRange) {
    const auto with = [](const std::string& phase, const std::string& since_full, const std::string& in,
                         const std::string& rest) {
        return parse_kept_state(R"({"version":1,"batteries":{"a":{"charge":{"phase":)" + phase +
                                R"(,"since_full_us":)" + since_full + R"(},"energy":{"in_wh":)" + in +
                                R"(,"out_wh":0,"in_rest":)" + rest + R"(,"out_rest":0}}}})");
    };
    const std::string bulk = "\"bulk\"";
    EXPECT_TRUE(with(bulk, "3153600000000000", "1000000000000", "7199999999999999"));
    for (const std::string phase : {"\"Bulk\"", "\"\"", "0", "null", "[\"bulk\"]"}) {
        const auto state = with(phase, "0", "0", "0");
        ASSERT_FALSE(state);
        EXPECT_EQ(state.error(), "batteries.\"a\".charge.phase: expected one of bulk, absorption, float");
    }
    const std::string wrong[] = {"-1",
                                 "-9223372036854775808",
                                 "18446744073709551615",
                                 "18446744073709551616",
                                 "1.0",
                                 "1e3",
                                 "\"1\"",
                                 "true",
                                 "null",
                                 "[]",
                                 "{}"};
    for (const std::string& number : wrong) {
        EXPECT_FALSE(with(bulk, number, "0", "0")) << number;
        EXPECT_FALSE(with(bulk, "0", number, "0")) << number;
        EXPECT_FALSE(with(bulk, "0", "0", number)) << number;
    }
    EXPECT_EQ(with(bulk, "3153600000000001", "0", "0").error(),
              "batteries.\"a\".charge.since_full_us: expected a whole number of 0 to 3153600000000000");
    EXPECT_EQ(with(bulk, "0", "1000000000001", "0").error(),
              "batteries.\"a\".energy.in_wh: expected a whole number of 0 to 1000000000000");
    EXPECT_EQ(with(bulk, "0", "0", "7200000000000000").error(),
              "batteries.\"a\".energy.in_rest: expected a whole number of 0 to 7199999999999999");
}

TEST(KeptState, HasBounds) {
    std::string many = R"({"version":1,"batteries":{"0":{})";
    for (int i = 1; i < 1000; ++i)
        many += ",\"" + std::to_string(i) + "\":{}";
    EXPECT_TRUE(parse_kept_state(many + "}}"));
    EXPECT_FALSE(parse_kept_state(many + ",\"1000\":{}}}"));
    EXPECT_FALSE(parse_kept_state(R"({"version":1,"batteries":{")" + std::string(257, 'x') + "\":{}}}"));
    EXPECT_FALSE(parse_kept_state(std::string(500'000, '[')));
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "{\"version\":";
    EXPECT_FALSE(parse_kept_state(deep + "1" + std::string(100'000, '}')));
}

TEST(KeptState, AnyDamageGivesAnErrorOrAStateThatCanBe) {
    const std::string good = to_text(some_state());
    for (std::size_t size = 0; size + 2 < good.size(); ++size) // without its last brace and line feed
        EXPECT_FALSE(parse_kept_state(good.substr(0, size))) << size;
    std::mt19937 random{1};
    int read = 0;
    for (int i = 0; i < 4'000; ++i) {
        std::string text = good;
        for (int n = 0; n <= i % 3; ++n)
            text[random() % text.size()] = static_cast<char>(random());
        const auto state = parse_kept_state(text);
        if (!state)
            continue;
        ++read;
        for (const auto& [name, kept] : *state) {
            EXPECT_TRUE(!kept.energy || kept.energy->restored());
            EXPECT_TRUE(!kept.charge ||
                        (kept.charge->phase <= Phase::floating && kept.charge->since_full >= 0s));
        }
    }
    EXPECT_GT(read, 20);
}

TEST(KeptState, ANameThatIsNoTextDoesNotThrow) {
    const auto state = parse_kept_state(to_text({{"\xff", {}}}));
    ASSERT_TRUE(state);
    EXPECT_EQ(state->size(), 1U);
}

} // namespace
} // namespace retrocan::daemon
