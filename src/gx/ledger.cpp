// SPDX-License-Identifier: Apache-2.0
#include "gx/ledger.h"

#include <utility>

namespace retrocan::gx {

namespace {

Verdict verdict(const Rule& rule, bool kept, std::uint64_t broken) {
    if (!rule.by_hand.empty())
        return Verdict::by_hand;
    if (broken > 0)
        return Verdict::broken;
    return kept ? Verdict::kept : Verdict::not_seen;
}

} // namespace

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
    case Verdict::kept:
        return "kept";
    case Verdict::broken:
        return "broken";
    case Verdict::not_seen:
        return "not seen";
    case Verdict::by_hand:
        break;
    }
    return "by hand";
}

std::string_view to_text(Kind kind) {
    return kind == Kind::core ? "core" : "advice";
}

void Ledger::broke(RuleName rule, Evidence evidence) {
    Entry& entry = entries_[rule.index];
    // A frame that is looked at again, beside others that have come since, or that breaks a rule by several
    // of its fields, counts once.
    std::pair place{evidence.at, evidence.frame};
    if (evidence.frame && entry.last == place)
        return;
    entry.last = std::move(place);
    if (entry.broken++ == 0)
        entry.first = std::move(evidence);
}

void Ledger::judge(RuleName rule, bool good, TimePoint at, const CanFrame& frame, const std::string& found,
                   const std::string& expected) {
    if (good)
        kept(rule);
    else
        broke(rule, {at, frame, found, expected});
}

std::vector<Finding> Ledger::findings() const {
    std::vector<Finding> result;
    result.reserve(rule_count);
    for (std::size_t i = 0; i < rule_count; ++i)
        result.push_back({&rules[i], verdict(rules[i], entries_[i].kept, entries_[i].broken),
                          entries_[i].broken, entries_[i].first});
    return result;
}

} // namespace retrocan::gx
