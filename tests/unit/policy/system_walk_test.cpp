// SPDX-License-Identifier: Apache-2.0
// Any input: batteries and owners of all kinds, led through everything that limits, with faults in between.
// What must hold at every step is worked out here anew from what was told, not asked from the code under
// test.
#include "unit/policy/walking_battery.h"

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace retrocan::policy {
namespace {

/// As many as take some seconds with the sanitizers; `./dev prove walk` sets RETROCAN_STEPS.
std::int64_t steps_wanted() {
    const char* const steps = std::getenv("RETROCAN_STEPS");
    return steps != nullptr ? std::strtoll(steps, nullptr, 10) : 20'000;
}

template <class Q>
std::optional<Q> inside(const Maybe<Q>& signal, Q low, Q high) {
    return signal && signal->value >= low && signal->value <= high ? std::optional{signal->value}
                                                                   : std::nullopt;
}

/// What no good round lacks, by the test's own account.
bool could_be_good(const Update& u, const WalkSetup& setup) {
    const BatteryState& s = u.state;
    return u.round_complete && u.missed.none() && u.unavailable.empty() && u.lost_heartbeat.empty() &&
           u.identity == Identity::matches && inside(s.voltage, 1_V, 100_V) &&
           inside(s.current, -3276'700_mA, 3276'700_mA) && inside(s.soc, 0_pct, 105_pct) &&
           inside(s.temperature, -40_degC, 100_degC) && s.charge_allowed && s.discharge_allowed &&
           (!setup.gives_cvl || inside(s.cvl, 1_V, 100_V)) &&
           (!setup.gives_ccl || inside(s.ccl, 0_A, 10'000_A)) && inside(s.dcl, 0_A, 10'000_A) &&
           inside(s.cell_voltage_min, 500_mV, 5_V) && inside(s.cell_voltage_max, 500_mV, 5_V) &&
           s.cell_voltage_min->value <= s.cell_voltage_max->value;
}

/// The share of a curve, exactly; 1 at most.
double share(const Curve& curve, double x) {
    const auto y = [&](std::size_t i) { return static_cast<double>(curve[i].share.count) / 10'000; };
    if (x <= static_cast<double>(curve.front().input))
        return y(0);
    for (std::size_t i = 1; i < curve.size(); ++i) {
        const auto left = static_cast<double>(curve[i - 1].input);
        const auto right = static_cast<double>(curve[i].input);
        if (x <= right)
            return y(i - 1) + (y(i) - y(i - 1)) * (x - left) / (right - left);
    }
    return y(curve.size() - 1);
}

constexpr std::int64_t no_bound = 1'000'000'000;
constexpr std::int64_t dcl_min = 5'000;

/// What an update by itself permits at most.
struct Permit {
    std::int64_t cvl{no_bound};
    std::int64_t ccl{no_bound};
    std::int64_t dcl{no_bound};
    bool small_dcl{}; ///< the battery itself asks for less than dcl_min

    void lower(const Permit& other) {
        cvl = std::min(cvl, other.cvl);
        ccl = std::min(ccl, other.ccl);
        dcl = std::min(dcl, other.dcl);
        small_dcl = small_dcl || other.small_dcl;
    }
};

/// Alarms that stop a side, in the order of AlarmKind.
constexpr std::string_view stops_charge = "-+-++++-" // general, voltages, temperatures, discharge current
                                          "+"        // charge current
                                          "+++-";    // contactor, short circuit, internal, imbalance
constexpr std::string_view stops_discharge = "--++-----+++-";

Permit permit(const Update& u, const Update& before, const WalkSetup& setup) {
    Permit p;
    const BatteryState& s = u.state;
    const LimitPolicy& policy = setup.pack.limits;
    const Current ccl_ceiling = policy.envelope.ccl_ceiling;
    const Current dcl_ceiling = policy.envelope.dcl_ceiling;
    p.cvl = policy.envelope.cvl_ceiling.count;
    p.ccl = ccl_ceiling.count;
    p.dcl = dcl_ceiling.count;

    std::optional<std::int64_t> inputs[limiter_kinds];
    const auto put = [&](LimiterKind kind, auto value) {
        if (value)
            inputs[static_cast<std::size_t>(kind)] = value->count;
    };
    // A jump has to be confirmed: two alike in a row are no jump.
    const auto steady = [&](auto now, auto earlier, std::int64_t step) {
        return now && earlier && std::abs(now->count - earlier->count) <= step ? now : decltype(now){};
    };
    const BatteryState& b = before.state;
    const auto low =
        steady(inside(s.cell_voltage_min, 500_mV, 5_V), inside(b.cell_voltage_min, 500_mV, 5_V), 300);
    const auto high =
        steady(inside(s.cell_voltage_max, 500_mV, 5_V), inside(b.cell_voltage_max, 500_mV, 5_V), 300);
    if (!low || !high || *low <= *high) {
        put(LimiterKind::cell_high, high);
        put(LimiterKind::cell_low, low);
        put(LimiterKind::cell_low_charge, low);
    }
    const auto temperature = steady(inside(s.temperature, -40_degC, 100_degC),
                                    inside(before.state.temperature, -40_degC, 100_degC), 1'000);
    const auto cold = setup.gives_cell_temperatures
                          ? steady(inside(s.cell_temperature_min, -40_degC, 100_degC),
                                   inside(b.cell_temperature_min, -40_degC, 100_degC), 10'000)
                          : temperature;
    const auto hot = setup.gives_cell_temperatures
                         ? steady(inside(s.cell_temperature_max, -40_degC, 100_degC),
                                  inside(b.cell_temperature_max, -40_degC, 100_degC), 10'000)
                         : temperature;
    put(LimiterKind::cold_charge, cold);
    put(LimiterKind::cold_discharge, cold);
    put(LimiterKind::hot_charge, hot);
    put(LimiterKind::hot_discharge, hot);
    const auto mosfet = inside(s.mosfet_temperature, -40_degC, 150_degC);
    put(LimiterKind::mosfet_charge, mosfet);
    put(LimiterKind::mosfet_discharge, mosfet);
    const auto soc = steady(inside(s.soc, 0_pct, 105_pct), inside(before.state.soc, 0_pct, 105_pct), 100);
    put(LimiterKind::soc_high, soc);
    put(LimiterKind::soc_low, soc);

    bool by_temperature = false;
    for (const Limiter& limiter : policy.limiters) {
        const auto& input = inputs[static_cast<std::size_t>(limiter.kind)];
        if (!input)
            continue;
        const double part = share(limiter.curve, static_cast<double>(*input));
        const bool charge = info(limiter.kind).charge;
        const auto ceiling = static_cast<double>(charge ? ccl_ceiling.count : dcl_ceiling.count);
        auto most = static_cast<std::int64_t>(std::floor(part * ceiling + 0.001));
        if (charge) {
            by_temperature =
                by_temperature || (most < 5'000 && info(limiter.kind).dimension == Dimension::temperature);
            p.ccl = std::min(p.ccl, most);
        } else {
            if (most < dcl_min && !(limiter.kind == LimiterKind::cell_low && part == 0))
                most = dcl_min;
            p.dcl = std::min(p.dcl, most);
        }
    }

    bool any_alarm = false;
    for (std::size_t i = 0; i < alarm_kinds; ++i) {
        if (!s.alarms[i] || !s.alarms[i]->value)
            continue;
        any_alarm = true;
        if (stops_charge[i] == '+')
            p.ccl = 0;
        if (stops_discharge[i] == '+')
            p.dcl = 0;
    }
    const bool charge_open = s.charge_allowed && !s.charge_allowed->value;
    if (charge_open)
        p.ccl = 0;
    if (s.discharge_allowed && !s.discharge_allowed->value)
        p.dcl = 0;

    if (const auto cvl = inside(s.cvl, 1_V, 100_V))
        p.cvl = std::min(p.cvl, cvl->count);
    else if (policy.when_missing.cvl)
        p.cvl = std::min(p.cvl, policy.when_missing.cvl->count);
    if (const auto ccl = inside(s.ccl, 0_A, 10'000_A)) {
        const bool at_top = (s.soc && s.soc->value >= 95_pct) || (high && *high >= setup.cell.full);
        const bool full = *ccl == 0_A && policy.ccl_zero == CclZero::hold && at_top && !charge_open &&
                          !any_alarm && !by_temperature;
        p.ccl = std::min(p.ccl, full ? 5'000 : ccl->count); // 0.05 C of 100 Ah
    } else if (policy.when_missing.ccl) {
        p.ccl = std::min(p.ccl, policy.when_missing.ccl->count);
    }
    if (const auto dcl = inside(s.dcl, 0_A, 10'000_A)) {
        const auto dcl_before = inside(before.state.dcl, 0_A, 10'000_A);
        if (*dcl > 0_A || dcl_before == 0_A) // a 0 is believed once another reading says it
            p.dcl = std::min(p.dcl, dcl->count);
        p.small_dcl = *dcl > 0_A && dcl->count < dcl_min;
    }
    return p;
}

class Counts {
public:
    std::int64_t steps{}, running{}, sent{};

    void win(std::string_view limit, std::string_view limiter) { ++wins_[{limit, limiter}]; }
    void transition(std::string_view from, std::string_view to) { ++transitions_[{from, to}]; }

    /// All of them, and those that are too few.
    void print_and_check(std::int64_t least) const {
        std::cout << steps << " steps, " << running << " running, " << sent << " with a 0x351 that may go\n";
        for (const auto& [what, times] : wins_)
            std::cout << "  " << what.first << " by " << what.second << ": " << times << '\n';
        for (const auto& [what, times] : transitions_)
            std::cout << "  " << what.first << " -> " << what.second << ": " << times << '\n';
        EXPECT_GE(2 * sent, steps);
        const auto check = [&](std::string_view limit, std::initializer_list<std::string_view> limiters) {
            for (const auto limiter : limiters) {
                const auto found = wins_.find({limit, limiter});
                EXPECT_GE(found == wins_.end() ? 0 : found->second, least) << limit << " by " << limiter;
            }
        };
        check("CVL", {"envelope", "battery", "when_missing", "absorption", "float", "hold", "highest cell",
                      "prohibited", "floor", "ramp", "disobedience"});
        check("CCL",
              {"envelope", "battery", "when_missing", "charge switch", "alarm", "full", "floor", "rise",
               "cell_high", "cell_low_charge", "cold_charge", "hot_charge", "mosfet_charge", "soc_high"});
        check("DCL", {"envelope", "battery", "discharge switch", "alarm", "rise", "cell_low",
                      "cold_discharge", "hot_discharge", "mosfet_discharge", "soc_low"});
        const std::pair<std::string_view, std::string_view> transitions[] = {
            {"starting", "running"},
            {"running", "stale"},
            {"stale", "running"},
            {"bulk", "absorption"},
            {"absorption", "bulk"},
            {"absorption", "float"},
            {"bulk", "float"},
            {"float", "bulk"},
            {"obeyed", "must be silent"},
            {"must be silent", "obeyed"},
        };
        for (const auto& [from, to] : transitions) {
            const auto found = transitions_.find({from, to});
            EXPECT_GE(found == transitions_.end() ? 0 : found->second, least) << from << " -> " << to;
        }
    }

private:
    std::map<std::pair<std::string_view, std::string_view>, std::int64_t> wins_;
    std::map<std::pair<std::string_view, std::string_view>, std::int64_t> transitions_;
};

/// One battery's life, put together as the daemon does.
class Walk {
public:
    Walk(std::uint64_t seed, Counts& counts)
        : dice_{seed}
        , setup_{dice_}
        , battery_{setup_, dice_}
        , counts_{counts}
        , pack_{setup_.pack, t0}
        , system_{setup_.system} {}

    void step() {
        ++counts_.steps;
        if (mood_left_-- <= 0) {
            battery_.change_mood();
            mood_left_ = dice_.number(8, 40);
        }
        if (battery_.falls_silent()) {
            advance(Duration{setup_.pack.stale_after.count() * dice_.number(80, 200) / 100});
            tick();
        } else if (dice_.chance(10)) {
            advance(Duration{dice_.number(1'000, 400'000)});
            tick();
        } else {
            advance(Duration{setup_.period.count() * dice_.number(85, 115) / 100});
            take();
        }
        check();
    }

private:
    void advance(Duration time) { now_ += time; }

    void tick() {
        raised_by_good_round_ = false;
        const bool due = pack_.state() == PackState::running && now_ >= pack_.next();
        pack_.tick(now_);
        follow();
        if (due && pack_.limits())
            system_.lower(*pack_.limits(), now_);
    }

    void take() {
        tick();
        const Voltage in_force = system_.limits() ? system_.limits()->cvl.value : 50_V;
        const Update update = battery_.update(now_, in_force);
        const Permit now_permitted = permit(update, last_update_, setup_);
        if (could_be_good(update, setup_)) {
            last_good_ = now_;
            permitted_ = now_permitted;
        } else if (update.identity != Identity::differs) {
            permitted_.lower(now_permitted);
        }
        last_update_ = update;

        pack_.take(update, now_);
        follow();
        if (pack_.state() != PackState::running || !pack_.limits())
            return;
        if (!pack_.good_round()) {
            system_.lower(*pack_.limits(), now_);
            return;
        }
        const Phase phase = system_.phase();
        const bool silent = !system_.must_be_silent().empty();
        system_.round(pack_.values(now_), *pack_.limits(), now_);
        raised_by_good_round_ = true;
        since_round_ = now_ - round_;
        round_ = now_;
        const auto silence = [](bool s) { return std::string_view{s ? "must be silent" : "obeyed"}; };
        if (system_.has_phases() && system_.phase() != phase)
            counts_.transition(to_text(phase), to_text(system_.phase()));
        if (system_.must_be_silent().empty() == silent)
            counts_.transition(silence(silent), silence(!silent));
    }

    /// The state, as Bridge follows it.
    void follow() {
        if (pack_.state() == state_)
            return;
        counts_.transition(to_text(state_), to_text(pack_.state()));
        state_ = pack_.state();
        if (state_ == PackState::running)
            return;
        system_.restart();
        before_.reset();
    }

    void check() {
        counts_.running += pack_.state() == PackState::running ? 1 : 0;
        if (!system_.limits())
            return;
        const Limits& sent = *system_.limits();
        const Envelope& envelope = setup_.system.envelope;
        const std::int64_t cvl = sent.cvl.value.count;
        const std::int64_t ccl = sent.ccl.value.count;
        const std::int64_t dcl = sent.dcl.value.count;
        check_rise(sent);
        before_ = sent;
        small_asked_ = permitted_.small_dcl || (small_asked_ && dcl > 0 && dcl < dcl_min);
        if (!pack_.may_send(now_) || !system_.must_be_silent().empty())
            return;
        ++counts_.sent;
        counts_.win("CVL", sent.cvl.reason.limiter);
        counts_.win("CCL", sent.ccl.reason.limiter);
        counts_.win("DCL", sent.dcl.reason.limiter);

        // Invariant 1
        ASSERT_TRUE(last_good_);
        ASSERT_LE(now_ + 20ms, *last_good_ + setup_.pack.stale_after);
        // Invariant 2
        ASSERT_TRUE(within(sent, envelope));
        ASSERT_GE(cvl, envelope.cvl_floor_prohibited.count);
        ASSERT_GT(cvl, 0);
        ASSERT_EQ(cvl % 100, 0);
        ASSERT_LE(cvl, envelope.cvl_ceiling.count);
        if (cvl > permitted_.cvl) {
            ASSERT_TRUE(cvl == envelope.cvl_floor.count || cvl == envelope.cvl_floor_prohibited.count)
                << cvl << " is above " << permitted_.cvl;
            ASSERT_EQ(ccl, 0);
        }
        if (cvl < envelope.cvl_floor.count) {
            ASSERT_EQ(ccl, 0) << "below the normal floor only while charging is prohibited";
        }
        ASSERT_GE(ccl, 0);
        ASSERT_LE(ccl, permitted_.ccl) << sent.ccl.reason.limiter << ": " << sent.ccl.reason.input;
        ASSERT_GE(dcl, 0);
        ASSERT_LE(dcl, permitted_.dcl) << sent.dcl.reason.limiter << ": " << sent.dcl.reason.input;
        if (dcl > 0 && dcl < dcl_min) {
            ASSERT_TRUE(small_asked_)
                << dcl << " is no limit in island mode, and nobody asked for it: " << sent.dcl.reason.limiter
                << ", " << sent.dcl.reason.input;
        }
    }

    /// Nothing rises but in a good round, late and slowly.
    void check_rise(const Limits& sent) {
        if (!before_) {
            cvl_changed_ = ccl_fell_ = dcl_fell_ = now_;
            return;
        }
        if (sent.cvl.value > before_->cvl.value) {
            ASSERT_TRUE(raised_by_good_round_);
            if (sent.cvl.value != setup_.system.envelope.cvl_floor) {
                ASSERT_EQ(sent.cvl.value - before_->cvl.value, 100_mV) << sent.cvl.reason.input;
                ASSERT_GE(now_ - cvl_changed_, 20s) << sent.cvl.reason.input;
            }
        }
        if (sent.cvl.value != before_->cvl.value)
            cvl_changed_ = now_;
        const auto current = [&](Current now, Current before, Current ceiling, TimePoint& fell,
                                 std::int64_t least) {
            if (now < before)
                fell = now_;
            if (now <= before)
                return;
            ASSERT_TRUE(raised_by_good_round_);
            ASSERT_GT(now_ - fell, 30s);
            const auto most = static_cast<std::int64_t>(static_cast<double>(ceiling.count) * 0.02 *
                                                        static_cast<double>(since_round_.count()) / 1e6);
            ASSERT_LE(now.count, std::max(before.count + most + 1, least));
        };
        current(sent.ccl.value, before_->ccl.value, setup_.system.envelope.ccl_ceiling, ccl_fell_, 0);
        current(sent.dcl.value, before_->dcl.value, setup_.system.envelope.dcl_ceiling, dcl_fell_, dcl_min);
    }

    Dice dice_;
    WalkSetup setup_;
    WalkingBattery battery_;
    Counts& counts_;
    Pack pack_;
    System system_;

    TimePoint now_{t0};
    std::int64_t mood_left_{};
    PackState state_{PackState::starting};
    Update last_update_;
    Permit permitted_;
    std::optional<TimePoint> last_good_;
    std::optional<Limits> before_;
    bool raised_by_good_round_{};
    bool small_asked_{};
    TimePoint round_{};
    Duration since_round_{};
    TimePoint cvl_changed_{}, ccl_fell_{}, dcl_fell_{};
};

TEST(SystemWalk, Invariants1And2_HoldAtEveryStepOfAnyInput) {
    const std::int64_t steps = steps_wanted();
    Counts counts;
    for (std::uint64_t seed = 1; counts.steps < steps; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Walk walk{seed, counts};
        for (int i = 0; i < 250; ++i) {
            walk.step();
            if (testing::Test::HasFailure())
                FAIL() << "in step " << i;
        }
    }
    counts.print_and_check(steps >= 3'000'000 ? 1'000 : 1);
}

} // namespace
} // namespace retrocan::policy
