// SPDX-License-Identifier: Apache-2.0
#include "mapping/slots.h"

#include <algorithm>

namespace retrocan::mapping {

Outcome Bit::evaluate(const Readings& readings) const {
    const Outcome word = outcome_of(readings, point_, 0);
    if (!word.present)
        return absent_like(word);
    return truth(((static_cast<std::uint64_t>(word.count) >> bit_) & 1U) != 0, word);
}

Outcome IsWord::evaluate(const Readings& readings) const {
    const Outcome word = outcome_of(readings, point_, 0);
    return word.present ? truth(word.count == word_, word) : absent_like(word);
}

Outcome TextLike::evaluate(const Readings& readings) const {
    const Outcome age = outcome_of(readings, point_, 0);
    if (!age.present)
        return absent_like(age);
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
    return value.present ? truth(value.count != 0, value) : absent_like(value);
}

Outcome Comparison::evaluate(const Readings& readings) const {
    const Outcome difference = difference_->evaluate(readings);
    if (!difference.present)
        return absent_like(difference);
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
    return value.present ? truth(value.count == 0, value) : absent_like(value);
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
            unread_ = unread_ || member.unread;
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
        if (!decided_ && unknown_) {
            Outcome none;
            none.unread = unread_;
            return none;
        }
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
    bool unread_{}; ///< one of the unknown was not answered
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
    std::size_t elements = 0;
    const bool known = for_each_element(readings, run_, presence, [&](std::size_t index) {
        tally.add(outcome_of(readings, run_.point, index));
        ++elements;
        return true;
    });
    return known && elements != 0 ? tally.outcome(presence) : Outcome{}; // of nothing, nothing is known
}

void RunGroup::add_needs(Needs& needs) const {
    add_run_needs(run_, needs);
}

Outcome AnyWord::evaluate(const Readings& readings) const {
    Tally tally{Group::Kind::any};
    Outcome presence;
    std::size_t elements = 0;
    const bool known = for_each_element(readings, run_, presence, [&](std::size_t index) {
        const Outcome word = outcome_of(readings, run_.point, index);
        tally.add(word.present ? truth(word.count == word_, word) : word);
        ++elements;
        return true;
    });
    return known && elements != 0 ? tally.outcome(presence) : Outcome{};
}

void AnyWord::add_needs(Needs& needs) const {
    add_run_needs(run_, needs);
}

} // namespace retrocan::mapping
