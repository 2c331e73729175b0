// SPDX-License-Identifier: Apache-2.0
#include "mapping/value.h"

#include "mapping/point.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace retrocan::mapping {

namespace {

const Slot& slot_of(const Readings& readings, std::size_t point, std::size_t element) {
    const SlotRange& range = readings.points[point];
    assert(element < range.count);
    return readings.slots[range.first + element];
}

/// What a slot holds at the time of the last answer: what has expired is as if it had never been read.
Slot::Content content_of(const Slot& slot, const Readings& readings) {
    const bool expired = slot.content == Slot::Content::value && slot.expires <= readings.now;
    return expired ? Slot::Content::unread : slot.content;
}

/// One element of a point as an outcome: absent, with no age, unless it has a value. An exponent that has
/// none leaves the value without one too.
Outcome outcome_of(const Readings& readings, std::size_t point, std::size_t element) {
    const Slot& slot = slot_of(readings, point, element);
    Outcome outcome;
    if (content_of(slot, readings) != Slot::Content::value)
        return outcome;
    outcome.count = slot.count;
    outcome.aged_by(slot.at, slot.expires);
    outcome.present = true;
    const Point& meta = *readings.points[point].point;
    if (!meta.exponent)
        return outcome;
    const Outcome exponent = outcome_of(readings, *meta.exponent, 0);
    const auto count = exponent.present ? apply_exponent(meta, slot.count, exponent.count) : std::nullopt;
    if (!count)
        return {};
    outcome.count = *count;
    outcome.aged_by(exponent);
    return outcome;
}

/// Which elements of a run exist.
class Existence {
public:
    /// Not known(): then nothing can be said of the run.
    Existence(const Readings& readings, const Run& run, Outcome& outcome)
        : count_{readings.points[run.point].count} {
        const auto by = run.present ? run.present : run.used;
        if (!by)
            return;
        const Outcome told = outcome_of(readings, *by, 0);
        const bool counts = run.used.has_value();
        known_ =
            told.present && (!counts || (told.count >= 0 && told.count <= static_cast<std::int64_t>(count_)));
        if (!known_)
            return;
        outcome.aged_by(told);
        if (counts)
            count_ = static_cast<std::size_t>(told.count);
        else
            mask_ = static_cast<std::uint64_t>(told.count);
    }
    [[nodiscard]] bool known() const { return known_; }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] bool has(std::size_t i) const { return !mask_ || (i < 64 && ((*mask_ >> i) & 1U) != 0); }

private:
    std::size_t count_;
    bool known_{true};
    std::optional<std::uint64_t> mask_;
};

/// Goes over the elements of a run that exist, until `visit(index in the run)` says false. Says false itself
/// if it is not known which exist.
template <class Visit>
bool for_each_element(const Readings& readings, const Run& run, Outcome& outcome, Visit visit) {
    const Existence existence{readings, run, outcome};
    if (!existence.known())
        return false;
    for (std::size_t i = 0; i < existence.count(); ++i)
        if (existence.has(i) && !visit(i))
            return false;
    return true;
}

Outcome truth(bool value, const Outcome& age) {
    Outcome outcome = age;
    outcome.present = true;
    outcome.count = value ? 1 : 0;
    return outcome;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Outcome version(std::int64_t major_number, std::int64_t minor_number, const Outcome& age) {
    const auto fits = [](std::int64_t n) { return n >= 0 && n <= 255; };
    if (!fits(major_number) || !fits(minor_number))
        return {};
    Outcome outcome = age;
    outcome.present = true;
    outcome.count = major_number * 256 + minor_number;
    return outcome;
}

void add_run_needs(const Run& run, Needs& needs) {
    needs.points.push_back(run.point);
}

} // namespace

void Outcome::aged_by(TimePoint at, TimePoint ingredient_expires) {
    oldest = std::min(oldest, at);
    expires = std::min(expires, ingredient_expires);
}

Outcome PointValue::evaluate(const Readings& readings) const {
    return outcome_of(readings, point_, element_);
}

Outcome Constant::evaluate(const Readings& /*readings*/) const {
    Outcome outcome;
    outcome.present = true;
    outcome.count = count_;
    return outcome;
}

Outcome SettingValue::evaluate(const Readings& readings) const {
    Outcome outcome;
    outcome.present = readings.settings[setting_].has_value();
    outcome.count = readings.settings[setting_].value_or(0);
    return outcome;
}

Outcome Reduction::evaluate(const Readings& readings) const {
    Outcome outcome;
    std::int64_t sum = 0;
    std::int64_t used = 0;
    std::size_t base = 0; // number of the run's first element over all runs
    for (const Run& run : runs_) {
        const auto take = [&](std::size_t index) {
            if (content_of(slot_of(readings, run.point, index), readings) == Slot::Content::unread)
                return false;
            const Outcome element = outcome_of(readings, run.point, index);
            if (!element.present)
                return kind_ != Kind::sum;
            outcome.aged_by(element);
            const bool better =
                kind_ == Kind::min ? element.count < outcome.count : element.count > outcome.count;
            if (used == 0 || better) {
                outcome.count = element.count;
                outcome.winner = base + index;
            }
            ++used;
            return !__builtin_add_overflow(sum, element.count, &sum);
        };
        if (!for_each_element(readings, run, outcome, take))
            return {};
        base += readings.points[run.point].count;
    }
    if (used == 0)
        return {};
    if (kind_ == Kind::sum)
        outcome.count = sum;
    if (kind_ == Kind::mean)
        outcome.count = scaled(sum, Unit{Dimension::none, 1, used});
    outcome.present = true;
    return outcome;
}

void Reduction::add_needs(Needs& needs) const {
    for (const Run& run : runs_)
        add_run_needs(run, needs);
}

Outcome Formula::evaluate(const Readings& readings) const {
    Calculator& calculator = readings.calculators[calculator_];
    Outcome outcome;
    for (std::size_t i = 0; i < operands_.size(); ++i) {
        const Outcome operand = operands_[i].value->evaluate(readings);
        if (!operand.present)
            return {};
        outcome.aged_by(operand);
        calculator.operands()[i] = static_cast<double>(operand.count) / fine_units(operands_[i].dimension);
    }
    const double result = std::round(calculator.compute() * fine_per_unit_);
    constexpr double limit = 9e18; // inside 64 bits; also false for NaN
    if (!(std::abs(result) < limit))
        return {};
    outcome.count = static_cast<std::int64_t>(result);
    outcome.present = true;
    return outcome;
}

void Formula::add_needs(Needs& needs) const {
    for (const Operand& operand : operands_)
        operand.value->add_needs(needs);
}

Outcome Choice::evaluate(const Readings& readings) const {
    const Outcome when = when_->evaluate(readings);
    if (!when.present)
        return {};
    const ValuePtr& branch = when.count != 0 ? value_ : otherwise_;
    if (!branch)
        return {};
    Outcome outcome = branch->evaluate(readings);
    outcome.aged_by(when);
    return outcome;
}

void Choice::add_needs(Needs& needs) const {
    when_->add_needs(needs);
    value_->add_needs(needs);
    if (otherwise_)
        otherwise_->add_needs(needs);
}

Outcome First::evaluate(const Readings& readings) const {
    for (const ValuePtr& choice : choices_)
        if (const Outcome outcome = choice->evaluate(readings); outcome.present)
            return outcome;
    return {};
}

void First::add_needs(Needs& needs) const {
    for (const ValuePtr& choice : choices_)
        choice->add_needs(needs);
}

Outcome Bit::evaluate(const Readings& readings) const {
    const Outcome word = outcome_of(readings, point_, 0);
    if (!word.present)
        return {};
    return truth(((static_cast<std::uint64_t>(word.count) >> bit_) & 1U) != 0, word);
}

Outcome IsWord::evaluate(const Readings& readings) const {
    const Outcome word = outcome_of(readings, point_, 0);
    return word.present ? truth(word.count == word_, word) : Outcome{};
}

Outcome TextLike::evaluate(const Readings& readings) const {
    const Outcome age = outcome_of(readings, point_, 0);
    if (!age.present)
        return {};
    const std::string& text = slot_of(readings, point_, 0).text;
    const bool fits = std::any_of(patterns_.begin(), patterns_.end(),
                                  [&](const std::string& pattern) { return matches(pattern, text); });
    return truth(fits, age);
}

Outcome Changed::evaluate(const Readings& readings) const {
    const Outcome age = outcome_of(readings, point_, 0);
    const Slot& slot = slot_of(readings, point_, 0);
    return age.present ? truth(slot.moved && readings.now - slot.since <= within_, age) : Outcome{};
}

Outcome NotZero::evaluate(const Readings& readings) const {
    const Outcome value = value_->evaluate(readings);
    return value.present ? truth(value.count != 0, value) : Outcome{};
}

Outcome Comparison::evaluate(const Readings& readings) const {
    const Outcome difference = difference_->evaluate(readings);
    if (!difference.present)
        return {};
    const std::int64_t d = difference.count;
    switch (sign_) {
    case Sign::less:
        return truth(d < 0, difference);
    case Sign::less_or_equal:
        return truth(d <= 0, difference);
    case Sign::greater:
        return truth(d > 0, difference);
    case Sign::greater_or_equal:
        return truth(d >= 0, difference);
    case Sign::equal:
        return truth(d == 0, difference);
    case Sign::not_equal:
        return truth(d != 0, difference);
    }
    return {};
}

Outcome Not::evaluate(const Readings& readings) const {
    const Outcome value = value_->evaluate(readings);
    return value.present ? truth(value.count == 0, value) : Outcome{};
}

namespace {

/// Adds up the members of a group. The verdict of `any` is one true member, that of `all` one false one. One
/// is enough, so the verdict lives as long as the one that expires last: a fresh alarm is not lost because
/// another one, just as true, was not read for a while.
class Tally {
public:
    explicit Tally(Group::Kind kind) : deciding_{kind == Group::Kind::any} {}

    void add(const Outcome& member) {
        if (!member.present) {
            unknown_ = true;
            return;
        }
        all_.aged_by(member);
        if ((member.count != 0) == deciding_) {
            if (!decided_ || lives_longer(member, verdict_))
                verdict_ = member;
            decided_ = true;
        }
    }
    [[nodiscard]] Outcome outcome(const Outcome& basis) const {
        if (!decided_ && unknown_)
            return {};
        // If none decides, all do, and the verdict is as old as the oldest.
        Outcome outcome = truth(decided_ == deciding_, decided_ ? verdict_ : all_);
        outcome.aged_by(basis);
        return outcome;
    }

private:
    static bool lives_longer(const Outcome& a, const Outcome& b) {
        return a.expires != b.expires ? a.expires > b.expires : a.oldest > b.oldest;
    }

    bool deciding_;
    bool decided_{};
    bool unknown_{};
    Outcome all_;
    Outcome verdict_;
};

} // namespace

Outcome Group::evaluate(const Readings& readings) const {
    Tally tally{kind_};
    for (const ValuePtr& member : members_)
        tally.add(member->evaluate(readings));
    return tally.outcome({});
}

void Group::add_needs(Needs& needs) const {
    for (const ValuePtr& member : members_)
        member->add_needs(needs);
}

Outcome RunGroup::evaluate(const Readings& readings) const {
    Tally tally{kind_};
    Outcome presence;
    const bool known = for_each_element(readings, run_, presence, [&](std::size_t index) {
        tally.add(outcome_of(readings, run_.point, index));
        return true;
    });
    return known ? tally.outcome(presence) : Outcome{};
}

void RunGroup::add_needs(Needs& needs) const {
    add_run_needs(run_, needs);
}

Outcome PointText::evaluate(const Readings& readings) const {
    Outcome outcome = outcome_of(readings, point_, 0);
    const Vocabulary& words = readings.points[point_].point->words;
    if (words.empty())
        outcome.text = &slot_of(readings, point_, 0).text;
    else if (outcome.present)
        outcome.text = &words.words[static_cast<std::size_t>(outcome.count)].name;
    return outcome;
}

Outcome TemplateText::evaluate(const Readings& readings) const {
    std::string& text = readings.texts[number_];
    text.clear();
    Outcome outcome;
    for (const Piece& piece : pieces_) {
        text += piece.literal;
        if (!piece.point)
            continue;
        const SlotRange& range = readings.points[*piece.point];
        for (std::size_t i = 0; i < range.count; ++i) {
            const Outcome element = outcome_of(readings, *piece.point, i);
            if (!element.present)
                return {};
            outcome.aged_by(element);
            if (!range.point->words.empty())
                text += range.point->words.words[static_cast<std::size_t>(element.count)].name;
            else if (range.point->text)
                text += readings.slots[range.first + i].text;
            else
                text += std::to_string(element.count);
        }
    }
    outcome.present = true;
    outcome.text = &text;
    return outcome;
}

void TemplateText::add_needs(Needs& needs) const {
    for (const Piece& piece : pieces_)
        if (piece.point)
            needs.points.push_back(*piece.point);
}

Outcome WinnerText::evaluate(const Readings& readings) const {
    Outcome outcome = reduction_.evaluate(readings);
    if (outcome.present)
        outcome.text = &texts_[outcome.winner];
    return outcome;
}

Outcome ConstantText::evaluate(const Readings& /*readings*/) const {
    Outcome outcome;
    outcome.present = true;
    outcome.text = &text_;
    return outcome;
}

Outcome FirmwareText::evaluate(const Readings& readings) const {
    const Slot& slot = slot_of(readings, point_, 0);
    const Outcome age = outcome_of(readings, point_, 0);
    if (!age.present)
        return {};
    std::array<std::int64_t, 2> numbers{};
    std::size_t found = 0;
    bool within = false; // a number
    for (const char c : slot.text) {
        if (!is_digit(c)) {
            within = false;
            continue;
        }
        if (!within || form_ == Form::digits) {
            if (found == numbers.size())
                break;
            ++found;
        }
        within = true;
        std::int64_t& number = numbers[found - 1];
        number = std::min<std::int64_t>(number * 10 + (c - '0'), 1000); // more than fits anyway
    }
    return found == 0 ? Outcome{} : version(numbers[0], numbers[1], age);
}

Outcome FirmwareNumbers::evaluate(const Readings& readings) const {
    const Outcome major_number = major_->evaluate(readings);
    const Outcome minor_number = minor_->evaluate(readings);
    if (!major_number.present || !minor_number.present)
        return {};
    Outcome age = major_number;
    age.aged_by(minor_number);
    return version(major_number.count, minor_number.count, age);
}

void FirmwareNumbers::add_needs(Needs& needs) const {
    major_->add_needs(needs);
    minor_->add_needs(needs);
}

} // namespace retrocan::mapping
