// SPDX-License-Identifier: Apache-2.0
#include "mapping/value.h"

#include "mapping/slots.h"

#include <algorithm>
#include <cmath>

namespace retrocan::mapping {

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
    const bool wants_all = kind_ == Kind::sum;
    const bool adds_up = kind_ == Kind::sum || kind_ == Kind::mean;
    for (const Run& run : runs_) {
        const RunSummary& summary = summary_of(readings, run);
        const bool overflow = adds_up && __builtin_add_overflow(sum, summary.sum, &sum);
        if (!summary.known || summary.unread || overflow || (wants_all && summary.incomplete)) {
            Outcome none;
            none.unread = summary.unread;
            return none;
        }
        outcome.aged_by(summary.oldest, summary.expires);
        const std::int64_t best = kind_ == Kind::min ? summary.least : summary.largest;
        const bool better = kind_ == Kind::min ? best < outcome.count : best > outcome.count;
        if (summary.used != 0 && (used == 0 || better)) {
            outcome.count = best;
            outcome.winner = base + (kind_ == Kind::min ? summary.least_at : summary.largest_at);
        }
        used += summary.used;
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
            return absent_like(operand);
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
        return absent_like(when);
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
        if (const Outcome outcome = choice->evaluate(readings); outcome.present || outcome.unread)
            return outcome;
    return {};
}

/// One choice that the owner need not set anything for is enough of a source.
void First::add_needs(Needs& needs) const {
    std::vector<std::size_t> settings;
    bool needs_a_setting = true;
    for (const ValuePtr& choice : choices_) {
        Needs own;
        choice->add_needs(own);
        needs.points.insert(needs.points.end(), own.points.begin(), own.points.end());
        needs_a_setting = needs_a_setting && !own.settings.empty();
        if (settings.empty())
            settings = own.settings;
    }
    if (needs_a_setting)
        needs.settings.insert(needs.settings.end(), settings.begin(), settings.end());
}

bool First::invented() const {
    return std::any_of(choices_.begin(), choices_.end(),
                       [](const ValuePtr& choice) { return choice->invented(); });
}

} // namespace retrocan::mapping
