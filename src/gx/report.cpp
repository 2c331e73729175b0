// SPDX-License-Identifier: Apache-2.0
#include "gx/report.h"

#include "gx/bytes.h"
#include "gx/screens.h"

#include <algorithm>
#include <utility>

namespace retrocan::gx {

namespace {

constexpr std::size_t page = 100;
constexpr std::size_t left_label = 25;
constexpr std::size_t right_label = 32;
constexpr std::size_t left_column = 44;
constexpr std::size_t id_column = 24;
constexpr std::size_t topic_column = 12;
constexpr char unbroken = '\x1F'; // a blank at which no line ends

/// Characters of a UTF-8 text.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(std::string_view text, std::size_t columns) {
    const std::size_t used = width(text);
    return std::string{text} + std::string(columns > used ? columns - used : 1, ' ');
}

std::string right(const std::string& text, std::size_t columns) {
    return std::string(columns > text.size() ? columns - text.size() : 0, ' ') + text;
}

/// `text` behind `head`, broken between words; what follows the first line stands below its beginning.
std::string hanging(const std::string& head, std::string_view text) {
    std::string result;
    std::string line = head;
    const std::size_t indent = width(head);
    bool empty = true;
    while (!text.empty()) {
        const std::size_t blank = text.find(' ');
        const std::string_view word = text.substr(0, blank);
        text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
        if (!empty && width(line) + 1 + width(word) > page) {
            result += line + "\n";
            line = std::string(indent, ' ');
            empty = true;
        }
        line += (empty ? "" : " ") + std::string{word};
        empty = false;
    }
    return result + line + "\n";
}

std::vector<std::string> lines_of(const Screen& screen, std::size_t label) {
    std::vector<std::string> lines{std::string{screen.title}};
    lines.reserve(screen.rows.size() + 1);
    for (const Row& row : screen.rows)
        lines.push_back("  " + padded(row.label, label) + row.value);
    return lines;
}

std::string beside(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    std::string text;
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        std::string line = i < a.size() ? a[i] : "";
        if (i < b.size())
            line = padded(line, left_column) + b[i];
        text += line + "\n";
    }
    return text + "\n";
}

std::string heading(const Rule& rule) {
    std::string source = " (" + std::string{rule.source} + ")";
    std::replace(source.begin() + 1, source.end(), ' ', unbroken);
    std::string text = hanging("  " + padded(rule.id, id_column), std::string{rule.sentence} + source);
    std::replace(text.begin(), text.end(), unbroken, ' ');
    return text;
}

std::string below(std::string_view what, std::string_view text) {
    constexpr std::size_t column = 10;
    return hanging(std::string(id_column + 2, ' ') + padded(what, column), text);
}

std::string broken_text(const Finding& finding, const TimeText& time) {
    std::string text = heading(*finding.rule);
    const Evidence& evidence = *finding.evidence;
    std::string where = time(evidence.at);
    if (evidence.frame)
        where += "  " + to_text(*evidence.frame);
    if (finding.times > 1)
        where += "  (the first of " + std::to_string(finding.times) + ")";
    return text + below("at", where) + below("found", evidence.found) + below("expected", evidence.expected);
}

std::string section(const std::vector<Finding>& findings, Verdict verdict) {
    std::string text;
    std::string_view group;
    for (const Finding& finding : findings) {
        if (finding.verdict != verdict)
            continue;
        if (verdict != Verdict::by_hand && finding.rule->group != group)
            text += (text.empty() ? " " : "\n ") + std::string{group = finding.rule->group} + "\n";
        text += heading(*finding.rule);
        if (verdict == Verdict::by_hand)
            text += below("do", finding.rule->by_hand);
    }
    return text;
}

std::string name_of(const std::pair<CanFrame::Kind, std::uint32_t>& key) {
    if (key.first == CanFrame::Kind::extended)
        return "29 bits: not of this protocol";
    const auto* message = victron::find_message(key.second);
    return message == nullptr ? "not of this protocol" : std::string{message->name};
}

std::string core_rules(int n) {
    return std::to_string(n) + (n == 1 ? " core rule" : " core rules");
}

} // namespace

std::string screens_text(const Receiver& receiver) {
    const auto all = screens(receiver);
    std::string text = std::string{all[0].title} + "\n  " + all[0].rows[0].value + "\n\n";
    text += beside(lines_of(all[1], left_label), lines_of(all[2], right_label));
    text += beside(lines_of(all[3], left_label), lines_of(all[4], right_label));
    for (const std::string& line : lines_of(all[5], left_label))
        text += line + "\n";
    return text;
}

std::string traffic_text(const Receiver& receiver) {
    constexpr std::size_t id = 10;
    constexpr std::size_t name = 33;
    constexpr std::size_t number = 9;
    std::string text = "  " + padded("id", id) + padded("message", name) + right("frames", number) +
                       right("median", number) + right("longest", number) + "  last\n";
    for (const auto& [key, heard] : receiver.heard()) {
        const auto median = heard.median();
        const std::string whole = to_text(heard.last);
        const std::size_t hash = whole.find('#');
        text += "  " + padded(whole.substr(0, hash), id) + padded(name_of(key), name) +
                right(std::to_string(heard.frames), number) +
                right(median ? seconds_text(*median) : "--", number) +
                right(median ? seconds_text(heard.longest) : "--", number) + "  " + whole.substr(hash + 1) +
                "\n";
    }
    if (receiver.error_frames() > 0)
        text += "  error frames of the interface: " + std::to_string(receiver.error_frames()) + "\n";
    return text;
}

std::string summary_text(const Summary& sum) {
    return core_rules(sum.core_broken) + " broken, " + std::to_string(sum.advice_broken) + " of advice; " +
           std::to_string(sum.kept) + " kept, " + std::to_string(sum.not_seen) + " not seen, " +
           std::to_string(sum.by_hand) + " to be checked by hand";
}

std::string verdict_text(const Receiver& receiver, const Summary& sum) {
    if (receiver.presence() == Presence::never_seen)
        return "No battery was seen: not one 0x351.";
    std::string text =
        sum.core_broken == 0 ? "No core rule is broken." : "BROKEN: " + summary_text(sum) + ".";
    if (sum.core_not_seen > 0)
        text.append("\n").append(core_rules(sum.core_not_seen)).append(" could not be judged.");
    if (sum.core_broken == 0 && sum.messages_missing > 0)
        text += "\nA core message is missing so far: listen for 10 s at least.";
    return text;
}

std::string findings_text(const std::vector<Finding>& findings, const TimeText& time) {
    std::string text;
    for (const Kind kind : {Kind::core, Kind::advice}) {
        bool first = true;
        for (const Finding& finding : findings) {
            if (finding.verdict != Verdict::broken || finding.rule->kind != kind)
                continue;
            if (std::exchange(first, false))
                text += kind == Kind::core ? "BROKEN, core\n" : "Broken, advice\n";
            text += broken_text(finding, time) + "\n";
        }
    }
    const auto add = [&](std::string_view title, Verdict verdict) {
        const std::string lines = section(findings, verdict);
        if (!lines.empty())
            text += std::string{title} + "\n" + lines + "\n";
    };
    add("Kept", Verdict::kept);
    add("Not seen: no traffic that could tell", Verdict::not_seen);
    add("By hand: what frames cannot show", Verdict::by_hand);
    return text;
}

std::string notes_text(const std::vector<Note>& notes) {
    std::string text;
    std::string_view topic;
    for (const Note& note : notes) {
        text += hanging("  " + padded(note.topic == topic ? "" : note.topic, topic_column), note.text);
        topic = note.topic;
    }
    return text;
}

} // namespace retrocan::gx
