// SPDX-License-Identifier: Apache-2.0
#include "cli/simulate.h"

#include "cli/given_settings.h"
#include "cli/workbench.h"
#include "core/unit.h"
#include "simulator/capture_block.h"
#include "simulator/capture_player.h"
#include "simulator/mapped_battery.h"
#include "simulator/modbus_server.h"
#include "simulator/publish.h"

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <poll.h>
#include <set>
#include <unistd.h>

#include <sys/eventfd.h>
#include <system_error>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;
using simulator::AnyFault;
using simulator::Framing;
using simulator::MappedBattery;
using simulator::ModbusFault;
using simulator::ServerOptions;
using simulator::ValueFault;

/// What an owner would write, found again: an integer key of a table.
std::optional<std::int64_t> number_at(const adapter::Settings& settings, std::string_view key) {
    for (const adapter::Setting& setting : settings.keys)
        if (const auto* value = std::get_if<std::int64_t>(&setting.value);
            setting.key == key && value != nullptr)
            return *value;
    return std::nullopt;
}

std::string value_text(const adapter::Setting& setting) {
    if (const auto* text = std::get_if<std::string>(&setting.value))
        return "\"" + *text + "\"";
    if (const auto* flag = std::get_if<bool>(&setting.value))
        return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&setting.value))
        return std::to_string(*whole);
    if (const auto* real = std::get_if<double>(&setting.value))
        return std::to_string(*real);
    return "[]";
}

/// One battery of those that are simulated.
struct Simulated {
    std::string name; ///< of its mapping, as it was given
    std::unique_ptr<MappedBattery> battery;
    std::optional<simulator::CapturePlayer> player;
    std::set<std::uint8_t> units;
    std::optional<Duration> shown; ///< the time whose values the server has
};

/// The batteries, the server and what is wrong with them. Of one thread; the server's calls refresh().
class Simulation {
public:
    Simulation(std::vector<Simulated> batteries, const ServerOptions& options)
        : batteries_{std::move(batteries)}, server_{options}, begin_{BootClock::now()} {
        for (Simulated& one : batteries_) {
            simulator::imitate(*one.battery, server_);
            show(one, {});
        }
        server_.before_answer([this] { refresh(); });
    }

    [[nodiscard]] simulator::ModbusServer& server() { return server_; }
    [[nodiscard]] const std::vector<Simulated>& batteries() const { return batteries_; }
    [[nodiscard]] Duration now() const { return BootClock::now() - begin_; }

    /// The server's thread calls it before each answer.
    void refresh() {
        const std::lock_guard lock{mutex_};
        const Duration time = now();
        for (Simulated& one : batteries_)
            if (!one.shown || time - *one.shown >= 50ms)
                show(one, time);
    }

    void add(const AnyFault& fault) {
        if (const auto* value = std::get_if<ValueFault>(&fault))
            value_faults_.push_back(*value);
        else
            wire_faults_.push_back(std::get<ModbusFault>(fault));
        faults_changed(false);
    }
    void heal() {
        value_faults_.clear();
        wire_faults_.clear();
        faults_changed(true);
    }
    Result<std::string, std::string> set(std::string_view name, std::string_view value) {
        const std::lock_guard lock{mutex_};
        Result<std::string, std::string> result = Err{std::string{"there is no battery"}};
        bool done = false;
        for (Simulated& one : batteries_) {
            auto own = one.battery->set(name, value, now());
            if (own.has_value() || !done)
                result = own;
            done = done || own.has_value();
            one.shown.reset();
        }
        return result;
    }

    /// Without a request too: a capture ends by itself, and says when it is silent.
    void tick() {
        refresh();
        std::vector<ModbusFault> faults = wire_faults_;
        bool ended = !batteries_.empty();
        {
            const std::lock_guard lock{mutex_};
            for (Simulated& one : batteries_) {
                const bool plays = one.player.has_value();
                ended = ended && plays && one.player->at(now()).ended;
                if (plays && one.player->at(now()).silent)
                    for (const std::uint8_t unit : one.units)
                        faults.push_back({.kind = ModbusFault::Kind::hang, .unit = unit, .table = {}});
            }
        }
        ended_ = ended;
        if (faults.size() != in_force_)
            put_in_force(std::move(faults));
    }
    [[nodiscard]] bool ended() const { return ended_; }

private:
    void show(Simulated& one, Duration time) {
        one.shown = time;
        if (one.player)
            one.battery->rebase(one.player->at(time).raws);
        simulator::publish(*one.battery, time, server_);
    }
    void faults_changed(bool forget) {
        {
            const std::lock_guard lock{mutex_};
            for (Simulated& one : batteries_) {
                one.battery->set_faults(value_faults_);
                if (forget)
                    one.battery->forget();
                one.shown.reset();
            }
        }
        put_in_force(wire_faults_);
    }
    /// Without the lock: it waits for the server's thread, which may be waiting for it.
    void put_in_force(const std::vector<ModbusFault>& faults) {
        in_force_ = faults.size();
        server_.set_faults(faults);
    }

    std::vector<Simulated> batteries_;
    simulator::ModbusServer server_;
    TimePoint begin_;
    std::mutex mutex_; ///< of the batteries: the server's thread asks them too
    std::vector<ValueFault> value_faults_;
    std::vector<ModbusFault> wire_faults_;
    std::size_t in_force_{};
    bool ended_{};
};

int wrong(const std::string& message) {
    std::fprintf(stderr, "simulate: %s\n", message.c_str());
    return wrong_input;
}

std::optional<Duration> duration_of(const std::string& text) {
    const auto amount = parse_amount(text);
    if (!amount || amount->dimension != Dimension::time || amount->count < 0)
        return std::nullopt;
    return Duration{amount->count};
}

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

/// What is simulated, and how it is read: a help at start.
void introduce(const std::vector<Simulated>& batteries, const std::string& where,
               const SimulateArguments& a) {
    for (const Simulated& one : batteries) {
        const MappedBattery& battery = *one.battery;
        const simulator::MappingBase& base = battery.base();
        std::string moving;
        for (const std::size_t signal : battery.modelled())
            moving += (moving.empty() ? "" : ", ") + signal_name(signal);
        std::fprintf(stderr, "%s at %s, after the test \"%s\"\n", one.name.c_str(), where.c_str(),
                     base.test.c_str());
        if (one.player)
            std::fprintf(stderr, "  values of the capture, %s\n", a.once ? "once" : "over and over");
        else if (a.frozen)
            std::fprintf(stderr, "  all values stay as in the test\n");
        else
            std::fprintf(
                stderr, "  a battery model moves %s%s; all else stays as in the test\n",
                moving.empty() ? "nothing" : moving.c_str(),
                battery.cells() == 0 ? "" : (" and " + std::to_string(battery.cells()) + " cells").c_str());
        std::fprintf(stderr, "  read it with\n    [[battery]]\n    mapping = \"%s\"\n", one.name.c_str());
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
    std::fprintf(stderr, "lines on standard input: fault KIND..., set NAME=VALUE, heal, quit\n");
}

/// Takes the lines of standard input.
class Console {
public:
    Console(Simulation& simulation, Framing framing) : simulation_{simulation}, framing_{framing} {}

    /// Reads what has come; false at its end.
    bool read() {
        std::array<char, 512> bytes{};
        const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
        if (size <= 0)
            return false;
        text_.append(bytes.data(), static_cast<std::size_t>(size));
        for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
            take(text_.substr(0, end));
            text_.erase(0, end + 1);
        }
        return true;
    }
    [[nodiscard]] bool quit() const { return quit_; }

private:
    void take(const std::string& line) {
        if (line.empty())
            return;
        if (line == "quit") {
            quit_ = true;
        } else if (line == "heal") {
            simulation_.heal();
            std::fprintf(stderr, "no faults, and nothing set by hand\n");
        } else if (line.starts_with("fault ")) {
            const auto fault = simulator::parse_fault(line.substr(6), simulation_.now(), framing_);
            if (fault)
                simulation_.add(*fault);
            std::fprintf(stderr, "%s\n", fault ? line.c_str() : fault.error().c_str());
        } else if (line.starts_with("set ")) {
            set(line.substr(4));
        } else {
            std::fprintf(stderr, "\"%s\": expected fault KIND..., set NAME=VALUE, heal or quit\n",
                         line.c_str());
        }
    }
    void set(const std::string& text) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos) {
            std::fprintf(stderr, "set: expected NAME=VALUE, as in voltage=52.1 V\n");
            return;
        }
        const auto done = simulation_.set(text.substr(0, equals), text.substr(equals + 1));
        std::fprintf(stderr, "%s\n", done ? done->c_str() : done.error().c_str());
    }

    Simulation& simulation_;
    Framing framing_;
    std::string text_;
    bool quit_{};
};

/// One battery from a mapping; nothing after faults.
std::optional<Simulated> simulated(const SimulateArguments& a, std::size_t index,
                                   const daemon::LibraryEntry& entry, const Workbench& workbench,
                                   Duration day, Faults& faults) {
    const std::size_t before = faults.size();
    auto sample = workbench.sample(entry.file, faults);
    if (!sample)
        return std::nullopt;
    adapter::Settings keys;
    if (!a.units.empty())
        keys.keys.push_back({"unit_id", std::int64_t{a.units[index]}, {"--unit", 0, 0}});
    auto base = simulator::mapping_base(sample->mapping, *sample->adapter,
                                        given_settings("settings", a.settings, faults), keys, faults);
    if (!base || faults.size() != before)
        return std::nullopt;
    Simulated result;
    result.name = entry.name;
    if (!a.capture.empty()) {
        std::ifstream file{a.capture};
        if (!file) {
            faults.push_back({{a.capture, 0, 0}, "cannot be read"});
            return std::nullopt;
        }
        auto player = simulator::CapturePlayer::read(file, a.capture, *base->recorded,
                                                     base->bound->slots().size(), a.once);
        if (!player) {
            faults.push_back({{}, player.error()});
            return std::nullopt;
        }
        result.player = std::move(player).value();
    }
    result.battery = std::make_unique<MappedBattery>(std::move(*base), a.frozen, a.seed + index, day);
    if (result.battery->lines({}).empty()) {
        faults.push_back({{entry.file.string(), 0, 0}, "its adapter cannot say what the battery would show"});
        return std::nullopt;
    }
    for (const std::string& line : result.battery->lines({}))
        if (const auto block = simulator::capture_block(line))
            result.units.insert(block->unit);
    return result;
}

/// Written to by SIGINT and SIGTERM; lives as long as the program.
int end_signal = -1;

int serve(Simulation& simulation, const SimulateArguments& a, Framing framing) {
    Console console{simulation, framing};
    bool has_input = true;
    while (!console.quit()) {
        if ((a.run_for && simulation.now() >= *a.run_for) || simulation.ended())
            return good;
        if (simulation.server().lost()) {
            std::fprintf(stderr, "simulate: the serial port is gone\n");
            return no_device;
        }
        Duration wait = a.capture.empty() ? 500ms : 50ms;
        if (a.run_for)
            wait = std::max(Duration{1000}, std::min(wait, *a.run_for - simulation.now()));
        std::array<pollfd, 2> waiting{{{end_signal, POLLIN, 0}, {has_input ? STDIN_FILENO : -1, POLLIN, 0}}};
        poll(waiting.data(), waiting.size(), static_cast<int>(wait / 1ms));
        if (waiting[0].revents != 0)
            return good;
        if (waiting[1].revents != 0)
            has_input = console.read();
        if (!a.capture.empty())
            simulation.tick();
    }
    return good;
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

    Faults faults;
    const Workbench workbench;
    std::vector<Simulated> batteries;
    const auto entries = workbench.mappings(a.mappings, faults);
    if (faults.empty() && entries.size() != a.mappings.size())
        return wrong("expected mappings; a folder is none");
    for (std::size_t i = 0; i < entries.size() && faults.empty(); ++i)
        if (auto one = simulated(a, i, entries[i], workbench, *day, faults))
            batteries.push_back(std::move(*one));
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    std::set<std::uint8_t> taken;
    for (const Simulated& one : batteries)
        for (const std::uint8_t unit : one.units)
            if (!taken.insert(unit).second)
                return wrong("two batteries with unit id " + std::to_string(unit) +
                             " on one line; give each its own, as in --unit 1 --unit 2");
    const auto options = server_options(a, batteries.front().battery->base().bound->source().mapping);
    if (!options)
        return wrong_input;
    const bool is_tcp = std::holds_alternative<ServerOptions::Tcp>(options->where) && !a.rtu_over_tcp;
    const Framing framing = is_tcp ? Framing::tcp : Framing::rtu;
    std::vector<AnyFault> wanted;
    for (const std::string& text : a.faults) {
        const auto fault = simulator::parse_fault(text, {}, framing);
        if (!fault)
            return wrong("--fault: " + fault.error());
        wanted.push_back(*fault);
    }

    std::signal(SIGPIPE, SIG_IGN); // NOLINT(cert-err33-c): cannot fail
    end_signal = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    for (const int number : {SIGINT, SIGTERM})
        std::signal(number, [](int) { // NOLINT(cert-err33-c): cannot fail
            const std::uint64_t one = 1;
            [[maybe_unused]] const ssize_t written = write(end_signal, &one, sizeof one);
        });

    std::unique_ptr<Simulation> simulation;
    try {
        simulation = std::make_unique<Simulation>(std::move(batteries), *options);
    } catch (const std::system_error& error) {
        std::fprintf(stderr, "simulate: %s\n", error.what());
        return no_device;
    }
    for (const AnyFault& fault : wanted)
        simulation->add(fault);
    const std::string where = a.link.empty() ? simulation->server().name() : a.link;
    std::printf("%s\n", simulation->server().name().c_str());
    std::fflush(stdout);
    introduce(simulation->batteries(), where, a);
    return serve(*simulation, a, framing);
}

} // namespace retrocan::cli
