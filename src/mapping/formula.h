// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/unit.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The arithmetic of expressions: tokens, dimensions, and muParser behind a small front.
namespace retrocan::mapping {

struct Token {
    enum class Kind : std::uint8_t {
        number,     ///< "2", "0.5"
        amount,     ///< a number with a unit: "0.3 V"
        name,       ///< of a point, setting or function
        symbol,     ///< + - * / ( ) ,
        comparison, ///< < <= > >= == !=
        bad,        ///< anything else
    } kind;
    std::string_view text;
    std::size_t offset; ///< in the expression
};

std::vector<Token> tokens(std::string_view expression);

/// Powers of V, A, degC, % and h: an energy is V A h.
using Powers = std::array<int, 5>;

Powers powers(Dimension dimension);
/// "a voltage (V, mV)" if there is a dimension with these powers, else such as "V * A / h".
std::string to_text(const Powers& powers);
/// Fine units in one V, A, degC, %, Ah, Wh, h or 1, in which expressions count.
double fine_units(Dimension dimension);

/// An arithmetic expression over numbered operands: "v0 * v1 - 2".
struct Program {
    std::string text;
    std::size_t operands{};
};

/// Computes a program. Holds muParser's state: one thread at a time.
class Calculator {
public:
    /// Where a program's text breaks (an offset into it); nothing if it is sound.
    static std::optional<std::size_t> syntax_error(const Program& program);

    /// The program is one that syntax_error() had nothing against.
    explicit Calculator(const Program& program);
    Calculator(Calculator&&) noexcept;
    Calculator& operator=(Calculator&&) noexcept;
    ~Calculator();

    /// Where the operands' values go before compute().
    [[nodiscard]] std::span<double> operands();
    /// Not finite where the program divides by zero; throws nothing.
    double compute();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The powers of what a program computes from operands of these powers; nothing if it mixes dimensions, as in
/// a voltage + a current. What is always 0 counts as a plain number.
///
/// muParser tells nothing of a program's structure, so it is asked by experiment: counting volts in a unit
/// half as large doubles every operand with V in it, and must multiply the result by the same power of 2 at
/// every sample. This holds for every sound formula, and a mix breaks it.
std::optional<Powers> infer_powers(const Program& program, std::span<const Powers> operands);

} // namespace retrocan::mapping
