// SPDX-License-Identifier: Apache-2.0
#include "mapping/bound.h"

#include "mapping/address.h"
#include "mapping/content.h"

#include <algorithm>

namespace retrocan::mapping {

namespace {

Duration limit_of(const Point& point, Duration live_limit) {
    switch (point.pace) {
    case adapter::Pace::live:
        return live_limit;
    case adapter::Pace::slow:
        return point.period * 5 / 2;
    case adapter::Pace::once:
        break;
    }
    return Duration::max();
}

} // namespace

Bound::Bound(std::shared_ptr<const Mapping> mapping, SettledSettings settings, const Binding& binding,
             Faults& faults)
    : mapping_{std::move(mapping)}
    , settings_{std::move(settings)}
    , everything_{binding.everything}
    , sign_verified_{binding.invert_current || mapping_->content().sign.verified}
    , inverted_{binding.invert_current.value_or(false)} {
    number_slots(binding, faults);
    add_writes(binding, faults);
    select_signals();
}

/// Whether the owner left nothing out that a signal is made of.
bool Bound::has_source(const Signal& signal) const {
    if (everything_)
        return true;
    if (signal.only_if && settings_.values[*signal.only_if] != 1)
        return false;
    Needs needs;
    signal.value->add_needs(needs);
    return std::all_of(needs.settings.begin(), needs.settings.end(),
                       [&](std::size_t i) { return settings_.values[i].has_value(); });
}

/// What is to be read: the points of the signals that have a source, and all that must be known besides.
std::vector<bool> Bound::needed_points() const {
    const Content& content = mapping_->content();
    Needs needs;
    for (const Signal& signal : content.signals)
        if (has_source(signal))
            signal.value->add_needs(needs);
    for (const auto* list : {&content.identity, &content.availability})
        for (const NamedCondition& check : *list)
            check.condition->add_needs(needs);
    for (const ValuePtr* sign : {&content.sign.charging, &content.sign.discharging})
        if (*sign)
            (*sign)->add_needs(needs);
    std::vector<bool> needed(content.scope.points.size());
    for (const std::size_t point : needs.points)
        needed[point] = true;
    for (std::size_t i = 0; i < needed.size(); ++i)
        if (content.scope.points[i].heartbeat != Duration{})
            needed[i] = true;
    add_companions(content, needed);
    return needed;
}

void Bound::number_slots(const Binding& binding, Faults& faults) {
    const Content& content = mapping_->content();
    const auto fill = [&](const adapter::Settings& settings) {
        return filled(settings, content.scope.settings, settings_, binding.owner_settings, faults);
    };
    source_.battery = binding.battery;
    source_.mapping = fill(content.transport);
    source_.connection = binding.connection;
    const auto publishing = publishing_period(content, settings_.values);
    source_.published = publishing.has_value();
    source_.poll = publishing.value_or(binding.poll);
    const Duration live_limit = binding.live_limit.value_or(natural_limit(source_.poll));
    for (const Block& block : content.scope.blocks)
        source_.blocks.push_back({block.name, fill(block.keys)});
    const std::vector<bool> needed = needed_points();
    for (std::size_t i = 0; i < needed.size(); ++i) {
        const Point& point = content.scope.points[i];
        const std::int64_t elements =
            point.count_setting ? settings_.values[*point.count_setting].value_or(1) : point.count;
        const SlotRange range{slots_.size(), needed[i] ? static_cast<std::size_t>(elements) : 0, &point};
        points_.push_back(range);
        if (!needed[i])
            continue;
        slots_.insert(slots_.end(), range.count, SlotPlan{&point, i, limit_of(point, live_limit)});
        source_.points.push_back({point.name, fill(point.address), point.block, range.first, range.count,
                                  point.pace, point.period, point.optional});
    }
}

/// Only what the owner has named is handed to the adapter at all.
void Bound::add_writes(const Binding& binding, Faults& faults) {
    const Content& content = mapping_->content();
    std::vector<std::string_view> names;
    for (const Write& write : content.writes)
        names.push_back(write.name);
    std::vector<Binding::AllowedWrite> allowed_writes = binding.writes;
    for (const Write& write : content.writes)
        if (everything_)
            allowed_writes.push_back({write.name, write.address.place});
    for (const Binding::AllowedWrite& allowed : allowed_writes) {
        const auto write = std::find_if(content.writes.begin(), content.writes.end(),
                                        [&](const Write& one) { return one.name == allowed.name; });
        if (write == content.writes.end()) {
            faults.push_back({allowed.place, "writes: this battery's mapping has no write \"" + allowed.name +
                                                 "\"" + did_you_mean(allowed.name, names)});
            continue;
        }
        source_.writes.push_back(
            {write->name,
             filled(write->address, content.scope.settings, settings_, binding.owner_settings, faults),
             write->pace, write->period});
    }
}

void Bound::select_signals() {
    const Content& content = mapping_->content();
    signals_of_slot_.resize(slots_.size());
    for (const Signal& signal : content.signals) {
        if (!has_source(signal))
            continue;
        Needs needs;
        signal.value->add_needs(needs);
        const std::size_t number = signals_.size();
        signals_.push_back(&signal);
        provided_.set(signal.index);
        if (needs.points.empty())
            constant_.set(number);
        std::vector<bool> needed(points_.size());
        for (const std::size_t point : needs.points)
            needed[point] = true;
        add_companions(content, needed);
        for (std::size_t point = 0; point < needed.size(); ++point)
            for (std::size_t i = 0; needed[point] && i < points_[point].count; ++i)
                signals_of_slot_[points_[point].first + i].set(number);
    }
}

adapter::SourceSpec Bound::source_requiring(const SignalSet& required) const {
    adapter::SourceSpec spec = source_;
    for (adapter::PointSpec& point : spec.points) {
        if (point.count == 0)
            continue;
        const SignalSet& users = signals_of_slot_[point.first_slot];
        point.required = users.none();
        for (std::size_t s = 0; s < signals_.size(); ++s)
            point.required |= users.test(s) && required.test(signals_[s]->index);
    }
    return spec;
}

void add_companions(const Content& content, std::vector<bool>& needed) {
    for (bool found = true; found;) { // a companion may have one itself
        found = false;
        for (std::size_t i = 0; i < needed.size(); ++i) {
            const Point& point = content.scope.points[i];
            for (const auto& companion :
                 {point.present, point.used, point.exponent, point.alive_by, point.fresh_by})
                if (needed[i] && companion && !needed[*companion])
                    needed[*companion] = found = true;
        }
    }
}

namespace {

/// A check that needs a setting which nobody made would wait for ever.
void need_settings_of_checks(const Content& content, const SettingValues& settings,
                             const adapter::Settings& owner, Faults& faults) {
    Needs needs;
    for (const auto* list : {&content.identity, &content.availability})
        for (const NamedCondition& check : *list)
            check.condition->add_needs(needs);
    for (const ValuePtr* sign : {&content.sign.charging, &content.sign.discharging})
        if (*sign)
            (*sign)->add_needs(needs);
    for (const std::size_t i : needs.settings)
        if (const SettingSpec& setting = content.scope.settings[i]; !settings[i])
            faults.push_back(
                {owner.place, owner.path + "." + setting.name + ": missing, and needed: " + setting.help});
}

} // namespace

Duration natural_limit(Duration period) {
    constexpr Duration least = std::chrono::seconds{5};
    return std::max(least, period * 5 / 2);
}

std::optional<Duration> publishing_period(const Content& content, const SettingValues& settings) {
    const Publishing& publishing = content.publishing;
    if (publishing.setting && settings[*publishing.setting])
        return Duration{*settings[*publishing.setting]};
    return publishing.period != Duration{} ? std::optional{publishing.period} : std::nullopt;
}

std::unique_ptr<Bound> bind(std::shared_ptr<const Mapping> mapping, const Binding& binding, Faults& faults) {
    const std::size_t before = faults.size();
    SettledSettings settings = settle(mapping->settings(), binding.owner_settings, faults);
    for (const Point& point : mapping->content().scope.points)
        if (point.count_setting && !settings.values[*point.count_setting] && faults.size() == before) {
            const SettingSpec& setting = mapping->settings()[*point.count_setting];
            faults.push_back({binding.owner_settings.place, binding.owner_settings.path + "." + setting.name +
                                                                ": missing, and needed: " + setting.help});
        }
    need_settings_of_checks(mapping->content(), settings.values, binding.owner_settings, faults);
    if (faults.size() != before)
        return nullptr;
    auto bound = std::make_unique<Bound>(std::move(mapping), std::move(settings), binding, faults);
    return faults.size() == before ? std::move(bound) : nullptr;
}

} // namespace retrocan::mapping
