// SPDX-License-Identifier: Apache-2.0
#include "bank/membership.h"

#include "core/unit.h"

#include <algorithm>
#include <cstdlib>

namespace retrocan::bank {

namespace {

using policy::PackState;

/// "2.3 V above the others": in tenths, which is enough for people.
std::string difference_text(Voltage voltage, Voltage reference) {
    const std::int64_t difference = voltage.count - reference.count;
    const Voltage size{(std::abs(difference) + 50) / 100 * 100};
    return to_text(size) + (difference < 0 ? " below the others" : " above the others");
}

void append(std::string& list, std::string_view item) {
    if (!list.empty())
        list += ", ";
    list += item;
}

} // namespace

struct Membership::Look {
    std::span<const Member> members;
    TimePoint now;
    std::vector<bool> living;
    std::optional<Voltage> reference; ///< what voltages are compared with; none: nothing to compare

    [[nodiscard]] std::size_t number_living() const {
        return static_cast<std::size_t>(std::count(living.begin(), living.end(), true));
    }
    [[nodiscard]] bool near(std::size_t i, Voltage most_difference) const {
        const auto& voltage = members[i].values.voltage;
        return !reference ||
               (voltage && std::abs(voltage->value.count - reference->count) <= most_difference.count);
    }
    /// May count as far as its voltage goes.
    [[nodiscard]] bool fits(std::size_t i, Voltage most_difference) const {
        return living[i] && (switched_off(members[i]) || near(i, most_difference));
    }
    /// "attic is stale: no good round for 5 s"
    [[nodiscard]] std::string absence(std::size_t i) const {
        const Member& member = members[i];
        if (member.state == PackState::running)
            return std::string{member.name} + " runs, but its data has expired";
        return std::string{member.name} + " is " + std::string{policy::to_text(member.state)} +
               (member.reason.empty() ? "" : ": " + std::string{member.reason});
    }
    [[nodiscard]] std::string difference(std::size_t i) const {
        const auto& voltage = members[i].values.voltage;
        return voltage && reference ? difference_text(voltage->value, *reference)
                                    : "its voltage is not known";
    }
};

Membership::Membership(const BankSettings& settings, std::size_t members)
    : settings_{settings}
    , members_{members}
    , least_{settings.on_lost == OnLost::stop ? members
                                              : std::clamp<std::size_t>(settings.min_online, 1, members)}
    , counting_(members) {}

Attendance Membership::look(std::span<const Member> members, TimePoint now) {
    counting_.resize(members_); // a snapshot may bring anything
    for (std::uint8_t& counts : counting_)
        counts = counts != 0 ? 1 : 0;
    Look look{members, now, std::vector<bool>(members_), {}};
    for (std::size_t i = 0; i < members_; ++i)
        look.living[i] = lives(members[i], now);

    if (state_ == PackState::running) {
        drop_lost(look);
        go_on(look);
    } else {
        form(look);
    }
    next_ = state_ == PackState::running ? held_until_ : waiting_until_;
    if (next_ && *next_ <= now)
        next_.reset();

    Attendance result;
    result.state = state_;
    result.counts.assign(counting_.begin(), counting_.end());
    if (state_ != PackState::running) {
        result.reason = hindrance(look);
        return result;
    }
    const auto number = std::count(counting_.begin(), counting_.end(), 1);
    result.reason = std::to_string(number) + " of " + std::to_string(members_) + " batteries run";
    const auto missing = std::find(counting_.begin(), counting_.end(), 0);
    if (missing != counting_.end())
        result.missing = static_cast<std::size_t>(missing - counting_.begin());
    result.held_until = held_until_;
    object(look, result.objections);
    return result;
}

void Membership::drop_lost(Look& look) {
    bool lost = false;
    for (std::size_t i = 0; i < members_; ++i)
        if (counting_[i] != 0 && !look.living[i]) {
            counting_[i] = 0;
            lost = true;
        }
    if (lost && settings_.grace > Duration{0})
        held_until_ = look.now + settings_.grace;
}

namespace {

/// The voltages of those of `who` that are connected; if none of them is, of all.
std::vector<Voltage> voltages(std::span<const Member> members, const std::vector<bool>& who) {
    std::vector<Voltage> connected;
    std::vector<Voltage> all;
    connected.reserve(members.size());
    all.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!who[i] || !members[i].values.voltage)
            continue;
        all.push_back(members[i].values.voltage->value);
        if (!switched_off(members[i]))
            connected.push_back(all.back());
    }
    return connected.empty() ? all : connected;
}

std::optional<Voltage> mean(const std::vector<Voltage>& voltages) {
    if (voltages.empty())
        return std::nullopt;
    Voltage sum;
    for (const Voltage voltage : voltages)
        sum = sum + voltage;
    return Voltage{sum.count / static_cast<std::int64_t>(voltages.size())};
}

/// The middle one, the lower of two: one battery that is far off does not move it.
std::optional<Voltage> middle(std::vector<Voltage> voltages) {
    if (voltages.empty())
        return std::nullopt;
    std::sort(voltages.begin(), voltages.end());
    return voltages[(voltages.size() - 1) / 2];
}

} // namespace

/// Those that still count go on, with whoever came back; or the bank is stale.
void Membership::go_on(Look& look) {
    const std::vector<bool> counting(counting_.begin(), counting_.end());
    const bool nobody = std::find(counting_.begin(), counting_.end(), 1) == counting_.end();
    // If all others are gone, who was left out is measured against itself only.
    look.reference =
        nobody ? middle(voltages(look.members, look.living)) : mean(voltages(look.members, counting));
    if (settings_.on_lost == OnLost::degrade)
        for (std::size_t i = 0; i < members_; ++i)
            if (counting_[i] == 0 && look.fits(i, settings_.most_difference))
                counting_[i] = 1;

    const auto number = static_cast<std::size_t>(std::count(counting_.begin(), counting_.end(), 1));
    if (number == members_ || (held_until_ && look.now >= *held_until_))
        held_until_.reset();
    if (number >= least_)
        return;
    state_ = PackState::stale;
    counting_.assign(members_, 0);
    held_until_.reset();
    if (settings_.on_lost == OnLost::degrade && look.number_living() > 0)
        waiting_until_ = look.now + settings_.grace;
}

/// Starts the bank, if enough are there.
void Membership::form(Look& look) {
    const std::size_t living = look.number_living();
    if (living == 0) {
        waiting_until_.reset();
        return;
    }
    look.reference = middle(voltages(look.members, look.living));
    const bool degrade = settings_.on_lost == OnLost::degrade;
    if (degrade && !waiting_until_)
        waiting_until_ = look.now + settings_.grace;

    std::vector<std::uint8_t> fitting(members_);
    for (std::size_t i = 0; i < members_; ++i)
        fitting[i] = look.fits(i, settings_.most_difference) ? 1 : 0;
    const auto number = static_cast<std::size_t>(std::count(fitting.begin(), fitting.end(), 1));
    const bool waited = degrade && look.now >= *waiting_until_;
    if (number < least_ || (living < members_ && !waited))
        return;
    state_ = PackState::running;
    counting_ = std::move(fitting);
    waiting_until_.reset();
    held_until_.reset();
}

/// Why the bank does not run, for people.
std::string Membership::hindrance(const Look& look) const {
    std::string absent;
    std::string apart;
    for (std::size_t i = 0; i < members_; ++i)
        if (!look.living[i])
            append(absent, look.absence(i));
        else if (!look.fits(i, settings_.most_difference))
            append(apart, std::string{look.members[i].name} + " is left out: " + look.difference(i) +
                              ", at most " + to_text(settings_.most_difference) + " is allowed");
    std::string text =
        settings_.on_lost == OnLost::stop ? "all " + std::to_string(members_) + " batteries have to run"
        : look.number_living() < least_   ? "at least " + std::to_string(least_) + " of " +
                                              std::to_string(members_) + " batteries have to run"
                                        : "waiting for the others";
    for (const std::string& part : {absent, apart})
        if (!part.empty())
            text += "; " + part;
    return text;
}

void Membership::object(const Look& look, std::vector<std::string>& objections) const {
    for (std::size_t i = 0; i < members_; ++i) {
        const std::string name{look.members[i].name};
        if (!look.living[i])
            objections.push_back("without " + name + ": it is not running; the others go on");
        else if (counting_[i] == 0)
            objections.push_back(name + " left out: " + look.difference(i) + ", at most " +
                                 to_text(settings_.most_difference) +
                                 " is allowed; if it is connected, a current flows that nobody limits");
        else if (switched_off(look.members[i]) && !look.near(i, settings_.most_difference))
            objections.push_back(name + " switched off: " + look.difference(i) +
                                 "; if its switches close now, a current flows that nobody limits");
    }
}

} // namespace retrocan::bank
