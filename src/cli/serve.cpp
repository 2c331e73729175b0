// SPDX-License-Identifier: Apache-2.0
#include "cli/serve.h"

#include "can/claim.h"
#include "can/interface.h"
#include "can/interface_setup.h"
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

/// What a link is used by: nobody else may send on the interface meanwhile.
struct Bus {
    std::optional<can::Claim> claim;
    std::unique_ptr<can::Link> link;
};

/// An exit code, after a message, if nothing can be sent on this interface.
ExitCode claim(const std::string& interface, Bus& bus) {
    auto claim = can::Claim::take(interface);
    if (claim) {
        bus.claim = std::move(claim).value();
    } else if (claim.error().held) {
        std::fprintf(stderr, "%s\n", claim.error().text.c_str());
        return no_device;
    } else {
        spdlog::warn("{}", claim.error().text);
    }
    return good;
}

std::optional<std::string> set_up(const std::string& interface, const can::InterfaceWish& wish) {
    return can::set_up_interface(
        interface, wish, [&](const std::string& text) { spdlog::info("{}: set up: {}", interface, text); });
}

/// Says what is not as it should be, where we are not to set it.
void judge_interface(const std::string& interface, const can::InterfaceWish& wish) {
    const auto state = can::interface_state(interface);
    if (!state)
        return;
    for (const can::Deviation& deviation : can::judge(*state, wish))
        if (deviation.grave)
            spdlog::warn("{}: {} (retrocan check says what to enter)", interface, can::to_text(deviation));
        else
            spdlog::info("{}: {}", interface, can::to_text(deviation));
}

/// Makes an interface ready to be sent on; else likewise.
ExitCode open_interface(const std::string& interface, const ServeArguments& arguments, Bus& bus) {
    auto fault = can::interface_lack(interface);
    if (!fault && claim(interface, bus) != good) // before anything of it is changed
        return no_device;
    if (!fault && arguments.set_up) {
        if (fault = set_up(interface, arguments.interface); fault)
            fault = interface + ": " + *fault;
    }
    if (!fault)
        fault = can::interface_fault(interface, arguments.interface);
    if (fault) {
        std::fprintf(stderr, "%s\n", fault->c_str());
        return no_device;
    }
    judge_interface(interface, arguments.interface);
    return good;
}

/// The link that is to be used; an exit code, after a message, if it cannot be.
ExitCode open_bus(boost::asio::io_context& io, const std::string& text, const ServeArguments& arguments,
                  Bus& bus) {
    const auto name = can::parse_link(text);
    if (!name) {
        std::fprintf(stderr, "%s\n", name.error().c_str());
        return wrong_input;
    }
    can::SocketCanOptions options = bus_options();
    if (name->kind == can::LinkName::Kind::interface) {
        if (const ExitCode code = open_interface(name->value, arguments, bus); code != good)
            return code;
        if (arguments.set_up)
            options.prepare = [wish = arguments.interface](const std::string& interface) {
                return set_up(interface, wish);
            };
    }
    auto link = can::make_link(io, *name, std::move(options));
    if (!link) {
        std::fprintf(stderr, "%s\n", link.error().c_str());
        return no_device;
    }
    bus.link = std::move(link).value();
    return good;
}

/// One system while it runs.
class Running {
public:
    Running(boost::asio::io_context& io, const System& system) : system_{system} {
        const ServeArguments& arguments = system.arguments;
        if (arguments.shadow && arguments.screen)
            bus_.link = std::make_unique<daemon::ShadowLink>(io);
        else
            exit_code_ = open_bus(io, arguments.shadow ? "log:-" : arguments.link, arguments, bus_);
        if (exit_code_ != good)
            return;
        const auto state_file = remember();
        service_.emplace(io, *system.assembly, *bus_.link, RETROCAN_VERSION);
        if (state_file)
            service_->keep_state(*state_file, std::move(kept_.state));
        record();
        keep_black_box();
    }

    [[nodiscard]] int exit_code() const { return exit_code_; }
    daemon::Service& service() { return *service_; }

    void tell_end() const {
        const can::Counters& counters = bus_.link->counters();
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
    Bus bus_;
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
