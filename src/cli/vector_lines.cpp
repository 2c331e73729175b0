// SPDX-License-Identifier: Apache-2.0
#include "cli/vector_lines.h"

#include "daemon/capture_line.h"

namespace retrocan::cli {

namespace {

bool is_failure(const adapter::Reading& reading) {
    const auto* absence = std::get_if<adapter::Absence>(&reading.content);
    return absence != nullptr && *absence != adapter::Absence::not_a_value;
}

} // namespace

void VectorLines::read(std::istream& lines, const std::string& file, std::optional<Duration> until,
                       Faults& faults) {
    std::uint32_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (line.empty() || line.front() == '#')
            continue;
        const auto parsed = daemon::parse_capture_line(line);
        if (!parsed) {
            if (!lines.eof()) // else cut short
                faults.push_back({{file, number, parsed.error().column}, parsed.error().message});
            continue;
        }
        if (until && parsed->at.time_since_epoch() > *until)
            break;
        const auto* traffic = std::get_if<daemon::Traffic>(&parsed->content);
        if (traffic == nullptr)
            continue;
        const std::string battery = traffic->battery.value_or("");
        if (!battery_.empty() && battery != battery_)
            continue;
        if (battery_.empty() && batteries_.insert(battery).second && batteries_.size() == 2) {
            faults.push_back({{file, number, 1},
                              "the capture has more than one battery, such as \"" + *batteries_.begin() +
                                  "\" and \"" + *batteries_.rbegin() +
                                  "\": say which one with --battery NAME"});
            return;
        }
        take(daemon::bare_line(line), {file, number, 1}, faults);
    }
}

void VectorLines::take(const std::string& line, const Place& place, Faults& faults) {
    const auto answer = source_.decode(line);
    if (!answer) {
        faults.push_back({place, answer.error()});
        return;
    }
    for (const adapter::Reading& reading : answer->readings)
        (is_failure(reading) ? last_failures_ : last_answers_)[reading.slot] = lines_.size();
    lines_.push_back(line);
}

std::vector<std::string> VectorLines::round() const {
    std::set<std::size_t> used;
    for (const auto& [slot, line] : last_answers_)
        used.insert(line);
    for (const auto& [slot, line] : last_failures_)
        if (!last_answers_.contains(slot)) // it has never told anything
            used.insert(line);
    std::vector<std::string> result;
    result.reserve(used.size());
    for (const std::size_t line : used)
        result.push_back(lines_[line]);
    return result;
}

} // namespace retrocan::cli
