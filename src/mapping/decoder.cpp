// SPDX-License-Identifier: Apache-2.0
#include "mapping/decoder.h"

#include "mapping/content.h"

#include <algorithm>
#include <bit>
#include <string_view>

namespace retrocan::mapping {

namespace {

bool live(const Point& point) {
    return point.pace == adapter::Pace::live;
}

/// Measured, and so never quite still: what tells frozen data from quiet data.
bool analogue(const Point& point) {
    return live(point) && point.unit.dimension != Dimension::none;
}

/// Mixes well enough that the sum over all slots tells changes (the finalizer of splitmix64).
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

std::uint64_t hash(std::size_t slot, const adapter::RawValue& raw) {
    std::uint64_t bits = 0;
    if (const auto* integer = std::get_if<std::int64_t>(&raw))
        bits = static_cast<std::uint64_t>(*integer);
    else if (const auto* number = std::get_if<double>(&raw))
        bits = std::bit_cast<std::uint64_t>(*number);
    return mixed(mixed(bits) ^ slot);
}

/// When a value that was answered at `at` expires; no overflow for values that never do.
TimePoint expiry(TimePoint at, Duration limit) {
    return limit == Duration::max() ? TimePoint::max() : at + limit;
}

template <class T>
void assign(Maybe<T>& field, T value, const Outcome& outcome) {
    field = Aged<T>{std::move(value), outcome.oldest, outcome.expires};
}

/// Reuses the memory of the text that is there.
void assign_text(Maybe<std::string>& field, std::string_view text, const Outcome& outcome) {
    if (!field)
        field.emplace();
    field->value = text;
    field->oldest = outcome.oldest;
    field->expires = outcome.expires;
}

/// Puts an outcome into a field of the state, by the field's type.
struct Put {
    BatteryState& state;
    const Outcome& outcome;

    template <class Unit>
    void operator()(Maybe<Quantity<Unit>> BatteryState::*field) const {
        assign(state.*field, Quantity<Unit>{outcome.count}, outcome);
    }
    void operator()(Maybe<bool> BatteryState::*field) const {
        assign(state.*field, outcome.count != 0, outcome);
    }
    void operator()(Maybe<std::string> BatteryState::*field) const {
        assign_text(state.*field, *outcome.text, outcome);
    }
    void operator()(Maybe<Firmware> BatteryState::*field) const {
        assign(state.*field,
               Firmware{static_cast<std::uint8_t>(outcome.count / 256),
                        static_cast<std::uint8_t>(outcome.count % 256)},
               outcome);
    }
};

/// The field of a signal, alarm or warning, made absent.
void clear(BatteryState& state, std::size_t index) {
    if (index >= plain_signals) {
        index -= plain_signals;
        (index < alarm_kinds ? state.alarms[index] : state.warnings[index - alarm_kinds]).reset();
        return;
    }
    std::visit([&](auto field) { (state.*field).reset(); }, signals()[index].field);
}

void put(BatteryState& state, std::size_t index, const Outcome& outcome) {
    if (index < plain_signals) {
        std::visit(Put{state, outcome}, signals()[index].field);
        return;
    }
    index -= plain_signals;
    auto& alarm = index < alarm_kinds ? state.alarms[index] : state.warnings[index - alarm_kinds];
    assign(alarm, outcome.count != 0, outcome);
}

} // namespace

Decoder::Decoder(const Bound& bound)
    : bound_{bound}
    , slots_(bound.slots().size())
    , progress_(bound.slots().size())
    , hashes_(bound.slots().size()) {
    for (const Program& program : bound.mapping().content().scope.programs)
        calculators_.emplace_back(program);
    readings_ = {slots_, bound.points(), bound.settings(), calculators_};
    for (const Bound::SlotPlan& slot : bound.slots()) {
        ++(live(*slot.point) ? live_slots_ : other_slots_);
        if (analogue(*slot.point))
            ++update_.analogue_points;
    }
    open_live_ = live_slots_;
    unread_ = other_slots_;
    update_.slow_and_once_read = unread_ == 0;
}

void Decoder::restart() {
    for (std::size_t i = 0; i < progress_.size(); ++i)
        if (!live(*bound_.slots()[i].point))
            progress_[i] = {};
    unread_ = other_slots_;
    update_.slow_and_once_read = unread_ == 0;
}

const Update& Decoder::take(const adapter::Answer& answer) {
    update_.round_complete = false;
    update_.missed.reset();
    touched_ = bound_.constant(); // always as fresh as the last answer
    for (const adapter::Reading& reading : answer.readings)
        if (reading.slot < slots_.size())
            take(reading, answer.at);
    for (std::size_t i = 0; i < bound_.signals().size(); ++i)
        if (touched_[i])
            evaluate(*bound_.signals()[i], answer.at);
    update_.slow_and_once_read = unread_ == 0;
    if (open_live_ == 0 && live_slots_ != 0)
        end_round();
    return update_;
}

void Decoder::take(const adapter::Reading& reading, TimePoint at) {
    const auto* absence = std::get_if<adapter::Absence>(&reading.content);
    const bool failed = absence != nullptr && *absence != adapter::Absence::not_a_value;
    const bool refused = absence != nullptr && *absence == adapter::Absence::refused;
    const bool is_live = live(*bound_.slots()[reading.slot].point);
    Progress& progress = progress_[reading.slot];
    progress.failed = failed;
    // What a device refuses it does not have: to wait for it would keep the battery out for ever. What was
    // not answered may still come.
    if (!progress.answered && (is_live || !failed || refused)) {
        progress.answered = true;
        --(is_live ? open_live_ : unread_);
    }
    if (failed)
        return; // the last value stays, with its age
    touched_ |= bound_.signals_of_slot()[reading.slot];
    if (absence != nullptr)
        slots_[reading.slot].content = Slot::Content::absent;
    else
        store(reading.slot, std::get<adapter::RawValue>(reading.content), at);
}

void Decoder::store(std::size_t index, const adapter::RawValue& raw, TimePoint at) {
    const auto& [point, limit] = bound_.slots()[index];
    Slot& slot = slots_[index];
    bool present = false;
    if (point->text) {
        mapping::assign_text(raw, slot.text);
        present = !slot.text.empty();
    } else if (const auto count = quantity(*point, raw)) {
        slot.count = *count;
        present = true;
    }
    slot.content = present ? Slot::Content::value : Slot::Content::absent;
    slot.at = at;
    slot.expires = expiry(at, limit);
    if (analogue(*point)) {
        update_.fingerprint -= hashes_[index];
        hashes_[index] = hash(index, raw);
        update_.fingerprint += hashes_[index];
    }
}

void Decoder::evaluate(const Signal& signal, TimePoint at) {
    Outcome outcome = signal.value->evaluate(readings_);
    if (!outcome.present) {
        clear(update_.state, signal.index);
        return;
    }
    outcome.oldest = std::min(outcome.oldest, at); // what is made of no point is as old as this answer
    put(update_.state, signal.index, outcome);
}

void Decoder::end_round() {
    update_.round_complete = true;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (!live(*bound_.slots()[i].point))
            continue;
        if (progress_[i].failed)
            for (std::size_t n = 0; n < bound_.signals().size(); ++n)
                if (bound_.signals_of_slot()[i][n])
                    update_.missed.set(bound_.signals()[n]->index);
        progress_[i] = {};
    }
    open_live_ = live_slots_;
}

} // namespace retrocan::mapping
