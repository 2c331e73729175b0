// SPDX-License-Identifier: Apache-2.0
#include "cli/candidate.h"
#include "cli/device_commands.h"
#include "core/unit.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t last_unit = 255;

std::optional<std::int64_t> number(std::string_view text, std::int64_t low, std::int64_t high) {
    std::int64_t value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && value >= low && value <= high ? std::optional{value} : std::nullopt;
}

/// "1,3", "1..16", "1..4,170"; nothing if it is none of these.
std::optional<std::set<std::int64_t>> units_of(std::string_view list) {
    std::set<std::int64_t> units;
    while (true) {
        const std::size_t comma = list.find(',');
        const std::string_view part = list.substr(0, comma);
        const std::size_t dots = part.find("..");
        const auto first = number(part.substr(0, dots), 0, last_unit);
        const auto last =
            dots == std::string_view::npos ? first : number(part.substr(dots + 2), 0, last_unit);
        if (!first || !last || *last < *first)
            return std::nullopt;
        for (std::int64_t unit = *first; unit <= *last; ++unit)
            units.insert(unit);
        if (comma == std::string_view::npos)
            return units;
        list.remove_prefix(comma + 1);
    }
}

std::optional<ScannedLine> line_of(const ScanArguments& arguments) {
    ScannedLine line;
    line.serial = arguments.serial;
    line.parity = arguments.parity;
    line.rtu = arguments.rtu;
    if (!arguments.serial.empty())
        return line;
    std::string host = arguments.tcp;
    std::size_t colon = host.rfind(':');
    const bool brackets = host.starts_with('[');
    if (brackets ? colon < host.find(']') : host.find(':') != colon)
        colon = std::string::npos; // of an address of IPv6
    if (colon != std::string::npos) {
        constexpr std::int64_t last_port = 65535;
        const auto port = number(std::string_view{host}.substr(colon + 1), 1, last_port);
        if (!port)
            return std::nullopt;
        line.port = *port;
        host.resize(colon);
    }
    if (brackets && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    line.host = host;
    return host.empty() ? std::nullopt : std::optional{line};
}

std::optional<Duration> timeout_of(const ScanArguments& arguments) {
    if (arguments.timeout.empty())
        return arguments.serial.empty() ? 500ms : 300ms;
    const auto amount = parse_amount(arguments.timeout);
    if (!amount || amount->dimension != Dimension::time || Duration{amount->count} < 50ms ||
        Duration{amount->count} > 10s)
        return std::nullopt;
    return Duration{amount->count};
}

/// The unit ids to try; one that a mapping names is asked as that mapping does.
std::vector<UnitId> whom_to_ask(const std::set<std::int64_t>& wanted, bool and_those_of_mappings,
                                const std::vector<Candidate>& library) {
    std::set<UnitId> units;
    for (const std::int64_t unit : wanted)
        units.insert({unit, std::nullopt});
    for (const Candidate& candidate : library)
        if (and_those_of_mappings || wanted.contains(candidate.own.unit))
            units.insert(candidate.own);
    return {units.begin(), units.end()};
}

std::string seconds(Duration time) {
    return std::to_string((time + 999ms) / 1s) + " s";
}

class Scan {
public:
    Scan(const Workbench& workbench, std::vector<Candidate> library, Duration timeout)
        : workbench_{workbench}, library_{std::move(library)}, timeout_{timeout} {}

    /// Finds and judges what is on one line; false if the line cannot be used.
    bool line(const ScannedLine& line, const std::vector<UnitId>& units,
              const std::shared_ptr<adapter::Adapter>& adapter);
    [[nodiscard]] int fitting() const { return fitting_; }
    [[nodiscard]] int answering() const { return answering_; }

private:
    /// Of a `silent` one only the mappings that name its unit id are tried, and it is shown only if one fits.
    void device(const ScannedLine& line, const UnitId& whom, bool silent);
    void show(const ScannedLine& line, const UnitId& whom, const std::vector<Fit>& fits);

    const Workbench& workbench_;
    std::vector<Candidate> library_;
    Duration timeout_;
    int answering_{};
    int fitting_{};
};

bool Scan::line(const ScannedLine& line, const std::vector<UnitId>& units,
                const std::shared_ptr<adapter::Adapter>& adapter) {
    std::fprintf(stderr, "%s: asking %zu unit ids, at most %s\n", line.name().c_str(), units.size(),
                 seconds(longest_search(units.size(), timeout_)).c_str());
    auto found = answering_units(*adapter, line, units, timeout_);
    if (!found) {
        std::fprintf(stderr, "%s: %s\n", line.name().c_str(), found.error().c_str());
        return false;
    }
    std::vector<UnitId> devices = *found;
    std::set<std::int64_t> ids;
    for (const UnitId& unit : devices)
        ids.insert(unit.unit);
    constexpr std::size_t many = 16;
    if (devices.size() == units.size() && devices.size() > many) {
        std::fprintf(stderr,
                     "%s: every unit id answers: one device that does not look at it; taken as %lld\n",
                     line.name().c_str(), static_cast<long long>(devices.front().unit));
        const auto one = std::ranges::find(devices, UnitId{1, std::nullopt});
        devices = {one == devices.end() ? devices.front() : *one};
    }
    // One that is silent about registers that it does not have is asked for those that its mapping knows.
    std::vector<UnitId> silent;
    for (const Candidate& candidate : library_)
        if (!ids.contains(candidate.own.unit) && std::ranges::find(units, candidate.own) != units.end() &&
            std::ranges::find(silent, candidate.own) == silent.end())
            silent.push_back(candidate.own);
    std::fprintf(
        stderr,
        "%s: %zu answer; comparing each with %zu mappings, at most %s each; then %zu that may be silent "
        "about what they do not have\n",
        line.name().c_str(), devices.size(), library_.size(),
        seconds(static_cast<std::int64_t>(library_.size()) * longest_judging).c_str(), silent.size());
    for (const UnitId& whom : devices)
        device(line, whom, false);
    for (const UnitId& whom : silent)
        device(line, whom, true);
    return true;
}

void Scan::device(const ScannedLine& line, const UnitId& whom, bool silent) {
    std::vector<Fit> fits;
    for (const Candidate& candidate : library_) {
        const bool same_answers = candidate.own.answers_as == whom.answers_as;
        if (!same_answers || (whom.answers_as && candidate.own.unit != whom.unit))
            continue;
        if (silent && candidate.own != whom)
            continue;
        fits.push_back(judge(workbench_, candidate, line, whom));
    }
    std::ranges::stable_sort(
        fits, [](const Fit& a, const Fit& b) { return a.fits != b.fits ? a.fits : a.score > b.score; });
    if (!silent || std::ranges::any_of(fits, &Fit::fits))
        show(line, whom, fits);
}

void Scan::show(const ScannedLine& line, const UnitId& whom, const std::vector<Fit>& fits) {
    ++answering_;
    std::printf("%s, unit id %lld\n", line.name().c_str(), static_cast<long long>(whom.unit));
    std::vector<const Fit*> best;
    for (const Fit& fit : fits) {
        if (fit.score <= 0)
            continue;
        std::printf("  %-24s %s%3.0f  %s\n", fit.name.c_str(), fit.fits ? "fits     " : "fits not ",
                    fit.score, fit.reason.c_str());
        if (fit.fits && fits.front().score - fit.score < tie)
            best.push_back(&fit);
    }
    if (best.empty()) {
        std::printf("  no mapping of the library fits\n\n");
        std::fflush(stdout);
        return;
    }
    ++fitting_;
    if (best.size() > 1) {
        std::string names;
        for (const Fit* fit : best)
            names += (names.empty() ? "" : ", ") + fit->name;
        std::printf("  a tie: %s; look at the type plate and at what `retrocan probe` shows\n",
                    names.c_str());
    }
    std::printf("\n  [[battery]]\n  mapping = \"%s\"\n", best.front()->name.c_str());
    for (const adapter::Setting& setting : best.front()->owner.keys)
        std::printf("  # settings.%s has to be set: see `retrocan mapping show %s`\n", setting.key.c_str(),
                    best.front()->name.c_str());
    std::printf("  [battery.modbus]\n");
    adapter::Settings keys = line.connection();
    keys.keys.push_back({"unit_id", whom.unit, {}});
    for (const adapter::Setting& key : keys.keys) {
        if (const auto* text = std::get_if<std::string>(&key.value))
            std::printf("  %s = \"%s\"\n", key.key.c_str(), text->c_str());
        else
            std::printf("  %s = %lld\n", key.key.c_str(),
                        static_cast<long long>(std::get<std::int64_t>(key.value)));
    }
    std::printf("\n");
    std::fflush(stdout);
}

} // namespace

int scan(const ScanArguments& arguments) {
    const auto complain = [](const char* text) {
        std::fprintf(stderr, "%s\n", text);
        return wrong_input;
    };
    if (!arguments.mqtt.empty())
        return scan_mqtt(arguments);
    if (arguments.tcp.empty() == arguments.serial.empty())
        return complain("scan: expected --tcp HOST[:PORT], --serial PATH or --mqtt URL");
    const auto line = line_of(arguments);
    if (!line)
        return complain("--tcp: expected HOST or HOST:PORT, as in 192.168.1.50:502");
    const auto timeout = timeout_of(arguments);
    if (!timeout)
        return complain("--timeout: expected a time from 50 ms to 10 s, as in \"500 ms\"");
    const char* const usual = "1..16";
    const char* const every = "0..255";
    const auto wanted = units_of(arguments.all ? every : arguments.units.empty() ? usual : arguments.units);
    if (!wanted)
        return complain("--units: expected unit ids from 0 to 255, as in 1,3 or 1..16");

    const Workbench workbench;
    Faults faults;
    auto library = candidates(workbench, "modbus", faults);
    const auto adapter = workbench.adapter("modbus");
    if (!adapter)
        faults.push_back({{}, adapter.error()});
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    const auto units = whom_to_ask(*wanted, arguments.units.empty(), library);
    std::vector<std::int64_t> rates = arguments.baud;
    if (rates.empty())
        rates = {9600, 19200, 115200};
    if (!line->is_serial())
        rates = {0}; // has none
    Scan scan{workbench, std::move(library), *timeout};
    for (const std::int64_t rate : rates) {
        ScannedLine at_rate = *line;
        at_rate.baud = rate;
        if (!scan.line(at_rate, units, *adapter))
            return no_device;
    }
    if (scan.answering() == 0)
        std::fprintf(stderr, "nothing answers\n");
    return scan.fitting() > 0 ? good : found_a_fault;
}

} // namespace retrocan::cli
