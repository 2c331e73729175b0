// SPDX-License-Identifier: Apache-2.0
#include "gx/conformance.h"

#include <algorithm>
#include <array>

namespace retrocan::gx {

namespace {

bool is_core_message(const Rule& rule) {
    constexpr std::array ids =
        std::to_array<std::string_view>({"core-351", "core-355", "core-356", "core-35a"});
    return std::find(ids.begin(), ids.end(), rule.id) != ids.end();
}

} // namespace

Conformance::Conformance(Traffic traffic) : traffic_{traffic} {
    constexpr std::array makers{make_identifier_check,  make_time_check,  make_limit_check,
                                make_measurement_check, make_alarm_check, make_text_check,
                                make_detail_check};
    checks_.reserve(makers.size());
    for (const auto make : makers)
        checks_.push_back(make());
}

void Conformance::frame(const CanFrame& frame, const Receiver& receiver) {
    if (frame.kind == CanFrame::Kind::error)
        return;
    if (!begin_)
        begin_ = receiver.now();
    const Scene scene{frame, receiver.now(), receiver};
    for (const auto& check : checks_)
        check->hear(scene, ledger_);
}

std::vector<Finding> Conformance::findings(const Receiver& receiver) const {
    if (!begin_)
        return ledger_.findings();
    Ledger ledger = ledger_;
    const End end{*begin_, receiver.now(), receiver, traffic_ == Traffic::bus};
    for (const auto& check : checks_)
        check->end(end, ledger);
    return ledger.findings();
}

Summary summary(const std::vector<Finding>& findings) {
    Summary sum;
    for (const Finding& finding : findings) {
        if (finding.verdict != Verdict::kept && is_core_message(*finding.rule))
            ++sum.messages_missing;
        switch (finding.verdict) {
        case Verdict::broken:
            ++(finding.rule->kind == Kind::core ? sum.core_broken : sum.advice_broken);
            break;
        case Verdict::kept:
            ++sum.kept;
            break;
        case Verdict::not_seen:
            ++sum.not_seen;
            sum.core_not_seen += finding.rule->kind == Kind::core ? 1 : 0;
            break;
        case Verdict::by_hand:
            ++sum.by_hand;
            break;
        }
    }
    return sum;
}

} // namespace retrocan::gx
