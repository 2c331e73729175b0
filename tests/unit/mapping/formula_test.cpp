// SPDX-License-Identifier: Apache-2.0
#include "mapping/formula.h"

#include <gtest/gtest.h>

namespace retrocan::mapping {
namespace {

std::string kinds(std::string_view expression) {
    std::string text;
    for (const Token& token : tokens(expression))
        text += (text.empty() ? "" : " ") + std::to_string(static_cast<int>(token.kind)) + ":" +
                std::string{token.text};
    return text;
}

TEST(Tokens, KnowAmountsByTheirUnits) {
    EXPECT_EQ(kinds("rcv * 16"), "2:rcv 3:* 0:16");
    EXPECT_EQ(kinds("0.3V+5 %"), "1:0.3V 3:+ 1:5 %");
    EXPECT_EQ(kinds("max(cell)>=3.6 V"), "2:max 3:( 2:cell 3:) 4:>= 1:3.6 V");
    EXPECT_EQ(kinds("a ^ b"), "2:a 5:^ 2:b");
    EXPECT_EQ(kinds(""), "");
}

std::string inferred(const std::string& program, const std::vector<Dimension>& operands) {
    std::vector<Powers> list;
    list.reserve(operands.size());
    for (const Dimension dimension : operands)
        list.push_back(powers(dimension));
    const auto result = infer_powers({program, operands.size()}, list);
    return result ? to_text(*result) : "mixed";
}

TEST(InferPowers, FollowsArithmetic) {
    using enum Dimension;
    EXPECT_EQ(inferred("v0 * v1", {voltage, none}), "a voltage (V, mV)");
    EXPECT_EQ(inferred("-v0", {current}), "a current (A, mA)");
    EXPECT_EQ(inferred("v0 / v1", {energy, charge}), "a voltage (V, mV)");
    EXPECT_EQ(inferred("v0 * v1", {current, time}), "a charge (Ah, mAh)");
    EXPECT_EQ(inferred("v0 * v1", {voltage, current}), "a power (W, kW)");
    EXPECT_EQ(inferred("v0 / v1 / v1", {none, current}), "1 / A / A");
    EXPECT_EQ(inferred("v0 / v1 * v2", {charge, charge, ratio}), "a percentage (%)");
    EXPECT_EQ(inferred("abs(v0 - v1) + max(v0, v1)", {current, current}), "a current (A, mA)");
    EXPECT_EQ(inferred("2 * 3", {}), "a plain number");
    EXPECT_EQ(inferred("v0 * 0", {current}), "a plain number");
}

TEST(InferPowers, FindsMixes) {
    using enum Dimension;
    EXPECT_EQ(inferred("v0 + v1", {voltage, current}), "mixed");
    EXPECT_EQ(inferred("v0 + 1", {voltage}), "mixed");
    EXPECT_EQ(inferred("v0 - v1", {ratio, none}), "mixed");
    EXPECT_EQ(inferred("max(v0, v1)", {voltage, current}), "mixed");
    EXPECT_EQ(inferred("min(v0, 100)", {current}), "mixed");
    EXPECT_EQ(inferred("v0 * (v1 + v2)", {voltage, none, time}), "mixed");
    EXPECT_EQ(inferred("1 / (v0 - 0.7)", {temperature}), "mixed");
}

TEST(Calculator, SaysWhereAProgramBreaks) {
    EXPECT_EQ(Calculator::syntax_error({"v0 * v1", 2}), std::nullopt);
    EXPECT_EQ(Calculator::syntax_error({"v0 + + * v1", 2}), 7U);
    EXPECT_TRUE(Calculator::syntax_error({"", 0}));
    EXPECT_TRUE(Calculator::syntax_error({"v0 v1", 2}));
}

} // namespace
} // namespace retrocan::mapping
