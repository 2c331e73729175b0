// SPDX-License-Identifier: Apache-2.0
#include "daemon/service.h"

#include "victron/message.h"

#include <array>
#include <csignal>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

namespace retrocan::daemon {

Service::Service(boost::asio::io_context& io, Assembly& assembly, can::Link& link)
    : io_{io}
    , assembly_{assembly}
    , link_{link}
    , bridge_{assembly.batteries.front().bridge, *assembly.batteries.front().bound, BootClock::now()}
    , narrator_{assembly.batteries.front().name, assembly.batteries.front().bridge.on_stale}
    , transmitter_{io, bridge_, link,
                   [this](const CanFrame& frame, can::WriteResult result, TimePoint at) {
                       sent_[frame.id] = {frame, at, result};
                   },
                   [this] { after_change(); }}
    , signals_{io, SIGINT, SIGTERM}
    , end_{io}
    , screen_timer_{io} {}

Service::~Service() = default;

void Service::start() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error)
            stop();
    });
    narrator_.look(bridge_);
    link_.start([this](const can::Event& event) { on_bus(event); });
    const std::array<const adapter::Source*, 1> sources{assembly_.batteries.front().source.get()};
    reader_ = assembly_.batteries.front().adapter->start(
        sources,
        [this](adapter::Event event) {
            boost::asio::post(io_, [this, event = std::move(event)] { on_source(event); });
        },
        {});
    reader_->hurry(0, true);
}

void Service::stop() {
    transmitter_.stop();
    reader_.reset();
    signals_.cancel();
    end_.cancel();
    screen_timer_.cancel();
    io_.stop();
}

void Service::on_source(const adapter::Event& event) {
    if (const auto* answer = std::get_if<adapter::Answer>(&event.content))
        bridge_.take(*answer, BootClock::now());
    else
        narrator_.source(std::get<adapter::LinkNews>(event.content));
    after_change();
}

void Service::on_bus(const can::Event& event) {
    using Kind = can::Event::Kind;
    const TimePoint now = BootClock::now(); // events are delivered later than they happen
    narrator_.bus(event);
    if (event.kind == Kind::frame) {
        bridge_.heard(event.frame, now);
        if (event.frame.kind == CanFrame::Kind::standard && event.frame.id == victron::limits_id &&
            bridge_.hearing() == Hearing::clear)
            narrator_.foreign_limits(event.frame, now);
    }
    if (event.kind == Kind::up || event.kind == Kind::bus_back)
        bridge_.bus_up(now);
    if (event.kind == Kind::down || event.kind == Kind::bus_off)
        bridge_.bus_down();
    after_change();
}

void Service::after_change() {
    transmitter_.pump();
    narrator_.look(bridge_);
    const bool hurry = bridge_.pack().state() != policy::PackState::running;
    if (reader_ && hurry != hurrying_) {
        hurrying_ = hurry;
        reader_->hurry(0, hurry);
    }
}

void Service::every(Duration period, std::function<void(const Service&)> look) {
    screen_period_ = period;
    screen_ = std::move(look);
    tick_screen();
}

void Service::tick_screen() {
    screen_(*this);
    screen_timer_.expires_after(screen_period_);
    screen_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            tick_screen();
    });
}

void Service::stop_after(Duration time) {
    end_.expires_after(time);
    end_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            stop();
    });
}

} // namespace retrocan::daemon
