// SPDX-License-Identifier: Apache-2.0
#include "mapping/value.h"

#include "mapping/slots.h"

#include <algorithm>
#include <cmath>

namespace retrocan::mapping {

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

} // namespace retrocan::mapping
