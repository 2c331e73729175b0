// SPDX-License-Identifier: Apache-2.0
#include "daemon/record_service.h"

#include "daemon/capture_source.h"

#include <algorithm>
#include <csignal>

#include <spdlog/spdlog.h>

namespace retrocan::daemon {

namespace {

/// At least one point has a value or none, but was answered.
bool is_answer(const adapter::Answer& answer) {
    return std::ranges::any_of(answer.readings, [](const adapter::Reading& reading) {
        const auto* absence = std::get_if<adapter::Absence>(&reading.content);
        return absence == nullptr || *absence == adapter::Absence::not_a_value;
    });
}

} // namespace

RecordService::RecordService(boost::asio::io_context& io, Assembly& assembly, std::unique_ptr<LineFile> file,
                             std::uint64_t max_size, const std::string& program)
    : io_{io}
    , assembly_{assembly}
    , writer_{battery_names(assembly)}
    , recording_{std::move(file), max_size,
                 [this, head = capture_head(assembly, program)](bool continues) mutable {
                     head.continues = continues;
                     return writer_.head(head, BootClock::now());
                 }}
    , signals_{io, SIGINT, SIGTERM}
    , end_{io}
    , inbox_{io, assembly.batteries.size(), [this](const adapter::Event& event) { on_source(event); }} {}

void RecordService::start() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error)
            stop();
    });
    readers_.emplace(assembly_, inbox_.sink(), adapter::StartOptions{.traffic = true});
    for (std::size_t i = 0; i < assembly_.batteries.size(); ++i)
        readers_->hurry(i, false);
}

void RecordService::stop() {
    readers_.reset();
    signals_.cancel();
    end_.cancel();
    io_.stop();
}

void RecordService::stop_after(Duration time) {
    end_.expires_after(time);
    end_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            stop();
    });
}

void RecordService::on_source(const adapter::Event& event) {
    if (const auto* answer = std::get_if<adapter::Answer>(&event.content)) {
        ++(is_answer(*answer) ? answers_ : failures_);
        if (const std::string line = writer_.answer(event.battery, *answer); !line.empty())
            recording_.put(line);
        return;
    }
    const auto& news = std::get<adapter::LinkNews>(event.content);
    note(assembly_.batteries[event.battery].name, news);
    recording_.put(writer_.news(event.battery, news, BootClock::now()));
}

void RecordService::note(const std::string& battery, const adapter::LinkNews& news) {
    using State = adapter::LinkNews::State;
    if (news.state == State::connected || news.state == State::answering)
        spdlog::info("{}: {}", battery, news.text);
    else
        spdlog::warn("{}: {}", battery, news.text);
}

} // namespace retrocan::daemon
