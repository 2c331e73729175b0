// SPDX-License-Identifier: Apache-2.0
#include "daemon/foreign_watch.h"

#include "victron/message.h"

#include <algorithm>
#include <cassert>

namespace retrocan::daemon {

namespace {

std::optional<std::size_t> slot_of(std::uint32_t id) {
    const auto messages = victron::messages();
    const auto found = std::ranges::find(messages, id, &victron::Message::id);
    return found == messages.end() ? std::nullopt
                                   : std::optional{static_cast<std::size_t>(found - messages.begin())};
}

std::string hex(std::uint32_t id) {
    return "0x" + to_text(CanFrame{.id = id}).substr(0, 3);
}

} // namespace

bool is_ours(std::uint32_t id) {
    return slot_of(id).has_value();
}

void ForeignWatch::heard(const CanFrame& frame, bool this_host, TimePoint now) {
    const auto slot = slot_of(frame.id);
    if (frame.kind != CanFrame::Kind::standard || frame.remote || !slot)
        return;
    assert(*slot < slots);
    if (!present_) {
        present_ = true;
        said_ = false;
        since_ = counted_since_ = now;
    }
    heard_at_ = now;
    ++frames_;
    ++counts_.at(*slot);
    on_the_bus_ = on_the_bus_ || !this_host;
}

void ForeignWatch::bus_up(TimePoint now) {
    if (!down_since_)
        return;
    counted_since_ += now - *down_since_; // what is counted is counted in the time of hearing
    heard_at_ = now;                      // whether it is gone can only be heard from now on
    down_since_.reset();
}

std::optional<ForeignWatch::News> ForeignWatch::news(TimePoint now) {
    if (!present_ || down_since_)
        return std::nullopt;
    const Duration counted = now - counted_since_;
    const bool gone = now - heard_at_ >= gone_after;
    std::optional<News> news;
    if (gone && said_)
        news = News{.ended = true};
    else if (gone || (counted >= (said_ ? repeat : first_count) && !identifiers().empty()))
        news = News{.ended = false,
                    .on_the_bus = on_the_bus_,
                    .seconds = counted / std::chrono::seconds{1},
                    .identifiers = identifiers()};
    if (!news)
        return std::nullopt;
    said_ = true;
    present_ = !news->ended;
    counts_ = {};
    on_the_bus_ = false;
    counted_since_ = now;
    return news;
}

std::string ForeignWatch::identifiers() const {
    std::string text;
    for (std::size_t slot = 0; slot < victron::messages().size(); ++slot)
        if (counts_.at(slot) != 0)
            text += (text.empty() ? "" : ", ") + hex(victron::messages()[slot].id) + " (" +
                    std::to_string(counts_.at(slot)) + ")";
    return text;
}

} // namespace retrocan::daemon
