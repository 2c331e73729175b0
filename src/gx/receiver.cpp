// SPDX-License-Identifier: Apache-2.0
#include "gx/receiver.h"

#include "victron/decode.h"
#include "victron/message.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace retrocan::gx {

namespace {

constexpr std::size_t kept_intervals = 600;
constexpr std::uint32_t keepalive_id = 0x305;

} // namespace

std::string seconds_text(Duration duration) {
    char text[32];
    const auto count = static_cast<long long>(duration.count());
    // Hundredths, cut and not rounded: 2.999 s are not yet 3 s.
    std::snprintf(text, sizeof text, "%lld.%02lld s", count / 1'000'000, count % 1'000'000 / 10'000);
    return text;
}

std::optional<Duration> Heard::median() const {
    if (intervals.empty())
        return std::nullopt;
    std::vector<Duration> sorted{intervals.begin(), intervals.end()};
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

void Receiver::advance(TimePoint now) {
    now_ = std::max(now_, now);
    if (lost_ || !last_limits_ || now_ - *last_limits_ <= lost_after)
        return;
    lost_ = true;
    ++times_lost_;
    values_ = {};
    tell(News::Kind::lost, *last_limits_ + lost_after,
         "BATTERY LOST: no 0x351 for 3 s; a GX now stops charging and discharging");
}

void Receiver::frame(const CanFrame& frame, TimePoint at) {
    advance(at);
    if (frame.kind == CanFrame::Kind::error) {
        ++error_frames_;
        return;
    }
    ++frames_;
    const std::pair key{frame.kind, frame.id};
    const bool known = heard_.contains(key) || victron::message_of(frame) != nullptr;
    if (known || heard_.size() < most_identifiers) {
        Heard& heard = heard_[key];
        if (heard.frames++ == 0) {
            heard.first_at = now_;
        } else {
            heard.longest = std::max(heard.longest, now_ - heard.last_at);
            heard.intervals.push_back(now_ - heard.last_at);
            if (heard.intervals.size() > kept_intervals)
                heard.intervals.pop_front();
        }
        heard.last_at = now_;
        heard.last = frame;
    }
    if (frame.kind != CanFrame::Kind::standard || frame.remote)
        return;
    if (frame.id == victron::limits_id)
        heard_limits(now_);
    if (frame.id == victron::alarms_id && !recognised_) {
        recognised_ = now_;
        tell(News::Kind::recognised, now_, "0x35A is there: by it a GX recognises a battery");
    }
    if (frame.id == keepalive_id && heard_[key].frames == 1)
        tell(News::Kind::other_gx, now_, "0x305 from somebody else: there is a GX on this bus");
    victron::decode_into(frame, values_);
}

void Receiver::heard_limits(TimePoint at) {
    if (!last_limits_) {
        tell(News::Kind::appeared, at, "the first 0x351: a battery is there");
    } else if (lost_) {
        tell(News::Kind::back, at, "the battery is back: 0x351 after " + seconds_text(at - *last_limits_));
        valid_since_ = at;
    }
    lost_ = false;
    last_limits_ = at;
}

Presence Receiver::presence() const {
    if (!last_limits_)
        return Presence::never_seen;
    return lost_ ? Presence::lost : Presence::present;
}

const Heard* Receiver::heard(std::uint32_t standard_id) const {
    const auto found = heard_.find({CanFrame::Kind::standard, standard_id});
    return found == heard_.end() ? nullptr : &found->second;
}

const CanFrame* Receiver::last(std::uint32_t id) const {
    const Heard* found = heard(id);
    if (found == nullptr || lost_ || found->last.remote || (valid_since_ && found->last_at < *valid_since_))
        return nullptr;
    return &found->last;
}

std::vector<News> Receiver::take_news() {
    return std::exchange(news_, {});
}

void Receiver::tell(News::Kind kind, TimePoint at, std::string text) {
    news_.push_back({kind, at, std::move(text)});
}

} // namespace retrocan::gx
