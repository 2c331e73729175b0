// SPDX-License-Identifier: Apache-2.0
#include "can/bus_health.h"
#include "can/error_frame.h"
#include "can/interface.h"
#include "can/link_name.h"
#include "cli/command.h"
#include "cli/gx_json.h"
#include "gx/report.h"
#include "gx/screens.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <unistd.h>
#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace retrocan::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* clear = "\x1b[H\x1b[J"; // home, erase to the end
constexpr const char* hide_cursor = "\x1b[?25l";
constexpr const char* show_cursor = "\x1b[?25h\n";
constexpr std::size_t last_words = 6;

constexpr Duration tick{milliseconds{100}};
constexpr std::size_t ticks_a_second = 10;

CanFrame sent_frame(const char* text) {
    return *parse_frame(text);
}

/// Where what happens is told.
enum class Output : std::uint8_t { lines, screen, json };

/// A battery that is listened to, and what is said about it.
class Session {
public:
    Session(std::string link, gx::Traffic traffic, Output output, gx::TimeText time)
        : link_{std::move(link)}, conformance_{traffic}, output_{output}, time_{std::move(time)} {
        for (const gx::Screen& screen : gx::screens(receiver_))
            for (const gx::Row& row : screen.rows)
                shown_[row.label] = row.value;
    }

    void frame(const CanFrame& frame, TimePoint at) {
        receiver_.frame(frame, at);
        conformance_.frame(frame, receiver_);
        tell_news();
    }
    void advance(TimePoint now) {
        receiver_.advance(now);
        tell_news();
    }
    /// What the bus itself has to say: nobody acknowledges, it is down, it is back.
    void bus(const std::string& text) {
        if (output_ != Output::screen)
            std::fprintf(stderr, "%s\n", text.c_str());
        remember(text);
    }

    /// Once a second: the screen, or the values that have changed.
    void show() {
        if (output_ == Output::screen)
            draw();
        else if (output_ == Output::lines)
            tell_changes();
    }

    /// Screens, report and notes; the exit code. `bad_input`: some of the traffic could not be read.
    int end(bool bad_input) {
        const auto findings = conformance_.findings(receiver_);
        const gx::Summary sum = summary(findings);
        // What could not be judged for want of a core message is no pass.
        const int exit_code =
            bad_input || sum.core_broken > 0 || sum.messages_missing > 0 ? found_a_fault : good;
        if (output_ == Output::json) {
            std::printf("%s\n", gx_json(link_, receiver_, findings, news_, exit_code).c_str());
            return exit_code;
        }
        if (output_ == Output::screen)
            std::fputs(clear, stdout);
        std::string text = "\nWhat a GX shows\n\n" + gx::screens_text(receiver_) + "\nTraffic\n" +
                           gx::traffic_text(receiver_) + "\nConformance: " + gx::summary_text(sum) + "\n\n" +
                           gx::findings_text(findings, time_) + "What Venus OS does with this battery\n" +
                           gx::notes_text(gx::venus_notes(receiver_));
        if (receiver_.frames() == 0)
            text += "  nothing: no frame was seen\n";
        text += "\n" + gx::verdict_text(receiver_, sum) + "\n";
        std::fputs(text.c_str(), stdout);
        return exit_code;
    }

private:
    void tell_news() {
        for (gx::News& news : receiver_.take_news()) {
            const std::string line = time_(news.at) + "  " + news.text;
            if (output_ == Output::json)
                std::fprintf(stderr, "%s\n", line.c_str());
            else if (output_ == Output::lines)
                std::printf("%s\n", line.c_str());
            std::fflush(stdout);
            remember(line);
            if (news_.size() < most_news)
                news_.push_back(std::move(news));
        }
    }

    void remember(const std::string& line) {
        words_.push_back(line);
        if (words_.size() > last_words)
            words_.pop_front();
    }

    void tell_changes() {
        for (const gx::Screen& screen : gx::screens(receiver_))
            for (const gx::Row& row : screen.rows) {
                std::string& before = shown_[row.label];
                if (row.measured || before == row.value)
                    continue;
                std::printf("%s  %s: %s\n", time_(receiver_.now()).c_str(), std::string{row.label}.c_str(),
                            row.value.c_str());
                before = row.value;
            }
        std::fflush(stdout);
    }

    void draw() const {
        const auto findings = conformance_.findings(receiver_);
        std::string text = std::string{clear} + "retrocan gx   on " + link_ + "   " + time_(receiver_.now()) +
                           "   (Ctrl-C ends with a report)\n\n" + gx::screens_text(receiver_) + "\n" +
                           gx::summary_text(summary(findings)) + "\n";
        for (const gx::Finding& finding : findings)
            if (finding.verdict == gx::Verdict::broken && finding.rule->kind == gx::Kind::core)
                text += "  ! " + std::string{finding.rule->id} + ": " + finding.evidence->found + "\n";
        text += "\n" + gx::traffic_text(receiver_) + "\n";
        for (const std::string& line : words_)
            text += "  " + line + "\n";
        std::fputs(text.c_str(), stdout);
        std::fflush(stdout);
    }

    static constexpr std::size_t most_news = 10'000; // of a bus that comes and goes

    std::string link_;
    gx::Receiver receiver_;
    gx::Conformance conformance_;
    Output output_;
    gx::TimeText time_;
    std::vector<gx::News> news_;
    std::deque<std::string> words_;
    std::map<std::string_view, std::string> shown_;
};

std::string stamp(TimePoint at, int decimals) {
    const auto whole = std::chrono::floor<seconds>(at.time_since_epoch());
    const auto micros = (at.time_since_epoch() - whole).count();
    char text[48];
    std::snprintf(text, sizeof text, decimals == 6 ? "%lld.%06lld" : "%5lld.%03lld s",
                  static_cast<long long>(whole.count()),
                  static_cast<long long>(decimals == 6 ? micros : micros / 1000));
    return text;
}

int read_log(const GxArguments& arguments, const std::string& path) {
    std::ifstream file;
    if (path != "-") {
        file.open(path);
        if (!file) {
            std::fprintf(stderr, "log:%s cannot be read: no such file, or no permission\n", path.c_str());
            return no_device;
        }
    }
    Session session{arguments.link, gx::Traffic::log, arguments.json ? Output::json : Output::lines,
                    [](TimePoint at) { return stamp(at, 6); }};
    std::istream& input = path == "-" ? std::cin : file;
    std::optional<TimePoint> begin;
    TimePoint next_show{};
    std::size_t number = 0;
    bool bad_lines = false;
    for (std::string text; std::getline(input, text);) {
        ++number;
        if (text.empty())
            continue;
        const auto line = parse_log_line(text);
        if (!line) {
            std::fprintf(stderr, "%s:%zu: %s\n", path.c_str(), number, line.error().c_str());
            bad_lines = true;
            continue;
        }
        const TimePoint at{line->at};
        if (!begin) {
            begin = at;
            next_show = at + seconds{1};
        }
        if (arguments.run_for && at - *begin > *arguments.run_for)
            break;
        if (at >= next_show) { // what was there before this frame
            session.show();
            next_show = at + seconds{1};
        }
        session.frame(line->frame, at);
    }
    session.show();
    return session.end(bad_lines);
}

/// The bus, and ourselves as the GX on it.
class Live {
public:
    Live(boost::asio::io_context& io, can::Link& link, Session& session)
        : timer_{io}, link_{link}, session_{session} {}

    void start() {
        link_.start([this](const can::Event& event) { hear(event); });
        next_ = BootClock::now();
        wait();
    }

private:
    void hear(const can::Event& event) {
        using Kind = can::Event::Kind;
        if (event.this_host && !std::exchange(this_host_told_, true))
            session_.bus("another program of this machine sends here: its frames did not come over the wire");
        if (event.kind == Kind::frame || event.kind == Kind::error_frame)
            session_.frame(event.frame, event.at);
        // A bus with a fault makes thousands of error frames, and they say the same.
        const bool said = event.kind == Kind::frame ||
                          (event.kind == Kind::error_frame && !error_news_.is_news(event.frame, event.at));
        if (!said && !event.text.empty())
            session_.bus(event.text);
    }

    void wait() {
        // After a sleep of the machine nothing is made up for.
        next_ = std::max(next_ + tick, BootClock::now());
        timer_.expires_at(next_);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error)
                work();
        });
    }

    // Each second 0x305, and a little later 0x307: a link takes one frame at a time. Whether they go out is
    // told by the link's events.
    void work() {
        if (ticks_ % ticks_a_second == 0)
            static_cast<void>(link_.write(keepalive_));
        else if (ticks_ % ticks_a_second == 1)
            static_cast<void>(link_.write(identity_));
        session_.advance(BootClock::now());
        if (ticks_ % ticks_a_second == 5) {
            if (can::BusHealth* health = link_.health())
                static_cast<void>(health->tick(BootClock::now()));
            session_.show();
        }
        ++ticks_;
        wait();
    }

    const CanFrame keepalive_{sent_frame("305#0000000000000000")};
    const CanFrame identity_{sent_frame("307#1234567856494300")};
    boost::asio::basic_waitable_timer<BootClock> timer_;
    can::Link& link_;
    Session& session_;
    can::ErrorNews error_news_;
    TimePoint next_{};
    std::size_t ticks_{};
    bool this_host_told_{};
};

int be_the_gx(const GxArguments& arguments, const can::LinkName& name) {
    if (const auto fault = can::interface_fault(name.value)) {
        std::fprintf(stderr, "%s\n", fault->c_str());
        return no_device;
    }
    boost::asio::io_context io{1};
    // Everything is listened to; an old 0x305 that goes out late does no harm.
    auto link = can::make_link(io, name, {.may_reset = false});
    if (!link) {
        std::fprintf(stderr, "%s\n", link.error().c_str());
        return no_device;
    }
    boost::asio::signal_set signals{io, SIGINT, SIGTERM};
    signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
    boost::asio::basic_waitable_timer<BootClock> end{io};
    if (arguments.run_for) {
        end.expires_after(*arguments.run_for);
        end.async_wait([&](const boost::system::error_code&) { io.stop(); });
    }
    const bool screen = !arguments.json && isatty(STDOUT_FILENO) != 0;
    const TimePoint begin = BootClock::now();
    Session session{arguments.link, gx::Traffic::bus,
                    arguments.json ? Output::json
                    : screen       ? Output::screen
                                   : Output::lines,
                    [begin](TimePoint at) { return stamp(TimePoint{at - begin}, 3); }};
    if (screen)
        std::fputs(hide_cursor, stdout);
    Live live{io, **link, session};
    live.start();
    io.run();
    session.advance(BootClock::now());
    if (screen)
        std::fputs(show_cursor, stdout);
    return session.end(false);
}

} // namespace

int gx(const GxArguments& arguments) {
    const auto name = can::parse_link(arguments.link);
    if (!name) {
        std::fprintf(stderr, "%s\n", name.error().c_str());
        return wrong_input;
    }
    return name->kind == can::LinkName::Kind::log ? read_log(arguments, name->value)
                                                  : be_the_gx(arguments, *name);
}

} // namespace retrocan::cli
