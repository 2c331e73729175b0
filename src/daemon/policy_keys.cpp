// SPDX-License-Identifier: Apache-2.0
#include "daemon/policy_keys.h"

#include "core/unit.h"
#include "policy/limiter_presets.h"

#include <algorithm>
#include <array>

namespace retrocan::daemon {

namespace {

using namespace literals;
using namespace std::chrono_literals;
using toml_file::Need;
using toml_file::Node;
using toml_file::TableReader;

constexpr Current highest_current{6553'500}; // the field of 0x351
constexpr Duration longest = std::chrono::hours{24 * 366};

void whole_tenths(TableReader& read, std::string_view key, std::optional<Voltage> v) {
    if (v && v->count % 100 != 0)
        read.fault(key,
                   "must be a whole number of tenths of a volt, as the bus carries it; got " + to_text(*v));
}

void percent(TableReader& read, std::string_view key, std::optional<Percent> value) {
    if (value && (*value < 0_pct || *value > 100_pct))
        read.fault(key, "expected 0 % to 100 %; got " + to_text(*value));
}

/// What a limiter can read: cells, not packs; degrees Celsius, not Kelvin.
std::pair<std::int64_t, std::int64_t> range_of(Dimension dimension) {
    switch (dimension) {
    case Dimension::voltage:
        return {500, 5'000};
    case Dimension::temperature:
        return {-40'000, 150'000};
    default:
        return {0, 100'00};
    }
}

/// An amount of one dimension; a fault at its own place if it is none.
std::optional<std::int64_t> amount(const Node& node, Dimension dimension, const std::string& path,
                                   Faults& faults) {
    const std::string* text = node.text();
    const auto parsed = text != nullptr ? parse_amount(*text) : Result<Amount, std::string>{Amount{}};
    const auto [low, high] = range_of(dimension);
    if (text != nullptr && parsed && parsed->dimension == dimension && text->find('K') == std::string::npos) {
        if (parsed->count >= low && parsed->count <= high)
            return parsed->count;
        faults.push_back({node.place, path + ": expected " + to_text(Amount{dimension, low}) + " to " +
                                          to_text(Amount{dimension, high}) + "; got " + *text});
        return std::nullopt;
    }
    faults.push_back({node.place, path + ": expected " + std::string{to_text(dimension)} + "; got " +
                                      toml_file::describe(node)});
    return std::nullopt;
}

/// [["3.45 V", "100 %"], ["3.60 V", "0 %"]]
policy::Curve read_curve(const Node& node, const policy::LimiterInfo& info, const std::string& path,
                         Faults& faults) {
    const toml_file::Array* points = node.array();
    const std::size_t before = faults.size();
    policy::Curve curve;
    if (points == nullptr) {
        faults.push_back({node.place, path +
                                          ": expected a list of points, as in [[\"3.45 V\", \"100 %\"], "
                                          "[\"3.6 V\", \"0 %\"]], or \"off\"; got " +
                                          toml_file::describe(node)});
        return curve;
    }
    for (const Node& point : *points) {
        const toml_file::Array* pair = point.array();
        if (pair == nullptr || pair->size() != 2) {
            faults.push_back({point.place, path +
                                               ": expected a point of two: what is read, and the share "
                                               "that is given then; got " +
                                               toml_file::describe(point)});
            continue;
        }
        const auto input = amount((*pair)[0], info.dimension, path, faults);
        const auto share = amount((*pair)[1], Dimension::ratio, path, faults);
        if (input && share)
            curve.push_back({*input, {*share}});
    }
    if (faults.size() != before)
        return curve;
    std::string fault = policy::fault_of(curve);
    if (fault.empty() && (curve.front().share > curve.back().share) != info.falls)
        fault = std::string{"the wrong way round: expected shares that "} + (info.falls ? "fall" : "rise") +
                " with what is read (" + std::string{info.help} + ")";
    if (!fault.empty())
        faults.push_back({node.place, path + ": " + fault});
    return curve;
}

LimiterSetting read_limiter(TableReader& limiters, policy::LimiterKind kind) {
    const policy::LimiterInfo& info = policy::info(kind);
    const std::string path = limiters.path_of(info.name);
    LimiterSetting setting{kind, std::nullopt, limiters.place_of(info.name)};
    const Node* node = limiters.node(info.name);
    if (node->text() != nullptr && *node->text() == "off")
        return setting;
    policy::Limiter limiter{kind, {}, std::nullopt};
    if (node->table() != nullptr) {
        auto table = *limiters.table(info.name);
        limiter.when_missing = table.quantity<Percent>("when_missing");
        percent(table, "when_missing", limiter.when_missing);
        if (const Node* points = table.node("points", Need::required))
            limiter.curve = read_curve(*points, info, path, limiters.faults());
        table.finish();
    } else {
        limiter.curve = read_curve(*node, info, path, limiters.faults());
    }
    setting.limiter = std::move(limiter);
    return setting;
}

} // namespace

void check_current(TableReader& read, std::string_view key, std::optional<Current> value, Current least) {
    if (value && (*value < least || *value > highest_current))
        read.fault(key, "expected " + to_text(least) + " to " + to_text(highest_current) + "; got " +
                            to_text(*value));
}

ChargeSettings read_charge(TableReader& battery) {
    ChargeSettings settings;
    auto charge = battery.table("charge");
    if (!charge)
        return settings;
    settings.hold = charge->quantity<Voltage>("hold");
    settings.floating = charge->quantity<Voltage>("float");
    settings.absorption = charge->quantity<Voltage>("absorption");
    whole_tenths(*charge, "hold", settings.hold);
    whole_tenths(*charge, "float", settings.floating);
    whole_tenths(*charge, "absorption", settings.absorption);
    settings.cell_target = charge->quantity<Voltage>("cell_target");
    settings.rebulk_cell = charge->quantity<Voltage>("rebulk_cell");
    settings.rebulk_soc = charge->quantity<Percent>("rebulk_soc");
    percent(*charge, "rebulk_soc", settings.rebulk_soc);
    settings.absorption_time = charge->duration("absorption_time", 0s, 24h);
    settings.balance_every = charge->duration("balance_every", 1h, longest);
    settings.balance_time = charge->duration("balance_time", 0s, 48h);
    constexpr std::array<std::string_view, 2> words{"hold", "obey"};
    settings.ccl_zero = static_cast<policy::CclZero>(charge->one_of("ccl_zero", words).value_or(0));
    charge->finish();
    return settings;
}

std::vector<LimiterSetting> read_limiters(TableReader& battery, bool& alarms_limit) {
    std::vector<LimiterSetting> settings;
    auto limiters = battery.table("limiters");
    if (!limiters)
        return settings;
    for (std::size_t i = 0; i < policy::limiter_kinds; ++i) {
        const auto kind = static_cast<policy::LimiterKind>(i);
        if (limiters->node(policy::info(kind).name) != nullptr)
            settings.push_back(read_limiter(*limiters, kind));
    }
    constexpr std::array<std::string_view, 2> words{"on", "off"};
    alarms_limit = limiters->one_of("alarms", words).value_or(0) == 0;
    limiters->finish();
    return settings;
}

std::vector<policy::Limiter> limiters(std::optional<policy::Chemistry> chemistry, Voltage cell_over_voltage,
                                      const std::vector<LimiterSetting>& settings, const SignalSet& provided,
                                      bool has_temperature, const Place& place, Faults& faults) {
    std::vector<policy::Limiter> result;
    const auto owners = [&](policy::LimiterKind kind) {
        return std::ranges::find(settings, kind, &LimiterSetting::kind);
    };
    const auto is_read = [&](policy::LimiterKind kind) {
        return policy::input_of(kind, provided) ||
               (has_temperature && policy::info(kind).stand_in == "temperature");
    };
    if (chemistry)
        for (policy::Limiter& limiter : policy::preset_limiters(*chemistry, cell_over_voltage)) {
            const bool mosfet = policy::info(limiter.kind).signal == "mosfet_temperature";
            if (owners(limiter.kind) == settings.end() && (!mosfet || is_read(limiter.kind)))
                result.push_back(std::move(limiter));
        }
    for (const LimiterSetting& setting : settings)
        if (setting.limiter)
            result.push_back(*setting.limiter);
    for (const policy::Limiter& limiter : result) {
        if (is_read(limiter.kind) || limiter.when_missing)
            continue;
        const policy::LimiterInfo& info = policy::info(limiter.kind);
        const auto setting = owners(limiter.kind);
        faults.push_back({setting != settings.end() ? setting->place : place,
                          "battery.limiters." + std::string{info.name} + " reads " +
                              std::string{info.signal} + ", which this battery does not tell. Write " +
                              std::string{info.name} +
                              " = \"off\" in [battery.limiters] if something else protects it (" +
                              std::string{info.help} + ")"});
    }
    return result;
}

policy::ForceChargePolicy read_force_charge(TableReader& root) {
    policy::ForceChargePolicy policy;
    auto force = root.table("force_charge");
    if (!force)
        return policy;
    policy.below = force->quantity<Percent>("below");
    policy.long_below = force->quantity<Percent>("long_below");
    policy.long_time = force->duration("long_time", 1min, longest).value_or(policy.long_time);
    const auto until = force->quantity<Percent>("until", Need::required);
    percent(*force, "below", policy.below);
    percent(*force, "long_below", policy.long_below);
    percent(*force, "until", until);
    policy.until = until.value_or(0_pct);
    if (!policy.below && !policy.long_below)
        force->fault("expected below, long_below, or both: the SOC at which charging is asked for");
    for (const auto& [key, low] :
         {std::pair{"below", policy.below}, std::pair{"long_below", policy.long_below}})
        if (until && low && *low >= *until)
            force->fault(key, "must be below until (" + to_text(*until) + "); got " + to_text(*low));
    force->finish();
    return policy;
}

BankConfiguration read_bank(TableReader& root, std::size_t batteries) {
    BankConfiguration result;
    auto bank = root.table("bank");
    if (!bank)
        return result;
    constexpr std::array<std::string_view, 2> words{"stop", "degrade"};
    bank::BankSettings& settings = result.settings;
    settings.on_lost = static_cast<bank::OnLost>(bank->one_of("on_lost", words).value_or(0));
    settings.min_online = static_cast<std::size_t>(
        bank->integer("min_online", 1, static_cast<std::int64_t>(std::max<std::size_t>(batteries, 1)))
            .value_or(1));
    settings.grace = bank->duration("grace", 0s, 1h).value_or(60s);
    settings.most_difference = bank->quantity<Voltage>("most_difference").value_or(settings.most_difference);
    settings.spread_warning = bank->quantity<Voltage>("spread_warning").value_or(settings.spread_warning);
    for (const auto& [key, v] : {std::pair{"most_difference", settings.most_difference},
                                 std::pair{"spread_warning", settings.spread_warning}})
        if (v <= 0_V)
            bank->fault(key, "must be above 0 V; got " + to_text(v));
    result.ccl_ceiling = bank->quantity<Current>("ccl_ceiling");
    result.dcl_ceiling = bank->quantity<Current>("dcl_ceiling");
    check_current(*bank, "ccl_ceiling", result.ccl_ceiling, 0_A);
    check_current(*bank, "dcl_ceiling", result.dcl_ceiling, 100_mA);
    if (batteries == 1)
        bank->fault("there is one battery; [bank] is for several");
    bank->finish();
    return result;
}

void read_obedience(TableReader& root, policy::OnDisobeyed& on_disobeyed, policy::ObediencePolicy& policy) {
    auto obedience = root.table("obedience");
    if (!obedience)
        return;
    constexpr std::array<std::string_view, 3> words{"automatic", "warn", "silent"};
    on_disobeyed = static_cast<policy::OnDisobeyed>(obedience->one_of("on_disobeyed", words).value_or(0));
    policy.lower_cvl = obedience->boolean("lower_cvl").value_or(false);
    obedience->finish();
}

} // namespace retrocan::daemon
