// SPDX-License-Identifier: Apache-2.0
#include "mapping/bound.h"

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

Bound::Bound(std::shared_ptr<const Mapping> mapping, SettingValues settings, const Binding& binding)
    : mapping_{std::move(mapping)}, settings_{std::move(settings)} {
    number_slots(binding);
    select_signals();
}

void Bound::number_slots(const Binding& binding) {
    const Content& content = mapping_->content();
    source_.battery = binding.battery;
    source_.mapping = content.transport;
    source_.connection = binding.connection;
    source_.poll = binding.poll;
    for (const Point& point : content.scope.points) {
        const std::int64_t elements =
            point.count_setting ? settings_[*point.count_setting].value_or(1) : point.count;
        const SlotRange range{slots_.size(), static_cast<std::size_t>(elements)};
        points_.push_back(range);
        slots_.insert(slots_.end(), range.count, SlotPlan{&point, limit_of(point, binding.live_limit)});
        source_.points.push_back(
            {point.name, point.address, range.first, range.count, point.pace, point.period});
    }
}

void Bound::select_signals() {
    const Content& content = mapping_->content();
    signals_of_slot_.resize(slots_.size());
    for (const Signal& signal : content.signals) {
        Needs needs;
        signal.value->add_needs(needs);
        const bool all_set = std::all_of(needs.settings.begin(), needs.settings.end(),
                                         [&](std::size_t i) { return settings_[i].has_value(); });
        if (!all_set)
            continue; // the owner left out what this signal is made of: it has no source
        const std::size_t number = signals_.size();
        signals_.push_back(&signal);
        provided_.set(signal.index);
        if (needs.points.empty())
            constant_.set(number);
        for (const std::size_t point : needs.points) {
            const SlotRange& range = points_[point];
            for (std::size_t slot = range.first; slot < range.first + range.count; ++slot)
                signals_of_slot_[slot].set(number);
        }
    }
}

std::unique_ptr<Bound> bind(std::shared_ptr<const Mapping> mapping, const Binding& binding, Faults& faults) {
    const std::size_t before = faults.size();
    SettingValues settings = settle(mapping->settings(), binding.owner_settings, faults);
    for (const Point& point : mapping->content().scope.points)
        if (point.count_setting && !settings[*point.count_setting] && faults.size() == before) {
            const SettingSpec& setting = mapping->settings()[*point.count_setting];
            faults.push_back({binding.owner_settings.place, binding.owner_settings.path + "." + setting.name +
                                                                ": missing, and needed: " + setting.help});
        }
    if (faults.size() != before)
        return nullptr;
    return std::make_unique<Bound>(std::move(mapping), std::move(settings), binding);
}

} // namespace retrocan::mapping
