// SPDX-License-Identifier: Apache-2.0
#include "daemon/service.h"

#include "daemon/capture_source.h"
#include "daemon/snapshot.h"
#include "victron/message.h"

#include <csignal>

#include <spdlog/spdlog.h>

namespace retrocan::daemon {

Service::Service(boost::asio::io_context& io, Assembly& assembly, can::Link& link, const std::string& program)
    : io_{io}
    , assembly_{assembly}
    , link_{link}
    , bridge_{assembly.bridge, assembly.bounds(), BootClock::now()}
    , narrator_{battery_names(assembly), assembly.bridge.on_stale, link.hears() ? link.name() : ""}
    , head_{capture_head(assembly, program)}
    , writer_{battery_names(assembly)}
    , kept_states_(assembly.batteries.size(), policy::PackState::starting)
    , transmitter_{io, bridge_, link,
                   [this](const CanFrame& frame, can::WriteResult result, TimePoint at) {
                       sent_[frame.id] = {frame, at, result};
                   },
                   [this] {
                       after_change();
                       look_for_failure();
                   }}
    , signals_{io, SIGINT, SIGTERM}
    , end_{io}
    , bus_timer_{io}
    , screen_timer_{io}
    , hurrying_(assembly.batteries.size(), true)
    , inbox_{io, assembly.batteries.size(), [this](const adapter::Event& event) { on_source(event); }} {}

Service::~Service() = default;

std::string Service::head(TimePoint now, bool continues, bool with_snapshot) {
    CaptureHead head = head_;
    head.bus = true;
    head.continues = continues;
    if (with_snapshot)
        head.snapshot = snapshot(bridge_);
    return writer_.head(head, now);
}

void Service::record(std::unique_ptr<LineFile> file, std::uint64_t max_size) {
    recording_.emplace(std::move(file), max_size, [this](bool continues) {
        const bool remembers = !(assembly_.bridge.memory == policy::Memory{});
        return head(BootClock::now(), continues, continues || remembers);
    });
}

void Service::keep_black_box(BlackBox::Settings settings) {
    black_box_.emplace(
        std::move(settings), [this](TimePoint now) { return head(now, false, true); }, BootClock::now());
}

void Service::keep_state(const std::filesystem::path& file, KeptState stored) {
    keeper_.emplace(std::move(stored), BootClock::now());
    state_file_.emplace(file);
}

/// What is kept is that of the system: of the bank, or of its only battery.
void Service::remember() {
    const policy::Memory memory = bridge_.system().memory();
    Kept kept;
    if (bridge_.system().has_phases())
        kept.charge = memory.charge;
    if (bridge_.system().computes_energy())
        kept.energy = memory.energy;
    keeper_->keep(memory_name(assembly_), kept);
}

void Service::look_at_memory() {
    if (!keeper_ || bridge_.view().state != policy::PackState::running)
        return;
    remember();
    if (keeper_->due(BootClock::now()))
        state_file_->put(to_text(keeper_->state()));
}

void Service::start() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error)
            stop();
    });
    narrator_.look(bridge_, BootClock::now());
    link_.start([this](const can::Event& event) { on_bus(event); });
    watch_bus();
    readers_.emplace(assembly_, inbox_.sink(), adapter::StartOptions{.traffic = recording()});
    for (std::size_t i = 0; i < hurrying_.size(); ++i)
        readers_->hurry(i, true);
}

void Service::stop() {
    transmitter_.stop();
    readers_.reset();
    if (keeper_ && keeper_->due_at_stop(BootClock::now()))
        state_file_->put(to_text(keeper_->state()));
    signals_.cancel();
    end_.cancel();
    bus_timer_.cancel();
    screen_timer_.cancel();
    io_.stop();
}

void Service::on_source(const adapter::Event& event) {
    const auto* answer = std::get_if<adapter::Answer>(&event.content);
    if (answer != nullptr)
        bridge_.take(event.battery, *answer, BootClock::now());
    else
        narrator_.source(event.battery, std::get<adapter::LinkNews>(event.content));
    after_change(); // first of all: a limit may have fallen
    tell_of_dropped(event.battery);
    if (recording()) {
        const TimePoint now = BootClock::now();
        write_down(answer != nullptr
                       ? writer_.answer(event.battery, *answer)
                       : writer_.news(event.battery, std::get<adapter::LinkNews>(event.content), now),
                   now);
    }
}

/// A flood: said at once, and then each ten seconds.
void Service::tell_of_dropped(std::size_t battery) {
    constexpr Duration pause = std::chrono::seconds{10};
    const TimePoint now = BootClock::now();
    if (now < next_word_of_flood_)
        return;
    const std::uint64_t dropped = inbox_.dropped(battery);
    if (dropped == 0)
        return;
    next_word_of_flood_ = now + pause;
    spdlog::warn("{}: its source tells more than can be taken: {} messages dropped",
                 assembly_.batteries[battery].name, dropped);
}

/// Of what has just been taken.
void Service::write_down(const std::string& line, TimePoint now) {
    if (line.empty())
        return;
    if (recording_)
        recording_->put(line);
    if (black_box_)
        black_box_->put(line, now);
    look_for_failure();
}

/// After what led to it was written down.
void Service::look_for_failure() {
    bool lost = false;
    for (std::size_t i = 0; i < kept_states_.size(); ++i) {
        const policy::PackState state = bridge_.pack(i).state();
        lost = lost || (state != kept_states_[i] && state == policy::PackState::stale);
        kept_states_[i] = state;
    }
    if (black_box_ && lost)
        black_box_->keep(BootClock::now());
}

void Service::on_bus(const can::Event& event) {
    using Kind = can::Event::Kind;
    const TimePoint now = BootClock::now(); // events are delivered later than they happen
    narrator_.bus(event);
    if (event.kind == Kind::frame) {
        bridge_.heard(event.frame, now);
        if (recording())
            write_down(writer_.heard(event.frame, now), now);
        foreign_.heard(event.frame, event.this_host, now);
    }
    const bool up = event.kind == Kind::up || event.kind == Kind::bus_back;
    const bool down = event.kind == Kind::down || event.kind == Kind::bus_off;
    if (up)
        bridge_.bus_up(now);
    if (down && event.rests)
        bridge_.bus_rests();
    else if (down)
        bridge_.bus_down();
    if (up)
        foreign_.bus_up(now);
    else if (down && !event.rests)
        foreign_.bus_down(now);
    if (recording() && (up || down))
        write_down(writer_.bus({.up = up, .rests = event.rests}, event.text, now), now);
    after_change();
    if (event.kind != Kind::frame && event.kind != Kind::confirmed)
        look_at_health();
}

void Service::look_at_health() {
    can::BusHealth* health = link_.health();
    if (health != nullptr && health->tick(BootClock::now()))
        narrator_.bus_state(*health);
}

/// What has to be said of the bus though nothing happens.
void Service::watch_bus() {
    narrator_.foreign(foreign_, bridge_.hearing(), BootClock::now());
    look_at_health();
    bus_timer_.expires_after(std::chrono::seconds{1});
    bus_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            watch_bus();
    });
}

void Service::after_change() {
    transmitter_.pump();
    narrator_.look(bridge_, BootClock::now());
    look_at_memory();
    for (std::size_t i = 0; readers_ && i < hurrying_.size(); ++i) {
        const bool hurry = bridge_.pack(i).state() != policy::PackState::running;
        if (hurry != hurrying_[i]) {
            hurrying_[i] = hurry;
            readers_->hurry(i, hurry);
        }
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
