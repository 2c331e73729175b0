// SPDX-License-Identifier: Apache-2.0
#include "daemon/assembly.h"

#include "adapter/loader.h"
#include "can/link_name.h"
#include "core/unit.h"
#include "daemon/library.h"
#include "daemon/system_policy.h"
#include "victron/names.h"

#include <array>
#include <map>

namespace retrocan::daemon {

namespace {

namespace fs = std::filesystem;

/// Signals that a limiter of this version reads; each that the battery gives is required.
constexpr std::string_view limit_inputs[] = {"cvl", "ccl", "dcl", "charge_allowed", "discharge_allowed"};
constexpr std::string_view always_required[] = {"voltage", "current", "soc", "temperature"};

/// The table of the adapter that reads the battery; empty if there is none. Any other table is nobody's.
adapter::Settings connection_of(const BatteryConfiguration& battery, const std::string& adapter,
                                Faults& faults) {
    constexpr std::array<std::string_view, 6> our_tables{"limits",       "limiters", "charge",
                                                         "when_missing", "names",    "settings"};
    std::vector<std::string_view> known{our_tables.begin(), our_tables.end()};
    known.emplace_back(adapter);
    adapter::Settings connection{.path = "battery." + adapter, .place = battery.place, .keys = {}};
    for (const adapter::Settings& table : battery.connections) {
        const std::string name = table.path.substr(table.path.rfind('.') + 1);
        if (name == adapter)
            connection = table;
        else
            faults.push_back({table.place, table.path + ": unknown key" + did_you_mean(name, known) +
                                               "; this battery is read by the adapter \"" + adapter + "\""});
    }
    return connection;
}

SignalSet required_signals(const BatteryConfiguration& battery, const SignalSet& provided,
                           const std::vector<policy::Limiter>& limiters, Faults& faults) {
    SignalSet required;
    const policy::WhenMissing& stand_in = battery.when_missing;
    for (const std::string_view name : always_required)
        required.set(*signal_index(name));
    for (const std::string_view name : limit_inputs)
        if (provided.test(*signal_index(name)))
            required.set(*signal_index(name));
    for (const policy::Limiter& limiter : limiters)
        if (const auto input = policy::input_of(limiter.kind, provided); input && !limiter.when_missing)
            required.set(*input);
    const std::pair<std::string_view, bool> stand_ins[] = {{"temperature", stand_in.temperature.has_value()},
                                                           {"cvl", stand_in.cvl.has_value()},
                                                           {"ccl", stand_in.ccl.has_value()}};
    for (const auto& [name, given] : stand_ins)
        if (given)
            required.reset(*signal_index(name));
    for (const std::string_view name : always_required)
        if (const std::size_t index = *signal_index(name); required.test(index) && !provided.test(index))
            faults.push_back(
                {battery.mapping_place,
                 "battery.mapping: \"" + battery.mapping + "\" gives no " + std::string{name} +
                     (name == "temperature" ? ": write [battery.when_missing] temperature = \"20 degC\""
                                            : ", which is needed")});
    return required;
}

/// One answer that is waited for in vain, the next connection and the next poll have to fit into the life of
/// the data, or one lost answer stops the system.
void check_patience(const BatteryConfiguration& battery, Duration timeout, Faults& warnings) {
    const Duration reconnect = std::chrono::milliseconds{500};
    const Duration needed = timeout + reconnect + battery.poll;
    if (needed > battery.stale_after)
        warnings.push_back(
            {battery.place, "battery: one lost answer takes up to " + to_text(needed) + " (timeout " +
                                to_text(timeout) + ", reconnect, poll), but the data may be only " +
                                to_text(battery.stale_after) +
                                " old: it will fall silent. Raise stale_after or lower the timeout"});
}

/// What the mapping itself says against steering by it.
void check_use(const BatteryConfiguration& battery, const mapping::Bound& bound,
               Configuration& configuration) {
    if (bound.mapping().use() == mapping::Use::monitor)
        configuration.shadow_only.push_back(
            {battery.mapping_place, "battery.mapping: " + bound.mapping().title() +
                                        " is no 12, 24 or 48 V battery: it can be monitored, not managed"});
    if (!bound.sign_verified())
        configuration.warnings.push_back(
            {battery.mapping_place,
             "battery.mapping: nobody has verified the sign of its current. Charge the battery and look: if "
             "the "
             "current is positive, write invert_current = false, else invert_current = true"});
}

/// What nothing protects.
void check_limiters(const BatteryConfiguration& battery, const mapping::Bound& bound, Faults& warnings) {
    const bool cells = bound.provided().test(*signal_index("cell_voltage_max"));
    if (!battery.chemistry && !battery.charge.absorption && !battery.when_missing.cvl &&
        !bound.provided().test(*signal_index("cvl")))
        warnings.push_back({battery.place,
                            "battery: nobody says its charge voltage, so it is held at cvl_ceiling "
                            "for ever: write chemistry, or [battery.charge] absorption and float"});
    if (!battery.chemistry && battery.limiters.empty() && cells)
        warnings.push_back({battery.place, "battery: nothing limits by its cells and temperatures: write "
                                           "chemistry = \"lfp\", \"nmc\" or \"lto\""});
    if (battery.chemistry && battery.when_missing.temperature &&
        !bound.provided().test(*signal_index("temperature")))
        warnings.push_back({battery.place, "battery: it tells no temperature, so nothing keeps it from being "
                                           "charged in frost"});
}

/// An owner's name that the GX would take for another maker's is replaced on the bus; the owner should know.
void check_names(const BatteryConfiguration& battery, const Configuration& configuration, Faults& warnings) {
    const std::pair<std::uint32_t, const std::optional<std::string>&> names[] = {
        {0x35E, battery.names.manufacturer}, {0x370, battery.names.name}, {0x382, battery.names.family}};
    for (const auto& [id, name] : names) {
        const auto* known = name ? victron::recognised(id, *name) : nullptr;
        if (known != nullptr)
            warnings.push_back(
                {battery.place,
                 "battery.names: the GX takes \"" + *name + "\" for " + std::string{known->maker} + " (" +
                     std::string{known->effect} + "); " +
                     (configuration.insist_on_name ? "sent as it is, because can.insist_on_name is set"
                                                   : "a neutral name is sent instead")});
    }
}

std::optional<BatteryAssembly> assemble_battery(BatteryConfiguration& battery, Configuration& configuration,
                                                const fs::path& beside, const Folders& folders,
                                                const adapter::Loader& loader, Purpose purpose,
                                                Faults& faults) {
    const auto file = find_mapping(battery.mapping, beside, folders.mappings);
    if (!file) {
        faults.push_back({battery.mapping_place, "battery.mapping: " + file.error()});
        return std::nullopt;
    }
    const auto mapping = mapping::load(*file, faults);
    if (!mapping)
        return std::nullopt;
    const adapter::Settings connection = connection_of(battery, mapping->adapter(), faults);
    BatteryAssembly assembly;
    assembly.name = battery.name;
    assembly.adapter_name = mapping->adapter();
    mapping::Binding binding{.battery = battery.name,
                             .owner_settings = battery.settings,
                             .connection = connection,
                             .poll = battery.poll,
                             .live_limit = battery.stale_after_place ? std::optional{battery.stale_after}
                                                                     : std::nullopt,
                             .invert_current = battery.invert_current};
    if (purpose == Purpose::steer)
        for (const auto& write : battery.writes)
            binding.writes.push_back({write.name, write.place});
    assembly.bound = mapping::bind(mapping, binding, faults);
    auto adapter = loader.load(mapping->adapter());
    if (!adapter)
        faults.push_back({battery.mapping_place, adapter.error()});
    if (!assembly.bound || !adapter)
        return std::nullopt;
    assembly.adapter = *adapter;
    if (assembly.bound->publishes())
        adopt_period(battery, assembly.bound->period(), configuration, faults);
    policy::PackPolicy& pack = assembly.member.pack;
    pack.limits.provided = assembly.bound->provided();
    pack.limits.limiters =
        limiters(battery.chemistry, battery.cell_over_voltage, battery.limiters, pack.limits.provided,
                 battery.when_missing.temperature.has_value(), battery.mapping_place, faults);
    pack.required = required_signals(battery, pack.limits.provided, pack.limits.limiters, faults);
    assembly.source = assembly.adapter->source(assembly.bound->source_requiring(pack.required), faults);

    check_use(battery, *assembly.bound, configuration);
    if (assembly.source && !assembly.bound->publishes())
        check_patience(battery, assembly.source->timeout(), configuration.warnings);

    pack.limits.envelope = battery.envelope;
    pack.limits.discharge_voltage = battery.discharge_voltage;
    pack.limits.alarms_limit = battery.alarms_limit;
    pack.limits.capacity = battery.capacity;
    pack.limits.dcl_min = battery.dcl_min.value_or(pack.limits.dcl_min);
    pack.limits.ccl_zero = battery.charge.ccl_zero;
    if (battery.chemistry)
        pack.limits.full_cell = policy::cell_values(*battery.chemistry).full;
    pack.stale_after = battery.stale_after;
    pack.facts.cells = battery.cells;
    pack.limits.when_missing = battery.when_missing;
    assembly.member.name = battery.name;
    assembly.member.capacity = battery.capacity;
    check_limiters(battery, *assembly.bound, configuration.warnings);
    check_names(battery, configuration, configuration.warnings);
    return assembly;
}

/// What only shows with all batteries of one adapter side by side.
void check_together(const std::vector<BatteryAssembly>& batteries, Faults& faults, Faults& warnings) {
    std::map<std::string, std::vector<const BatteryAssembly*>> by_adapter;
    for (const BatteryAssembly& battery : batteries)
        if (battery.source)
            by_adapter[battery.adapter_name].push_back(&battery);
    for (const auto& [name, group] : by_adapter) {
        std::vector<const adapter::Source*> sources;
        for (const BatteryAssembly* battery : group)
            sources.push_back(battery->source.get());
        group.front()->adapter->check_together(sources, faults, warnings);
    }
}

std::optional<Assembly> assemble(Configuration configuration, const fs::path& beside, const Folders& folders,
                                 Purpose purpose, Faults& faults) {
    Assembly assembly;
    assembly.configuration = std::move(configuration);
    const adapter::Loader loader{folders.adapters};
    if (const auto link = can::parse_link(assembly.configuration.link);
        !link && !assembly.configuration.link.empty())
        faults.push_back({assembly.configuration.link_place, "can.link: " + link.error()});
    for (BatteryConfiguration& battery : assembly.configuration.batteries)
        if (auto one =
                assemble_battery(battery, assembly.configuration, beside, folders, loader, purpose, faults))
            assembly.batteries.push_back(std::move(*one));
    check_together(assembly.batteries, faults, assembly.configuration.warnings);
    if (assembly.batteries.size() > bank::most_members)
        faults.push_back(
            {assembly.configuration.batteries[bank::most_members].place,
             "battery: at most " + std::to_string(bank::most_members) + " can be managed as one"});
    if (faults.empty())
        join(assembly, faults);
    return faults.empty() ? std::optional{std::move(assembly)} : std::nullopt;
}

} // namespace

std::optional<Assembly> assemble(const fs::path& configuration, const Folders& folders, Faults& faults,
                                 Purpose purpose) {
    auto assembly = assemble(load_configuration(configuration, faults), configuration.parent_path(), folders,
                             purpose, faults);
    if (assembly)
        assembly->file = configuration.string();
    return assembly;
}

std::string memory_name(const Assembly& assembly) {
    return assembly.batteries.size() == 1 ? assembly.batteries.front().name : "bank";
}

std::vector<const mapping::Bound*> Assembly::bounds() const {
    std::vector<const mapping::Bound*> result;
    result.reserve(batteries.size());
    for (const BatteryAssembly& battery : batteries)
        result.push_back(battery.bound.get());
    return result;
}

std::optional<Assembly> assemble_text(std::string_view configuration, const std::string& file,
                                      const Folders& folders, Faults& faults) {
    return assemble(parse_configuration(configuration, file, faults), fs::current_path(), folders,
                    Purpose::steer, faults);
}

} // namespace retrocan::daemon
