// SPDX-License-Identifier: Apache-2.0
#include "cli/serve.h"

#include "can/interface.h"
#include "can/link_name.h"
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/screen.h"
#include "daemon/shadow_link.h"
#include "victron/message.h"

#include <csignal>
#include <cstdio>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <spdlog/spdlog.h>

namespace retrocan::cli {

namespace {

/// Exactly what we have to hear: the GX, and whoever else sends what we send.
can::SocketCanOptions bus_options() {
    can::SocketCanOptions options;
    for (const victron::Message& message : victron::messages())
        options.identifiers.push_back(message.id);
    for (const victron::Message& message : victron::gx_messages())
        options.identifiers.push_back(message.id);
    return options;
}

/// Nothing, after a message, if the link cannot be used; `exit_code` says how to end.
std::unique_ptr<can::Link> open_link(boost::asio::io_context& io, const std::string& text, int& exit_code) {
    const auto name = can::parse_link(text);
    if (!name) {
        std::fprintf(stderr, "%s\n", name.error().c_str());
        exit_code = wrong_input;
        return nullptr;
    }
    if (name->kind == can::LinkName::Kind::interface)
        if (const auto fault = can::interface_fault(name->value)) {
            std::fprintf(stderr, "%s\n", fault->c_str());
            exit_code = no_device;
            return nullptr;
        }
    auto link = can::make_link(io, *name, bus_options());
    if (!link) {
        std::fprintf(stderr, "%s\n", link.error().c_str());
        exit_code = no_device;
        return nullptr;
    }
    return std::move(link).value();
}

} // namespace

int serve(daemon::Assembly& assembly, const ServeArguments& arguments) {
    // Whoever reads our output may go away.
    std::signal(SIGPIPE, SIG_IGN); // NOLINT(cert-err33-c): cannot fail
    boost::asio::io_context io{1};
    int exit_code = good;
    std::unique_ptr<can::Link> link;
    if (arguments.shadow && arguments.screen)
        link = std::make_unique<daemon::ShadowLink>(io);
    else
        link = open_link(io, arguments.shadow ? "log:-" : arguments.link, exit_code);
    if (!link)
        return exit_code;
    std::optional<Screen> screen;
    if (arguments.screen)
        screen.emplace(arguments.title, arguments.shadow ? "nowhere: shadow" : arguments.link);
    daemon::Service service{io, assembly, *link, RETROCAN_VERSION};
    if (const auto& record = arguments.record) {
        auto file = daemon::LineFile::open(beside(assembly.file, record->file));
        if (!file) {
            std::fprintf(stderr, "%s\n", file.error().c_str());
            return no_device;
        }
        service.record(std::move(file).value(), record->max_size);
    }
    if (const auto& folder = arguments.black_box) {
        if (const auto fault = daemon::BlackBox::fault(*folder))
            spdlog::warn("no black box: {}", *fault);
        else
            service.keep_black_box({.folder = *folder});
    }
    service.start();
    if (arguments.run_for)
        service.stop_after(*arguments.run_for);
    if (screen)
        service.every(std::chrono::milliseconds{500}, [&](const daemon::Service& s) { screen->draw(s); });
    io.run();
    const can::Counters& counters = link->counters();
    spdlog::info("ended: {} frames written, {} dropped, {} slots skipped", counters.written,
                 counters.dropped_unconfirmed + counters.dropped_queue_full + counters.dropped_not_ready,
                 service.bridge().skipped());
    return good;
}

} // namespace retrocan::cli
