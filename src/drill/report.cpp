// SPDX-License-Identifier: Apache-2.0
#include "drill/report.h"

#include <algorithm>

namespace retrocan::drill {

namespace {

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width)
        text.resize(width, ' ');
    return text;
}

std::string_view to_text(Verdict verdict) {
    switch (verdict) {
    case Verdict::passed:
        return "passed";
    case Verdict::failed:
        return "FAILED";
    case Verdict::not_done:
        break;
    }
    return "not done";
}

std::string_view title(std::string_view id) {
    const auto step = std::ranges::find(steps(), id, &Step::id);
    return step == steps().end() ? id : step->title;
}

} // namespace

std::string to_text(const Result& result) {
    constexpr std::size_t widest = 56;
    std::string text;
    for (const Finding& finding : result.findings)
        text += std::string{finding.good ? "  ok   " : "  NOT  "} + padded(finding.expected, widest) + "  " +
                finding.seen + "\n";
    if (!result.note.empty())
        text += "       " + result.note + "\n";
    return text;
}

std::string to_text(const Heading& heading, const std::vector<Result>& results) {
    std::string text = heading.program + ": drill of " + heading.date +
                       (heading.dry ? ", dry run on a simulated battery" : "") + "\n";
    text += "configuration  " + heading.configuration + "\n";
    text += "bus            " + heading.bus + "\n";
    for (std::size_t i = 0; i < heading.batteries.size(); ++i)
        text += (i == 0 ? "batteries      " : "               ") + heading.batteries[i] + "\n";
    std::size_t number = 0;
    for (const Result& result : results) {
        constexpr std::size_t width = 34;
        text += "\n" + std::to_string(++number) + "  " + padded(std::string{title(result.step)}, width) +
                std::string{to_text(result.verdict)} + "\n" + to_text(result);
    }
    return text + "\n" + summary(results) + "\n";
}

std::string summary(const std::vector<Result>& results) {
    std::string text;
    const auto count = [&](Verdict verdict, const char* word) {
        const auto number = std::ranges::count(results, verdict, &Result::verdict);
        if (number == 0)
            return;
        text += text.empty() ? std::to_string(number) + (number == 1 ? " step " : " steps ")
                             : ", " + std::to_string(number) + " ";
        text += word;
    };
    count(Verdict::passed, "passed");
    count(Verdict::failed, "FAILED");
    count(Verdict::not_done, "not done");
    return text;
}

} // namespace retrocan::drill
