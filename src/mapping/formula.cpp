// SPDX-License-Identifier: Apache-2.0
#include "mapping/formula.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <muParser.h>

namespace retrocan::mapping {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}

template <class Predicate>
std::size_t end_of(std::string_view text, std::size_t from, Predicate belongs) {
    while (from < text.size() && belongs(text[from]))
        ++from;
    return from;
}

Token token_at(std::string_view text, std::size_t begin) {
    const auto make = [&](Token::Kind kind, std::size_t end) {
        return Token{kind, text.substr(begin, end - begin), begin};
    };
    const char c = text[begin];
    if (is_digit(c)) {
        const std::size_t number = end_of(text, begin, [](char d) { return is_digit(d) || d == '.'; });
        const std::size_t unit = end_of(text, number, [](char d) { return d == ' '; });
        const std::size_t end = end_of(text, unit, [](char d) { return is_letter(d) || d == '%'; });
        return end > unit ? make(Token::Kind::amount, end) : make(Token::Kind::number, number);
    }
    if (is_letter(c) || c == '_')
        return make(Token::Kind::name, end_of(text, begin, is_name));
    if (std::string_view{"+-*/(),"}.find(c) != std::string_view::npos)
        return make(Token::Kind::symbol, begin + 1);
    for (const std::string_view sign : {"<=", ">=", "==", "!=", "<", ">"})
        if (text.substr(begin, sign.size()) == sign)
            return make(Token::Kind::comparison, begin + sign.size());
    return make(Token::Kind::bad, begin + 1);
}

constexpr std::array all_dimensions{Dimension::none,        Dimension::voltage, Dimension::current,
                                    Dimension::temperature, Dimension::ratio,   Dimension::charge,
                                    Dimension::energy,      Dimension::power,   Dimension::time};

constexpr int samples = 30;

/// Numbers from 2^-10 to 2^20, evenly over their magnitudes, so that each side of a min or max wins at times.
/// They look random and are the same on every machine.
class Sampler {
public:
    double next() {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return std::exp2(-10 + 30 * static_cast<double>(state_ >> 40U) / static_cast<double>(1U << 24U));
    }

private:
    std::uint64_t state_{42};
};

} // namespace

std::vector<Token> tokens(std::string_view expression) {
    std::vector<Token> list;
    for (std::size_t at = 0; at < expression.size();) {
        if (expression[at] == ' ') {
            ++at;
            continue;
        }
        list.push_back(token_at(expression, at));
        at += list.back().text.size();
    }
    return list;
}

Powers powers(Dimension dimension) {
    switch (dimension) {
    case Dimension::none:
        return {};
    case Dimension::voltage:
        return {1, 0, 0, 0, 0};
    case Dimension::current:
        return {0, 1, 0, 0, 0};
    case Dimension::temperature:
        return {0, 0, 1, 0, 0};
    case Dimension::ratio:
        return {0, 0, 0, 1, 0};
    case Dimension::charge:
        return {0, 1, 0, 0, 1};
    case Dimension::energy:
        return {1, 1, 0, 0, 1};
    case Dimension::power:
        return {1, 1, 0, 0, 0};
    case Dimension::time:
        return {0, 0, 0, 0, 1};
    }
    return {};
}

std::string to_text(const Powers& of) {
    for (const Dimension dimension : all_dimensions)
        if (powers(dimension) == of)
            return std::string{retrocan::to_text(dimension)};
    constexpr std::array<const char*, 5> units{"V", "A", "degC", "%", "h"};
    std::string above;
    std::string below;
    for (std::size_t i = 0; i < units.size(); ++i) {
        for (int n = 0; n < of[i]; ++n)
            above += (above.empty() ? "" : " * ") + std::string{units[i]};
        for (int n = 0; n > of[i]; --n)
            below += " / " + std::string{units[i]};
    }
    return (above.empty() ? "1" : above) + below;
}

double fine_units(Dimension dimension) {
    switch (dimension) {
    case Dimension::none:
    case Dimension::energy:
        return 1;
    case Dimension::voltage:
    case Dimension::current:
    case Dimension::temperature:
    case Dimension::charge:
    case Dimension::power:
        return 1000;
    case Dimension::ratio:
        return 100;
    case Dimension::time:
        return 3.6e9;
    }
    return 1;
}

namespace {

/// The least or largest of several; not a number if one of them is none, as after a division by zero, which
/// would otherwise lose against the others unseen.
template <class Better>
double extreme(const double* values, int count, Better better) {
    double best = values[0];
    for (int i = 0; i < count; ++i) {
        if (!std::isfinite(values[i]))
            return std::numeric_limits<double>::quiet_NaN();
        if (better(values[i], best))
            best = values[i];
    }
    return best;
}

double least(const double* values, int count) {
    return extreme(values, count, std::less<>{});
}

double largest(const double* values, int count) {
    return extreme(values, count, std::greater<>{});
}

} // namespace

struct Calculator::State {
    explicit State(const Program& program) : operands(program.operands) {
        for (std::size_t i = 0; i < operands.size(); ++i)
            parser.DefineVar("v" + std::to_string(i), &operands[i]);
        parser.DefineFun(
            "abs", [](double x) { return std::abs(x); }, false);
        parser.DefineFun("min", least, false);
        parser.DefineFun("max", largest, false);
        parser.SetExpr(program.text);
    }

    std::vector<double> operands; // the parser holds their addresses
    mu::Parser parser;
};

Calculator::Calculator(const Program& program) : state_{std::make_unique<State>(program)} {}
Calculator::Calculator(Calculator&&) noexcept = default;
Calculator& Calculator::operator=(Calculator&&) noexcept = default;
Calculator::~Calculator() = default;

std::span<double> Calculator::operands() {
    return state_->operands;
}

double Calculator::compute() {
    return state_->parser.Eval();
}

std::optional<std::size_t> Calculator::syntax_error(const Program& program) {
    try {
        State state{program};
        state.parser.Eval();
        return std::nullopt;
    } catch (const mu::Parser::exception_type& error) {
        return std::min<std::size_t>(static_cast<std::size_t>(std::max(error.GetPos(), 0)),
                                     program.text.size());
    }
}

std::optional<Powers> infer_powers(const Program& program, std::span<const Powers> operands) {
    Calculator calculator{program};
    Sampler sampler;
    Powers result{};
    bool always_zero = true;
    for (int sample = 0; sample < samples; ++sample) {
        std::vector<double> values(operands.size());
        std::generate(values.begin(), values.end(), [&] { return sampler.next(); });
        std::copy(values.begin(), values.end(), calculator.operands().begin());
        const double before = calculator.compute();
        if (before == 0)
            continue;
        for (std::size_t base = 0; base < result.size(); ++base) {
            for (std::size_t i = 0; i < values.size(); ++i)
                calculator.operands()[i] = std::ldexp(values[i], operands[i][base]);
            const double power = std::log2(calculator.compute() / before);
            const double nearest = std::round(power);
            constexpr double tolerance = 1e-9; // scaling by 2 is exact, but for the logarithm
            if (!(std::abs(power - nearest) < tolerance) || std::abs(nearest) > 9)
                return std::nullopt;
            if (!always_zero && result[base] != static_cast<int>(nearest))
                return std::nullopt;
            result[base] = static_cast<int>(nearest);
        }
        always_zero = false;
    }
    return result;
}

} // namespace retrocan::mapping
