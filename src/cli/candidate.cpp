// SPDX-License-Identifier: Apache-2.0
#include "cli/candidate.h"

#include "cli/single_read.h"
#include "core/unit.h"
#include "mapping/content.h"
#include "mapping/describe.h"
#include "policy/plausible.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace retrocan::cli {

namespace {

using namespace std::chrono_literals;
using adapter::Absence;

const adapter::Setting* find(const adapter::Settings& settings, const std::string& key) {
    const auto found = std::ranges::find(settings.keys, key, &adapter::Setting::key);
    return found == settings.keys.end() ? nullptr : &*found;
}

std::optional<std::int64_t> integer(const adapter::Settings& settings, const std::string& key) {
    const adapter::Setting* setting = find(settings, key);
    const auto* value = setting == nullptr ? nullptr : std::get_if<std::int64_t>(&setting->value);
    return value == nullptr ? std::nullopt : std::optional{*value};
}

const Absence* absence_of(const adapter::Reading& reading) {
    return std::get_if<Absence>(&reading.content);
}

bool is_answered(const adapter::Reading* reading) {
    return reading != nullptr &&
           (absence_of(*reading) == nullptr || *absence_of(*reading) == Absence::not_a_value);
}

/// How much of what was planned came, over the slots of live points.
double live_share(const Dump& dump) {
    const auto& slots = dump.bound().slots();
    double planned = 0;
    double answered = 0;
    for (const adapter::PointSpec& point : dump.bound().source().points)
        for (std::size_t slot = point.first_slot;
             point.pace == adapter::Pace::live &&
             slot < std::min(point.first_slot + point.count, slots.size());
             ++slot) {
            planned += 1;
            answered += is_answered(dump.reading(slot)) ? 1 : 0;
        }
    return planned == 0 ? 0 : answered / planned;
}

/// The share of answered single values that mean something by the mapping. Runs are left out: cells that are
/// not there mean nothing rightly.
double meaning_share(const Dump& dump) {
    double answered = 0;
    double meant = 0;
    for (const adapter::PointSpec& point : dump.bound().source().points) {
        if (point.count != 1 || !is_answered(dump.reading(point.first_slot)))
            continue;
        answered += 1;
        meant += dump.value(point.first_slot).empty() ? 0 : 1;
    }
    return answered == 0 ? 0 : meant / answered;
}

/// Whether the voltage is that of a whole number of the cells: 1 yes, -1 no, 0 not told.
int cells_fit(const BatteryState& state) {
    if (!state.voltage || !state.cell_voltage_min || !state.cell_voltage_max)
        return 0;
    const auto pack = static_cast<double>(state.voltage->value.count);
    const auto low = static_cast<double>(state.cell_voltage_min->value.count);
    const auto high = static_cast<double>(state.cell_voltage_max->value.count);
    if (low <= 0 || high < low)
        return -1;
    constexpr double give = 0.005; // of the instruments
    return std::floor(pack * (1 + give) / low) >= std::ceil(pack * (1 - give) / high) ? 1 : -1;
}

/// Batteries of high voltage are no mistake where the mapping is for one.
bool is_high_voltage(const mapping::Mapping& mapping, const BatteryState& state,
                     const std::string& objection) {
    using namespace literals;
    return mapping.use() == mapping::Use::monitor && state.voltage && state.voltage->value > 1_V &&
           (objection.starts_with("voltage:") || objection.starts_with("cvl:") ||
            objection.starts_with("discharge_voltage:"));
}

/// The first live answer was none: this mapping reads what is not there.
class FirstLiveRead {
public:
    explicit FirstLiveRead(const Dump& dump) : dump_{dump} {}

    bool failed(const adapter::Answer& answer) {
        for (const adapter::Reading& reading : answer.readings) {
            if (answered_ || reading.slot >= dump_.bound().slots().size() ||
                dump_.bound().slots()[reading.slot].point->pace != adapter::Pace::live)
                continue;
            if (!is_answered(&reading)) {
                reason_ = "its first read of live values: " + std::string{to_text(*absence_of(reading))};
                return true;
            }
            answered_ = true;
        }
        return false;
    }
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    const Dump& dump_;
    bool answered_{};
    std::string reason_;
};

} // namespace

/// What the values themselves say. Weights: an identity that was asked for and found is worth most, then
/// values that a battery can have, then that everything was there.
void weigh(Fit& fit, const Dump& dump) {
    const mapping::Mapping& mapping = dump.bound().mapping();
    std::vector<std::string> objections;
    policy::PlausibilityCheck plausible{{}};
    const BatteryState state = plausible(dump.update().state, BootClock::now(), objections);
    std::erase_if(objections, [&](const std::string& text) {
        return is_high_voltage(mapping, dump.update().state, text);
    });
    int needed = 0;
    int there = 0;
    int values = 0;
    each_signal(dump.update().state, [&](std::size_t, const auto& value) { values += value ? 1 : 0; });
    std::string missing;
    for (const std::string_view name : {"voltage", "current", "soc", "temperature"}) {
        const std::size_t signal = *signal_index(name);
        if (!dump.bound().provided().test(signal))
            continue;
        ++needed;
        if (dump.has_value(signal))
            ++there;
        else
            missing += (missing.empty() ? "" : ", ") + std::string{name};
    }
    const bool asks = !mapping.content().identity.empty();
    const double live = live_share(dump);
    const double meaning = meaning_share(dump);
    const int cells = cells_fit(state);
    constexpr double most_values = 40;
    fit.score = (asks ? 25.0 : 0.0) + 15 * live + (needed == 0 ? 0.0 : 25.0 * there / needed) + 15 * meaning +
                (cells > 0 ? 10 : 0) + 10 * std::min(1.0, values / most_values);
    constexpr double enough_live = 0.9; // a cell or a sensor may not be there
    constexpr int fewest = 2;           // of the needed: one plausible number says nothing
    fit.fits = live >= enough_live && dump.has_value(*signal_index("voltage")) && there == needed &&
               needed >= fewest && objections.empty() && cells >= 0;

    const auto percent = [](double share) { return std::to_string(std::lround(share * 100)) + " %"; };
    fit.reason = (asks ? "identity passed; " : "no identity to check; ") + percent(live) +
                 " of its live values answered, " + std::to_string(there) + " of " + std::to_string(needed) +
                 " needed signals, " + percent(meaning) + " of the values mean something";
    if (cells > 0)
        fit.reason += ", the cells add up to the voltage";
    if (!missing.empty())
        fit.reason += "; absent: " + missing;
    if (cells < 0)
        fit.reason += "; the cells do not add up to the voltage";
    if (!objections.empty())
        fit.reason += "; " + objections.front();
}

std::vector<Candidate> candidates(const Workbench& workbench, const std::string& adapter, Faults& faults) {
    std::vector<Candidate> result;
    for (const daemon::LibraryEntry& entry : workbench.mappings({}, faults)) {
        Faults own; // a file of the library that is no good is no candidate
        const auto mapping = mapping::load(entry.file, own);
        if (!mapping || mapping->adapter() != adapter)
            continue;
        const auto sample =
            workbench.sample(mapping, with_stand_ins(*mapping, {"settings", {}, {}}), {}, own);
        if (!sample)
            continue;
        const adapter::Settings& keys = sample->bound->source().mapping;
        result.push_back(
            {entry.name, mapping, {integer(keys, "unit_id").value_or(1), integer(keys, "answer_unit_id")}});
    }
    return result;
}

Fit judge(const Workbench& workbench, const Candidate& candidate, const ScannedLine& line,
          const UnitId& whom) {
    Fit fit;
    fit.name = candidate.name;
    fit.owner = with_stand_ins(*candidate.mapping, {"settings", {}, {}});
    adapter::Settings connection = line.connection();
    connection.keys.push_back({"unit_id", whom.unit, {}});
    Faults faults;
    const auto sample = workbench.connected(candidate.mapping, fit.owner, connection, faults);
    if (!sample) {
        fit.reason = faults.empty() ? "cannot be read here" : faults.front().message;
        return fit;
    }
    Dump dump{*sample->bound, *sample->source, "read"};
    FirstLiveRead first{dump};
    const auto enough = [&](const adapter::Answer& answer) {
        return first.failed(answer) || dump.update().identity == Identity::differs;
    };
    const SingleRead read = read_once(*sample->adapter, dump,
                                      {.longest = longest_judging,
                                       .rounds = 2,
                                       .enough = enough,
                                       .patience = sample->source->timeout() + 300ms});
    if (!first.reason().empty())
        fit.reason = first.reason();
    else if (!read.answered)
        fit.reason = read.trouble.empty() ? "no answer" : read.trouble;
    else if (dump.update().identity == Identity::differs)
        fit.reason = "another battery: refused by " + dump.update().identity_fault;
    else if (dump.update().identity == Identity::unknown)
        fit.reason = "what tells its identity could not be read: " + dump.update().identity_fault;
    else
        weigh(fit, dump);
    return fit;
}

} // namespace retrocan::cli
