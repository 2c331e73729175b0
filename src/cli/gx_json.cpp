// SPDX-License-Identifier: Apache-2.0
#include "cli/gx_json.h"

#include "gx/screens.h"
#include "gx/venus.h"
#include "victron/decode.h"

#include <nlohmann/json.hpp>

namespace retrocan::cli {

namespace {

using nlohmann::ordered_json;
using Seconds = std::chrono::duration<double>;

double seconds(TimePoint at) {
    return Seconds{at.time_since_epoch()}.count();
}

std::string_view presence_text(gx::Presence presence) {
    switch (presence) {
    case gx::Presence::never_seen:
        return "never seen";
    case gx::Presence::present:
        return "present";
    case gx::Presence::lost:
        break;
    }
    return "lost";
}

ordered_json messages(const gx::Receiver& receiver) {
    ordered_json list = ordered_json::array();
    for (const auto& [key, heard] : receiver.heard()) {
        const std::string whole = to_text(heard.last);
        ordered_json message{{"id", whole.substr(0, whole.find('#'))}, {"frames", heard.frames}};
        if (const auto* known = victron::message_of(heard.last))
            message["name"] = known->name;
        if (const auto median = heard.median()) {
            message["median"] = Seconds{*median}.count();
            message["longest"] = Seconds{heard.longest}.count();
        }
        message["last"] = whole;
        list.push_back(std::move(message));
    }
    return list;
}

ordered_json rule(const gx::Finding& finding) {
    const gx::Rule& rule = *finding.rule;
    ordered_json entry{{"id", rule.id},         {"kind", to_text(rule.kind)},
                       {"group", rule.group},   {"source", rule.source},
                       {"rule", rule.sentence}, {"verdict", to_text(finding.verdict)}};
    if (finding.verdict == gx::Verdict::by_hand)
        entry["do"] = rule.by_hand;
    if (finding.verdict != gx::Verdict::broken)
        return entry;
    const gx::Evidence& evidence = *finding.evidence;
    entry["times"] = finding.times;
    entry["evidence"] = {{"t", seconds(evidence.at)},
                         {"frame", evidence.frame ? ordered_json(to_text(*evidence.frame)) : ordered_json()},
                         {"found", evidence.found},
                         {"expected", evidence.expected}};
    return entry;
}

ordered_json menus(const gx::Receiver& receiver) {
    ordered_json all = ordered_json::object();
    for (const gx::Screen& screen : gx::screens(receiver)) {
        ordered_json rows = ordered_json::object();
        for (const gx::Row& row : screen.rows)
            rows[std::string{row.label}] = row.value;
        all[std::string{screen.title}] = std::move(rows);
    }
    return all;
}

} // namespace

std::string gx_json(const std::string& link, const gx::Receiver& receiver,
                    const std::vector<gx::Finding>& findings, const std::vector<gx::News>& news,
                    int exit_code) {
    const gx::Summary sum = summary(findings);
    ordered_json all{{"link", link},
                     {"battery", presence_text(receiver.presence())},
                     {"recognised", receiver.recognised().has_value()},
                     {"product", gx::product_name(receiver)},
                     {"frames", receiver.frames()},
                     {"error_frames", receiver.error_frames()},
                     {"times_lost", receiver.times_lost()},
                     {"summary",
                      {{"core_broken", sum.core_broken},
                       {"advice_broken", sum.advice_broken},
                       {"kept", sum.kept},
                       {"not_seen", sum.not_seen},
                       {"by_hand", sum.by_hand},
                       {"core_not_seen", sum.core_not_seen}}},
                     {"exit_code", exit_code}};
    all["rules"] = ordered_json::array();
    for (const gx::Finding& finding : findings)
        all["rules"].push_back(rule(finding));
    all["screens"] = menus(receiver);
    all["messages"] = messages(receiver);
    all["events"] = ordered_json::array();
    for (const gx::News& entry : news)
        all["events"].push_back({{"t", seconds(entry.at)}, {"text", entry.text}});
    all["venus"] = ordered_json::array();
    for (const gx::Note& note : gx::venus_notes(receiver))
        all["venus"].push_back({{"topic", note.topic}, {"text", note.text}});
    return all.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace retrocan::cli
