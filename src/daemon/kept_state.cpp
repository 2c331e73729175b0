// SPDX-License-Identifier: Apache-2.0
#include "daemon/kept_state.h"

#include <array>
#include <cstdint>
#include <limits>

#include <nlohmann/json.hpp>

namespace retrocan::daemon {

namespace {

using Json = nlohmann::json;

/// Raised when an older program would misread what is written. A newer one still reads this.
constexpr std::int64_t version = 1;

constexpr std::size_t most_entries = 1000;
constexpr std::size_t longest_name = 256;
constexpr Duration longest = std::chrono::hours{24 * 365 * 100};

// The words of the file, in the order of the phases; they outlive any change of the program.
constexpr std::array<std::string_view, 3> phase_words{"bulk", "absorption", "float"};

struct StateFault {
    std::string what;
};

/// An object of the file: each member has to be asked for, so that none is overlooked.
class Object {
public:
    Object(const Json& json, std::string where) : json_{json}, where_{std::move(where)} {
        if (!json.is_object())
            fail(where_, "expected an object");
    }

    [[nodiscard]] const Json* find(const char* name) {
        const auto entry = json_.find(name);
        if (entry == json_.end())
            return nullptr;
        ++found_;
        return &*entry;
    }
    [[nodiscard]] const Json& at(const char* name) {
        const Json* entry = find(name);
        if (entry == nullptr)
            fail(path(name), "missing");
        return *entry;
    }
    [[nodiscard]] std::int64_t number(const char* name, std::int64_t most) {
        const Json& json = at(name);
        const bool fits =
            json.is_number_unsigned() && json.get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
        if (!fits)
            fail(path(name), "expected a whole number of 0 to " + std::to_string(most));
        return json.get<std::int64_t>();
    }
    void end() const {
        if (found_ != json_.size())
            fail(where_, "has a member that this version does not know");
    }

    [[nodiscard]] std::string path(const std::string& name) const {
        return where_.empty() ? name : where_ + "." + name;
    }
    [[noreturn]] static void fail(const std::string& where, const std::string& what) {
        throw StateFault{where.empty() ? what : where + ": " + what};
    }

private:
    const Json& json_;
    std::string where_;
    std::size_t found_{};
};

policy::Phase phase_of(const Json& json, const std::string& where) {
    for (std::size_t i = 0; i < phase_words.size(); ++i)
        if (json == phase_words[i])
            return static_cast<policy::Phase>(i);
    Object::fail(where, "expected one of bulk, absorption, float");
}

policy::ChargeMemory charge_of(const Json& json, const std::string& where) {
    Object object{json, where};
    policy::ChargeMemory charge;
    charge.phase = phase_of(object.at("phase"), object.path("phase"));
    charge.since_full = Duration{object.number("since_full_us", longest.count())};
    object.end();
    return charge;
}

policy::EnergyMemory energy_of(const Json& json, const std::string& where) {
    using policy::EnergyMemory;
    Object object{json, where};
    EnergyMemory energy;
    energy.in = {object.number("in_wh", EnergyMemory::most.count)};
    energy.out = {object.number("out_wh", EnergyMemory::most.count)};
    energy.in_rest = object.number("in_rest", EnergyMemory::rests_per_wh - 1);
    energy.out_rest = object.number("out_rest", EnergyMemory::rests_per_wh - 1);
    object.end();
    return energy;
}

Kept kept_of(const Json& json, const std::string& where) {
    Object object{json, where};
    Kept kept;
    if (const Json* charge = object.find("charge"))
        kept.charge = charge_of(*charge, object.path("charge"));
    if (const Json* energy = object.find("energy"))
        kept.energy = energy_of(*energy, object.path("energy"));
    object.end();
    return kept;
}

KeptState state_of(const Json& json) {
    Object object{json, ""};
    const std::int64_t written = object.number("version", std::numeric_limits<std::int64_t>::max());
    if (written != version)
        Object::fail("version", "is " + std::to_string(written) + ", this program reads " +
                                    std::to_string(version) + ": a newer one wrote it");
    const Json& batteries = object.at("batteries");
    object.end();
    if (!batteries.is_object() || batteries.size() > most_entries)
        Object::fail("batteries",
                     "expected an object with at most " + std::to_string(most_entries) + " members");
    KeptState state;
    for (const auto& [name, kept] : batteries.items()) {
        if (name.size() > longest_name)
            Object::fail("batteries", "has a name that is too long");
        state.emplace(name, kept_of(kept, "batteries." + Json(name).dump(-1, ' ', true)));
    }
    return state;
}

Json json_of(const Kept& kept) {
    Json json = Json::object();
    if (kept.charge)
        json["charge"] = {{"phase", phase_words.at(static_cast<std::size_t>(kept.charge->phase))},
                          {"since_full_us", kept.charge->since_full.count()}};
    if (kept.energy)
        json["energy"] = {{"in_wh", kept.energy->in.count},
                          {"in_rest", kept.energy->in_rest},
                          {"out_wh", kept.energy->out.count},
                          {"out_rest", kept.energy->out_rest}};
    return json;
}

} // namespace

std::string to_text(const KeptState& state) {
    Json batteries = Json::object();
    for (const auto& [name, kept] : state)
        batteries[name] = json_of(kept);
    const Json json = {{"version", version}, {"batteries", std::move(batteries)}};
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<KeptState, std::string> parse_kept_state(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        return Err{std::string{"no JSON"}};
    try {
        return state_of(json);
    } catch (const StateFault& fault) {
        return Err{fault.what};
    }
}

} // namespace retrocan::daemon
