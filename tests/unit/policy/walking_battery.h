// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/chemistry.h"
#include "policy/limiter_presets.h"
#include "policy/system.h"
#include "unit/policy/battery_of_tests.h"

#include <algorithm>
#include <cstdint>
#include <random>

namespace retrocan::policy {

using namespace literals;
using namespace std::chrono_literals;

class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_{static_cast<std::mt19937::result_type>(seed)} {}

    std::int64_t number(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
    }
    bool chance(int percent) { return number(1, 100) <= percent; }

private:
    std::mt19937 random_;
};

/// Any owner's and any battery's ways: what is settled for the life of a walk.
struct WalkSetup {
    explicit WalkSetup(Dice& dice) {
        chemistry = static_cast<Chemistry>(dice.number(0, 2));
        cell = cell_values(chemistry);
        cells = chemistry == Chemistry::lfp ? dice.number(4, 16) : dice.number(7, 20);
        const auto tenths = [](std::int64_t mv) { return Voltage{mv / 100 * 100}; };
        Envelope allowed;
        allowed.cvl_ceiling = tenths(cell.target.count * cells);
        allowed.cvl_floor = tenths(cell.nominal.count * cells);
        allowed.ccl_ceiling = Current{dice.number(20, 120) * 1000};
        allowed.dcl_ceiling = Current{dice.number(20, 200) * 1000};
        system.charge = charge_policy(chemistry, cells, allowed.cvl_floor, allowed.cvl_ceiling);
        allowed.cvl_floor_prohibited = system.charge.floor_prohibited;
        if (dice.chance(40)) { // near, so that the way down to it is short
            allowed.cvl_floor_prohibited = allowed.cvl_floor;
            system.charge.floor_prohibited = allowed.cvl_floor;
        }
        system.envelope = allowed;
        system.charge.sign_verified = dice.chance(70);
        if (dice.chance(30))
            system.charge.phases.reset();
        else if (dice.chance(50))
            system.charge.phases->absorption_time = 1min;
        if (dice.chance(30))
            system.charge.cell_target.reset();
        if (dice.chance(50))
            system.force_charge = {.below = 10_pct, .long_below = {}, .until = 20_pct};
        system.on_disobeyed = static_cast<OnDisobeyed>(dice.number(0, 2));
        system.obedience.lower_cvl = dice.chance(60);

        gives_cvl = dice.chance(60);
        gives_ccl = dice.chance(85);
        gives_cell_temperatures = dice.chance(50);
        gives_mosfet = dice.chance(75);
        LimitPolicy& limits = pack.limits;
        limits.envelope = allowed;
        limits.limiters = preset_limiters(chemistry, cell_values(chemistry).over);
        limits.limiters.push_back({LimiterKind::soc_high, {{90'00, 100_pct}, {98'00, 20_pct}}, {}});
        limits.limiters.push_back({LimiterKind::soc_low, {{10'00, 0_pct}, {20'00, 100_pct}}, {}});
        if (!gives_mosfet)
            for (Limiter& limiter : limits.limiters)
                if (limiter.kind == LimiterKind::mosfet_charge ||
                    limiter.kind == LimiterKind::mosfet_discharge)
                    limiter.when_missing = Percent{dice.number(50, 100) * 100};
        limits.provided = set_of({"voltage", "current", "temperature", "soc", "dcl", "charge_allowed",
                                  "discharge_allowed", "cell_voltage_min", "cell_voltage_max", "capacity"});
        if (gives_cvl)
            limits.provided |= set_of({"cvl"});
        else if (dice.chance(50))
            limits.when_missing.cvl = Voltage{allowed.cvl_ceiling.count - 100 * dice.number(0, 20)};
        if (gives_ccl)
            limits.provided |= set_of({"ccl"});
        else
            limits.when_missing.ccl = Current{dice.number(0, allowed.ccl_ceiling.count)};
        if (gives_cell_temperatures)
            limits.provided |= set_of({"cell_temperature_min", "cell_temperature_max"});
        if (gives_mosfet)
            limits.provided |= set_of({"mosfet_temperature"});
        pack.required = limits.provided & ~set_of({"capacity"});
        for (std::size_t i = 0; i < alarm_kinds; ++i)
            limits.provided.set(alarm_index(static_cast<AlarmKind>(i)));
        limits.ccl_zero = dice.chance(80) ? CclZero::hold : CclZero::obey;
        limits.full_cell = cell.full;
        pack.facts.cells = cells;

        constexpr std::int64_t ms = 1'000;
        switch (dice.number(0, 5)) {
        case 0:
            period = Duration{1'000 * ms};
            break;
        case 1:
            period = Duration{4'000 * ms};
            pack.stale_after = 10s;
            break;
        default: // slow, so that what takes long comes to pass
            period = Duration{24'000 * ms};
            pack.stale_after = 60s;
        }
    }

    Chemistry chemistry{};
    CellValues cell;
    std::int64_t cells{};
    Duration period{};
    bool gives_cvl{};
    bool gives_ccl{};
    bool gives_cell_temperatures{};
    bool gives_mosfet{};
    PackPolicy pack;
    SystemPolicy system;
};

/// What such a battery tells, led by moods: for a while something is about to limit it, or it is broken.
class WalkingBattery {
public:
    WalkingBattery(const WalkSetup& setup, Dice& dice) : setup_{setup}, dice_{dice} { calm(); }

    void change_mood() {
        if (!dice_.chance(15)) // sometimes one thing comes on top of another
            calm();
        focus(dice_.number(0, 30));
    }

    /// Whole, or with all that can be wrong in it.
    Update update(TimePoint at, Voltage cvl_in_force) {
        const Duration life = setup_.pack.stale_after;
        Update u = good_round(at);
        BatteryState& s = u.state;
        s = {};
        const auto tell = [&](auto& signal, auto value) { signal = {value, at, at + life}; };
        const std::int64_t noise = dice_.number(-2, 2);
        tell(s.cell_voltage_min, Voltage{std::min(cell_min_, cell_max_) + noise});
        tell(s.cell_voltage_max, Voltage{std::max(cell_min_, cell_max_) + noise});
        tell(s.voltage, Voltage{(cell_min_ + cell_max_) / 2 * setup_.cells + noise});
        tell(s.current, Current{current_ + 10 * noise});
        tell(s.temperature, Temperature{(cold_ + hot_) / 2});
        if (setup_.gives_cell_temperatures) {
            tell(s.cell_temperature_min, Temperature{cold_ + 10 * noise});
            tell(s.cell_temperature_max, Temperature{hot_ + 10 * noise});
        }
        if (setup_.gives_mosfet)
            tell(s.mosfet_temperature, Temperature{mosfet_ + 10 * noise});
        tell(s.soc, Percent{std::clamp<std::int64_t>(soc_ + noise, 0, 105'00)});
        if (setup_.gives_cvl)
            tell(s.cvl, Voltage{cvl_follows_ ? cvl_in_force.count - 100 : cvl_ + 10 * noise});
        if (setup_.gives_ccl)
            tell(s.ccl, Current{ccl_});
        tell(s.dcl, Current{dcl_});
        tell(s.charge_allowed, charge_closed_);
        tell(s.discharge_allowed, discharge_closed_);
        tell(s.capacity, 100_Ah);
        for (std::size_t i = 0; i < alarm_kinds; ++i)
            tell(s.alarms[i], alarm_ && *alarm_ == i);
        if (tells_energy_)
            tell(s.energy_in, 1000_Wh);
        if (dice_.chance(broken_ ? 40 : 3))
            damage(u);
        return u;
    }

    [[nodiscard]] bool falls_silent() { return dice_.chance(broken_ ? 4 : 1) && dice_.chance(50); }

private:
    void calm() {
        const CellValues& cell = setup_.cell;
        cell_min_ = (cell.nominal.count + cell.floating.count) / 2;
        cell_max_ = cell_min_ + dice_.number(0, 15);
        cold_ = 22'000;
        hot_ = 26'000;
        mosfet_ = 40'000;
        soc_ = 60'00;
        current_ = dice_.number(-15'000, 15'000);
        cvl_ = setup_.system.envelope.cvl_ceiling.count + 1'000;
        ccl_ = 500'000;
        dcl_ = 500'000;
        charge_closed_ = true;
        discharge_closed_ = true;
        alarm_.reset();
        cvl_follows_ = false;
        broken_ = false;
        tells_energy_ = dice_.chance(30);
    }

    void at_the_top(std::int64_t below) {
        cell_max_ = setup_.cell.absorption.count - below;
        cell_min_ = cell_max_ - dice_.number(2, 30);
        soc_ = dice_.number(85'00, 99'00);
    }

    void focus(std::int64_t what) {
        const CellValues& cell = setup_.cell;
        const Envelope& allowed = setup_.system.envelope;
        switch (what) {
        case 0: // near its hard limit
            cell_max_ = dice_.number(cell.target.count, cell.over.count + 20);
            cell_min_ = cell_max_ - dice_.number(5, 150);
            break;
        case 1:
            cell_min_ = dice_.number(cell.under.count, cell.cut_off.count + 150);
            cell_max_ = cell_min_ + dice_.number(5, 100);
            soc_ = dice_.number(15'00, 40'00);
            break;
        case 2:
            cold_ = dice_.number(-31'000, 14'000);
            hot_ = cold_ + dice_.number(0, 8'000);
            break;
        case 3:
            hot_ = dice_.number(45'000, 65'000);
            cold_ = hot_ - dice_.number(0, 8'000);
            break;
        case 4:
            mosfet_ = dice_.number(80'000, 101'000);
            break;
        case 5:
            soc_ = dice_.number(90'00, 100'00);
            break;
        case 6:
            soc_ = dice_.number(5'00, 19'00);
            break;
        case 7:
            charge_closed_ = false;
            current_ = 0;
            break;
        case 8:
            discharge_closed_ = false;
            break;
        case 9:
            alarm_ = static_cast<std::size_t>(dice_.number(0, alarm_kinds - 1));
            break;
        case 10:
            ccl_ = dice_.number(1, allowed.ccl_ceiling.count);
            break;
        case 11: // at the least that acts, and below
            dcl_ = dice_.chance(50) ? dice_.number(0, 6'000) : dice_.number(0, allowed.dcl_ceiling.count);
            break;
        case 12:
            cvl_ = dice_.number(allowed.cvl_floor.count, allowed.cvl_ceiling.count);
            break;
        case 13: // below every floor
            cvl_ = dice_.number(1'000, allowed.cvl_floor.count);
            break;
        case 14: // full, as it says, or prohibited
        case 15:
        case 29:
            ccl_ = 0;
            soc_ = dice_.chance(80) ? dice_.number(95'00, 100'00) : 60'00;
            at_top_or_not();
            break;
        case 16: // nobody obeys
            ccl_ = dice_.number(0, 5'000);
            current_ = dice_.number(15'000, 60'000);
            break;
        case 17: // charged although it is frozen
        case 18:
            cold_ = hot_ = -35'000;
            current_ = dice_.chance(70) ? dice_.number(50'000, 150'000) : dice_.number(-5'000, 5'000);
            break;
        case 19: // the end of a charge
        case 20:
        case 21:
            at_the_top(dice_.number(-5, 15));
            current_ = dice_.chance(50) ? dice_.number(-2'000, 3'000) : 20'000;
            break;
        case 22: // a cell that stands out
            cell_max_ = cell.target.count + dice_.number(-20, 25);
            cell_min_ = cell_max_ - dice_.number(50, 120);
            soc_ = 80'00;
            current_ = 3'000;
            break;
        case 23: // used
        case 24:
        case 27:
        case 28:
            soc_ = 40'00;
            cell_min_ = cell.rebulk_cell.count - 20;
            cell_max_ = cell_min_ + 10;
            current_ = -20'000;
            break;
        case 25:
            cvl_follows_ = true;
            break;
        case 26:
            broken_ = true;
            break;
        default: // what limits nothing
            break;
        }
    }

    void at_top_or_not() {
        if (dice_.chance(50))
            at_the_top(0);
    }

    void damage(Update& u) {
        BatteryState& s = u.state;
        switch (dice_.number(0, 13)) {
        case 0:
            u.round_complete = false;
            break;
        case 1:
            u.missed = set_of({"voltage"});
            break;
        case 2:
            s.soc.reset();
            break;
        case 3:
            s.voltage->value = {dice_.number(-70'000, 700'000)};
            break;
        case 4:
            s.soc->value = {dice_.number(-1000, 70'000)};
            break;
        case 5:
            if (s.cvl)
                s.cvl->value = {dice_.chance(50) ? 0 : dice_.number(-70'000, 700'000)};
            break;
        case 6:
            if (s.ccl)
                s.ccl->value = {dice_.number(-100'000, 20'000'000)};
            break;
        case 7:
            s.dcl->value = {dice_.chance(50) ? 0 : dice_.number(-100'000, 20'000'000)};
            break;
        case 8:
            s.charge_allowed.reset();
            break;
        case 9:
            s.temperature->value = {dice_.number(-300'000, 300'000)};
            break;
        case 10:
            s.cell_voltage_max->value = {dice_.number(0, 65'535)};
            break;
        case 11:
            s.current->value = {dice_.number(-4'000'000, 4'000'000)};
            break;
        case 12:
            u.unavailable = "status = online";
            break;
        default:
            if (dice_.chance(20)) {
                u.identity = Identity::differs;
                u.identity_fault = "model";
            } else {
                u.lost_heartbeat = "beat";
            }
        }
    }

    const WalkSetup& setup_;
    Dice& dice_;
    std::int64_t cell_min_{}, cell_max_{}, cold_{}, hot_{}, mosfet_{}, soc_{}, current_{}, cvl_{}, ccl_{},
        dcl_{};
    bool charge_closed_{true}, discharge_closed_{true}, cvl_follows_{}, broken_{}, tells_energy_{};
    std::optional<std::size_t> alarm_;
};

} // namespace retrocan::policy
