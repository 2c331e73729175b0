// SPDX-License-Identifier: Apache-2.0
#include "cli/signal_report.h"

namespace retrocan::cli {

namespace {

std::string active(const PerAlarm<Maybe<bool>>& alarms) {
    std::string text;
    for (std::size_t i = 0; i < alarm_kinds; ++i)
        if (alarms[i] && alarms[i]->value)
            text += (text.empty() ? "" : ", ") + std::string{to_text(static_cast<AlarmKind>(i))};
    return text.empty() ? "none" : text;
}

std::string line(std::string name, const std::string& value) {
    constexpr std::size_t width = 28; // of the longest name, and two blanks
    name.resize(std::max(width, name.size()), ' ');
    return name + value;
}

} // namespace

std::vector<std::string> present_signals(const BatteryState& state) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < plain_signals; ++i)
        if (const auto text = signal_text(state, i))
            lines.push_back(line(signal_name(i), *text));
    lines.push_back(line("alarms", active(state.alarms)));
    lines.push_back(line("warnings", active(state.warnings)));
    return lines;
}

} // namespace retrocan::cli
