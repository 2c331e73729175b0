// SPDX-License-Identifier: Apache-2.0
#include "cli/dry_stage.h"

#include "core/battery.h"
#include "core/can_frame.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;
using drill::Act;
using drill::Deed;

constexpr Duration patience = 10s; ///< for a program of ours to start, or to answer

/// Our programs have to be ended and our folder removed, whatever ends us.
volatile std::sig_atomic_t signalled = 0;
void note_signal(int) {
    signalled = 1;
}

/// A port of this machine's loopback that nobody uses now.
std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const general = reinterpret_cast<sockaddr*>(&address); // NOLINT: what the call is like
    const bool good = ::bind(fd, general, size) == 0 && ::getsockname(fd, general, &size) == 0;
    ::close(fd);
    if (!good)
        throw std::runtime_error{"this machine has no free port on its loopback"};
    return ntohs(address.sin_port);
}

/// "127.0.0.1:1502"
std::uint16_t port_of(std::string_view where) {
    std::uint16_t port = 0;
    const std::size_t colon = where.rfind(':');
    if (colon != std::string_view::npos)
        std::from_chars(where.data() + colon + 1, where.data() + where.size(), port);
    return port;
}

std::string mosquitto() {
    for (const char* path : {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"})
        if (::access(path, X_OK) == 0)
            return path;
    throw std::runtime_error{"a battery of this configuration publishes on MQTT: a dry run needs a broker of "
                             "its own, and there is no mosquitto here (apt-get install mosquitto)"};
}

std::string first_line(const std::string& text) {
    const std::size_t end = text.find('\n');
    return end == std::string::npos ? "" : text.substr(0, end);
}

} // namespace

DryStage::DryStage(std::filesystem::path configuration) : configuration_{std::move(configuration)} {
    // NOLINTBEGIN(cert-err33-c): cannot fail
    std::signal(SIGPIPE, SIG_IGN); // a child may be gone
    std::signal(SIGINT, note_signal);
    std::signal(SIGTERM, note_signal);
    // NOLINTEND(cert-err33-c)
    for (DryBattery& battery : dry_batteries(configuration_))
        batteries_.push_back({std::move(battery), 0, nullptr});
    for (const Battery& battery : batteries_)
        if (battery.what.published && !broker_)
            start_broker();
    std::vector<std::uint16_t> ports;
    ports.reserve(batteries_.size());
    for (Battery& battery : batteries_) {
        start(battery);
        ports.push_back(battery.what.published ? broker_port_ : battery.port);
    }
    std::ofstream{folder_ / "drill.toml"} << dry_configuration(configuration_, ports);
    if (::mkfifo((folder_ / "bus").c_str(), 0600) != 0)
        throw std::runtime_error{"no pipe can be made in " + folder_.path().string()};
    open_bus();
    start_daemon();
}

DryStage::~DryStage() {
    close_bus();
}

void DryStage::start_broker() {
    broker_port_ = free_port();
    const std::string file = folder_ / "mosquitto.conf";
    std::ofstream{file} << "listener " << broker_port_ << " 127.0.0.1\nallow_anonymous true\n";
    broker_ = std::make_unique<ChildProcess>(std::vector<std::string>{mosquitto(), "-c", file},
                                             folder_ / "broker.out", folder_ / "broker.err");
    wait([] { return false; }, 500ms);
    if (broker_->ended())
        throw std::runtime_error{"mosquitto does not start: " + broker_->errors()};
}

void DryStage::start(Battery& battery) {
    std::vector<std::string> arguments{own_program(), "simulate"};
    arguments.insert(arguments.end(), battery.what.arguments.begin(), battery.what.arguments.end());
    arguments.emplace_back(battery.what.published ? "--broker" : "--listen");
    arguments.push_back(battery.what.published
                            ? "mqtt://127.0.0.1:" + std::to_string(broker_port_)
                            : "127.0.0.1:" + std::to_string(battery.port)); // 0 takes a free one
    battery.process = std::make_unique<ChildProcess>(arguments, folder_ / (battery.what.name + ".out"),
                                                     folder_ / (battery.what.name + ".err"));
    wait([&] { return !first_line(battery.process->output()).empty() || battery.process->ended(); },
         patience);
    const std::string where = first_line(battery.process->output());
    if (where.empty())
        throw std::runtime_error{"the battery \"" + battery.what.name +
                                 "\" cannot be simulated: " + battery.process->errors()};
    if (!battery.what.published)
        battery.port = port_of(where);
}

void DryStage::start_daemon() {
    daemon_ = std::make_unique<ChildProcess>(std::vector<std::string>{own_program(), "run", "-c",
                                                                      folder_ / "drill.toml", "--can",
                                                                      "log:" + (folder_ / "bus").string()},
                                             folder_ / "daemon.out", folder_ / "daemon.err");
}

// --- The bus -----------------------------------------------------------------------------------------

void DryStage::open_bus() {
    bus_ = ::open((folder_ / "bus").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (bus_ < 0)
        throw std::runtime_error{"the pipe to the daemon cannot be opened"};
}

void DryStage::close_bus() {
    if (bus_ >= 0)
        ::close(std::exchange(bus_, -1));
    rest_.clear();
}

/// Takes what has come.
void DryStage::listen() {
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t size = bus_ < 0 ? 0 : ::read(bus_, buffer.data(), buffer.size());
        if (size <= 0)
            return;
        rest_.append(buffer.data(), static_cast<std::size_t>(size));
        std::size_t end = 0;
        while ((end = rest_.find('\n')) != std::string::npos) {
            if (const auto line = parse_log_line(rest_.substr(0, end)))
                ear_.take(line->frame, now());
            rest_.erase(0, end + 1);
        }
    }
}

bool DryStage::wait(const std::function<bool()>& condition, Duration limit) {
    constexpr int look_often = 5; // ms
    const TimePoint end = now() + limit;
    for (;;) {
        listen();
        if (condition())
            return true;
        if (now() >= end || given_up())
            return false;
        // Without a writer a pipe is always ready; then only the time counts.
        pollfd nothing{-1, 0, 0};
        ::poll(&nothing, 1, look_often);
    }
}

bool DryStage::given_up() {
    return signalled != 0;
}

Duration DryStage::slack() const {
    return 200ms; // a request may have been answered while it was pulled, and this machine may be busy
}

// --- What is done ------------------------------------------------------------------------------------

void DryStage::signal_batteries(int number) {
    for (const Battery& battery : batteries_)
        battery.process->signal(number);
}

/// What a simulator says to a line: the line that it prints then.
std::string DryStage::ask(Battery& battery, const std::string& line) {
    const std::size_t before = battery.process->errors().size();
    battery.process->say(line);
    wait([&] { return battery.process->errors().find('\n', before) != std::string::npos; }, patience);
    const std::string all = battery.process->errors();
    return all.size() > before ? first_line(all.substr(before)) : "";
}

/// The first alarm of the first battery that its mapping lets the simulator raise: a warning rather than an
/// alarm, since it is meant to be shown and not to stop anything.
Deed DryStage::raise_alarm() {
    const std::vector<std::string> active = ear_.active();
    for (const char* what : {"warning ", "alarm "})
        for (std::size_t kind = alarm_kinds; kind-- > 0;) {
            const std::string name = what + std::string{to_text(static_cast<AlarmKind>(kind))};
            const TimePoint at = now();
            if (std::ranges::find(active, name) != active.end())
                continue;
            if (ask(batteries_.front(), "set " + name + "=yes") != name + " = yes")
                continue;
            alarm_ = name;
            return {true, at, at, name + " of \"" + batteries_.front().what.name + "\""};
        }
    return {false, now(), now(), "the simulator cannot raise an alarm of this battery by itself"};
}

Deed DryStage::perform(Act act) {
    const TimePoint at = now();
    switch (act) {
    case Act::cut_battery:
        signal_batteries(SIGSTOP);
        return {true, at, at, ""};
    case Act::join_battery:
        signal_batteries(SIGCONT);
        return {true, at, at, ""};
    case Act::cut_can:
        listen();
        close_bus();
        return {true, at, at, ""};
    case Act::join_can:
        open_bus();
        return {true, at, at, ""};
    case Act::stop_process:
        daemon_->signal(SIGTERM);
        return {true, at, at,
                wait([&] { return daemon_->ended(); }, patience) ? "" : "it goes on after SIGTERM"};
    case Act::start_process:
        start_daemon();
        return {true, at, at, ""};
    case Act::raise_alarm:
        return raise_alarm();
    case Act::end_alarm:
        ask(batteries_.front(), "set " + alarm_ + "=no");
        return {true, at, at, ""};
    case Act::all_off:
        daemon_->signal(SIGKILL);
        signal_batteries(SIGKILL);
        wait([&] { return daemon_->ended(); }, patience);
        return {true, at, at, ""};
    case Act::all_on:
        for (Battery& battery : batteries_)
            start(battery);
        start_daemon();
        return {true, at, at, "the start of a machine is not in this time"};
    }
    return {};
}

} // namespace retrocan::cli
