// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/fault.h"
#include "mapping/formula.h"
#include "mapping/point.h"
#include "mapping/setting.h"
#include "mapping/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace retrocan::mapping {

/// What expressions may name, and what became of it.
struct Scope {
    std::vector<Point> points;
    std::vector<SettingSpec> settings;
    std::vector<bool> point_used;
    std::vector<bool> setting_used;
    std::vector<Program> programs; ///< of all formulas, by their number
    std::size_t templates{};       ///< how many texts are put together while running
    std::vector<Block> blocks;

    [[nodiscard]] std::optional<std::size_t> point(std::string_view name) const;
    [[nodiscard]] std::optional<std::size_t> setting(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> point_names() const;
    [[nodiscard]] std::vector<std::string_view> setting_names() const;
};

/// For messages.
std::string in_quotes(std::string_view text);

/// A text of the file that is to be understood.
struct Source {
    const std::string& text;
    const Place& place;
    const std::string& path; ///< the key, for messages
};

/// Reads the texts on the right side of signals. Each function adds its faults and then gives nothing.
class ExpressionParser {
public:
    ExpressionParser(Scope& scope, Faults& faults) : scope_{scope}, faults_{faults} {}

    /// "voltage", "100 A", "-current", "rcv * cells"
    ValuePtr amount(const Source& source, Dimension wanted);
    /// "alarm.4", "switch", "max(cell) - min(cell) > 0.3 V"
    ValuePtr condition(const Source& source);
    /// The name of a run.
    std::optional<Run> run(const Source& source);
    /// The name of a point that becomes a text.
    std::optional<std::size_t> text_point(const Source& source);
    /// "S{string} M{module}"
    ValuePtr text_template(const Source& source);
    /// The name of a point that is one plain number.
    std::optional<std::size_t> plain_point(const Source& source);
    /// The name of a setting that is yes or no.
    std::optional<std::size_t> switch_setting(const Source& source);

    void fault(const Source& source, const std::string& message);

private:
    class FormulaParser;

    ValuePtr lone(const Source& source, const Token& token, Dimension wanted);
    ValuePtr reference(const Source& source);
    ValuePtr member(const Source& source, std::size_t point, std::size_t dot);
    ValuePtr word(const Source& source, std::size_t point, std::size_t dot);
    ValuePtr comparison(const Source& source, const std::vector<Token>& list, std::size_t sign);
    ValuePtr formula(const Source& source, const std::vector<Token>& list, std::optional<Dimension> wanted);

    /// A point that is no run and no text; marks it as used.
    std::optional<std::size_t> number_point(const Source& source, std::string_view name, std::size_t offset);
    void mismatch(const Source& source, Dimension wanted, const std::string& found);
    void fault_at(const Source& source, std::size_t offset, const std::string& message);
    void unknown_name(const Source& source, std::string_view name, std::size_t offset);

    Scope& scope_;
    Faults& faults_;
};

} // namespace retrocan::mapping
