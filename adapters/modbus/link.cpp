// SPDX-License-Identifier: Apache-2.0
#include "link.h"

#include <algorithm>
#include <functional>
#include <type_traits>

namespace retrocan::modbus {

using adapter::Absence;
using adapter::Answer;
using adapter::LinkNews;

namespace {

Schedule schedule_of(const std::vector<Link::Member>& members, const std::string& name) {
    constexpr Duration shortest_poll = std::chrono::milliseconds{10}; // whatever the caller says
    std::vector<Schedule::Battery> batteries;
    Duration pause{};
    for (const Link::Member& member : members) {
        Schedule::Battery battery{std::max(member.source->poll(), shortest_poll), {}};
        for (const Request& request : member.source->requests())
            battery.tasks.push_back({request.pace, request.period});
        batteries.push_back(std::move(battery));
        pause =
            std::max(pause, member.source->options().manner.pause); // one bus behind the link: all respect it
    }
    const TimePoint now = BootClock::now();
    const auto seed = static_cast<std::uint32_t>(std::hash<std::string>{}(name) ^
                                                 static_cast<std::size_t>(now.time_since_epoch().count()));
    return {batteries, pause, now, seed};
}

} // namespace

Link::Link(std::unique_ptr<Endpoint> endpoint, std::vector<Member> members, adapter::Sink sink)
    : endpoint_{std::move(endpoint)}
    , members_{std::move(members)}
    , sink_{std::move(sink)}
    , schedule_{schedule_of(members_, endpoint_->name())}
    , told_(members_.size())
    , thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void Link::hurry(std::size_t member, bool hurry) {
    {
        const std::lock_guard lock{mutex_};
        hurries_.emplace_back(member, hurry);
    }
    wake_.notify_one();
}

void Link::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        take_hurries();
        act(stop, schedule_.next(BootClock::now()));
    }
}

void Link::act(const std::stop_token& stop, const Schedule::Action& action) {
    if (std::holds_alternative<Schedule::Connect>(action))
        connect();
    else if (const auto* request = std::get_if<Schedule::Read>(&action))
        read(*request);
    else if (const auto* miss = std::get_if<Schedule::Miss>(&action))
        post(miss->battery, BootClock::now(),
             members_[miss->battery].source->live_absent(Absence::not_connected));
    else
        wait(stop, std::get<Schedule::Wait>(action).until);
}

void Link::take_hurries() {
    std::vector<std::pair<std::size_t, bool>> hurries;
    {
        const std::lock_guard lock{mutex_};
        hurries.swap(hurries_);
    }
    for (const auto& [member, hurry] : hurries)
        schedule_.hurry(member, hurry, BootClock::now());
}

void Link::connect() {
    auto opened = endpoint_->open(longest_timeout());
    const TimePoint now = BootClock::now();
    for (std::size_t m = 0; m < members_.size(); ++m) {
        if (!opened)
            tell(m, LinkNews::State::lost, opened.error());
        else if (!told_[m] || told_[m] == LinkNews::State::lost)
            tell(m, LinkNews::State::connected, "connected");
    }
    if (!opened) {
        schedule_.unreachable(now);
        return;
    }
    connection_ = std::move(opened).value();
    connection_answered_ = false;
    schedule_.connected(now);
}

void Link::read(Schedule::Read read) {
    const ModbusSource& source = *members_[read.battery].source;
    const Duration timeout = source.requests()[read.task].manner.timeout;
    const TimePoint asked = BootClock::now();
    // An answer that comes late, or the end of the connection, may be waiting since the last request.
    Exchange exchange = connection_->quiet()
                            ? connection_->read(source.requests()[read.task], timeout)
                            : Broken{Absence::not_connected,
                                     "closed by the other side, or bytes that nobody asked for", true};
    const TimePoint at = BootClock::now();
    exchange = in_time(std::move(exchange), at - asked, timeout);
    conclude(read, exchange, at);
}

void Link::conclude(Schedule::Read read, Exchange& exchange, TimePoint at) {
    const ModbusSource& source = *members_[read.battery].source;
    const Request& request = source.requests()[read.task];
    if (const auto* block = std::get_if<Block>(&exchange)) {
        post(read.battery, at,
             source.readings(
                 *block, source.options().found.value_or(Models{}))); // first of all: a limit may be in it
        connection_answered_ = true;
        schedule_.answered(read, at);
        tell(read.battery, LinkNews::State::answering, "answers");
        return;
    }
    if (const auto* refusal = std::get_if<Refusal>(&exchange)) {
        connection_answered_ = true;
        if (!refusal->by_gateway()) {
            post(read.battery, at, ModbusSource::absent(request, Absence::refused));
            schedule_.refused(read, at);
            tell(read.battery, LinkNews::State::answering, "answers");
            return;
        }
        if (!schedule_.failed(read, at, false))
            post(read.battery, at, ModbusSource::absent(request, Absence::timeout));
        if (schedule_.silent(read.battery))
            tell(read.battery, LinkNews::State::silent, "no answer, says the gateway");
        return;
    }
    const auto& broken = std::get<Broken>(exchange);
    connection_.reset();
    if (broken.closed && connection_answered_) {
        // Many devices close idle connections, some after each answer. That is no failure.
        schedule_.closed(at);
        return;
    }
    if (!schedule_.failed(read, at, true))
        post(read.battery, at, ModbusSource::absent(request, broken.reason));
    if (schedule_.silent(read.battery))
        tell(read.battery, LinkNews::State::silent, broken.text);
}

void Link::wait(const std::stop_token& stop, TimePoint until) {
    // Not for ever: the wait does not count the time that the machine sleeps.
    until = std::min(until, BootClock::now() + std::chrono::seconds{1});
    std::unique_lock lock{mutex_};
    wake_.wait_until(lock, stop, until, [this] { return !hurries_.empty(); });
}

void Link::tell(std::size_t member, LinkNews::State state, const std::string& what) {
    if (told_[member] == state)
        return;
    told_[member] = state;
    const ModbusSource& source = *members_[member].source;
    std::string text = endpoint_->name();
    if (state == LinkNews::State::silent || state == LinkNews::State::answering)
        text += " unit " + std::to_string(source.options().unit);
    sink_({members_[member].index, LinkNews{state, text + ": " + what}});
}

void Link::post(std::size_t member, TimePoint at, std::vector<adapter::Reading> readings) {
    sink_({members_[member].index, Answer{at, std::move(readings)}});
}

Duration Link::longest_timeout() const {
    Duration longest{};
    for (const Member& member : members_)
        longest = std::max(longest, member.source->options().manner.timeout);
    return longest;
}

} // namespace retrocan::modbus
