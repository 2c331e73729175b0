// SPDX-License-Identifier: Apache-2.0
#include "daemon/configuration.h"

#include "core/unit.h"
#include "daemon/bus_keys.h"
#include "daemon/recording.h"
#include "mapping/bound.h"
#include "mapping/toml_reader.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>

namespace retrocan::daemon {

namespace {

using namespace literals;
using namespace std::chrono_literals;
using toml_file::Need;
using toml_file::TableReader;

constexpr Duration default_poll = 1s;
constexpr Duration long_stale_after = 10s;
constexpr Duration slowest_poll = 24s;
constexpr std::int64_t most_cells = 512;  // of batteries that are only monitored too
constexpr Voltage highest_ceiling = 70_V; // above it the GX's high-voltage profile begins: another protocol
constexpr std::array<std::string_view, 2> on_stale_words{"silent", "alarm"};
constexpr std::array<std::string_view, 2> on_foreign_words{"warn", "silent"};   // as OnForeign
constexpr std::array<std::string_view, 3> chemistry_words{"lfp", "nmc", "lto"}; // as policy::Chemistry

/// Solar chargers go this much above CVL, by the nominal voltage of the system (protocol, chapter 1.5.3).
Voltage solar_offset(Voltage ceiling) {
    return ceiling > 40_V ? 400_mV : ceiling > 20_V ? 200_mV : 100_mV;
}

/// For a warning: silence comes late.
std::string long_life(Duration stale_after) {
    return to_text(stale_after) + " of old data are accepted before the battery falls silent";
}

void read_times(TableReader& read, BatteryConfiguration& battery, Configuration& configuration) {
    const auto place = [&](const char* key) {
        return read.node(key) == nullptr ? std::nullopt : std::optional{read.place_of(key)};
    };
    battery.poll_place = place("poll");
    battery.stale_after_place = place("stale_after");
    battery.poll = read.duration("poll", 100ms, 1h).value_or(default_poll);
    battery.stale_after = read.duration("stale_after", 1s, 1h).value_or(mapping::natural_limit(battery.poll));
    if (battery.stale_after < battery.poll * 2)
        read.fault("stale_after", "must be at least twice the poll period of " + to_text(battery.poll) +
                                      ", or one lost poll stops the system; got " +
                                      to_text(battery.stale_after));
    if (battery.stale_after > long_stale_after)
        configuration.warnings.push_back({read.place_of("stale_after"), read.path_of("stale_after") + ": " +
                                                                            long_life(battery.stale_after)});
    if (battery.poll > slowest_poll)
        configuration.shadow_only.push_back(
            {read.place_of("poll"),
             read.path_of("poll") + ": " + to_text(battery.poll) + " is too slow to steer by: at most 24 s"});
    battery.on_stale = static_cast<OnStale>(read.one_of("on_stale", on_stale_words).value_or(0));
}

void whole_tenths(TableReader& read, std::string_view key, std::optional<Voltage> v) {
    if (v && v->count % 100 != 0)
        read.fault(key,
                   "must be a whole number of tenths of a volt, as the bus carries it; got " + to_text(*v));
}

template <class Q>
void not_below(TableReader& read, std::string_view key, std::optional<Q> value, Q least) {
    if (value && *value < least)
        read.fault(key, "must be at least " + to_text(least) + "; got " + to_text(*value));
}

template <class Q>
void within(TableReader& read, std::string_view key, std::optional<Q> value, Q low, Q high) {
    if (value && (*value < low || *value > high))
        read.fault(key, "must be within the envelope, " + to_text(low) + " to " + to_text(high) + "; got " +
                            to_text(*value));
}

/// At low SOC a cold battery rests far below the floor of normal days: only down to here nothing flows into
/// it.
Voltage end_of_discharge(const BatteryConfiguration& battery, Voltage floor) {
    if (!battery.chemistry)
        return floor;
    const std::int64_t end = policy::cell_values(*battery.chemistry).cut_off.count * battery.cells;
    return std::min(Voltage{end / 100 * 100}, floor);
}

/// The owner's envelope: without it nothing is ever sent.
void read_limits(TableReader& read, BatteryConfiguration& battery, Configuration& configuration) {
    auto limits = read.table("limits");
    if (!limits) {
        read.fault("limits",
                   "missing: the owner's envelope. Write [battery.limits] with cvl_floor, cvl_ceiling, "
                   "ccl_ceiling and dcl_ceiling, from the datasheet of the battery");
        return;
    }
    const auto floor = limits->quantity<Voltage>("cvl_floor", Need::required);
    const auto ceiling = limits->quantity<Voltage>("cvl_ceiling", Need::required);
    const auto ccl = limits->quantity<Current>("ccl_ceiling", Need::required);
    const auto dcl = limits->quantity<Current>("dcl_ceiling", Need::required);
    const auto prohibited = limits->quantity<Voltage>("cvl_floor_prohibited");
    battery.dcl_min = limits->quantity<Current>("dcl_min");
    battery.discharge_voltage = limits->quantity<Voltage>("discharge_voltage");
    whole_tenths(*limits, "cvl_floor", floor);
    whole_tenths(*limits, "cvl_ceiling", ceiling);
    not_below(*limits, "cvl_floor", floor, 8_V);
    whole_tenths(*limits, "cvl_floor_prohibited", prohibited);
    not_below(*limits, "cvl_floor_prohibited", prohibited, 8_V);
    if (prohibited && floor && *prohibited > *floor)
        limits->fault("cvl_floor_prohibited",
                      "must not be above cvl_floor (" + to_text(*floor) + "); got " + to_text(*prohibited));
    check_current(*limits, "dcl_min", battery.dcl_min, 100_mA);
    if (battery.dcl_min && dcl && *battery.dcl_min > *dcl)
        limits->fault("dcl_min", "must not be above dcl_ceiling (" + to_text(*dcl) + "); got " +
                                     to_text(*battery.dcl_min));
    check_current(*limits, "ccl_ceiling", ccl, 0_A);
    check_current(*limits, "dcl_ceiling", dcl, 100_mA); // 0 A would be a blackout for ever in island mode
    not_below(*limits, "discharge_voltage", battery.discharge_voltage, 0_V);
    if (ceiling && *ceiling > highest_ceiling)
        configuration.shadow_only.push_back(
            {limits->place_of("cvl_ceiling"),
             limits->path_of("cvl_ceiling") +
                 ": above 70 V the GX speaks another protocol (its high-voltage profile): such a battery can "
                 "be monitored, not managed; got " +
                 to_text(*ceiling)});
    limits->finish();
    battery.envelope = {floor.value_or(0_V), ceiling.value_or(0_V), ccl.value_or(0_A), dcl.value_or(0_A),
                        prohibited.value_or(end_of_discharge(battery, floor.value_or(0_V)))};
}

/// floor < hold <= float <= absorption <= ceiling, as far as they are given.
void check_order(TableReader& read, const BatteryConfiguration& battery) {
    struct Step {
        std::string_view name;
        std::optional<Voltage> voltage;
    };
    const std::array<Step, 5> steps{
        Step{"limits.cvl_floor", battery.envelope.cvl_floor}, Step{"charge.hold", battery.charge.hold},
        Step{"charge.float", battery.charge.floating}, Step{"charge.absorption", battery.charge.absorption},
        Step{"limits.cvl_ceiling", battery.envelope.cvl_ceiling}};
    const Step* below = &steps.front();
    for (const Step& step : std::span{steps}.subspan(1)) {
        if (!step.voltage)
            continue;
        const bool strictly = below == &steps.front();
        if (strictly ? *step.voltage <= *below->voltage : *step.voltage < *below->voltage)
            read.fault(std::string{step.name} + " (" + to_text(*step.voltage) + ") must " +
                       (strictly ? "be above " : "not be below ") + std::string{below->name} + " (" +
                       to_text(*below->voltage) + ")");
        below = &step;
    }
}

/// A wrong word here would charge or discharge cells far beyond what they bear.
void check_chemistry(TableReader& read, const BatteryConfiguration& battery) {
    const Voltage over = policy::cell_values(*battery.chemistry).over;
    const Voltage most = over + 300_mV;
    const Voltage least = over - 300_mV;
    if (battery.cell_over_voltage > most || battery.cell_over_voltage < least)
        read.fault("cell_over_voltage (" + to_text(battery.cell_over_voltage) +
                   ") does not fit the chemistry " + std::string{policy::to_text(*battery.chemistry)} +
                   ", whose cells trip at about " + to_text(over) + ": one of the two is wrong");
}

void check_cells(TableReader& read, const BatteryConfiguration& battery) {
    const Voltage offset = solar_offset(battery.envelope.cvl_ceiling);
    const Voltage trip = battery.cell_over_voltage * battery.cells;
    if (battery.envelope.cvl_ceiling + offset >= trip)
        read.fault("limits.cvl_ceiling (" + to_text(battery.envelope.cvl_ceiling) +
                   ") is too high: solar chargers add " + to_text(offset) + ", and " +
                   std::to_string(battery.cells) + " cells trip at " + to_text(battery.cell_over_voltage) +
                   " each, " + to_text(trip) + " in all");
    if (const auto& target = battery.charge.cell_target;
        target && (*target >= battery.cell_over_voltage || *target < battery.cell_over_voltage - 1_V))
        read.fault("charge.cell_target (" + to_text(*target) + ") must be below cell_over_voltage (" +
                   to_text(battery.cell_over_voltage) + "), and by no more than 1 V");
    if (battery.chemistry)
        check_chemistry(read, battery);
}

void read_when_missing(TableReader& read, BatteryConfiguration& battery) {
    auto missing = read.table("when_missing");
    if (!missing)
        return;
    battery.when_missing.temperature = missing->quantity<Temperature>("temperature");
    battery.when_missing.cvl = missing->quantity<Voltage>("cvl");
    battery.when_missing.ccl = missing->quantity<Current>("ccl");
    if (const auto& t = battery.when_missing.temperature; t && (*t < -40_degC || *t > 100_degC))
        missing->fault("temperature", "expected -40 degC to 100 degC; got " + to_text(*t));
    within(*missing, "cvl", battery.when_missing.cvl, battery.envelope.cvl_floor,
           battery.envelope.cvl_ceiling);
    within(*missing, "ccl", battery.when_missing.ccl, 0_A, battery.envelope.ccl_ceiling);
    if (missing->node("dcl") != nullptr)
        missing->fault("dcl",
                       "has no stand-in: 0 A is a blackout in island mode, and anything else is a guess");
    missing->finish();
}

void read_names(TableReader& read, BatteryConfiguration& battery) {
    auto names = read.table("names");
    if (!names)
        return;
    battery.names = {names->text("manufacturer"), names->text("name"), names->text("family")};
    battery.battery_type = static_cast<std::uint16_t>(names->integer("type", 0, 0xFFFF).value_or(0));
    names->finish();
}

void read_writes(TableReader& read, BatteryConfiguration& battery) {
    const toml_file::Node* node = read.node("writes");
    const std::vector<std::string> names = read.texts("writes");
    for (std::size_t i = 0; i < names.size(); ++i)
        battery.writes.push_back({names[i], (*node->array())[i].place});
}

BatteryConfiguration read_battery(TableReader& read, Configuration& configuration) {
    BatteryConfiguration battery;
    battery.place = read.place();
    battery.name = read.text("name", Need::required).value_or("");
    battery.mapping = read.text("mapping", Need::required).value_or("");
    battery.mapping_place = read.place_of("mapping");
    read_times(read, battery, configuration);
    const std::size_t faults_before = read.faults().size();
    const auto cells = read.integer("cells", 1, most_cells, Need::required);
    const auto over_voltage = read.quantity<Voltage>("cell_over_voltage", Need::required);
    not_below(read, "cell_over_voltage", over_voltage, 1_V);
    battery.cells = cells.value_or(0);
    battery.cell_over_voltage = over_voltage.value_or(0_V);
    if (const auto index = read.one_of("chemistry", chemistry_words))
        battery.chemistry = policy::chemistry(chemistry_words[*index]);
    battery.capacity = read.quantity<Charge>("capacity");
    if (battery.capacity && (*battery.capacity < 1_Ah || *battery.capacity > 65'535_Ah))
        read.fault("capacity", "expected 1 Ah to 65535 Ah; got " + to_text(*battery.capacity));
    read_limits(read, battery, configuration);
    battery.charge = read_charge(read);
    battery.limiters = read_limiters(read, battery.alarms_limit);
    if (read.faults().size() == faults_before) { // else a second message would only confuse
        check_order(read, battery);
        check_cells(read, battery);
    }
    read_when_missing(read, battery);
    read_names(read, battery);
    battery.soh = read.quantity<Percent>("soh");
    if (battery.soh && (*battery.soh < 0_pct || *battery.soh > 100_pct))
        read.fault("soh", "expected 0 % to 100 %; got " + to_text(*battery.soh));
    battery.invert_current = read.boolean("invert_current");
    read_writes(read, battery);
    battery.settings = read.settings("settings");
    // Any other table may be an adapter's; which adapter reads the battery says its mapping.
    for (const toml_file::Entry* entry : read.unasked())
        if (entry->node.table() != nullptr)
            battery.connections.push_back(read.settings(entry->key));
    read.finish();
    return battery;
}

void read_record(TableReader& read, Configuration& configuration) {
    auto record = read.table("record");
    if (!record)
        return;
    RecordConfiguration result{record->text("file", Need::required).value_or(""), usual_recording};
    if (const auto text = record->text("max_size")) {
        const auto size = recording_size(*text);
        if (!size)
            record->fault("max_size",
                          "expected an amount of at least 2 MB, as in \"50 MB\"; got \"" + *text + "\"");
        result.max_size = size.value_or(usual_recording);
    }
    record->finish();
    configuration.record = std::move(result);
}

void read_state(TableReader& read, Configuration& configuration) {
    auto state = read.table("state");
    if (!state)
        return;
    if (const auto folder = state->text("folder"))
        configuration.state_folder = *folder;
    configuration.black_box = state->boolean("black_box").value_or(true);
    state->finish();
}

/// How the interface should be set, and by whom.
void read_interface(TableReader& can, Configuration& configuration) {
    const auto number = [&](std::string_view key, std::int64_t least, std::int64_t most) {
        const auto value = can.integer(key, least, most);
        return value ? std::optional{static_cast<std::uint32_t>(*value)} : std::nullopt;
    };
    can::InterfaceWish& wish = configuration.interface;
    if (const auto rate = number("bit_rate", 1, 1'000'000)) {
        if (*rate != 500'000 && *rate != 250'000)
            can.fault("bit_rate", "expected 500000 or 250000, as the profiles of a GX have it; got " +
                                      std::to_string(*rate));
        wish.bit_rate = *rate;
    }
    wish.restart_ms = number("restart_ms", 10, 60'000);
    wish.queue = number("queue", 1, 1000);
    configuration.set_up = can.boolean("set_up").value_or(false);
    if (configuration.set_up && configuration.link.starts_with("log:"))
        can.fault("set_up", "a log has nothing to be set up; leave set_up out");
}

} // namespace

Configuration parse_configuration(std::string_view text, const std::string& file, Faults& faults) {
    Configuration configuration;
    const auto document = toml_file::parse(text, file, faults);
    if (!document)
        return configuration;
    TableReader read{*document, "", faults};
    if (auto can = read.table("can", Need::required)) {
        configuration.link = can->text("link", Need::required).value_or("");
        configuration.link_place = can->place_of("link");
        configuration.insist_on_name = can->boolean("insist_on_name").value_or(false);
        read_interface(*can, configuration);
        configuration.on_foreign =
            static_cast<OnForeign>(can->one_of("on_foreign", on_foreign_words).value_or(0));
        can->finish();
    }
    read_record(read, configuration);
    read_state(read, configuration);
    std::set<std::string> names;
    for (TableReader& battery : read.tables("battery", Need::required)) {
        configuration.batteries.push_back(read_battery(battery, configuration));
        const std::string& name = configuration.batteries.back().name;
        if (!name.empty() && !names.insert(name).second)
            battery.fault("name", "two batteries are called \"" + name + "\"");
    }
    configuration.bank = read_bank(read, configuration.batteries.size());
    configuration.force_charge = read_force_charge(read);
    read_obedience(read, configuration.on_disobeyed, configuration.obedience);
    configuration.gx = read_gx(read);
    read.finish();
    return configuration;
}

void adopt_period(BatteryConfiguration& battery, Duration period, Configuration& configuration,
                  Faults& faults) {
    const std::string told =
        "battery \"" + battery.name + "\" tells its values by itself each " + to_text(period);
    if (battery.poll_place)
        faults.push_back({*battery.poll_place, "poll: " + told + " and is not asked; leave poll out"});
    battery.poll = period;
    if (!battery.stale_after_place) {
        battery.stale_after = mapping::natural_limit(period);
        if (battery.stale_after > long_stale_after)
            configuration.warnings.push_back(
                {battery.mapping_place, told + ": " + long_life(battery.stale_after)});
    } else if (battery.stale_after < period * 2) {
        faults.push_back({*battery.stale_after_place, "stale_after: " + told +
                                                          ", and one lost message must not stop the system: "
                                                          "expected at least " +
                                                          to_text(period * 2) + "; got " +
                                                          to_text(battery.stale_after)});
    }
    if (period > slowest_poll)
        configuration.shadow_only.push_back(
            {battery.mapping_place, told + ", too slowly to steer by: at most 24 s. Its source may have a "
                                           "setting for that (retrocan mapping doc)"});
}

Configuration load_configuration(const std::filesystem::path& file, Faults& faults) {
    std::ifstream stream{file, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream.is_open() || stream.bad()) {
        faults.push_back({{file.string(), 0, 0}, "cannot be read: no such file, or no permission"});
        return {};
    }
    return parse_configuration(text, file.string(), faults);
}

} // namespace retrocan::daemon
