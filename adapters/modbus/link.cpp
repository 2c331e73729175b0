// SPDX-License-Identifier: Apache-2.0
#include "link.h"

#include "fifo.h"
#include "load.h"
#include "traffic.h"

#include <algorithm>
#include <functional>
#include <type_traits>

namespace retrocan::modbus {

using adapter::Absence;
using adapter::Answer;
using adapter::LinkNews;

namespace {

Duration pause_of(const std::vector<Link::Member>& members) {
    std::vector<const ModbusSource*> batteries;
    batteries.reserve(members.size());
    for (const Link::Member& member : members)
        batteries.push_back(member.source);
    return shared_pause(batteries);
}

std::vector<Schedule::Task> tasks_of(const std::vector<Request>& requests, const std::vector<Write>& writes,
                                     Duration pause) {
    std::vector<Schedule::Task> tasks;
    tasks.reserve(requests.size() + writes.size());
    for (const Request& request : requests)
        tasks.push_back({.pace = request.pace,
                         .period = request.period,
                         .pause = std::max(pause, request.manner.pause),
                         .optional = request.optional,
                         .write = false});
    for (const Write& write : writes)
        tasks.push_back({.pace = write.pace,
                         .period = write.period,
                         .pause = std::max(pause, write.manner.pause),
                         .optional = false,
                         .write = true});
    return tasks;
}

Schedule schedule_of(const std::vector<Link::Member>& members, const Wire& wire, const std::string& name) {
    constexpr Duration shortest_poll = std::chrono::milliseconds{10}; // whatever the caller says
    Duration wait_after_connect{};
    std::vector<Schedule::Battery> batteries;
    for (const auto& [source, index] : members) {
        wait_after_connect = std::max(wait_after_connect, source->options().wait_after_connect);
        batteries.push_back(
            {std::max(source->poll(), shortest_poll),
             tasks_of(source->read_plan(wire).requests(), source->writes(), pause_of(members))});
    }
    const TimePoint now = BootClock::now();
    const auto seed = static_cast<std::uint32_t>(std::hash<std::string>{}(name) ^
                                                 static_cast<std::size_t>(now.time_since_epoch().count()));
    return {batteries, wait_after_connect, now, seed};
}

} // namespace

Link::Link(std::unique_ptr<Endpoint> endpoint, std::vector<Member> members, adapter::Sink sink, bool traffic)
    : endpoint_{std::move(endpoint)}
    , members_{std::move(members)}
    , sink_{std::move(sink)}
    , traffic_{traffic}
    , schedule_{schedule_of(members_, endpoint_->wire(), endpoint_->name())} {
    for (const Member& member : members_)
        state_.push_back(
            {.plan = member.source->read_plan(endpoint_->wire()), .told = {}, .writes_told = {}});
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

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
        look_again(BootClock::now());
        act(stop, schedule_.next(BootClock::now()));
    }
}

template <class Traffic>
void Link::post(std::size_t member, TimePoint at, std::vector<adapter::Reading> readings,
                const Traffic& traffic) {
    sink_({members_[member].index, Answer{at, std::move(readings), traffic_ ? traffic() : std::string{}}});
}

void Link::act(const std::stop_token& stop, const Schedule::Action& action) {
    if (std::holds_alternative<Schedule::Connect>(action))
        connect();
    else if (const auto* request = std::get_if<Schedule::Read>(&action))
        read(*request);
    else if (const auto* miss = std::get_if<Schedule::Miss>(&action))
        post(miss->battery, BootClock::now(),
             members_[miss->battery].source->live_absent(Absence::not_connected),
             [] { return live_failure_line(Absence::not_connected); });
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
        if (schedule_.hurry(member, hurry, BootClock::now()) && hurry)
            may_be_another(member);
}

/// What a device refused may be there by now.
void Link::look_again(TimePoint now) {
    for (std::size_t m = 0; m < state_.size(); ++m) {
        if (state_[m].plan.next_look() > now)
            continue;
        if (state_[m].plan.look_again(now))
            follow_plan(m, now);
    }
}

/// The schedule follows the plan. What is read as before keeps its turn, what is new is due now.
void Link::follow_plan(std::size_t member, TimePoint now) {
    const ReadPlan& plan = state_[member].plan;
    const std::vector<Write>& writes = members_[member].source->writes();
    std::vector<std::optional<std::size_t>> heirs = plan.heirs();
    for (std::size_t w = 0; w < writes.size(); ++w)
        heirs.emplace_back(plan.requests_before() + w);
    schedule_.replace(member, tasks_of(plan.requests(), writes, pause_of(members_)), heirs, now);
}

void Link::learned(std::size_t member, const ReadPlan::Lesson& lesson, std::uint8_t unit, TimePoint now) {
    if (lesson.changed)
        follow_plan(member, now);
    if (!lesson.remark.empty())
        remark(member, unit, lesson.remark);
}

void Link::connect() {
    auto opened = endpoint_->open(longest_timeout());
    const TimePoint now = BootClock::now();
    for (std::size_t m = 0; m < members_.size(); ++m) {
        if (!opened) {
            tell(m, LinkNews::State::lost, opened.error());
            may_be_another(m);
        } else if (!state_[m].told || state_[m].told == LinkNews::State::lost) {
            tell(m, LinkNews::State::connected, "connected");
        }
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
    if (!is_read(read)) {
        write(read, write_of(read));
        return;
    }
    const Request request = request_of(read); // a copy: an answer may change the plan
    const ModbusSource& source = *members_[read.battery].source;
    if (request.model)
        read_model(read, request);
    else
        read_request(read, request, source.options().found.value_or(Models{}));
}

const Write& Link::write_of(Schedule::Read read) const {
    return members_[read.battery].source->writes()[read.task - state_[read.battery].plan.requests().size()];
}

template <class Question>
std::pair<Exchange, TimePoint> Link::ask(std::uint8_t unit, Duration timeout, const Question& question) {
    const TimePoint asked = std::max(BootClock::now(), connection_->not_before(unit));
    // An answer that comes late, or the end of the connection, may be waiting since the last request.
    Exchange exchange = connection_->quiet()
                            ? question(*connection_)
                            : Broken{Absence::not_connected,
                                     "closed by the other side, or bytes that nobody asked for", true};
    const TimePoint at = BootClock::now();
    return {in_time(std::move(exchange), at - asked, timeout), at};
}

void Link::read_request(Schedule::Read read, const Request& request, const Models& models) {
    const Duration timeout = request.manner.timeout;
    const auto [exchange, at] =
        ask(request.unit, time_limit(request), [&](Connection& c) { return c.read(request, timeout); });
    const auto* block = std::get_if<Block>(&exchange);
    if (block == nullptr) {
        not_answered(read, exchange, at);
        return;
    }
    connection_answered_ = true;
    if (request.manner.zero_is_no_answer && is_all_zero(*block)) {
        lost(read, at, Absence::garbled, "an answer of only zeros", false);
        return;
    }
    const ModbusSource& source = *members_[read.battery].source;
    const Request planned = request_of(read);
    post(read.battery, at, source.answered(*block, planned, models), // first of all: a limit may be in it
         [&] { return answer_line(*block, planned, models); });
    post_given_up(read, at);
    schedule_.answered(read, at);
    tell(read.battery, LinkNews::State::answering, "answers");
    learn_from_answer(read, request.unit, at);
}

void Link::learn_from_answer(Schedule::Read read, std::uint8_t unit, TimePoint at) {
    ReadPlan& plan = state_[read.battery].plan;
    learned(read.battery, plan.answered(read.task), unit, at);
    if (const auto turnaround = connection_->last_turnaround(); turnaround && plan.learn(*turnaround))
        follow_plan(read.battery, at);
}

void Link::read_model(Schedule::Read read, const Request& planned) {
    constexpr Duration look_again = std::chrono::minutes{1}; // an inverter may tell its battery later
    const auto& found = members_[read.battery].source->options().found;
    const auto [entry, is_new] = searches_.try_emplace(
        {read.battery, planned.unit},
        Search{found ? ModelWalk{*found} : ModelWalk{planned, wanted_models(read.battery, planned.unit)},
               {},
               {}});
    auto& [walk, ended, missing] = entry->second;
    if (walk.ended() && !walk.models().contains(*planned.model) && BootClock::now() - ended >= look_again)
        walk.look_again();
    if (const auto request = at_its_place(planned, walk.models())) {
        missing.erase(*planned.model);
        missing.erase(0);
        read_request(read, *request, walk.models());
    } else if (!walk.ended()) {
        step(read, walk);
        ended = BootClock::now();
    } else {
        not_there(read, planned);
    }
}

/// All SunSpec models that a member reads from one unit.
std::set<std::uint16_t> Link::wanted_models(std::size_t member, std::uint8_t unit) const {
    std::set<std::uint16_t> models;
    for (const Element& element : members_[member].source->elements())
        if (element.unit == unit && element.model)
            models.insert(*element.model);
    return models;
}

/// One request of the walk, in the place of one that needs to know where its model is.
void Link::step(Schedule::Read read, ModelWalk& walk) {
    const Request request = walk.next();
    const Duration timeout = request.manner.timeout;
    const auto [exchange, at] =
        ask(request.unit, timeout, [&](Connection& c) { return c.read(request, timeout); });
    const auto* refusal = std::get_if<Refusal>(&exchange);
    if (const auto* block = std::get_if<Block>(&exchange)) {
        walk.answered(*block);
    } else if (refusal == nullptr || !walk.refused(refusal->code)) {
        const auto* broken = std::get_if<Broken>(&exchange);
        if (broken != nullptr && !broken->closed)
            walk.lost();
        not_answered(read, exchange, at);
        return;
    }
    connection_answered_ = true;
    schedule_.prepared(read, at);
    tell(read.battery, LinkNews::State::answering, "answers");
}

void Link::not_there(Schedule::Read read, const Request& planned) {
    const TimePoint now = BootClock::now();
    post_absent(read.battery, planned, Absence::refused, now);
    post_given_up(read, now);
    schedule_.skipped(read, now);
    Search& search = searches_.at({read.battery, planned.unit});
    const bool is_sunspec = search.walk.is_sunspec();
    if (search.missing.insert(is_sunspec ? *planned.model : std::uint16_t{0}).second)
        remark(read.battery, planned.unit,
               is_sunspec ? "it has no SunSpec model " + std::to_string(*planned.model)
                          : "it is no SunSpec device: \"SunS\" is neither at 40000 nor at 50000 nor at 0");
}

void Link::write(Schedule::Read read, const Write& write) {
    const Duration timeout = write.manner.timeout;
    const auto [exchange, at] =
        ask(write.unit, timeout, [&](Connection& c) { return c.write(write, timeout); });
    if (!std::holds_alternative<Written>(exchange)) {
        not_answered(read, exchange, at);
        return;
    }
    connection_answered_ = true;
    schedule_.answered(read, at);
    tell(read.battery, LinkNews::State::answering, "answers");
    if (std::string& told = told_of_write(read); told != "written") {
        told = "written";
        remark(read.battery, write.unit, "write " + write.name + ": done");
    }
}

void Link::not_answered(Schedule::Read read, const Exchange& exchange, TimePoint at) {
    if (const auto* refusal = std::get_if<Refusal>(&exchange)) {
        connection_answered_ = true;
        if (refusal->by_gateway())
            lost(read, at, Absence::timeout, "no answer, says the gateway", false);
        else
            refused(read, *refusal, at);
        return;
    }
    const auto& broken = std::get<Broken>(exchange);
    if (!broken.usable)
        connection_.reset();
    if (broken.closed && connection_answered_) {
        // Many devices close idle connections, some after each answer. That is no failure.
        schedule_.closed(read, at);
        return;
    }
    lost(read, at, broken.reason, broken.text, !broken.usable);
}

void Link::refused(Schedule::Read read, Refusal refusal, TimePoint at) {
    tell(read.battery, LinkNews::State::answering, "answers");
    if (!is_read(read) || !refusal.no_such_registers()) {
        failure(read, at, Absence::refused, "refused with exception " + std::to_string(refusal.code));
        schedule_.refused(read, at);
        tell_if_given_up(read);
        return;
    }
    const Request request = request_of(read);
    ReadPlan::Lesson lesson = state_[read.battery].plan.refused(read.task, refusal.code, at);
    // What was split is read at once by others: its values are not lost yet.
    if (!lesson.changed || request.slots.size() == 1) {
        post_absent(read.battery, request, Absence::refused, at);
        post_given_up(read, at);
    }
    schedule_.refused(read, at);
    learned(read.battery, lesson, request.unit, at);
}

void Link::lost(Schedule::Read read, TimePoint at, Absence reason, const std::string& what,
                bool connection_closed) {
    const TimePoint not_before =
        connection_ && is_read(read) ? connection_->not_before(request_of(read).unit) : TimePoint::min();
    if (!schedule_.failed(read, at, connection_closed, not_before))
        failure(read, at, reason, what);
    tell_if_given_up(read);
    if (schedule_.silent(read.battery)) {
        tell(read.battery, LinkNews::State::silent, what);
        may_be_another(read.battery);
    }
}

/// A read or a write has come to nothing: its points have no value; of a write it is said, once.
void Link::failure(Schedule::Read read, TimePoint at, Absence reason, const std::string& what) {
    if (is_read(read)) {
        post_absent(read.battery, request_of(read), reason, at);
        post_given_up(read, at);
        return;
    }
    const Write& write = write_of(read);
    if (std::string& told = told_of_write(read); told != what) {
        told = what;
        remark(read.battery, write.unit, "write " + write.name + ": " + what);
    }
}

std::string& Link::told_of_write(Schedule::Read read) {
    MemberState& state = state_[read.battery];
    return state.writes_told[read.task - state.plan.requests().size()];
}

void Link::tell_if_given_up(Schedule::Read read) {
    if (!schedule_.given_up(read))
        return;
    const Write& write = write_of(read);
    remark(read.battery, write.unit,
           "write " + write.name + ": given up after " + std::to_string(Schedule::most_tries) +
               " tries, until the battery was away and is back");
}

/// What comes back may be another device.
void Link::may_be_another(std::size_t member) {
    for (auto& [key, search] : searches_)
        if (key.first == member)
            search.walk.start_again();
    if (state_[member].plan.begin_again())
        follow_plan(member, BootClock::now());
}

void Link::wait(const std::stop_token& stop, TimePoint until) {
    // Not for ever: the wait does not count the time that the machine sleeps.
    until = std::min(until, BootClock::now() + std::chrono::seconds{1});
    std::unique_lock lock{mutex_};
    wake_.wait_until(lock, stop, until, [this] { return !hurries_.empty(); });
}

void Link::tell(std::size_t member, LinkNews::State state, const std::string& what) {
    if (state_[member].told == state)
        return;
    state_[member].told = state;
    const ModbusSource& source = *members_[member].source;
    std::string text = endpoint_->name();
    if (state == LinkNews::State::silent || state == LinkNews::State::answering)
        text += " unit " + std::to_string(source.options().unit);
    sink_({members_[member].index, LinkNews{state, text + ": " + what}});
}

/// What is no change of state, but has to be said.
void Link::remark(std::size_t member, std::uint8_t unit, const std::string& what) {
    sink_({members_[member].index,
           LinkNews{state_[member].told.value_or(LinkNews::State::connected),
                    endpoint_->name() + " unit " + std::to_string(unit) + ": " + what}});
}

void Link::post_absent(std::size_t member, const Request& planned, Absence reason, TimePoint at) {
    post(member, at, ModbusSource::absent(planned, reason), [&] { return failure_line(planned, reason); });
}

/// A round is whole only with all live points: those that are not asked for come behind the last of it.
void Link::post_given_up(Schedule::Read read, TimePoint at) {
    const ReadPlan& plan = state_[read.battery].plan;
    if (read.task + 1 == plan.live_requests())
        for (const Request& request : plan.not_read())
            post_absent(read.battery, request, Absence::refused, at);
}

Duration Link::longest_timeout() const {
    Duration longest{};
    for (const Member& member : members_)
        longest = std::max(longest, member.source->options().manner.timeout);
    return longest;
}

} // namespace retrocan::modbus
