// SPDX-License-Identifier: Apache-2.0
#include "mapping/expression.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace retrocan::mapping {

namespace {

std::string in_quotes(std::string_view text) {
    return "\"" + std::string{text} + "\"";
}

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

/// A unit to write, for a message to somebody who left it out.
const char* example_unit(Dimension dimension) {
    switch (dimension) {
    case Dimension::none:
        return "";
    case Dimension::voltage:
        return "10 mV";
    case Dimension::current:
        return "0.1 A";
    case Dimension::temperature:
        return "0.1 degC";
    case Dimension::ratio:
        return "%";
    case Dimension::charge:
        return "0.01 Ah";
    case Dimension::energy:
        return "0.1 kWh";
    case Dimension::time:
        return "s";
    }
    return "";
}

template <class T>
std::optional<std::size_t> index_of(const std::vector<T>& list, std::string_view name) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].name == name)
            return i;
    return std::nullopt;
}

template <class T>
std::vector<std::string_view> names_of(const std::vector<T>& list) {
    std::vector<std::string_view> names;
    for (const T& element : list)
        names.push_back(element.name);
    return names;
}

constexpr double comparison_parts = 1e6; // a millionth of a volt, ampere, ...: rounding errors do not count

} // namespace

std::optional<std::size_t> Scope::point(std::string_view name) const {
    return index_of(points, name);
}
std::optional<std::size_t> Scope::setting(std::string_view name) const {
    return index_of(settings, name);
}
std::vector<std::string_view> Scope::point_names() const {
    return names_of(points);
}
std::vector<std::string_view> Scope::setting_names() const {
    return names_of(settings);
}

void ExpressionParser::fault(const Source& source, const std::string& message) {
    faults_.push_back({source.place, source.path + ": " + message});
}

void ExpressionParser::fault_at(const Source& source, std::size_t offset, const std::string& message) {
    Place place = source.place;
    place.column += static_cast<std::uint32_t>(offset + 1); // behind the quote
    faults_.push_back({place, source.path + ": " + message});
}

void ExpressionParser::unknown_name(const Source& source, std::string_view name, std::size_t offset) {
    std::vector<std::string_view> known = scope_.point_names();
    const auto settings = scope_.setting_names();
    known.insert(known.end(), settings.begin(), settings.end());
    fault_at(source, offset,
             "no point and no setting is called " + in_quotes(name) + did_you_mean(name, known));
}

void ExpressionParser::mismatch(const Source& source, Dimension wanted, const std::string& found) {
    fault(source, "expected " + std::string{to_text(wanted)} + "; " + found);
}

std::optional<std::size_t> ExpressionParser::number_point(const Source& source, std::string_view name,
                                                          std::size_t offset) {
    const auto index = scope_.point(name);
    if (!index) {
        unknown_name(source, name, offset);
        return std::nullopt;
    }
    scope_.point_used[*index] = true;
    scope_.points[*index].number = true;
    if (scope_.points[*index].run) {
        fault_at(source, offset,
                 in_quotes(name) + " is a run of values; take one of them or all, as in \"max(" +
                     std::string{name} + ")\"");
        return std::nullopt;
    }
    return index;
}

std::optional<Run> ExpressionParser::run(const Source& source) {
    const auto index = scope_.point(source.text);
    if (!index) {
        fault(source, "no point is called " + in_quotes(source.text) +
                          did_you_mean(source.text, scope_.point_names()));
        return std::nullopt;
    }
    scope_.point_used[*index] = true;
    Point& point = scope_.points[*index];
    point.number = true;
    if (!point.run) {
        fault(source, "expected a run of values; the point " + in_quotes(source.text) + " has no count");
        return std::nullopt;
    }
    return Run{*index, point.present};
}

std::optional<std::size_t> ExpressionParser::text_point(const Source& source) {
    const auto index = scope_.point(source.text);
    if (!index) {
        fault(source, "no point is called " + in_quotes(source.text) +
                          did_you_mean(source.text, scope_.point_names()) +
                          "; a text that is always the same belongs into [names]");
        return std::nullopt;
    }
    scope_.point_used[*index] = true;
    Point& point = scope_.points[*index];
    if (point.run) {
        fault(source, in_quotes(source.text) + " is a run of values, not one text");
        return std::nullopt;
    }
    point.text = true;
    return index;
}

ValuePtr ExpressionParser::amount(const Source& source, Dimension wanted) {
    const std::vector<Token> list = tokens(source.text);
    if (list.size() == 1)
        return lone(source, list.front(), wanted);
    const auto sign = std::find_if(list.begin(), list.end(),
                                   [](const Token& token) { return token.kind == Token::Kind::comparison; });
    if (sign != list.end()) {
        fault_at(source, sign->offset,
                 "a condition, where " + std::string{to_text(wanted)} + " was expected");
        return nullptr;
    }
    return formula(source, list, wanted);
}

/// One word: exact, without floating point.
ValuePtr ExpressionParser::lone(const Source& source, const Token& token, Dimension wanted) {
    if (token.kind == Token::Kind::amount || token.kind == Token::Kind::number) {
        const auto amount = parse_amount(token.text);
        if (!amount) {
            fault(source, amount.error());
        } else if (amount->dimension != wanted) {
            const bool unit_missing = amount->dimension == Dimension::none;
            mismatch(source, wanted,
                     unit_missing ? in_quotes(token.text) + " has no unit"
                                  : in_quotes(token.text) + " is none");
        } else {
            return std::make_unique<Constant>(amount->count);
        }
        return nullptr;
    }
    if (token.kind != Token::Kind::name) {
        fault(source, "expected a point or an amount, such as \"100 A\"; got " + in_quotes(source.text));
        return nullptr;
    }
    if (const auto setting = scope_.setting(token.text)) {
        scope_.setting_used[*setting] = true;
        const Dimension dimension = scope_.settings[*setting].dimension;
        if (dimension == wanted)
            return std::make_unique<SettingValue>(*setting);
        mismatch(source, wanted,
                 "the setting " + in_quotes(token.text) + " is " + std::string{to_text(dimension)});
        return nullptr;
    }
    const auto index = number_point(source, token.text, token.offset);
    if (!index)
        return nullptr;
    const Dimension dimension = scope_.points[*index].unit.dimension;
    if (dimension == wanted)
        return std::make_unique<PointValue>(*index);
    mismatch(source, wanted,
             "the point " + in_quotes(token.text) + " is " + std::string{to_text(dimension)} +
                 (dimension == Dimension::none
                      ? ": give it a unit, such as unit = \"" + std::string{example_unit(wanted)} + "\""
                      : ""));
    return nullptr;
}

ValuePtr ExpressionParser::condition(const Source& source) {
    const std::vector<Token> list = tokens(source.text);
    std::size_t signs = 0;
    std::size_t sign = 0;
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].kind == Token::Kind::comparison) {
            ++signs;
            sign = i;
        }
    if (signs == 0)
        return reference(source);
    if (signs > 1) {
        fault_at(source, list[sign].offset,
                 "one comparison at a time; join several with { all = [..] } or { any = [..] }");
        return nullptr;
    }
    return comparison(source, list, sign);
}

/// "switch" or "alarm.4"
ValuePtr ExpressionParser::reference(const Source& source) {
    const std::string_view text = source.text;
    const std::size_t dot = text.find('.');
    const std::string_view name = text.substr(0, dot);
    const auto index = scope_.point(name);
    if (!index) {
        if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos)
            fault(source,
                  "expected a point, a bit such as \"alarm.4\", or a comparison such as \"soc < 5 %\"; "
                  "got " +
                      in_quotes(text));
        else
            fault(source, "no point is called " + in_quotes(name) + did_you_mean(name, scope_.point_names()));
        return nullptr;
    }
    scope_.point_used[*index] = true;
    Point& point = scope_.points[*index];
    point.number = true;
    if (point.unit.dimension != Dimension::none) {
        fault(source, "the point " + in_quotes(name) + " is " + std::string{to_text(point.unit.dimension)} +
                          "; compare it, as in \"" + std::string{name} + " > " +
                          to_text(Amount{point.unit.dimension, 10000}) + "\"");
        return nullptr;
    }
    if (dot == std::string_view::npos) {
        if (point.run) {
            fault(source, in_quotes(name) + " is a run of values: write { any = " + in_quotes(name) +
                              " } or \"" + std::string{name} + ".0\"");
            return nullptr;
        }
        return std::make_unique<NotZero>(std::make_unique<PointValue>(*index));
    }
    const std::string_view digits = text.substr(dot + 1);
    const std::int64_t last = point.run ? point.count - 1 : 63;
    unsigned number{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || number > last) {
        fault_at(source, dot + 1,
                 std::string{"expected the number of "} + (point.run ? "an element" : "a bit") +
                     ", from 0 to " + std::to_string(last) + "; got " + in_quotes(digits));
        return nullptr;
    }
    if (!point.run)
        return std::make_unique<Bit>(*index, number);
    if (point.count_setting) {
        fault(source,
              "how many elements " + in_quotes(name) + " has is up to a setting; give it a fixed count");
        return nullptr;
    }
    return std::make_unique<NotZero>(std::make_unique<PointValue>(*index, number));
}

/// left SIGN right, as the sign of (left) - (right): so both sides must have one dimension.
ValuePtr ExpressionParser::comparison(const Source& source, const std::vector<Token>& list,
                                      std::size_t sign) {
    const auto bracket = [&](std::string_view text, std::size_t offset) {
        return Token{Token::Kind::symbol, text, offset};
    };
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

/// Turns tokens into a program over numbered operands.
class ExpressionParser::FormulaParser {
public:
    FormulaParser(ExpressionParser& parser, const Source& source, const std::vector<Token>& list)
        : parser_{parser}, source_{source}, list_{list} {}

    /// False after a fault.
    bool parse() {
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

    Program program_;
    std::vector<Operand> operands_;
    std::vector<Powers> powers_;
    std::string ingredients_; ///< "cell is a voltage (V, mV), limit is ...", for messages

private:
    /// Takes the token at `i` and those that belong to it; returns the index of the next.
    std::size_t take(std::size_t i) {
        const Token& token = list_[i];
        positions_.emplace_back(program_.text.size(), token.offset);
        switch (token.kind) {
        case Token::Kind::symbol:
        case Token::Kind::number:
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
                std::vector<Run> runs{{*index, point.present}};
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
        ingredients_ +=
            (ingredients_.empty() ? "" : ", ") + std::string{name} + " is " + std::string{to_text(dimension)};
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
        fault(source, in_quotes(source.text) + " mixes dimensions, or is always 0" +
                          (parser.ingredients_.empty() ? "" : ": " + parser.ingredients_));
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

} // namespace retrocan::mapping
