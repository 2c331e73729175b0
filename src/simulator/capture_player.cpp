// SPDX-License-Identifier: Apache-2.0
#include "simulator/capture_player.h"

#include "simulator/capture_block.h"

#include <algorithm>

namespace retrocan::simulator {

using adapter::Absence;
using adapter::RawValue;
using adapter::Reading;

Result<CapturePlayer, std::string> CapturePlayer::read(std::istream& lines, const std::string& file,
                                                       const adapter::Source& decoder, std::size_t slots,
                                                       bool once) {
    CapturePlayer player;
    player.once_ = once;
    player.now_.raws.resize(slots);
    std::optional<Duration> first;
    Duration at{};
    std::size_t number = 0;
    bool any = false;
    for (std::string text; std::getline(lines, text);) {
        ++number;
        const auto answer = decoder.decode(text);
        if (!answer)
            return Err{file + ":" + std::to_string(number) + ":1: " + answer.error()};
        if (const auto t = capture_time(text)) {
            first = first.value_or(*t);
            at = std::max(at, *t - *first);
        }
        any = any || std::ranges::any_of(answer->readings, [](const Reading& reading) {
                  return std::holds_alternative<RawValue>(reading.content);
              });
        if (!answer->readings.empty())
            player.lines_.push_back({at, answer->readings});
        player.length_ = at;
    }
    if (!any)
        return Err{file + ": no line of it has a value of this mapping's points"};
    return player;
}

void CapturePlayer::take(const Line& line) {
    const auto failed = [](const Reading& reading) {
        const auto* reason = std::get_if<Absence>(&reading.content);
        return reason != nullptr && (*reason == Absence::timeout || *reason == Absence::not_connected ||
                                     *reason == Absence::garbled);
    };
    now_.silent = std::ranges::all_of(line.readings, failed);
    for (const Reading& reading : line.readings)
        if (const auto* value = std::get_if<RawValue>(&reading.content); value != nullptr)
            now_.raws.at(reading.slot) = *value;
        else if (std::get<Absence>(reading.content) == Absence::refused)
            now_.raws.at(reading.slot).reset();
}

const CapturePlayer::Now& CapturePlayer::at(Duration time) {
    constexpr Duration pause = std::chrono::seconds{1}; // between the last line and the first
    for (;;) {
        while (next_ < lines_.size() && begin_ + lines_[next_].at <= time)
            take(lines_[next_++]);
        if (next_ < lines_.size())
            return now_;
        if (once_) {
            now_.ended = time >= begin_ + length_ + pause;
            return now_;
        }
        if (time < begin_ + length_ + pause)
            return now_;
        begin_ += length_ + pause;
        next_ = 0;
    }
}

} // namespace retrocan::simulator
