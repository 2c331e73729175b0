// SPDX-License-Identifier: Apache-2.0
#include "bank/sharing.h"

#include "core/unit.h"

#include <algorithm>
#include <limits>

namespace retrocan::bank {

namespace {

using policy::Charging;
using policy::Limit;
using policy::Limits;

__extension__ using Wide = __int128; // holds the product of three numbers of this room

constexpr std::int64_t whole = 1'000'000;
constexpr std::int64_t most_excess = 1'000'000 * whole; // of a share of a millionth: all of the current
constexpr std::int64_t margin_part = 20;                // over its limit by a twentieth of it
constexpr std::int64_t margin = 1'000;                  // and 1 A
constexpr std::int64_t recovery_per_second = 2'000;     // 0.2 %
constexpr std::int64_t telling_part = 4;                // a quarter of the total
constexpr std::int64_t telling = 4'000;                 // and 4 A tell how it divides

/// What differs between charging and discharging.
struct Direction {
    Limit<Current> Limits::*limit;
    std::int64_t sign; ///< of a current that flows this way
    std::string_view verb;
    std::string_view all_blocked;
};

constexpr Direction charging{&Limits::ccl, 1, "charges", "every charge switch is open"};
constexpr Direction discharging{&Limits::dcl, -1, "discharges", "every discharge switch is open"};

/// One direction, and the parts that are not blocked in it.
struct Way {
    const Direction* direction;
    std::vector<const Part*> open;
    Wide weights{};

    Way(const Direction& direction_, std::span<const Part> parts) : direction{&direction_} {
        open.reserve(parts.size());
        for (const Part& part : parts) {
            if (direction->sign > 0 ? charge_blocked(*part.member) : part.member->limits->discharge_blocked)
                continue;
            open.push_back(&part);
            weights += part.weight;
        }
    }
    [[nodiscard]] const Limit<Current>& limit_of(const Part& part) const {
        return part.member->limits->*direction->limit;
    }
    [[nodiscard]] std::int64_t own(const Part& part) const {
        return std::max<std::int64_t>(0, limit_of(part).value.count);
    }
    /// 0 if it flows the other way.
    [[nodiscard]] std::int64_t flow(const Part& part) const {
        const auto& current = part.member->values.current;
        return current ? std::max<std::int64_t>(0, current->value.count * direction->sign) : 0;
    }
    /// The total at which the part reaches its limit. Not below that limit: it cannot carry more than all.
    [[nodiscard]] Wide reached(const Part& part, std::int64_t excess) const {
        const Wide limit = own(part);
        return std::max(limit, limit * weights * whole / (Wide{part.weight} * (whole + excess)));
    }
};

using Excess = std::vector<Count>;

/// A number of a snapshot may be anything.
std::int64_t of(const Excess& excess, const Part& part) {
    return std::clamp<std::int64_t>(excess[part.index].count, 0, most_excess);
}

/// Compares what flows with the shares, `elapsed` after the last time.
void measure(const Way& way, Excess& excess, Duration elapsed) {
    Wide total = 0;
    Wide lowered = std::numeric_limits<std::int64_t>::max();
    for (const Part* part : way.open) {
        total += way.flow(*part);
        lowered = std::min(lowered, way.reached(*part, of(excess, *part)));
    }
    if (total == 0)
        return;
    const bool tells = total >= telling && total * telling_part >= lowered;
    const std::int64_t recovery = std::clamp<Duration>(elapsed, {}, std::chrono::hours{1}) /
                                  std::chrono::microseconds{1} * recovery_per_second / whole;
    for (const Part* part : way.open) {
        const std::int64_t flow = way.flow(*part);
        const std::int64_t limit = way.own(*part);
        const std::int64_t known = of(excess, *part);
        const Wide share = total * part->weight;
        const Wide carried = (Wide{flow} * way.weights * whole + share - 1) / share; // rounded up
        const auto measured = static_cast<std::int64_t>(std::clamp<Wide>(carried - whole, 0, most_excess));
        std::int64_t& kept = excess[part->index].count;
        // At a limit of 0 the total is 0 as well, and trickles tell nothing.
        if (limit > 0 && flow > limit + limit / margin_part + margin)
            kept = std::max(known, measured);
        else if (tells && measured < known)
            kept = std::max(measured, known - recovery);
    }
}

std::int64_t percent(Wide part, Wide all) {
    return static_cast<std::int64_t>(std::min<Wide>(100, (200 * part + all) / (2 * all)));
}

std::string percent_text(Wide part, Wide all) {
    return std::to_string(percent(part, all)) + " %";
}

Limit<Current> total(const Way& way, const Excess& excess) {
    if (way.open.empty())
        return {Current{0}, {"bank", std::string{way.direction->all_blocked}, {}}};
    const auto reached = [&](const Part* part) { return way.reached(*part, of(excess, *part)); };
    const Part* first = *std::min_element(way.open.begin(), way.open.end(),
                                          [&](auto* a, auto* b) { return reached(a) < reached(b); });
    Limit<Current> result = way.limit_of(*first);
    result.value = {
        static_cast<std::int64_t>(std::min<Wide>(reached(first), std::numeric_limits<std::int64_t>::max()))};
    std::string& input = result.reason.input;
    input = std::string{first->member->name} + ": " + input;
    if (way.open.size() > 1) {
        input += "; its share is " + percent_text(first->weight, way.weights);
        if (of(excess, *first) > 0)
            input += ", it was measured to carry more";
    }
    return result;
}

void object(const Way& way, const Excess& excess, std::vector<std::string>& objections) {
    for (const Part* part : way.open)
        if (const std::int64_t more = of(excess, *part); more > 0)
            objections.push_back(std::string{part->member->name} + ' ' + std::string{way.direction->verb} +
                                 " above its share: it carries up to " +
                                 percent_text(Wide{part->weight} * (whole + more), way.weights * whole) +
                                 " of the current instead of " + percent_text(part->weight, way.weights) +
                                 "; the limit is lowered");
}

Limit<Voltage> least_cvl(std::span<const Part> parts) {
    const auto least = std::min_element(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
        return a.member->limits->cvl.value < b.member->limits->cvl.value;
    });
    Limit<Voltage> cvl = least->member->limits->cvl;
    cvl.reason.input = std::string{least->member->name} + ": " + cvl.reason.input;
    return cvl;
}

Charging charging_of(std::span<const Part> parts) {
    bool all_blocked = true;
    bool all_full = true;
    for (const Part& part : parts) {
        const Charging one = part.member->limits->charging;
        if (one == Charging::prohibited)
            return Charging::prohibited;
        if (one == Charging::blocked)
            continue;
        all_blocked = false;
        all_full = all_full && one == Charging::full;
    }
    return all_blocked ? Charging::prohibited : all_full ? Charging::full : Charging::allowed;
}

/// Keeps of a member that does not count nothing.
void clear_others(Excess& excess, std::span<const Part> parts, std::size_t members) {
    Excess kept(members);
    excess.resize(members); // a snapshot may bring any number
    for (const Part& part : parts)
        kept[part.index] = excess[part.index];
    excess = std::move(kept);
}

} // namespace

Limits Sharing::limits(std::span<const Part> parts, std::vector<std::string>& objections) {
    clear_others(charge_, parts, members_);
    clear_others(discharge_, parts, members_);
    const Way charge{charging, parts};
    const Way discharge{discharging, parts};
    if (const auto elapsed = take_currents(parts)) {
        measure(charge, charge_, *elapsed);
        measure(discharge, discharge_, *elapsed);
    }
    object(charge, charge_, objections);
    object(discharge, discharge_, objections);

    Limits result;
    result.cvl = least_cvl(parts);
    result.ccl = total(charge, charge_);
    result.dcl = total(discharge, discharge_);
    result.charging = charging_of(parts);
    result.discharge_blocked = discharge.open.empty();
    result.complete = true;
    for (const Part& part : parts) {
        const Limits& own = *part.member->limits;
        result.discharge_voltage = std::max(result.discharge_voltage, own.discharge_voltage);
        result.complete = result.complete && own.complete;
    }
    return result;
}

/// Whether every part has told a new current since the last comparison: then the time between both.
std::optional<Duration> Sharing::take_currents(std::span<const Part> parts) {
    TimePoint newest = TimePoint::min();
    for (const Part& part : parts) {
        const auto& current = part.member->values.current;
        if (!current || (measured_ && current->oldest <= *measured_))
            return std::nullopt;
        newest = std::max(newest, current->oldest);
    }
    const Duration elapsed = measured_ ? newest - *measured_ : Duration{0};
    measured_ = newest;
    return elapsed;
}

void Sharing::forget() {
    charge_.assign(members_, {});
    discharge_.assign(members_, {});
    measured_.reset();
}

} // namespace retrocan::bank
