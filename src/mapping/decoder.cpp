// SPDX-License-Identifier: Apache-2.0
#include "mapping/decoder.h"

#include "core/unit.h"
#include "mapping/content.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <string_view>
#include <utility>

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

std::size_t current_index() {
    static const std::size_t index = *signal_index("current");
    return index;
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
    texts_.resize(bound.mapping().content().scope.templates);
    summaries_.resize(bound.points().size());
    readings_ = {.now = {},
                 .generation = 1,
                 .slots = slots_,
                 .points = bound.points(),
                 .settings = bound.settings(),
                 .calculators = calculators_,
                 .summaries = summaries_,
                 .texts = texts_};
    keeps_alive_.resize(bound.points().size());
    for (const SlotRange& range : bound.points())
        if (range.count != 0 && range.point->alive_by)
            keeps_alive_[*range.point->alive_by] = true;
    gates_.resize(bound.points().size());
    risen_.resize(bound.points().size());
    for (const NamedCondition& condition : bound.mapping().content().availability) {
        Needs needs;
        condition.condition->add_needs(needs);
        for (const std::size_t point : needs.points)
            gates_[point] = true;
    }
    for (const SlotRange& range : bound.points())
        has_stamps_ = has_stamps_ || (range.count != 0 && range.point->fresh_by);
    if (!bound.mapping().content().identity.empty())
        identify();
    look_for_availability(true);
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
    touched_.reset();
    ++readings_.generation;
    for (std::size_t i = 0; i < progress_.size(); ++i) {
        const Point& point = *bound_.slots()[i].point;
        if (live(point))
            continue;
        // What a published source says of its availability holds until it says something else.
        const bool stays = bound_.publishes() && gates_[bound_.slots()[i].index];
        if (stays && progress_[i].answered)
            continue;
        progress_[i] = {};
        if (point.pace != adapter::Pace::once)
            continue;
        slots_[i].content = Slot::Content::unread; // another battery may have come: it must say who it is
        touched_ |= bound_.signals_of_slot()[i];
    }
    for (std::size_t i = 0; i < bound_.signals().size(); ++i)
        if (touched_[i])
            evaluate(*bound_.signals()[i], readings_.now);
    if (!bound_.mapping().content().identity.empty())
        identify();
    unread_ = 0;
    for (std::size_t i = 0; i < progress_.size(); ++i)
        if (!live(*bound_.slots()[i].point) && !progress_[i].answered)
            ++unread_;
    update_.slow_and_once_read = unread_ == 0;
}

bool Decoder::restored() {
    const std::size_t slots = bound_.slots().size();
    if (slots_.size() != slots || progress_.size() != slots || hashes_.size() != slots)
        return false;
    readings_.slots = slots_;
    ++readings_.generation;
    for (RunSummary& summary : summaries_)
        summary = {};
    open_live_ = 0;
    unread_ = 0;
    for (std::size_t i = 0; i < slots; ++i) {
        const Point& point = *bound_.slots()[i].point;
        if (!progress_[i].answered)
            ++(live(point) ? open_live_ : unread_);
        const Vocabulary& words = point.words;
        const auto count = static_cast<std::uint64_t>(slots_[i].count);
        if (!words.empty() && !words.is_list() && count >= words.words.size())
            return false;
    }
    return true;
}

const Update& Decoder::take(const adapter::Answer& answer) {
    readings_.now = answer.at;
    ++readings_.generation;
    update_.round_complete = false;
    update_.missed.reset();
    touched_ = bound_.constant(); // always as fresh as the last answer
    born_ = false;
    if (has_stamps_)
        find_risen_stamps(answer);
    for (const adapter::Reading& reading : answer.readings)
        if (reading.slot < slots_.size())
            take(reading, answer);
    for (std::size_t i = 0; i < bound_.signals().size(); ++i)
        if (touched_[i])
            evaluate(*bound_.signals()[i], answer.at);
    if (!bound_.mapping().content().identity.empty())
        identify();
    look_for_availability(answer.retained);
    compare_sign();
    update_.slow_and_once_read = unread_ == 0;
    if (open_live_ == 0 && live_slots_ != 0)
        end_round();
    return update_;
}

/// Which time stamps are higher than in the message before. The first of all proves nothing.
void Decoder::find_risen_stamps(const adapter::Answer& answer) {
    risen_.assign(risen_.size(), false);
    for (const adapter::Reading& reading : answer.readings) {
        if (reading.slot >= slots_.size())
            continue;
        const Slot& slot = slots_[reading.slot];
        const auto* raw = std::get_if<adapter::RawValue>(&reading.content);
        const auto* stamp = raw == nullptr ? nullptr : std::get_if<std::int64_t>(raw);
        if (stamp != nullptr && slot.has_raw && *stamp > slot.raw)
            risen_[bound_.slots()[reading.slot].index] = true;
    }
}

/// A message that looks alive and is not: the broker had kept it, its time stamp did not rise, or it may be
/// what a source sends again after it has come back.
bool Decoder::is_old(std::size_t slot, const adapter::Answer& answer) {
    const Point& point = *bound_.slots()[slot].point;
    if (answer.retained && point.pace != adapter::Pace::once)
        return true;
    if (point.fresh_by && !risen_[*point.fresh_by])
        return true;
    return std::exchange(progress_[slot].doubted, false);
}

/// Whether a message is late enough after the one that counted before to count for the next round.
bool Decoder::counts(const Progress& progress, TimePoint at) const {
    return !bound_.publishes() || progress.counted == TimePoint{} ||
           at - progress.counted >= bound_.period() / 2;
}

/// The connection to a published source is gone: what it told once may no longer be so.
void Decoder::forget_connection(std::size_t index) {
    if (bound_.slots()[index].point->pace != adapter::Pace::once)
        return;
    slots_[index].content = Slot::Content::unread;
    if (progress_[index].answered)
        ++unread_;
    progress_[index] = {};
}

void Decoder::take(const adapter::Reading& reading, const adapter::Answer& answer) {
    const auto* absence = std::get_if<adapter::Absence>(&reading.content);
    const bool failed = absence != nullptr && *absence != adapter::Absence::not_a_value;
    const Point& point = *bound_.slots()[reading.slot].point;
    const bool refused = absence != nullptr && *absence == adapter::Absence::refused;
    const bool is_live = live(point);
    Progress& progress = progress_[reading.slot];
    if (!failed && is_old(reading.slot, answer))
        return;
    if (bound_.publishes() && absence != nullptr && *absence == adapter::Absence::not_connected)
        forget_connection(reading.slot);
    progress.failed = failed;
    // What a device refuses it does not have: to wait for it would keep the battery out for ever. What was
    // not answered may still come.
    const bool in_time = failed || !is_live || counts(progress, answer.at);
    if (!progress.answered && in_time && (is_live || !failed || refused || point.optional)) {
        progress.answered = true;
        progress.counted = answer.at;
        --(is_live ? open_live_ : unread_);
    }
    touched_ |= bound_.signals_of_slot()[reading.slot];
    Slot& slot = slots_[reading.slot];
    slot.failing = failed;
    if (failed) {
        // The last value stays, with its age. But what the device has refused since it was last started with,
        // or need not have, it does not have.
        if ((refused || point.optional) && !progress.valued && !(is_live && slot.beat)) {
            slot.content = Slot::Content::absent;
            progress.failed = progress.failed && !is_live;
        }
        return;
    }
    progress.valued = true;
    born_ = born_ || (!answer.retained && slot.retained && gates_[bound_.slots()[reading.slot].index]);
    slot.retained = answer.retained;
    if (absence != nullptr)
        slot.content = Slot::Content::absent;
    else
        store(reading.slot, std::get<adapter::RawValue>(reading.content), answer.at);
}

void Decoder::store(std::size_t index, const adapter::RawValue& raw, TimePoint at) {
    const auto& [point, number, limit] = bound_.slots()[index];
    Slot& slot = slots_[index];
    const auto* integer = std::get_if<std::int64_t>(&raw);
    const bool same = integer != nullptr && slot.has_raw && slot.raw == *integer;
    if (same && slot.content == Slot::Content::value) { // as most are: only its age is new
        slot.at = at;
        slot.expires = expiry(at, limit);
        return;
    }
    slot.has_raw = integer != nullptr;
    slot.raw = integer != nullptr ? *integer : 0;
    const std::int64_t before = slot.count; // the last that it had, though it may have been absent since
    bool present = false;
    if (!point->words.empty()) {
        const auto word = meaning(*point, raw);
        slot.count = word.value_or(slot.count);
        present = word.has_value();
    } else if (point->text) {
        mapping::assign_text(raw, slot.text);
        present = !slot.text.empty() && !absent_text(*point, slot.text);
    } else if (const auto count = quantity(*point, raw)) {
        slot.count = *count;
        present = true;
    }
    slot.content = present ? Slot::Content::value : Slot::Content::absent;
    slot.at = at;
    slot.expires = expiry(at, limit);
    const bool moved = present && slot.beat && slot.count != before;
    if (present && (!slot.beat || moved))
        slot.since = at;
    slot.moved = slot.moved || moved;
    slot.beat = slot.beat || present;
    if (moved && keeps_alive_[number])
        keep_alive(number, at);
    if (analogue(*point)) {
        update_.fingerprint -= hashes_[index];
        hashes_[index] = hash(index, raw);
        update_.fingerprint += hashes_[index];
    }
}

/// The source still lives, so what it told last still holds.
void Decoder::keep_alive(std::size_t by, TimePoint at) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const auto& [point, number, limit] = bound_.slots()[i];
        if (point->alive_by != by || slots_[i].content != Slot::Content::value || slots_[i].failing ||
            slots_[i].expires <= at)
            continue; // what has expired, or cannot be read, must be told anew
        slots_[i].at = at;
        slots_[i].expires = expiry(at, limit);
        touched_ |= bound_.signals_of_slot()[i];
        Progress& progress = progress_[i];
        if (bound_.publishes() && live(*point) && !progress.answered && counts(progress, at)) {
            progress.answered = true; // it will not be told again before it changes
            progress.counted = at;
            --open_live_;
        }
    }
}

void Decoder::evaluate(const Signal& signal, TimePoint at) {
    Outcome outcome = signal.value->evaluate(readings_);
    if (!outcome.present) {
        clear(update_.state, signal.index);
        return;
    }
    if (bound_.current_inverted() && signal.index == current_index())
        outcome.count = -outcome.count;
    outcome.oldest = std::min(outcome.oldest, at); // what is made of no point is as old as this answer
    put(update_.state, signal.index, outcome);
}

/// What is not all known may still become so; one false check is enough against it.
void Decoder::identify() {
    update_.identity = Identity::matches;
    update_.identity_fault.clear();
    for (const NamedCondition& check : bound_.mapping().content().identity) {
        const Outcome outcome = check.condition->evaluate(readings_);
        const bool differs = outcome.present && outcome.count == 0;
        const bool known = outcome.present && !rests_on_retained(check);
        if (!differs && (known || update_.identity != Identity::matches))
            continue;
        update_.identity = differs ? Identity::differs : Identity::unknown;
        update_.identity_fault = check.name;
        update_.identity_fault += ": ";
        update_.identity_fault += check.text;
        if (differs)
            return;
    }
}

/// What the broker had kept may be of another battery, long gone.
bool Decoder::rests_on_retained(const NamedCondition& check) const {
    if (!bound_.publishes())
        return false;
    Needs needs;
    check.condition->add_needs(needs);
    return std::any_of(needs.points.begin(), needs.points.end(), [&](std::size_t point) {
        const SlotRange& range = bound_.points()[point];
        for (std::size_t i = range.first; i < range.first + range.count; ++i)
            if (slots_[i].retained)
                return true;
        return false;
    });
}

/// Each condition is needed. One that is not known passes only if all that tells it may be missing.
void Decoder::look_for_availability(bool retained) {
    const std::vector<NamedCondition>& conditions = bound_.mapping().content().availability;
    if (conditions.empty())
        return;
    const bool was_available = available_;
    update_.unavailable.clear();
    for (const NamedCondition& condition : conditions) {
        const Outcome outcome = condition.condition->evaluate(readings_);
        if (outcome.present ? outcome.count != 0 : may_be_missing(condition))
            continue;
        update_.unavailable = condition.name + ": " + condition.text;
        break;
    }
    available_ = update_.unavailable.empty();
    // Who has just come back may first send again what it knew long ago.
    if (available_ && ((!was_available && !retained) || born_))
        for (std::size_t i = 0; i < progress_.size(); ++i)
            progress_[i].doubted = live(*bound_.slots()[i].point) && !gates_[bound_.slots()[i].index];
}

bool Decoder::may_be_missing(const NamedCondition& condition) const {
    Needs needs;
    condition.condition->add_needs(needs);
    return std::all_of(needs.points.begin(), needs.points.end(), [&](std::size_t point) {
        const SlotRange& range = bound_.points()[point];
        return range.count != 0 && range.point->optional &&
               slots_[range.first].content == Slot::Content::absent;
    });
}

/// Small currents have no direction to speak of.
void Decoder::compare_sign() {
    constexpr std::int64_t clear_current = 500; // mA
    update_.sign_contradiction.clear();
    const auto& current = update_.state.current;
    if (!current || std::abs(current->value.count) < clear_current)
        return;
    const CurrentSign& sign = bound_.mapping().content().sign;
    const ValuePtr& other = current->value.count > 0 ? sign.discharging : sign.charging;
    if (!other)
        return;
    const Outcome told = other->evaluate(readings_);
    if (told.present && told.count != 0) {
        update_.sign_contradiction =
            current->value.count > 0 ? "it says that it discharges" : "it says that it charges";
        update_.sign_contradiction += ", and the current is ";
        update_.sign_contradiction += to_text(current->value);
    }
}

std::string Decoder::standing_heartbeat() const {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const Point& point = *bound_.slots()[i].point;
        if (point.heartbeat == Duration{})
            continue;
        const Slot& slot = slots_[i];
        const bool has_none = slot.content == Slot::Content::absent && !slot.beat;
        if (!has_none &&
            (slot.content != Slot::Content::value || readings_.now - slot.since >= point.heartbeat))
            return point.name;
    }
    return {};
}

std::string Decoder::text(std::size_t index) const {
    const auto& [point, number, limit] = bound_.slots()[index];
    const Slot& slot = slots_[index];
    if (slot.content != Slot::Content::value)
        return {};
    const Vocabulary& words = point->words;
    if (words.is_list()) {
        std::string list;
        for (std::size_t i = 0; i < words.words.size(); ++i)
            if (((static_cast<std::uint64_t>(slot.count) >> i) & 1U) != 0)
                list += (list.empty() ? "" : ", ") + words.words[i].name;
        return list.empty() ? "none" : list;
    }
    if (!words.empty())
        return words.words[static_cast<std::size_t>(slot.count)].name;
    if (point->text)
        return slot.text;
    const PointValue value{number, index - bound_.points()[number].first};
    const Outcome outcome = value.evaluate(readings_);
    return outcome.present ? to_text(Amount{point->unit.dimension, outcome.count}) : std::string{};
}

void Decoder::end_round() {
    update_.round_complete = true;
    update_.lost_heartbeat = standing_heartbeat();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (!live(*bound_.slots()[i].point))
            continue;
        if (progress_[i].failed)
            for (std::size_t n = 0; n < bound_.signals().size(); ++n)
                if (bound_.signals_of_slot()[i][n])
                    update_.missed.set(bound_.signals()[n]->index);
        const Progress before = progress_[i];
        progress_[i] = {.doubted = before.doubted, .counted = before.counted};
    }
    open_live_ = live_slots_;
}

} // namespace retrocan::mapping
