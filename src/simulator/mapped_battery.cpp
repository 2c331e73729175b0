// SPDX-License-Identifier: Apache-2.0
#include "simulator/mapped_battery.h"

#include "core/unit.h"
#include "mapping/point.h"
#include "simulator/alarm_search.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>

namespace retrocan::simulator {

namespace {

using adapter::RawValue;
using mapping::count_of;
using mapping::RawValues;

std::size_t index_of(std::string_view name) {
    return *signal_index(name); // the names below are those of core/battery
}

constexpr double lfp_cell = 3.3; // V, at rest

std::int64_t thousandths(double value) {
    return std::llround(value * 1000);
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double volts_of(const Maybe<Voltage>& voltage, double otherwise) {
    return voltage && voltage->value.count > 0 ? static_cast<double>(voltage->value.count) / 1000 : otherwise;
}

/// What the cells of the base have more than LFP cells: those of other chemistries.
double cell_offset(double cell) {
    if (cell > 3.65)
        return 0.55;                // NMC
    return cell < 2.7 ? -1.0 : 0.0; // LTO
}

/// Cells in series in the base, of those that are like its highest.
double series_of(const BatteryState& state) {
    const double volts = volts_of(state.voltage, 16 * lfp_cell);
    return std::max(1.0, std::round(volts / volts_of(state.cell_voltage_max, lfp_cell)));
}

/// As large as the battery of the base.
DemoShape shape_of(const mapping::Inverse& inverse, const BatteryState& state) {
    DemoShape shape;
    shape.cells =
        inverse.cells().empty() ? static_cast<std::size_t>(series_of(state)) : inverse.cells().size();
    shape.cell_offset = cell_offset(volts_of(state.cell_voltage_max, lfp_cell));
    shape.sensors = std::max<std::size_t>(1, inverse.sensors().size());
    if (const auto& capacity = state.capacity_online ? state.capacity_online : state.capacity;
        capacity && capacity->value.count > 0)
        shape.capacity_ah = static_cast<double>(capacity->value.count) / 1000;
    return shape;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    const bool hex = text.starts_with("0x");
    const std::string_view digits = hex ? text.substr(2) : text;
    std::int64_t value{};
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional{value} : std::nullopt;
}

} // namespace

MappedBattery::MappedBattery(MappingBase base, bool frozen, std::uint64_t seed, Duration day)
    : base_{std::move(base)}
    , inverse_{*base_.bound, base_.raws}
    , state_{mapping::update_of(*base_.bound, base_.raws).state}
    , frozen_{frozen}
    , model_{seed, day, shape_of(inverse_, state_)}
    , start_{model_.at({})} {
    find_same_registers();
    if (frozen_)
        return;
    find_states();
    std::set<std::size_t> taken; // the first signal of a point has it
    for (const auto& [signal, count] : targets(start_))
        if (const auto slot = inverse_.slot_of(signal); slot && taken.insert(*slot).second)
            modelled_.push_back(signal);
    // What one signal's point does to another's, and what registers cannot hold, is seen only when all have
    // been set, at several times of the day.
    constexpr int times = 12;
    for (int i = 0; i < times; ++i)
        leave_out_what_differs(model_.at(day * i / times));
}

void MappedBattery::leave_out_what_differs(const DemoPack& pack) {
    const Targets wanted = targets(pack);
    for (;;) {
        RawValues raws = base_.raws;
        apply(raws, pack);
        const BatteryState state = mapping::update_of(*base_.bound, raws).state;
        const auto wrong = std::ranges::find_if(modelled_, [&](std::size_t signal) {
            const auto count = count_of(state, signal);
            return !count || std::abs(*count - wanted.at(signal)) > inverse_.resolution(signal);
        });
        if (wrong == modelled_.end())
            return;
        modelled_.erase(wrong);
    }
}

/// What the state words are while it charges, and while it discharges.
void MappedBattery::find_states() {
    constexpr std::int64_t some_current = 10'000; // mA
    for (States* states : {&charging_, &discharging_}) {
        const std::int64_t current = states == &charging_ ? some_current : -some_current;
        RawValues raws = base_.raws;
        states->possible =
            inverse_.set(raws, index_of("current"), current) && inverse_.agree_with_current(raws);
        if (!states->possible)
            continue;
        RawValues before = base_.raws;
        inverse_.set(before, index_of("current"), current);
        states->raws.resize(raws.size());
        for (std::size_t slot = 0; slot < raws.size(); ++slot)
            if (raws[slot] != before[slot])
                states->raws[slot] = raws[slot];
    }
}

MappedBattery::Targets MappedBattery::targets(const DemoPack& pack) const {
    Targets result;
    const double volts = mean(pack.cell_voltage) * series_of(state_);
    double current = pack.current;
    // A state that cannot be turned would contradict the current.
    constexpr double no_direction = 0.4; // A
    if ((current > 0 && !charging_.possible) || (current < 0 && !discharging_.possible))
        current = std::clamp(current, -no_direction, no_direction);
    result[index_of("voltage")] = thousandths(volts);
    result[index_of("current")] = thousandths(current);
    result[index_of("soc")] = std::llround(pack.soc * 10'000);
    result[index_of("temperature")] = thousandths(mean(pack.temperature));
    result[index_of("cell_voltage_min")] = thousandths(pack.cell_voltage_min());
    result[index_of("cell_voltage_max")] = thousandths(pack.cell_voltage_max());
    result[index_of("cell_temperature_min")] = thousandths(std::ranges::min(pack.temperature));
    result[index_of("cell_temperature_max")] = thousandths(std::ranges::max(pack.temperature));
    if (const auto& capacity = state_.capacity_online ? state_.capacity_online : state_.capacity)
        result[index_of("capacity_remaining")] =
            std::llround(static_cast<double>(capacity->value.count) * pack.soc);
    // What the battery of the base asks for, less where the model asks for less. It begins
    // with its largest request.
    const auto limit = [&](const char* name, const Maybe<Current>& base, double now, double full) {
        if (base && base->value.count > 0)
            result[index_of(name)] =
                std::llround(static_cast<double>(base->value.count) * std::min(1.0, now / full));
    };
    limit("ccl", state_.ccl, pack.charge_current_limit, start_.charge_current_limit);
    limit("dcl", state_.dcl, pack.discharge_current_limit, start_.discharge_current_limit);
    return result;
}

std::optional<std::int64_t> MappedBattery::wanted(std::size_t signal, Duration time) const {
    if (std::ranges::find(modelled_, signal) == modelled_.end())
        return std::nullopt;
    const Targets all = targets(model_.at(time));
    return all.at(signal);
}

void MappedBattery::apply(RawValues& raws, const DemoPack& pack) const {
    for (std::size_t i = 0; i < inverse_.cells().size(); ++i)
        inverse_.set_slot(raws, inverse_.cells()[i], thousandths(pack.cell_voltage.at(i)));
    for (std::size_t i = 0; i < inverse_.sensors().size(); ++i)
        inverse_.set_slot(raws, inverse_.sensors()[i], thousandths(pack.temperature.at(i)));
    const Targets all = targets(pack);
    for (const std::size_t signal : modelled_)
        inverse_.set(raws, signal, all.at(signal));
    const States& states = all.at(index_of("current")) >= 0 ? charging_ : discharging_;
    for (std::size_t slot = 0; slot < states.raws.size(); ++slot)
        if (states.raws[slot])
            raws[slot] = states.raws[slot];
    agree_on_registers(raws);
}

RawValues MappedBattery::raws(Duration time) const {
    Duration model_time = time;
    bool stands_still = frozen_;
    for (const ValueFault& fault : faults_)
        if (fault.kind == ValueFault::Kind::frozen && time >= fault.from && time < fault.until) {
            model_time = std::min(model_time, fault.from);
            stands_still = true;
        }
    RawValues raws = captured_.value_or(base_.raws);
    if (!frozen_ && !captured_)
        apply(raws, model_.at(model_time));
    // Counters that say that the battery lives.
    constexpr std::int64_t beats = 100;
    if (!captured_ && !(stands_still && !frozen_))
        for (const std::size_t slot : inverse_.heartbeats())
            if (const auto* now = std::get_if<std::int64_t>(&*base_.raws[slot]))
                raws[slot] = RawValue{*now % 2 + time / std::chrono::seconds{1} % beats};
    for (const auto& [signal, count] : by_hand_)
        inverse_.set(raws, signal, count);
    for (const auto& [slot, value] : slots_by_hand_)
        raws[slot] = value;
    apply_faults(raws, time);
    agree_on_registers(raws);
    return raws;
}

/// Points that read different bits of the same register are of one mind about all of its bits.
void MappedBattery::agree_on_registers(RawValues& raws) const {
    for (const std::vector<std::size_t>& slots : same_registers_) {
        const auto whole = [](const std::optional<RawValue>& raw) {
            return raw ? std::get_if<std::int64_t>(&*raw) : nullptr;
        };
        std::int64_t changed = 0;
        for (const std::size_t slot : slots)
            if (const auto* now = whole(raws[slot]), *then = whole(base_.raws[slot]); now && then)
                changed |= *now ^ *then;
        for (const std::size_t slot : slots)
            if (const auto* now = whole(raws[slot]), *then = whole(base_.raws[slot]); now && then)
                raws[slot] = RawValue{*then ^ changed};
    }
}

void MappedBattery::find_same_registers() {
    std::map<std::string, std::vector<std::size_t>> by_place;
    const auto& points = base_.bound->source().points;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::size_t slot = points[i].first_slot;
        const auto& raw = base_.raws[slot];
        if (points[i].count == 1 && raw && std::holds_alternative<std::int64_t>(*raw))
            by_place[base_.served->where(i)].push_back(slot);
    }
    for (auto& [place, slots] : by_place)
        if (slots.size() > 1)
            same_registers_.push_back(std::move(slots));
}

std::vector<std::string> MappedBattery::lines(Duration time) const {
    return base_.served->encode(mapping::readings_of(raws(time)));
}

void MappedBattery::apply_faults(RawValues& raws, Duration time) const {
    for (const ValueFault& fault : faults_)
        if (time >= fault.from && time < fault.until)
            spoil(raws, fault);
}

namespace {

/// "No value" as the mapping knows it, else all bits of the register set, or all but the sign.
RawValue sentinel_of(const mapping::Point& point, const RawValue& now) {
    if (const auto* raw = std::get_if<std::int64_t>(&now);
        raw != nullptr && point.bits && !point.absent.empty()) {
        const auto [low, high] = *point.bits;
        const std::int64_t mask = ((std::int64_t{1} << (high - low + 1)) - 1) << low;
        return RawValue{(*raw & ~mask) | ((point.absent.front() << low) & mask)};
    }
    if (!point.absent.empty())
        return RawValue{point.absent.front()};
    const unsigned bits = mapping::raw_bit_width(point);
    if (bits >= 64)
        return RawValue{std::int64_t{0xFFFF}};
    return RawValue{(std::int64_t{1} << (mapping::signed_type(point) ? bits - 1 : bits)) - 1};
}

/// What a battery whose limit is below zero puts into its register, whether or not that has a sign.
RawValue negative_of(const mapping::Point& point) {
    constexpr std::int64_t counts = -50;
    const unsigned bits = mapping::raw_bit_width(point);
    if (mapping::signed_type(point) || bits >= 64)
        return RawValue{counts};
    return RawValue{(std::int64_t{1} << bits) + counts};
}

} // namespace

void MappedBattery::spoil(RawValues& raws, const ValueFault& fault) const {
    // The point that decides on a signal, or the cells where there is none.
    const auto each_slot_of = [&](std::size_t signal, const auto& visit) {
        if (const auto slot = inverse_.slot_of(signal))
            visit(*slot);
        else if (signal == index_of("voltage") || signal == index_of("cell_voltage_max"))
            std::ranges::for_each(inverse_.cells(), visit);
    };
    const auto named = signal_index(fault.name);
    switch (fault.kind) {
    case ValueFault::Kind::frozen:
        break;
    case ValueFault::Kind::sentinel: {
        const auto put = [&](std::size_t slot) {
            raws[slot] = sentinel_of(*base_.bound->slots()[slot].point, *raws[slot]);
        };
        if (const auto slot = slot_named(fault.name); slot && raws[*slot]) {
            put(*slot);
        } else if (named) {
            each_slot_of(*named, put);
        } else {
            for (const char* name : {"voltage", "current", "soc", "cell_voltage_max"})
                each_slot_of(index_of(name), put);
        }
        break;
    }
    case ValueFault::Kind::negative:
        for (const char* name : {"cvl", "ccl", "dcl"})
            each_slot_of(index_of(name), [&](std::size_t slot) {
                raws[slot] = negative_of(*base_.bound->slots()[slot].point);
            });
        break;
    case ValueFault::Kind::jump: {
        if (const auto slot = fault.name.empty() ? std::nullopt : slot_named(fault.name);
            slot && raws[*slot]) {
            if (const auto* now = std::get_if<std::int64_t>(&*raws[*slot]))
                raws[*slot] = RawValue{*now + *now / 2};
            break;
        }
        const std::size_t signal = named.value_or(index_of("voltage"));
        const auto now = count_of(mapping::update_of(*base_.bound, raws).state, signal);
        if (now && !inverse_.set(raws, signal, *now + *now / 2))
            for (const std::size_t slot : inverse_.cells())
                if (const auto* cell = std::get_if<std::int64_t>(&*raws[slot]))
                    raws[slot] = RawValue{*cell + *cell / 2};
        break;
    }
    }
}

/// "soc", "cell.3".
std::optional<std::size_t> MappedBattery::slot_named(std::string_view name) const {
    const std::size_t dot = name.find('.');
    const auto element =
        dot == std::string_view::npos ? std::optional<std::int64_t>{0} : whole_number(name.substr(dot + 1));
    for (const adapter::PointSpec& point : base_.bound->source().points)
        if (element && point.name == name.substr(0, dot) && *element >= 0 &&
            static_cast<std::size_t>(*element) < point.count)
            return point.first_slot + static_cast<std::size_t>(*element);
    return std::nullopt;
}

Result<std::string, std::string> MappedBattery::set_alarm(std::size_t alarm, std::string_view name,
                                                          std::string_view value, Duration now) {
    if (value != "yes" && value != "no")
        return Err{std::string{name} + ": expected yes or no; got \"" + std::string{value} + "\""};
    const bool active = value == "yes";
    const auto is_so = [&] {
        return count_of(mapping::update_of(*base_.bound, raws(now)).state, alarm) == (active ? 1 : 0);
    };
    const std::string done = std::string{name} + " = " + std::string{value};
    if (is_so())
        return done;
    // What was raised by hand is taken back; all else is looked for.
    for (auto it = slots_by_hand_.begin(); !active && it != slots_by_hand_.end();) {
        const auto removed = *it;
        it = slots_by_hand_.erase(it);
        if (is_so())
            return done;
        slots_by_hand_.insert(removed);
    }
    const auto change = alarm_value(*base_.bound, raws(now), alarm, active);
    if (!change)
        return Err{std::string{name} + ": no point alone decides on it; set a point of the mapping instead"};
    slots_by_hand_[change->slot] = change->value;
    return done;
}

Result<std::string, std::string> MappedBattery::set(std::string_view name, std::string_view value,
                                                    Duration now) {
    if (const auto signal = signal_index(name); signal && *signal < plain_signals) {
        std::optional<std::int64_t> count;
        if (value == "yes" || value == "no" || value == "true" || value == "false") {
            count = value == "yes" || value == "true" ? 1 : 0;
        } else {
            const auto amount = parse_amount(value);
            if (!amount)
                return Err{amount.error()};
            count = amount->count;
        }
        RawValues tried = raws(now);
        if (!inverse_.set(tried, *signal, *count))
            return Err{std::string{name} + ": no point alone decides on this signal, or its registers cannot "
                                           "hold that; set a point of the mapping instead"};
        by_hand_[*signal] = *count;
        return std::string{name} + " = " + std::string{value};
    }
    if (const auto alarm = alarm_signal(name))
        return set_alarm(*alarm, name, value, now);
    const auto slot = slot_named(name);
    if (!slot)
        return Err{"\"" + std::string{name} + "\" is neither a signal nor a point that is read"};
    const auto raw = whole_number(value);
    slots_by_hand_[*slot] = raw ? RawValue{*raw} : RawValue{std::string{value}};
    return std::string{name} + " = " + std::string{value} + " (raw)";
}

} // namespace retrocan::simulator
