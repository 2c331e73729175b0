// SPDX-License-Identifier: Apache-2.0
#include "cli/live_stage.h"

#include "can/interface.h"

#include <array>
#include <cstdio>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;
using drill::Act;
using drill::Deed;

const char* request(Act act) {
    switch (act) {
    case Act::cut_battery:
        return "Pull the data cable of the battery, of several the cables of all (on MQTT: stop what "
               "publishes).";
    case Act::join_battery:
        return "Plug it in again.";
    case Act::cut_can:
        return "Pull the CAN cable at the GX.";
    case Act::join_can:
        return "Plug it in again.";
    case Act::stop_process:
        return "Stop retrocan: systemctl stop retrocan, docker stop retrocan, or Ctrl-C in its terminal, not "
               "here.";
    case Act::start_process:
        return "Start it again as it was started.";
    case Act::raise_alarm:
        return "Raise an alarm or a warning at the battery, for instance by a warning limit in the app of "
               "its "
               "BMS. Never by doing it harm. Without such a way skip this; --dry shows it on a simulated "
               "one.";
    case Act::end_alarm:
        return "Take it back.";
    case Act::all_off:
    case Act::all_on:
        break;
    }
    return "";
}

} // namespace

LiveStage::LiveStage() {
    signals_.async_wait(
        [this](const boost::system::error_code& error, int) { given_up_ = given_up_ || !error; });
}

Result<std::unique_ptr<LiveStage>, std::string> LiveStage::make(const can::LinkName& link) {
    if (link.kind != can::LinkName::Kind::interface)
        return Err{std::string{"a drill needs a CAN interface to listen on; --dry does without"}};
    if (const auto fault = can::interface_fault(link.value))
        return Err{*fault};
    std::unique_ptr<LiveStage> stage{new LiveStage};
    stage->hears_wire_ = can::is_hardware(link.value);
    can::SocketCanOptions options; // without identifiers: everything
    options.may_reset = false;     // the interface is the daemon's
    auto made = can::make_link(stage->io_, link, std::move(options));
    if (!made)
        return Err{made.error()};
    stage->link_ = std::move(made).value();
    stage->link_->start([raw = stage.get()](const can::Event& event) {
        if (event.kind == can::Event::Kind::frame)
            raw->ear_.take(event.frame, event.at);
        else if (!event.text.empty())
            std::fprintf(stderr, "       %s\n", event.text.c_str());
    });
    return stage;
}

void LiveStage::listen_for(Duration time) {
    io_.restart();
    io_.run_for(time);
}

bool LiveStage::wait(const std::function<bool()>& condition, Duration limit) {
    const TimePoint end = now() + limit;
    for (;;) {
        listen_for(10ms);
        if (condition())
            return true;
        if (now() >= end || given_up_)
            return false;
    }
}

/// A line of standard input; the bus is listened to meanwhile.
std::optional<std::string> LiveStage::answer() {
    std::string line;
    while (!given_up_) {
        listen_for(10ms);
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, 0) <= 0)
            continue;
        std::array<char, 256> buffer{};
        const ssize_t size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (size <= 0)
            return std::nullopt;
        line.append(buffer.data(), static_cast<std::size_t>(size));
        if (line.ends_with('\n'))
            return line.substr(0, line.size() - 1);
    }
    return std::nullopt;
}

Deed LiveStage::perform(Act act) {
    if (act == Act::all_off || act == Act::all_on)
        return {
            false, now(), now(),
            "switch off the battery, and with it this machine and its CAN adapter; wait a minute, switch on "
            "at the battery only. When the machine is back: retrocan drill -c FILE --black-start"};
    std::printf("       > %s\n       > Press Enter at the moment when it is done; s and Enter to skip: ",
                request(act));
    std::fflush(stdout);
    const TimePoint asked = now();
    ::tcflush(STDIN_FILENO, TCIFLUSH); // what was typed before is no answer
    const auto said = answer();
    if (!said)
        given_up_ = true;
    if (!said || *said == "s" || *said == "S")
        return {false, now(), asked, given_up_ ? "given up" : "skipped"};
    return {true, now(), asked, ""};
}

Duration LiveStage::slack() const {
    return 3s; // from the hand on the cable to the hand on the key
}

} // namespace retrocan::cli
