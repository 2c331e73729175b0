// SPDX-License-Identifier: Apache-2.0
#include "mapping/slots.h"

#include <array>

namespace retrocan::mapping {

namespace {

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

} // namespace

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
