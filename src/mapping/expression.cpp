// SPDX-License-Identifier: Apache-2.0
#include "mapping/expression.h"

#include <algorithm>
#include <charconv>

namespace retrocan::mapping {

namespace {

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
    case Dimension::power:
        return "W";
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
    names.reserve(list.size());
    for (const T& element : list)
        names.push_back(element.name);
    return names;
}

} // namespace

std::string in_quotes(std::string_view text) {
    return "\"" + std::string{text} + "\"";
}

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
    Point& point = scope_.points[*index];
    point.number = true;
    if (!point.words.empty()) {
        fault_at(source, offset,
                 in_quotes(name) + " has words, not numbers: write a condition such as \"" + point.name +
                     "." + point.words.words.front().name + "\"");
        return std::nullopt;
    }
    if (point.run) {
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
    if (!point.words.empty()) {
        fault(source, in_quotes(source.text) + " has words, not numbers");
        return std::nullopt;
    }
    return Run{*index, point.present, point.used};
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
        fault(source, in_quotes(source.text) + " is a run of values, not one text; { text = \"{" +
                          source.text + "}\" } writes its elements one behind the other");
        return std::nullopt;
    }
    if (point.words.is_list()) {
        fault(source, in_quotes(source.text) + " is a list of words, not one text");
        return std::nullopt;
    }
    if (point.words.empty())
        point.text = true;
    return index;
}

std::optional<std::size_t> ExpressionParser::plain_point(const Source& source) {
    const auto index = number_point(source, source.text, 0);
    if (index && scope_.points[*index].unit.dimension != Dimension::none) {
        fault(source, "expected a plain number; the point " + in_quotes(source.text) + " is " +
                          std::string{to_text(scope_.points[*index].unit.dimension)});
        return std::nullopt;
    }
    return index;
}

std::optional<std::size_t> ExpressionParser::switch_setting(const Source& source) {
    const auto index = scope_.setting(source.text);
    if (!index) {
        fault(source, "no setting is called " + in_quotes(source.text) +
                          did_you_mean(source.text, scope_.setting_names()));
        return std::nullopt;
    }
    scope_.setting_used[*index] = true;
    if (!scope_.settings[*index].yes_or_no) {
        fault(source, "expected a setting that is yes or no, with `default = false`");
        return std::nullopt;
    }
    return index;
}

ValuePtr ExpressionParser::text_template(const Source& source) {
    std::vector<TemplateText::Piece> pieces;
    const std::string& text = source.text;
    std::size_t at = 0;
    bool sound = true;
    const auto broken = [&](std::size_t offset, const std::string& message) {
        fault_at(source, offset, message);
        sound = false;
    };
    while (at < text.size()) {
        const std::size_t open = std::min(text.find('{', at), text.size());
        TemplateText::Piece piece{text.substr(at, open - at), std::nullopt};
        at = open;
        if (open < text.size()) {
            const std::size_t close = text.find('}', open);
            if (close == std::string::npos) {
                broken(open, "this brace is never closed");
                break;
            }
            const std::string name = text.substr(open + 1, close - open - 1);
            at = close + 1;
            piece.point = scope_.point(name);
            if (!piece.point) {
                broken(open + 1,
                       "no point is called " + in_quotes(name) + did_you_mean(name, scope_.point_names()));
                continue;
            }
            Point& point = scope_.points[*piece.point];
            scope_.point_used[*piece.point] = true;
            const bool fits = point.unit.dimension == Dimension::none && !point.words.is_list();
            if (!fits)
                broken(open + 1,
                       in_quotes(name) + " is " +
                           (point.words.is_list() ? "a list" : std::string{to_text(point.unit.dimension)}) +
                           "; expected a plain number, a text or a word");
            else
                point.shown = true;
        }
        pieces.push_back(std::move(piece));
    }
    const bool has_point =
        std::any_of(pieces.begin(), pieces.end(), [](const auto& p) { return p.point.has_value(); });
    if (sound && !has_point)
        broken(0, "expected a point in braces, as in \"cell {max_cell}\"; a text that is always the same "
                  "belongs into [names]");
    return sound ? std::make_unique<TemplateText>(scope_.templates++, std::move(pieces)) : nullptr;
}

ValuePtr ExpressionParser::amount(const Source& source, Dimension wanted) {
    const std::vector<Token> list = tokens(source.text);
    if (list.empty()) {
        mismatch(source, wanted, "found an empty text");
        return nullptr;
    }
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
            mismatch(source, wanted,
                     in_quotes(token.text) + (amount->dimension == Dimension::none
                                                  ? " has no unit"
                                                  : " is " + std::string{to_text(amount->dimension)}));
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
        if (scope_.settings[*setting].is_text) {
            mismatch(source, wanted, "the setting " + in_quotes(token.text) + " is a text");
            return nullptr;
        }
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

/// "switch", "alarm.4" or "state.fault"
ValuePtr ExpressionParser::reference(const Source& source) {
    const std::string_view text = source.text;
    const std::size_t dot = text.find('.');
    const std::string_view name = text.substr(0, dot);
    if (const auto setting = scope_.setting(name); setting && dot == std::string_view::npos)
        return switch_setting(source) ? std::make_unique<SettingValue>(*setting) : nullptr;
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
    if (!point.words.empty())
        return word(source, *index, dot);
    point.number = true;
    if (point.unit.dimension != Dimension::none) {
        fault(source, "the point " + in_quotes(name) + " is " + std::string{to_text(point.unit.dimension)} +
                          "; compare it, as in \"" + std::string{name} + " > " +
                          to_text(Amount{point.unit.dimension, 10000}) + "\"");
        return nullptr;
    }
    if (dot != std::string_view::npos)
        return member(source, *index, dot);
    if (point.run) {
        fault(source, in_quotes(name) + " is a run of values: write { any = " + in_quotes(name) + " } or \"" +
                          std::string{name} + ".0\"");
        return nullptr;
    }
    return std::make_unique<NotZero>(std::make_unique<PointValue>(*index));
}

/// "state.fault"
ValuePtr ExpressionParser::word(const Source& source, std::size_t index, std::size_t dot) {
    const Point& point = scope_.points[index];
    std::vector<std::string_view> names;
    for (const Vocabulary::Word& one : point.words.words)
        names.push_back(one.name);
    const std::string_view name =
        dot == std::string::npos ? std::string_view{} : std::string_view{source.text}.substr(dot + 1);
    const auto number = point.words.word(name);
    if (!number) {
        fault_at(source, dot == std::string::npos ? 0 : dot + 1,
                 "expected one of the point's words, as in \"" + point.name + "." +
                     point.words.words.front().name + "\"; got " + in_quotes(source.text) +
                     did_you_mean(name, names));
        return nullptr;
    }
    if (point.run)
        return std::make_unique<AnyWord>(Run{index, point.present, point.used}, *number);
    if (point.words.is_list())
        return std::make_unique<Bit>(index, static_cast<unsigned>(*number));
    return std::make_unique<IsWord>(index, static_cast<std::int64_t>(*number));
}

/// "alarm.4": a bit, or an element of a run.
ValuePtr ExpressionParser::member(const Source& source, std::size_t index, std::size_t dot) {
    const Point& point = scope_.points[index];
    const std::string_view digits = std::string_view{source.text}.substr(dot + 1);
    const std::int64_t last = point.run ? point.count - 1 : bit_width(point) - 1;
    unsigned number{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || number > last) {
        fault_at(source, dot + 1,
                 std::string{"expected the number of "} + (point.run ? "an element" : "a bit") +
                     ", from 0 to " + std::to_string(last) + "; got " + in_quotes(digits));
        return nullptr;
    }
    if (!point.run)
        return std::make_unique<Bit>(index, number);
    if (point.count_setting || point.used || point.present) {
        fault(source,
              "how many elements " + in_quotes(point.name) + " has is not fixed; give it a fixed count");
        return nullptr;
    }
    return std::make_unique<NotZero>(std::make_unique<PointValue>(index, number));
}

} // namespace retrocan::mapping
