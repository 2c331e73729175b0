// SPDX-License-Identifier: Apache-2.0
// ExpressionParser's arithmetic: formulas and comparisons.
#include "mapping/expression.h"

#include <algorithm>
#include <array>

namespace retrocan::mapping {

namespace {

constexpr std::array<std::string_view, 5> functions{"min", "max", "mean", "sum", "abs"};

std::optional<Reduction::Kind> reduction_kind(std::string_view name) {
    if (name == "min")
        return Reduction::Kind::min;
    if (name == "max")
        return Reduction::Kind::max;
    if (name == "mean")
        return Reduction::Kind::mean;
    if (name == "sum")
        return Reduction::Kind::sum;
    return std::nullopt;
}

Comparison::Sign sign_of(std::string_view text) {
    if (text == "<")
        return Comparison::Sign::less;
    if (text == "<=")
        return Comparison::Sign::less_or_equal;
    if (text == ">")
        return Comparison::Sign::greater;
    if (text == ">=")
        return Comparison::Sign::greater_or_equal;
    return text == "==" ? Comparison::Sign::equal : Comparison::Sign::not_equal;
}

constexpr double comparison_parts = 1e6; // a millionth of a volt, ampere, ...: rounding errors do not count

} // namespace

/// Turns tokens into a program over numbered operands.
class ExpressionParser::FormulaParser {
public:
    FormulaParser(ExpressionParser& parser, const Source& source, const std::vector<Token>& list)
        : parser_{parser}, source_{source}, list_{list} {}

    /// False after a fault.
    bool parse() {
        check_brackets();
        if (!sound_)
            return false;
        for (std::size_t i = 0; i < list_.size();)
            i = take(i);
        if (!sound_)
            return false;
        if (const auto offset = Calculator::syntax_error(program_)) {
            std::size_t at = source_.text.size();
            for (const auto& [from_program, from_source] : positions_)
                if (from_program <= *offset)
                    at = from_source;
            const std::string rest = source_.text.substr(std::min(at, source_.text.size()));
            parser_.fault_at(source_, at,
                             in_quotes(source_.text) + " is no expression: it breaks " +
                                 (rest.empty() ? "at its end" : "at " + in_quotes(rest)));
            return false;
        }
        return true;
    }

    /// Only whether its brackets pair; false after a fault.
    bool balanced() {
        check_brackets();
        return sound_;
    }

    Program program_;
    std::vector<Operand> operands_;
    std::vector<Powers> powers_;
    std::vector<std::string> ingredients_; ///< "cell is a voltage (V, mV)" and the like, for messages

private:
    /// Takes the token at `i` and those that belong to it; returns the index of the next.
    std::size_t take(std::size_t i) {
        const Token& token = list_[i];
        if (i > 0 && token.kind != Token::Kind::symbol && list_[i - 1].kind != Token::Kind::symbol)
            program_.text += ' '; // or two numbers would become one
        positions_.emplace_back(program_.text.size(), token.offset);
        switch (token.kind) {
        case Token::Kind::number:
            note(token.text, Dimension::none);
            [[fallthrough]];
        case Token::Kind::symbol:
            program_.text += token.text;
            return i + 1;
        case Token::Kind::amount:
            take_amount(token);
            return i + 1;
        case Token::Kind::name:
            if (is(i + 1, "("))
                return take_function(i);
            take_name(token);
            return i + 1;
        case Token::Kind::comparison:
        case Token::Kind::bad:
            break;
        }
        fail(token, "did not expect " + in_quotes(token.text) +
                        "; expressions have + - * / ( ) and min, max, mean, sum, abs");
        return i + 1;
    }

    /// Brackets must pair, and a comma separates the arguments of a function and nothing else: muParser would
    /// take "0,5 * a" for 5 * a.
    void check_brackets() {
        struct Open {
            const Token* bracket;
            bool of_function;
        };
        std::vector<Open> open;
        for (std::size_t i = 0; i < list_.size(); ++i) {
            const Token& token = list_[i];
            if (token.text == "(")
                open.push_back({&token, i > 0 && list_[i - 1].kind == Token::Kind::name});
            else if (token.text == "," && (open.empty() || !open.back().of_function))
                return fail(token,
                            "a comma separates the arguments of min and max; a decimal has a point, as "
                            "in 0.5");
            if (token.text != ")")
                continue;
            if (open.empty())
                return fail(token, "this bracket closes nothing");
            open.pop_back();
        }
        if (!open.empty())
            fail(*open.back().bracket, "this bracket is never closed");
    }

    void take_amount(const Token& token) {
        const auto amount = parse_amount(token.text);
        if (!amount)
            fail(token, amount.error());
        else
            add(token.text, std::make_unique<Constant>(amount->count), amount->dimension);
    }

    void take_name(const Token& token) {
        Scope& scope = parser_.scope_;
        if (const auto setting = scope.setting(token.text)) {
            scope.setting_used[*setting] = true;
            if (scope.settings[*setting].yes_or_no)
                fail(token, "the setting " + in_quotes(token.text) + " is yes or no, not a number");
            if (scope.settings[*setting].is_text)
                fail(token, "the setting " + in_quotes(token.text) + " is a text, not a number");
            add(token.text, std::make_unique<SettingValue>(*setting), scope.settings[*setting].dimension);
        } else if (const auto point = parser_.number_point(source_, token.text, token.offset)) {
            add(token.text, std::make_unique<PointValue>(*point), scope.points[*point].unit.dimension);
        } else {
            sound_ = false;
        }
    }

    /// "max(cell)" of a run is one operand; "max(a, b)" and "abs(a)" are muParser's.
    std::size_t take_function(std::size_t i) {
        const Token& token = list_[i];
        const auto kind = reduction_kind(token.text);
        if (kind && i + 3 < list_.size() && list_[i + 2].kind == Token::Kind::name && is(i + 3, ")")) {
            const std::string name{list_[i + 2].text};
            const auto index = parser_.scope_.point(name);
            if (index && parser_.scope_.points[*index].run) {
                const Point& point = parser_.scope_.points[*index];
                parser_.scope_.point_used[*index] = true;
                parser_.scope_.points[*index].number = true;
                if (!point.words.empty())
                    fail(list_[i + 2], in_quotes(name) + " has words, not numbers");
                std::vector<Run> runs{{*index, point.present, point.used}};
                add(name, std::make_unique<Reduction>(*kind, std::move(runs)), point.unit.dimension);
                return i + 4;
            }
        }
        if (token.text == "mean" || token.text == "sum")
            fail(token, std::string{token.text} + "(..) takes the name of one run");
        else if (std::find(functions.begin(), functions.end(), token.text) == functions.end())
            fail(token, "unknown function " + in_quotes(token.text) + did_you_mean(token.text, functions));
        program_.text += token.text;
        return i + 1;
    }

    void add(std::string_view name, ValuePtr value, Dimension dimension) {
        program_.text += "v" + std::to_string(program_.operands++);
        operands_.push_back({std::move(value), dimension});
        powers_.push_back(powers(dimension));
        note(name, dimension);
    }

    void note(std::string_view name, Dimension dimension) {
        std::string text = std::string{name} + " is " + std::string{to_text(dimension)};
        if (std::find(ingredients_.begin(), ingredients_.end(), text) == ingredients_.end())
            ingredients_.push_back(std::move(text));
    }

    [[nodiscard]] bool is(std::size_t i, std::string_view text) const {
        return i < list_.size() && list_[i].text == text;
    }

    void fail(const Token& token, const std::string& message) {
        parser_.fault_at(source_, token.offset, message);
        sound_ = false;
    }

    ExpressionParser& parser_;
    const Source& source_;
    const std::vector<Token>& list_;
    std::vector<std::pair<std::size_t, std::size_t>> positions_; // in the program, in the source
    bool sound_{true};
};

ValuePtr ExpressionParser::formula(const Source& source, const std::vector<Token>& list,
                                   std::optional<Dimension> wanted) {
    FormulaParser parser{*this, source, list};
    if (!parser.parse())
        return nullptr;
    const auto result = infer_powers(parser.program_, parser.powers_);
    if (!result) {
        std::string ingredients;
        for (const std::string& ingredient : parser.ingredients_)
            ingredients += (ingredients.empty() ? ": " : ", ") + ingredient;
        fault(source, in_quotes(source.text) + " mixes dimensions" + ingredients);
        return nullptr;
    }
    if (wanted && *result != powers(*wanted)) {
        const bool percent = *wanted == Dimension::ratio && *result == Powers{};
        mismatch(source, *wanted,
                 in_quotes(source.text) + " is " + to_text(*result) +
                     (percent ? " (a ratio becomes a percentage by \"* 100 %\")" : ""));
        return nullptr;
    }
    const std::size_t number = scope_.programs.size();
    scope_.programs.push_back(std::move(parser.program_));
    return std::make_unique<Formula>(number, std::move(parser.operands_),
                                     wanted ? fine_units(*wanted) : comparison_parts);
}

/// left SIGN right, as the sign of (left) - (right): so both sides must have one dimension.
ValuePtr ExpressionParser::comparison(const Source& source, const std::vector<Token>& list,
                                      std::size_t sign) {
    const auto bracket = [&](std::string_view text, std::size_t offset) {
        return Token{Token::Kind::symbol, text, offset};
    };
    for (const bool left : {true, false}) { // each side by itself: below they stand in brackets of ours
        const auto at = list.begin() + static_cast<std::ptrdiff_t>(sign);
        const std::vector<Token> side =
            left ? std::vector<Token>{list.begin(), at} : std::vector<Token>{at + 1, list.end()};
        FormulaParser alone{*this, source, side};
        if (!alone.balanced())
            return nullptr;
    }
    const std::size_t middle = list[sign].offset;
    std::vector<Token> difference{bracket("(", 0)};
    difference.insert(difference.end(), list.begin(), list.begin() + static_cast<std::ptrdiff_t>(sign));
    for (const std::string_view text : {")", "-", "("})
        difference.push_back(bracket(text, middle));
    difference.insert(difference.end(), list.begin() + static_cast<std::ptrdiff_t>(sign) + 1, list.end());
    difference.push_back(bracket(")", source.text.size()));
    ValuePtr value = formula(source, difference, std::nullopt);
    if (!value)
        return nullptr;
    return std::make_unique<Comparison>(std::move(value), sign_of(list[sign].text));
}

} // namespace retrocan::mapping
