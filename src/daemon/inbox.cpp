// SPDX-License-Identifier: Apache-2.0
#include "daemon/inbox.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace retrocan::daemon {

Inbox::Inbox(boost::asio::io_context& io, std::size_t batteries,
             std::function<void(const adapter::Event&)> take)
    : io_{io}, take_{std::move(take)}, batteries_{batteries}, boxes_{std::make_unique<Box[]>(batteries)} {}

adapter::Sink Inbox::sink() {
    return [this](adapter::Event event) {
        if (event.battery >= batteries_)
            return;
        Box& box = boxes_[event.battery];
        const bool answer = std::holds_alternative<adapter::Answer>(event.content);
        if (answer && box.waiting.load() >= room) { // news is rare, and never dropped
            ++box.dropped;
            return;
        }
        ++box.waiting;
        boost::asio::post(io_, [this, event = std::move(event)] {
            --boxes_[event.battery].waiting;
            take_(event);
        });
    };
}

std::uint64_t Inbox::dropped(std::size_t battery) {
    return boxes_[battery].dropped.exchange(0);
}

} // namespace retrocan::daemon
