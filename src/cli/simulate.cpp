// SPDX-License-Identifier: Apache-2.0
#include "cli/simulate.h"

#include "cli/simulation.h"
#include "simulator/capture_block.h"
#include "simulator/modbus_server.h"
#include "simulator/publish.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

#include <system_error>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;
using simulator::Framing;
using simulator::ModbusFault;
using simulator::ServerOptions;

/// What an owner would write, found again: an integer key of a table.
std::optional<std::int64_t> number_at(const adapter::Settings& settings, std::string_view key) {
    for (const adapter::Setting& setting : settings.keys)
        if (const auto* value = std::get_if<std::int64_t>(&setting.value);
            setting.key == key && value != nullptr)
            return *value;
    return std::nullopt;
}

/// The unit ids that a battery has.
std::set<std::uint8_t> units_of(const Simulated& one) {
    std::set<std::uint8_t> units;
    for (const std::string& line : one.battery->lines({}))
        if (const auto block = simulator::capture_block(line))
            units.insert(block->unit);
    return units;
}

/// Served to a Modbus master. The server's thread calls refresh().
class ModbusSimulation : public Simulation {
public:
    ModbusSimulation(std::vector<Simulated> batteries, const ServerOptions& options, Framing framing,
                     bool plays)
        : Simulation{std::move(batteries)}, server_{options}, framing_{framing}, plays_{plays} {
        for (Simulated& one : batteries_) {
            units_.push_back(units_of(one));
            simulator::imitate(*one.battery, server_);
            show(one, {});
        }
        server_.before_answer([this] { refresh(); });
    }

    [[nodiscard]] std::string where() const override { return server_.name(); }
    [[nodiscard]] Result<simulator::AnyFault, std::string> parse(std::string_view text) const override {
        return simulator::parse_fault(text, now(), framing_);
    }
    [[nodiscard]] std::string lost() const override {
        return server_.lost() ? "the serial port is gone" : "";
    }
    [[nodiscard]] bool ended() const override { return ended_; }

    /// Without a request too: a capture ends by itself, and says when it is silent.
    Duration tick() override {
        if (!plays_)
            return 500ms;
        refresh();
        std::vector<ModbusFault> faults = wire_faults();
        bool ended = !batteries_.empty();
        {
            const std::lock_guard lock{mutex_};
            for (std::size_t i = 0; i < batteries_.size(); ++i) {
                Simulated& one = batteries_[i];
                const bool plays = one.player.has_value();
                ended = ended && plays && one.player->at(now()).ended;
                if (plays && one.player->at(now()).silent)
                    for (const std::uint8_t unit : units_[i])
                        faults.push_back({.kind = ModbusFault::Kind::hang, .unit = unit, .table = {}});
            }
        }
        ended_ = ended;
        if (faults.size() != in_force_)
            put_in_force(faults);
        return 50ms;
    }

private:
    /// The server's thread calls it before each answer.
    void refresh() {
        const std::lock_guard lock{mutex_};
        const Duration time = now();
        for (Simulated& one : batteries_)
            if (!one.shown || time - *one.shown >= 50ms)
                show(one, time);
    }
    void show(Simulated& one, Duration time) {
        one.shown = time;
        if (one.player)
            one.battery->rebase(one.player->at(time).raws);
        simulator::publish(*one.battery, time, server_);
    }
    /// Without the lock: it waits for the server's thread, which may be waiting for it.
    void put_in_force(const std::vector<ModbusFault>& faults) override {
        in_force_ = faults.size();
        server_.set_faults(faults);
    }

    simulator::ModbusServer server_;
    Framing framing_;
    bool plays_;
    std::vector<std::set<std::uint8_t>> units_; ///< of each battery
    std::size_t in_force_{};
    bool ended_{};
};

/// "127.0.0.1:1502"; nothing if it is none.
std::optional<ServerOptions::Tcp> tcp_address(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0)
        return std::nullopt;
    ServerOptions::Tcp tcp{.address = text.substr(0, colon), .port = 0};
    const char* begin = text.data() + colon + 1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, tcp.port);
    return error == std::errc{} && stop == end && begin != end ? std::optional{tcp} : std::nullopt;
}

/// Where it serves; nothing after a message.
std::optional<ServerOptions> server_options(const SimulateArguments& a, const adapter::Settings& mapping) {
    ServerOptions options;
    options.line.baud =
        a.baud.value_or(static_cast<unsigned>(number_at(mapping, "serial_baud").value_or(9600)));
    options.line.parity = a.parity == "even" ? 'E' : a.parity == "odd" ? 'O' : 'N';
    options.line.stop_bits = a.stop_bits;
    if (a.turnaround) {
        const auto turnaround = duration_of(*a.turnaround);
        if (!turnaround) {
            wrong("--turnaround: expected a time, as in \"10 ms\"; got \"" + *a.turnaround + "\"");
            return std::nullopt;
        }
        options.turnaround = *turnaround;
    }
    if (a.serial) {
        if (*a.serial == "pty") {
            options.where = ServerOptions::Pty{a.link};
            options.paced = true;
        } else {
            if (!a.link.empty()) {
                wrong("--link: only for --serial pty; a port has its own name");
                return std::nullopt;
            }
            options.where = ServerOptions::Port{*a.serial};
            options.paced = a.serial->starts_with("/dev/pts/"); // it has no speed of its own
        }
        return options;
    }
    auto tcp = tcp_address(a.listen.value_or("127.0.0.1:0"));
    if (!tcp) {
        wrong("--listen: expected an address and a port, as in 127.0.0.1:1502; got \"" +
              a.listen.value_or("") + "\"");
        return std::nullopt;
    }
    tcp->framing = a.rtu_over_tcp ? Framing::rtu : Framing::tcp;
    options.where = *tcp;
    options.paced = a.rtu_over_tcp && a.baud.has_value(); // the speed behind the serial server
    return options;
}

/// How it is read, for a configuration.
void introduce_connection(const Simulated& one, const std::string& where, const SimulateArguments& a) {
    introduce(one, where, a);
    const simulator::MappingBase& base = one.battery->base();
    for (const adapter::Setting& setting : base.owner.keys)
        std::fprintf(stderr, "    %s = %s\n", setting.key.c_str(), value_text(setting).c_str());
    std::fprintf(stderr, "    [battery.modbus]\n");
    if (const std::size_t colon = where.rfind(':'); colon != std::string::npos && where[0] != '/')
        std::fprintf(stderr, "    host = \"%s\"\n    port = %s\n%s", where.substr(0, colon).c_str(),
                     where.substr(colon + 1).c_str(), a.rtu_over_tcp ? "    framing = \"rtu\"\n" : "");
    else
        std::fprintf(stderr, "    serial = \"%s\"\n", where.c_str());
    for (const adapter::Setting& setting : base.keys.keys)
        std::fprintf(stderr, "    %s = %s\n", setting.key.c_str(), value_text(setting).c_str());
}

int simulate_modbus(const SimulateArguments& a, std::vector<Simulated> batteries) {
    std::set<std::uint8_t> taken;
    for (const Simulated& one : batteries)
        for (const std::uint8_t unit : units_of(one))
            if (!taken.insert(unit).second)
                return wrong("two batteries with unit id " + std::to_string(unit) +
                             " on one line; give each its own, as in --unit 1 --unit 2");
    const auto options = server_options(a, batteries.front().battery->base().bound->source().mapping);
    if (!options)
        return wrong_input;
    const bool is_tcp = std::holds_alternative<ServerOptions::Tcp>(options->where) && !a.rtu_over_tcp;
    const Framing framing = is_tcp ? Framing::tcp : Framing::rtu;
    for (const std::string& text : a.faults)
        if (const auto fault = simulator::parse_fault(text, {}, framing); !fault)
            return wrong("--fault: " + fault.error());

    std::unique_ptr<ModbusSimulation> simulation;
    try {
        simulation =
            std::make_unique<ModbusSimulation>(std::move(batteries), *options, framing, !a.capture.empty());
    } catch (const std::system_error& error) {
        std::fprintf(stderr, "simulate: %s\n", error.what());
        return no_device;
    }
    for (const std::string& text : a.faults)
        simulation->add(*simulator::parse_fault(text, {}, framing));
    std::printf("%s\n", simulation->where().c_str());
    std::fflush(stdout);
    for (const Simulated& one : simulation->batteries())
        introduce_connection(one, a.link.empty() ? simulation->where() : a.link, a);
    return serve(*simulation, a);
}

} // namespace

int simulate(const SimulateArguments& a) {
    const auto day = duration_of(a.day);
    if (!day || *day < 1s)
        return wrong("--day: expected a time of a second or more, as in \"10 min\"; got \"" + a.day + "\"");
    if (!a.units.empty() && a.units.size() != a.mappings.size())
        return wrong("--unit: expected one for each MAPPING (" + std::to_string(a.mappings.size()) +
                     "); got " + std::to_string(a.units.size()));
    if (a.once && a.capture.empty())
        return wrong("--once: only with --capture FILE");
    const Workbench workbench;
    int exit_code = good;
    std::vector<Simulated> batteries = simulated_batteries(a, workbench, *day, exit_code);
    if (batteries.empty())
        return exit_code;
    const auto is_mqtt = [](const Simulated& one) {
        return one.battery->base().bound->mapping().adapter() == "mqtt";
    };
    const auto published = std::count_if(batteries.begin(), batteries.end(), is_mqtt);
    if (published == 0)
        return a.broker.empty() ? simulate_modbus(a, std::move(batteries))
                                : wrong("--broker: this battery is read over Modbus, and publishes nothing");
    if (published != static_cast<std::ptrdiff_t>(batteries.size()))
        return wrong("batteries that publish and batteries that are asked: two programs, please");
    if (a.broker.empty())
        return wrong("this battery publishes: say where, as in --broker mqtt://127.0.0.1:1883");
    return simulate_mqtt(a, std::move(batteries));
}

} // namespace retrocan::cli
