// SPDX-License-Identifier: Apache-2.0
#include "cli/simulation.h"

#include "cli/given_settings.h"
#include "core/unit.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <poll.h>
#include <unistd.h>

#include <sys/eventfd.h>

namespace retrocan::cli {

using namespace std::chrono_literals;

void Simulation::add(const simulator::AnyFault& fault) {
    if (const auto* value = std::get_if<simulator::ValueFault>(&fault))
        value_faults_.push_back(*value);
    else
        wire_faults_.push_back(std::get<simulator::ModbusFault>(fault));
    faults_changed(false);
}

void Simulation::heal() {
    value_faults_.clear();
    wire_faults_.clear();
    faults_changed(true);
}

void Simulation::faults_changed(bool forget) {
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

Result<std::string, std::string> Simulation::set(std::string_view name, std::string_view value) {
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

namespace {

/// Takes the lines of standard input.
class Console {
public:
    explicit Console(Simulation& simulation) : simulation_{simulation} {}

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
            const auto fault = simulation_.parse(line.substr(6));
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
    result.battery =
        std::make_unique<simulator::MappedBattery>(std::move(*base), a.frozen, a.seed + index, day);
    if (result.battery->lines({}).empty()) {
        faults.push_back({{entry.file.string(), 0, 0}, "its adapter cannot say what the battery would show"});
        return std::nullopt;
    }
    return result;
}

/// Written to by SIGINT and SIGTERM; lives as long as the program.
int end_signal = -1;

} // namespace

std::vector<Simulated> simulated_batteries(const SimulateArguments& a, const Workbench& workbench,
                                           Duration day, int& exit_code) {
    Faults faults;
    std::vector<Simulated> batteries;
    const auto entries = workbench.mappings(a.mappings, faults);
    if (faults.empty() && entries.size() != a.mappings.size()) {
        exit_code = wrong("expected mappings; a folder is none");
        return {};
    }
    for (std::size_t i = 0; i < entries.size() && faults.empty(); ++i)
        if (auto one = simulated(a, i, entries[i], workbench, day, faults))
            batteries.push_back(std::move(*one));
    if (faults.empty())
        return batteries;
    print(faults);
    exit_code = wrong_input;
    return {};
}

void introduce(const Simulated& one, const std::string& where, const SimulateArguments& a) {
    const simulator::MappedBattery& battery = *one.battery;
    std::string moving;
    for (const std::size_t signal : battery.modelled())
        moving += (moving.empty() ? "" : ", ") + signal_name(signal);
    std::fprintf(stderr, "%s at %s, after the test \"%s\"\n", one.name.c_str(), where.c_str(),
                 battery.base().test.c_str());
    if (one.player)
        std::fprintf(stderr, "  values of the capture, %s\n", a.once ? "once" : "over and over");
    else if (a.frozen)
        std::fprintf(stderr, "  all values stay as in the test\n");
    else
        std::fprintf(stderr, "  a battery model moves %s%s; all else stays as in the test\n",
                     moving.empty() ? "nothing" : moving.c_str(),
                     battery.cells() == 0 ? ""
                                          : (" and " + std::to_string(battery.cells()) + " cells").c_str());
    std::fprintf(stderr, "  read it with\n    [[battery]]\n    mapping = \"%s\"\n", one.name.c_str());
}

int serve(Simulation& simulation, const SimulateArguments& a) {
    std::signal(SIGPIPE, SIG_IGN); // NOLINT(cert-err33-c): cannot fail
    end_signal = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    for (const int number : {SIGINT, SIGTERM})
        std::signal(number, [](int) { // NOLINT(cert-err33-c): cannot fail
            const std::uint64_t one = 1;
            [[maybe_unused]] const ssize_t written = write(end_signal, &one, sizeof one);
        });
    std::fprintf(stderr, "lines on standard input: fault KIND..., set NAME=VALUE, heal, quit\n");
    Console console{simulation};
    bool has_input = true;
    while (!console.quit()) {
        Duration wait = std::clamp<Duration>(simulation.tick(), 1ms, 500ms);
        if ((a.run_for && simulation.now() >= *a.run_for) || simulation.ended())
            return good;
        if (const std::string why = simulation.lost(); !why.empty()) {
            std::fprintf(stderr, "simulate: %s\n", why.c_str());
            return no_device;
        }
        if (a.run_for)
            wait = std::max<Duration>(1ms, std::min(wait, *a.run_for - simulation.now()));
        std::array<pollfd, 2> waiting{{{end_signal, POLLIN, 0}, {has_input ? STDIN_FILENO : -1, POLLIN, 0}}};
        poll(waiting.data(), waiting.size(), static_cast<int>(wait / 1ms));
        if (waiting[0].revents != 0)
            return good;
        if (waiting[1].revents != 0)
            has_input = console.read();
    }
    return good;
}

} // namespace retrocan::cli
