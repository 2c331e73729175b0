// SPDX-License-Identifier: Apache-2.0
#include "can/interface.h"
#include "can/link_name.h"
#include "cli/bus_table.h"
#include "cli/command.h"
#include "victron/decode.h"
#include "victron/describe.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <unistd.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

constexpr const char* clear_screen = "\x1b[H\x1b[J"; // home, erase to the end

/// Shows frames: a line for each as it comes, or a table of what there is.
class Printer {
public:
    Printer(bool json, bool table) : json_{json}, table_{table} {}

    void take(const CanFrame& frame, std::chrono::microseconds at) {
        seen_.take(frame, at);
        last_ = at;
        if (table_)
            return;
        if (json_)
            print_json(frame, at);
        else
            std::printf("%14.6f %6.3f s  %-22s %s\n", Seconds{at}.count(),
                        Seconds{seen_.period(frame)}.count(), to_text(frame).c_str(),
                        victron::describe(frame).c_str());
        std::fflush(stdout);
    }

    /// The table as it is now.
    void draw(std::chrono::microseconds now, const std::string& head) const {
        std::printf("%s%s\n\n%s", clear_screen, head.c_str(), seen_.text(now).c_str());
        std::fflush(stdout);
    }
    /// Once, when all has been taken.
    void end() const {
        if (table_)
            std::printf("%s", seen_.text(last_).c_str());
    }
    [[nodiscard]] bool is_table() const { return table_; }

private:
    void print_json(const CanFrame& frame, std::chrono::microseconds at) const {
        nlohmann::ordered_json line{{"t", Seconds{at}.count()},
                                    {"period", Seconds{seen_.period(frame)}.count()},
                                    {"frame", to_text(frame)}};
        nlohmann::ordered_json fields = nlohmann::ordered_json::object();
        for (const victron::DecodedField& field : victron::decode(frame))
            fields[std::string{field.name}] = {{"raw", field.raw}, {"text", field.text}};
        const auto* message = victron::message_of(frame);
        line["of_protocol"] = message != nullptr;
        if (message != nullptr)
            line["message"] = message->name;
        else
            line["note"] = victron::describe(frame);
        line["fields"] = std::move(fields);
        std::printf("%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    }

    bool json_;
    bool table_;
    BusTable seen_;
    std::chrono::microseconds last_{};
};

int read_log(const std::string& path, Printer& printer) {
    std::ifstream file;
    if (path != "-") {
        file.open(path);
        if (!file) {
            std::fprintf(stderr, "log:%s cannot be read: no such file, or no permission\n", path.c_str());
            return no_device;
        }
    }
    std::istream& input = path == "-" ? std::cin : file;
    std::size_t number = 0;
    int result = good;
    for (std::string text; std::getline(input, text);) {
        ++number;
        if (text.empty())
            continue;
        if (const auto line = parse_log_line(text)) {
            printer.take(line->frame, line->at);
        } else {
            std::fprintf(stderr, "%s:%zu: %s\n", path.c_str(), number, line.error().c_str());
            result = found_a_fault;
        }
    }
    printer.end();
    return result;
}

/// Draws the table again and again, with what the interface last said of itself.
class Redraw {
public:
    Redraw(boost::asio::io_context& io, const Printer& printer, std::string name)
        : timer_{io}, printer_{printer}, name_{std::move(name)} {}

    void say(const std::string& text) { said_ = text; }
    void start() {
        printer_.draw(BootClock::now().time_since_epoch(), "retrocan monitor " + name_ + "   Ctrl-C ends it" +
                                                               (said_.empty() ? "" : "\n" + said_));
        timer_.expires_after(500ms);
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error)
                start();
        });
    }

private:
    boost::asio::basic_waitable_timer<BootClock> timer_;
    const Printer& printer_;
    std::string name_;
    std::string said_;
};

int listen(const MonitorArguments& arguments, const can::LinkName& name, Printer& printer) {
    if (const auto fault = can::interface_fault(name.value)) {
        std::fprintf(stderr, "%s\n", fault->c_str());
        return no_device;
    }
    boost::asio::io_context io{1};
    auto link = can::make_link(io, name, {}); // without identifiers: everything
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
    const bool draws = printer.is_table() && isatty(STDOUT_FILENO) != 0;
    Redraw redraw{io, printer, name.value};
    (*link)->start([&](const can::Event& event) {
        using Kind = can::Event::Kind;
        if (event.kind == Kind::frame || event.kind == Kind::error_frame)
            printer.take(event.frame, event.at.time_since_epoch());
        else if (!event.text.empty() && draws)
            redraw.say(event.text);
        else if (!event.text.empty())
            std::fprintf(stderr, "%s\n", event.text.c_str());
    });
    if (draws)
        redraw.start();
    io.run();
    if (!draws)
        printer.end();
    return good;
}

} // namespace

int monitor(const MonitorArguments& arguments) {
    const auto name = can::parse_link(arguments.link);
    if (!name) {
        std::fprintf(stderr, "%s\n", name.error().c_str());
        return wrong_input;
    }
    // At a terminal a bus is looked at as a table; into a pipe, and of a log, everything is told.
    const bool live = name->kind == can::LinkName::Kind::interface && isatty(STDOUT_FILENO) != 0;
    using Form = MonitorArguments::Form;
    const bool table = arguments.form == Form::table || (arguments.form == Form::automatic && live);
    Printer printer{arguments.json, table && !arguments.json};
    return name->kind == can::LinkName::Kind::log ? read_log(name->value, printer)
                                                  : listen(arguments, *name, printer);
}

} // namespace retrocan::cli
