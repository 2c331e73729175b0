// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.h"
#include "core/unit.h"
#include "mapping/formula.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// What the right side of a line in [signals], [alarms] or [warnings] means: a tree of values. A new form of
/// the language is a class here and a case in value_parser.cpp.
namespace retrocan::mapping {

/// What is known of one element of a point.
struct Slot {
    enum class Content : std::uint8_t {
        unread, ///< never answered
        absent, ///< the last answer said "no value"
        value,
    } content{Content::unread};
    bool moved{};         ///< its value has changed since it was first read
    bool beat{};          ///< it has had a value once
    bool failing{};       ///< the last attempt to read it got no answer
    bool has_raw{};       ///< the last raw value was a whole number
    bool retained{};      ///< a broker had kept it: nobody knows how old it is
    std::int64_t raw{};   ///< that
    std::int64_t count{}; ///< in fine units; of a point with an exponent: what it is multiplied by
    std::string text;     ///< only of points that are shown as text
    TimePoint at{};       ///< when it was answered
    TimePoint expires{};
    TimePoint since{}; ///< since when it has had this value

    /// Every member, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("content", self.content);
        visit("moved", self.moved);
        visit("beat", self.beat);
        visit("failing", self.failing);
        visit("has_raw", self.has_raw);
        visit("retained", self.retained);
        visit("raw", self.raw);
        visit("count", self.count);
        visit("text", self.text);
        visit("at", self.at);
        visit("expires", self.expires);
        visit("since", self.since);
    }
};

struct Point;

/// What the elements of a run come to, found in one pass for all values that ask for it.
struct RunSummary {
    std::uint64_t generation{}; ///< of the readings that it was made from
    bool known{};               ///< which elements exist
    bool unread{};              ///< one that exists was not answered
    bool incomplete{};          ///< one that exists has no value, or the sum does not fit into 64 bits
    std::int64_t used{};        ///< elements with a value
    std::int64_t least{};
    std::int64_t largest{};
    std::int64_t sum{};
    std::size_t least_at{};
    std::size_t largest_at{};
    TimePoint oldest{TimePoint::max()};
    TimePoint expires{TimePoint::max()};
};

/// The slots of one point.
struct SlotRange {
    std::size_t first{};
    std::size_t count{};
    const Point* point{};
};

/// What a value is made of: what one battery has told so far.
struct Readings {
    TimePoint now{};            ///< of the last answer; what expired before counts as unread
    std::uint64_t generation{}; ///< changes with every answer
    std::span<const Slot> slots;
    std::span<const SlotRange> points;                     ///< by index of the point
    std::span<const std::optional<std::int64_t>> settings; ///< by index of the setting
    std::span<Calculator> calculators;                     ///< by index of the formula
    std::span<RunSummary> summaries;                       ///< by index of the point: filled when asked for
    std::span<std::string> texts; ///< by index of the template: where it writes its text
};

/// What a value is now.
struct Outcome {
    bool present{};
    bool unread{};             ///< not present because something was not answered, or too long ago
    std::int64_t count{};      ///< in fine units; a condition is 0 or 1
    const std::string* text{}; ///< of texts; lives as long as the readings
    std::size_t winner{};      ///< of min and max: index of the element, from 0, over all runs
    TimePoint oldest{TimePoint::max()};
    TimePoint expires{TimePoint::max()};

    /// Takes the age of an ingredient.
    void aged_by(TimePoint at, TimePoint ingredient_expires) {
        oldest = std::min(oldest, at);
        expires = std::min(expires, ingredient_expires);
    }
    void aged_by(const Outcome& ingredient) { aged_by(ingredient.oldest, ingredient.expires); }
};

/// What a value needs: indexes of points and settings, some perhaps more than once.
struct Needs {
    std::vector<std::size_t> points;
    std::vector<std::size_t> settings;
};

class Value {
public:
    virtual ~Value() = default;
    [[nodiscard]] virtual Outcome evaluate(const Readings& readings) const = 0;
    virtual void add_needs(Needs& needs) const = 0;
    /// It may be a figure of the mapping's that no battery has told.
    [[nodiscard]] virtual bool invented() const { return false; }
};
using ValuePtr = std::unique_ptr<const Value>;

// --- amounts -----------------------------------------------------------------------------------------------

/// A point that is no run, or one element of a run.
class PointValue : public Value {
public:
    explicit PointValue(std::size_t point, std::size_t element = 0) : point_{point}, element_{element} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { needs.points.push_back(point_); }

private:
    std::size_t point_;
    std::size_t element_;
};

/// "100 A". Never expires.
class Constant : public Value {
public:
    explicit Constant(std::int64_t count) : count_{count} {}
    [[nodiscard]] Outcome evaluate(const Readings&) const override;
    void add_needs(Needs&) const override {}
    [[nodiscard]] bool invented() const override { return true; }

private:
    std::int64_t count_;
};

class SettingValue : public Value {
public:
    explicit SettingValue(std::size_t setting) : setting_{setting} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { needs.settings.push_back(setting_); }

private:
    std::size_t setting_;
};

/// A run of points, with the point whose bits say which of its elements exist, or that which counts them.
struct Run {
    std::size_t point{};
    std::optional<std::size_t> present;
    std::optional<std::size_t> used;
};

/// The lowest, highest, mean or sum over one or more runs. Elements that do not exist are left out. One
/// without a value is left out by min, max and mean (the others keep their number), and makes a sum absent;
/// one that was never read makes all absent. On a tie the first wins. Exact.
class Reduction : public Value {
public:
    enum class Kind : std::uint8_t { min, max, mean, sum };
    Reduction(Kind kind, std::vector<Run> runs) : kind_{kind}, runs_{std::move(runs)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;

private:
    Kind kind_;
    std::vector<Run> runs_;
};

/// What a formula is computed from.
struct Operand {
    ValuePtr value;
    Dimension dimension{};
};

/// Arithmetic in floating point, rounded to `fine_per_unit`ths. Absent if an operand is, or if the result is
/// not finite or out of 64 bits.
class Formula : public Value {
public:
    Formula(std::size_t calculator, std::vector<Operand> operands, double fine_per_unit)
        : calculator_{calculator}, operands_{std::move(operands)}, fine_per_unit_{fine_per_unit} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;

private:
    std::size_t calculator_;
    std::vector<Operand> operands_;
    double fine_per_unit_;
};

/// { value = .., when = .., otherwise = .. }: only the branch that holds is an ingredient. Without
/// `otherwise` (null) it is absent when `when` is false.
class Choice : public Value {
public:
    Choice(ValuePtr when, ValuePtr value, ValuePtr otherwise)
        : when_{std::move(when)}, value_{std::move(value)}, otherwise_{std::move(otherwise)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;
    [[nodiscard]] bool invented() const override {
        return value_->invented() || (otherwise_ && otherwise_->invented());
    }

private:
    ValuePtr when_;
    ValuePtr value_;
    ValuePtr otherwise_;
};

/// { first = [..] }: the first that has a value. It goes on past what the battery says to have no value, or
/// never had one; what is merely not answered any more makes it absent, or a limit could be lifted by
/// silence.
class First : public Value {
public:
    explicit First(std::vector<ValuePtr> choices) : choices_{std::move(choices)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;
    [[nodiscard]] bool invented() const override;

private:
    std::vector<ValuePtr> choices_;
};

// --- conditions --------------------------------------------------------------------------------------------

/// "alarm.4": one bit of a plain point.
class Bit : public Value {
public:
    Bit(std::size_t point, unsigned bit) : point_{point}, bit_{bit} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { needs.points.push_back(point_); }

private:
    std::size_t point_;
    unsigned bit_;
};

/// "state.fault": the point's state is the word with this number.
class IsWord : public Value {
public:
    IsWord(std::size_t point, std::int64_t word) : point_{point}, word_{word} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { needs.points.push_back(point_); }

private:
    std::size_t point_;
    std::int64_t word_;
};

/// "code.low" of a run: the state of any of its elements is this word. One is enough; else an element that
/// has no word makes it absent.
class AnyWord : public Value {
public:
    AnyWord(Run run, std::int64_t word) : run_{run}, word_{word} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;

private:
    Run run_;
    std::int64_t word_;
};

/// { text = "model", like = [..] }: one of the patterns fits.
class TextLike : public Value {
public:
    TextLike(std::size_t point, std::vector<std::string> patterns)
        : point_{point}, patterns_{std::move(patterns)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { needs.points.push_back(point_); }

private:
    std::size_t point_;
    std::vector<std::string> patterns_;
};

/// { changed = "counter", within = "60 s" }: it has changed, and not long ago.
class Changed : public Value {
public:
    Changed(std::size_t point, Duration within) : point_{point}, within_{within} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { needs.points.push_back(point_); }

private:
    std::size_t point_;
    Duration within_;
};

/// "switch": any number but 0 is true.
class NotZero : public Value {
public:
    explicit NotZero(ValuePtr value) : value_{std::move(value)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { value_->add_needs(needs); }

private:
    ValuePtr value_;
};

/// "max(cell) - min(cell) > 0.3 V": the sign of left - right.
class Comparison : public Value {
public:
    enum class Sign : std::uint8_t { less, less_or_equal, greater, greater_or_equal, equal, not_equal };
    Comparison(ValuePtr difference, Sign sign) : difference_{std::move(difference)}, sign_{sign} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { difference_->add_needs(needs); }

private:
    ValuePtr difference_;
    Sign sign_;
};

class Not : public Value {
public:
    explicit Not(ValuePtr value) : value_{std::move(value)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { value_->add_needs(needs); }

private:
    ValuePtr value_;
};

/// { any = [..] } and { all = [..] }. One true member is enough for `any`, whatever else is absent, and one
/// false one for `all`; else an absent member makes the whole absent.
class Group : public Value {
public:
    enum class Kind : std::uint8_t { any, all };
    Group(Kind kind, std::vector<ValuePtr> members) : kind_{kind}, members_{std::move(members)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;

private:
    Kind kind_;
    std::vector<ValuePtr> members_;
};

/// The same over the elements of a run.
class RunGroup : public Value {
public:
    RunGroup(Group::Kind kind, Run run) : kind_{kind}, run_{run} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;

private:
    Group::Kind kind_;
    Run run_;
};

// --- texts -------------------------------------------------------------------------------------------------

/// A point's text; of a point with `words`, the word.
class PointText : public Value {
public:
    explicit PointText(std::size_t point) : point_{point} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { needs.points.push_back(point_); }

private:
    std::size_t point_;
};

/// { text = "S{string} M{module}" }: texts, plain numbers and words, and runs of them, in one text.
class TemplateText : public Value {
public:
    struct Piece {
        std::string literal;              ///< in front of the point
        std::optional<std::size_t> point; ///< none: the end
    };
    /// `number`: of the template, for its place in Readings::texts.
    TemplateText(std::size_t number, std::vector<Piece> pieces)
        : number_{number}, pieces_{std::move(pieces)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;

private:
    std::size_t number_;
    std::vector<Piece> pieces_;
};

/// Which element wins: the text that belongs to its number.
class WinnerText : public Value {
public:
    /// `texts` has one for each element that the reduction's runs can have.
    WinnerText(Reduction reduction, std::vector<std::string> texts)
        : reduction_{std::move(reduction)}, texts_{std::move(texts)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { reduction_.add_needs(needs); }

private:
    Reduction reduction_;
    std::vector<std::string> texts_;
};

class ConstantText : public Value {
public:
    explicit ConstantText(std::string text) : text_{std::move(text)} {}
    [[nodiscard]] Outcome evaluate(const Readings&) const override;
    void add_needs(Needs&) const override {}

private:
    std::string text_;
};

/// A firmware version from a text. Its count is major * 256 + minor; a number above 255 makes it absent.
class FirmwareText : public Value {
public:
    enum class Form : std::uint8_t {
        numbers, ///< the first two numbers in it: "V15.41-b" is 15.41, "V104" is 104.0
        digits,  ///< each digit is a number: "15" is 1.5
    };
    FirmwareText(std::size_t point, Form form) : point_{point}, form_{form} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override { needs.points.push_back(point_); }

private:
    std::size_t point_;
    Form form_;
};

/// A firmware version from two numbers.
class FirmwareNumbers : public Value {
public:
    FirmwareNumbers(ValuePtr major_number, ValuePtr minor_number)
        : major_{std::move(major_number)}, minor_{std::move(minor_number)} {}
    [[nodiscard]] Outcome evaluate(const Readings& readings) const override;
    void add_needs(Needs& needs) const override;

private:
    ValuePtr major_;
    ValuePtr minor_;
};

} // namespace retrocan::mapping
