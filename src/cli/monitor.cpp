// SPDX-License-Identifier: Apache-2.0
#include "can/interface.h"
#include "can/link_name.h"
#include "cli/command.h"
#include "victron/decode.h"
#include "victron/describe.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

namespace retrocan::cli {

namespace {

using Seconds = std::chrono::duration<double>;

/// Prints frames, each with the time since the last of its identifier.
class Printer {
public:
    explicit Printer(bool json) : json_{json} {}

    void print(const CanFrame& frame, std::chrono::microseconds at) {
        const auto before = last_.find(key(frame));
        const double period = before == last_.end() ? 0 : Seconds{at - before->second}.count();
        last_[key(frame)] = at;
        if (json_)
            print_json(frame, at, period);
        else
            std::printf("%14.6f %6.3f s  %-22s %s\n", Seconds{at}.count(), period, to_text(frame).c_str(),
                        victron::describe(frame).c_str());
        std::fflush(stdout);
    }

private:
    static std::uint64_t key(const CanFrame& frame) {
        return static_cast<std::uint64_t>(frame.kind) << 32U | frame.id;
    }

    static void print_json(const CanFrame& frame, std::chrono::microseconds at, double period) {
        nlohmann::ordered_json line{
            {"t", Seconds{at}.count()}, {"period", period}, {"frame", to_text(frame)}};
        nlohmann::ordered_json fields = nlohmann::ordered_json::object();
        for (const victron::DecodedField& field : victron::decode(frame))
            fields[std::string{field.name}] = {{"raw", field.raw}, {"text", field.text}};
        if (const auto* message = victron::message_of(frame))
            line["message"] = message->name;
        line["fields"] = std::move(fields);
        std::printf("%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    }

    bool json_;
    std::map<std::uint64_t, std::chrono::microseconds> last_;
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
            printer.print(line->frame, line->at);
        } else {
            std::fprintf(stderr, "%s:%zu: %s\n", path.c_str(), number, line.error().c_str());
            result = found_a_fault;
        }
    }
    return result;
}

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
    (*link)->start([&](const can::Event& event) {
        using Kind = can::Event::Kind;
        if (event.kind == Kind::frame || event.kind == Kind::error_frame)
            printer.print(event.frame, event.at.time_since_epoch());
        else if (!event.text.empty())
            std::fprintf(stderr, "%s\n", event.text.c_str());
    });
    io.run();
    return good;
}

} // namespace

int monitor(const MonitorArguments& arguments) {
    const auto name = can::parse_link(arguments.link);
    if (!name) {
        std::fprintf(stderr, "%s\n", name.error().c_str());
        return wrong_input;
    }
    Printer printer{arguments.json};
    return name->kind == can::LinkName::Kind::log ? read_log(name->value, printer)
                                                  : listen(arguments, *name, printer);
}

} // namespace retrocan::cli
