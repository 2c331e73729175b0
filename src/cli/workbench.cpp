// SPDX-License-Identifier: Apache-2.0
#include "cli/workbench.h"

#include "cli/paths.h"

#include <algorithm>

namespace retrocan::cli {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const adapter::Setting* find(const std::vector<adapter::Setting>& keys, const std::string& key) {
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& s) { return s.key == key; });
    return found == keys.end() ? nullptr : &*found;
}

/// Something that the setting may be.
adapter::Setting any_value(const mapping::SettingSpec& spec) {
    if (spec.is_text)
        return {spec.name, std::string{"any"}, spec.place};
    const std::int64_t value =
        !spec.one_of.empty() ? spec.one_of.front() : spec.min.value_or(spec.max.value_or(1));
    if (spec.yes_or_no)
        return {spec.name, value != 0, spec.place};
    if (spec.dimension == Dimension::none)
        return {spec.name, value, spec.place};
    return {spec.name, to_text(spec, value), spec.place};
}

} // namespace

adapter::Settings with_stand_ins(const mapping::Mapping& mapping, adapter::Settings owner, StandIns which) {
    for (const mapping::SettingSpec& spec : mapping.settings()) {
        const bool wanted = which == StandIns::all ? !spec.fallback : spec.required;
        if (!wanted || find(owner.keys, spec.name) != nullptr)
            continue;
        const adapter::Setting* tested = nullptr;
        for (const mapping::TestVector& test : mapping.tests())
            if (tested == nullptr)
                tested = find(test.settings.keys, spec.name);
        owner.keys.push_back(tested != nullptr ? *tested : any_value(spec));
    }
    return owner;
}

Workbench::Workbench() : folders_{installed_folders().mappings}, loader_{installed_folders().adapters} {}

std::vector<daemon::LibraryEntry> Workbench::mappings(const std::vector<std::string>& arguments,
                                                      Faults& faults) const {
    if (arguments.empty())
        return daemon::library(folders_);
    std::vector<daemon::LibraryEntry> found;
    for (const std::string& argument : arguments) {
        std::error_code error;
        if (fs::is_directory(argument, error)) {
            const auto inside = daemon::library({argument});
            if (inside.empty())
                faults.push_back({{argument, 0, 0}, "this folder has no mappings (files that end in .toml)"});
            for (const daemon::LibraryEntry& entry : inside)
                found.push_back({entry.file.string(), entry.file});
        } else if (const auto file = daemon::find_mapping(argument, "", folders_)) {
            found.push_back({argument, *file});
        } else {
            faults.push_back({{}, file.error()});
        }
    }
    return found;
}

std::optional<Sample> Workbench::sample(const fs::path& file, Faults& faults) const {
    auto mapping = mapping::load(file, faults);
    if (!mapping)
        return std::nullopt;
    const adapter::Settings owner = with_stand_ins(*mapping, {"settings", {mapping->file(), 0, 0}, {}});
    // First with all that an owner may switch on: what stands behind only_if and [writes] must be right too.
    const adapter::Settings all = with_stand_ins(*mapping, owner, StandIns::all);
    if (!bound(mapping, all, {}, {}, true, faults))
        return std::nullopt;
    return sample(std::move(mapping), owner, {}, faults);
}

std::optional<Sample> Workbench::sample(std::shared_ptr<const mapping::Mapping> mapping,
                                        const adapter::Settings& owner, const adapter::Settings& keys,
                                        Faults& faults) const {
    return bound(std::move(mapping), owner, keys, {}, false,
                 faults); // no connection: nothing in it is needed
}

std::optional<Sample> Workbench::connected(std::shared_ptr<const mapping::Mapping> mapping,
                                           const adapter::Settings& owner,
                                           const adapter::Settings& connection, Faults& faults) const {
    return bound(std::move(mapping), owner, {}, connection, false, faults);
}

std::optional<Sample> Workbench::bound(std::shared_ptr<const mapping::Mapping> mapping,
                                       const adapter::Settings& owner, const adapter::Settings& keys,
                                       const adapter::Settings& connection, bool everything,
                                       Faults& faults) const {
    const std::size_t before = faults.size();
    Sample sample{std::move(mapping), nullptr, nullptr, nullptr};
    sample.bound = mapping::bind(sample.mapping,
                                 {.battery = "battery",
                                  .owner_settings = owner,
                                  .connection = connection,
                                  .poll = 1s,
                                  .everything = everything},
                                 faults);
    const auto adapter = loader_.load(sample.mapping->adapter());
    if (!adapter)
        faults.push_back({{sample.mapping->file(), 0, 0}, adapter.error()});
    if (!sample.bound || !adapter)
        return std::nullopt;
    sample.adapter = *adapter;
    adapter::SourceSpec spec = sample.bound->source();
    for (const adapter::Setting& key : keys.keys) {
        std::erase_if(spec.mapping.keys, [&](const adapter::Setting& own) { return own.key == key.key; });
        spec.mapping.keys.push_back(key);
    }
    sample.source = sample.adapter->source(spec, faults);
    if (!sample.source || faults.size() != before)
        return std::nullopt;
    return sample;
}

} // namespace retrocan::cli
