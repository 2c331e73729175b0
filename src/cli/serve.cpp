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

/// One system while it runs.
class Running {
public:
    Running(boost::asio::io_context& io, const System& system) : system_{system} {
        const ServeArguments& arguments = system.arguments;
        if (arguments.shadow && arguments.screen)
            link_ = std::make_unique<daemon::ShadowLink>(io);
        else
            link_ = open_link(io, arguments.shadow ? "log:-" : arguments.link, exit_code_);
        if (!link_)
            return;
        const auto state_file = remember();
        service_.emplace(io, *system.assembly, *link_, RETROCAN_VERSION);
        if (state_file)
            service_->keep_state(*state_file, std::move(kept_.state));
        record();
        keep_black_box();
    }

    [[nodiscard]] int exit_code() const { return exit_code_; }
    daemon::Service& service() { return *service_; }

    void tell_end() const {
        const can::Counters& counters = link_->counters();
        spdlog::info("ended: {} frames written, {} dropped, {} slots skipped", counters.written,
                     counters.dropped_unconfirmed + counters.dropped_queue_full + counters.dropped_not_ready,
                     service_->bridge().skipped());
    }

private:
    /// What the last run kept goes into the assembly; where it is kept, if anywhere.
    std::optional<std::filesystem::path> remember() {
        if (!system_.arguments.state || system_.arguments.shadow) // which leaves every file as it is
            return std::nullopt;
        std::filesystem::path file = *system_.arguments.state / "state.json";
        kept_ = daemon::load_state(file);
        if (!kept_.complaint.empty())
            spdlog::warn("{}", kept_.complaint);
        const auto found = kept_.state.find(daemon::memory_name(*system_.assembly));
        if (found != kept_.state.end())
            system_.assembly->bridge.memory = {found->second.charge.value_or(policy::ChargeMemory{}),
                                               found->second.energy.value_or(policy::EnergyMemory{})};
        return file;
    }

    void record() {
        const auto& record = system_.arguments.record;
        if (!record)
            return;
        auto file = daemon::LineFile::open(beside(system_.assembly->file, record->file));
        if (!file) {
            std::fprintf(stderr, "%s\n", file.error().c_str());
            exit_code_ = no_device;
            return;
        }
        service_->record(std::move(file).value(), record->max_size);
    }

    void keep_black_box() {
        const auto& folder = system_.arguments.black_box;
        if (!folder)
            return;
        if (const auto fault = daemon::BlackBox::fault(*folder))
            spdlog::warn("no black box: {}", *fault);
        else
            service_->keep_black_box({.folder = *folder});
    }

    System system_;
    std::unique_ptr<can::Link> link_;
    daemon::LoadedState kept_;
    std::optional<daemon::Service> service_;
    int exit_code_{good};
};

} // namespace

int serve(const std::vector<System>& systems) {
    // Whoever reads our output may go away.
    std::signal(SIGPIPE, SIG_IGN); // NOLINT(cert-err33-c): cannot fail
    boost::asio::io_context io{1};
    const ServeArguments& first = systems.front().arguments;
    std::optional<Screen> screen;
    std::vector<std::unique_ptr<Running>> running;
    for (const System& system : systems) {
        running.push_back(std::make_unique<Running>(io, system));
        if (running.back()->exit_code() != good)
            return running.back()->exit_code();
    }
    if (first.screen)
        screen.emplace(first.title, first.shadow ? "nowhere: shadow" : first.link);
    for (const auto& one : running)
        one->service().start();
    if (first.run_for)
        running.front()->service().stop_after(*first.run_for);
    if (screen)
        running.front()->service().every(std::chrono::milliseconds{500},
                                         [&](const daemon::Service& s) { screen->draw(s); });
    io.run();
    for (const auto& one : running)
        one->service().stop(); // the first to end has ended the loop of all
    for (const auto& one : running)
        one->tell_end();
    return good;
}

} // namespace retrocan::cli
