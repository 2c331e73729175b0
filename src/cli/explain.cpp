// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/dump.h"
#include "cli/paths.h"
#include "core/unit.h"
#include "daemon/capture_source.h"
#include "daemon/replay.h"
#include "mapping/content.h"
#include "mapping/describe.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>

namespace retrocan::cli {

namespace {

constexpr std::size_t most_rows = 12; ///< of points, for one value

/// Of alarms and warnings too.
std::optional<std::string> text_of(const BatteryState& state, std::size_t signal) {
    if (signal < plain_signals)
        return signal_text(state, signal);
    signal -= plain_signals;
    const Maybe<bool>& alarm =
        signal < alarm_kinds ? state.alarms[signal] : state.warnings[signal - alarm_kinds];
    return alarm ? std::optional<std::string>{alarm->value ? "active" : "not active"} : std::nullopt;
}

std::string seconds(Duration time) {
    const std::int64_t tenths = time / std::chrono::milliseconds{100};
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

/// Why no 0x351 goes out though the batteries are well; empty if one does.
std::string why_silent(const daemon::Bridge& bridge, TimePoint now) {
    if (bridge.view().state != policy::PackState::running)
        return "not running";
    if (!bridge.system().must_be_silent().empty())
        return bridge.system().must_be_silent();
    if (!bridge.bus_is_up())
        return "the bus is not up";
    if (bridge.hearing() == daemon::Hearing::foreign)
        return "somebody else sends as a battery on this bus: another one, or a program of this machine";
    if (bridge.gx().must_be_silent())
        return "the GX has not been heard for " + to_text(bridge.gx().policy().lost_after) +
               " (gx.on_lost = \"silent\")";
    if (bridge.hearing() != daemon::Hearing::clear)
        return "it listens on the bus first";
    if (bridge.refused() > 0)
        return "a limit is outside the envelope: please report this";
    return bridge.may_send(now) ? "" : "the data is about to expire";
}

/// A capture through the policy, and beside it what each battery said.
class Explanation {
public:
    explicit Explanation(const daemon::Assembly& assembly, const std::string& file)
        : assembly_{assembly}
        , replay_{assembly, daemon::capture_head(assembly, RETROCAN_VERSION),
                  [](TimePoint, const CanFrame&) {},
                  [file](const std::string& note) {
                      print({{{file, 0, 0}, note}}, "note: ");
                  }} {
        for (const daemon::BatteryAssembly& battery : assembly.batteries)
            dumps_.push_back(std::make_unique<Dump>(*battery.bound, *battery.source, "in the capture"));
    }

    std::optional<daemon::LineFault> take(const std::string& line) {
        const auto parsed = daemon::parse_capture_line(line);
        if (auto fault = replay_.take(line))
            return fault;
        const auto* traffic = parsed ? std::get_if<daemon::Traffic>(&parsed->content) : nullptr;
        for (std::size_t i = 0; traffic != nullptr && i < dumps_.size(); ++i) {
            const daemon::BatteryAssembly& battery = assembly_.batteries[i];
            if (traffic->battery && *traffic->battery != battery.name)
                continue;
            if (const auto answer = battery.source->decode(line))
                dumps_[i]->take(*answer);
        }
        return std::nullopt;
    }

    /// Null before the first line.
    [[nodiscard]] const daemon::Bridge* bridge() const { return replay_.bridge(); }
    [[nodiscard]] std::uint64_t answers() const { return replay_.answers(); }
    void catch_up() { replay_.catch_up(); }

    [[nodiscard]] bool is_sent(std::size_t signal) const {
        return replay_.bridge()->system().limits() &&
               signal_text(replay_.bridge()->values(now()), signal).has_value();
    }

    void print_state() const;
    void print_limits(std::optional<std::string_view> only) const;
    void print_signal(std::size_t signal) const;

    void print_source(std::size_t signal) const;

private:
    template <class Q>
    void print_limit(const char* name, const policy::Limit<Q>& limit, TimePoint since) const;
    void print_points(const Dump& dump, std::size_t signal) const;
    [[nodiscard]] TimePoint now() const { return *replay_.now(); }

    const daemon::Assembly& assembly_;
    daemon::Replay replay_;
    std::vector<std::unique_ptr<Dump>> dumps_;
};

void Explanation::print_state() const {
    const daemon::Bridge& bridge = *replay_.bridge();
    const std::string silent = why_silent(bridge, now());
    std::printf("%s for %s: %s\n", std::string{policy::to_text(bridge.view().state)}.c_str(),
                seconds(now() - bridge.since()).c_str(), bridge.view().reason.c_str());
    for (std::size_t i = 0; bridge.members() > 1 && i < bridge.members(); ++i)
        std::printf("  %s: %s for %s: %s%s\n", bridge.name(i).c_str(),
                    std::string{policy::to_text(bridge.pack(i).state())}.c_str(),
                    seconds(now() - bridge.pack(i).since()).c_str(), bridge.pack(i).reason().c_str(),
                    bridge.view().counts[i] ? "" : "; it does not count");
    for (const std::string& warning : bridge.system().warnings())
        std::printf("  %s\n", warning.c_str());
    if (!silent.empty())
        std::printf("  nothing is sent: %s\n", silent.c_str());
}

void Explanation::print_limits(std::optional<std::string_view> only) const {
    const daemon::Bridge& bridge = *replay_.bridge();
    const auto& limits = bridge.system().limits();
    if (!limits) {
        std::printf("CVL, CCL and DCL: none, nothing is sent\n");
        return;
    }
    const auto& since = bridge.system().limited_since();
    if (!only || *only == "cvl") {
        print_limit("CVL", limits->cvl, since[0]);
        if (bridge.system().has_phases())
            std::printf("  charge phase %s\n", std::string{policy::to_text(bridge.system().phase())}.c_str());
    }
    if (!only || *only == "ccl")
        print_limit("CCL", limits->ccl, since[1]);
    if (!only || *only == "dcl")
        print_limit("DCL", limits->dcl, since[2]);
}

template <class Q>
void Explanation::print_limit(const char* name, const policy::Limit<Q>& limit, TimePoint since) const {
    std::printf("%s %s: by %s for %s: %s\n", name, to_text(limit.value).c_str(),
                std::string{limit.reason.limiter}.c_str(), seconds(now() - since).c_str(),
                limit.reason.input.c_str());
    if (const auto signal = signal_index(limit.reason.signal))
        print_source(*signal);
    else if (const auto kind = alarm_kind(limit.reason.signal))
        print_source(alarm_index(*kind));
}

/// What each battery says of a signal, and what it was made of.
void Explanation::print_source(std::size_t signal) const {
    for (std::size_t i = 0; i < dumps_.size(); ++i) {
        const Dump& dump = *dumps_[i];
        const BatteryState& state = dump.update().state;
        const auto text = text_of(state, signal);
        if (!text) {
            std::printf("  %s: %s: absent: %s\n", assembly_.batteries[i].name.c_str(),
                        signal_name(signal).c_str(), dump.why_absent(signal).c_str());
            continue;
        }
        std::string age;
        each_signal(state, [&](std::size_t index, const auto& value) {
            if (index == signal && value && value->expires != TimePoint::max())
                age = ", " + seconds(std::max(now() - value->oldest, Duration{})) + " old";
        });
        std::printf("  %s: %s %s%s\n", assembly_.batteries[i].name.c_str(), signal_name(signal).c_str(),
                    text->c_str(), age.c_str());
        print_points(dump, signal);
    }
}

void Explanation::print_points(const Dump& dump, std::size_t signal) const {
    const mapping::Content& content = dump.bound().mapping().content();
    const auto* line = mapping::line_of(content, signal);
    if (line == nullptr)
        return;
    mapping::Needs needs;
    line->value->add_needs(needs);
    const auto& specs = dump.bound().source().points;
    std::size_t rows = 0;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const auto point = content.scope.point(specs[i].name);
        if (!point || std::ranges::find(needs.points, *point) == needs.points.end())
            continue;
        for (std::size_t element = 0; element < specs[i].count; ++element) {
            const std::size_t slot = specs[i].first_slot + element;
            const adapter::Reading* reading = dump.reading(slot);
            if (reading == nullptr || ++rows > most_rows)
                continue;
            std::printf("    %s%s at %s: raw %s, %s\n", specs[i].name.c_str(),
                        specs[i].count > 1 ? ("." + std::to_string(element)).c_str() : "",
                        dump.source().where(i).c_str(), raw_text(*reading).c_str(),
                        dump.value(slot).empty() ? "no value" : dump.value(slot).c_str());
        }
    }
    if (rows > most_rows)
        std::printf("    and %zu more\n", rows - most_rows);
}

void Explanation::print_signal(std::size_t signal) const {
    const daemon::Bridge& bridge = *replay_.bridge();
    const auto sent = signal < plain_signals ? signal_text(bridge.values(now()), signal) : std::nullopt;
    const std::string name = signal_name(signal);
    if (sent) {
        const bool energy = name == "energy_in" || name == "energy_out";
        std::printf("%s %s%s\n", name.c_str(), sent->c_str(),
                    energy && bridge.system().computes_energy()
                        ? ": computed here from voltage and current, the battery does not tell it"
                        : "");
        if (energy && bridge.system().computes_energy())
            return;
    } else {
        std::printf("%s: not sent\n", name.c_str());
    }
    print_source(signal);
}

bool read(Explanation& explanation, std::istream& lines, const std::string& file,
          const std::optional<double>& until) {
    std::uint32_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const bool cut = lines.eof();
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (line.empty() || line.front() == '#')
            continue;
        const auto parsed = daemon::parse_capture_line(line);
        if (until && parsed && static_cast<double>(parsed->at.time_since_epoch().count()) > *until * 1e6)
            break;
        if (const auto fault = explanation.take(line)) {
            if (cut)
                break;
            print({{{file, number, fault->column}, fault->message}});
            return false;
        }
    }
    if (until)
        explanation.take("{\"t\":" + std::to_string(*until) + "}"); // time passes after the last line
    explanation.catch_up();
    return true;
}

bool is_limit(std::string_view name) {
    return name == "cvl" || name == "ccl" || name == "dcl";
}

} // namespace

int explain(const ExplainArguments& arguments) {
    Faults faults;
    const auto assembly =
        daemon::assemble(arguments.configuration, installed_folders(), faults, daemon::Purpose::look);
    if (!faults.empty()) {
        print(faults);
        return wrong_input;
    }
    std::optional<std::string> signal = arguments.signal;
    if (signal)
        std::ranges::transform(*signal, signal->begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto alarm = signal ? alarm_kind(*signal) : std::nullopt;
    if (signal && !signal_index(*signal) && !alarm) {
        std::vector<std::string_view> known;
        for (const SignalInfo& info : signals())
            known.push_back(info.name);
        for (std::size_t i = 0; i < alarm_kinds; ++i)
            known.push_back(to_text(static_cast<AlarmKind>(i)));
        std::fprintf(stderr, "no such value: %s%s\n", arguments.signal->c_str(),
                     did_you_mean(*signal, known).c_str());
        return wrong_input;
    }
    std::ifstream file{arguments.capture};
    std::error_code error;
    if (!file || std::filesystem::is_directory(arguments.capture, error)) {
        std::fprintf(stderr, "%s: cannot be read: no such file, or no permission\n",
                     arguments.capture.c_str());
        return wrong_input;
    }
    Explanation explanation{*assembly, arguments.capture};
    if (!read(explanation, file, arguments.capture, arguments.at))
        return found_a_fault;
    if (explanation.bridge() != nullptr && explanation.answers() == 0) {
        print({{{arguments.capture, 0, 0}, "no line in it is of a battery of this configuration"}});
        return found_a_fault;
    }
    if (explanation.bridge() == nullptr) {
        print({{{arguments.capture, 0, 0}, "there is no line in it up to that time"}});
        return found_a_fault;
    }
    explanation.print_state();
    if (!signal || is_limit(*signal))
        explanation.print_limits(signal ? std::optional<std::string_view>{*signal} : std::nullopt);
    if (alarm)
        explanation.print_source(alarm_index(*alarm));
    for (std::size_t i = 0; i < plain_signals; ++i) {
        const std::string_view name = signals()[i].name;
        if (!is_limit(name) && (signal ? name == *signal : explanation.is_sent(i)))
            explanation.print_signal(i);
    }
    return good;
}

} // namespace retrocan::cli
