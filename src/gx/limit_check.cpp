// SPDX-License-Identifier: Apache-2.0
#include "gx/bytes.h"
#include "gx/checks.h"

#include <deque>
#include <utility>

namespace retrocan::gx {

namespace {

using std::chrono::seconds;

constexpr int most_volts = 700;     // 70.0 V: beyond is the high-voltage profile, another protocol
constexpr int signed_limit = 32767; // 3276.7 A
constexpr int least_signed = -9999; // -999.9 A: below it a number is rather a large limit than a negative one
constexpr int full = 95;            // % SOC
constexpr int empty = 10;           // % SOC
// 20 s, less what the beat of sending may shift.
constexpr Duration slow{seconds{19}};
constexpr Duration lowered{std::chrono::minutes{10}};
constexpr int near_zero = 10; // 1.0 A

/// 5 to 70 V, as tenths.
bool is_battery_voltage(int raw) {
    return raw >= 50 && raw <= most_volts;
}

class LimitCheck : public Check {
public:
    void hear(const Scene& scene, Ledger& ledger) override {
        if (!is_battery_message(scene.frame))
            return;
        const std::uint32_t id = scene.frame.id;
        if (id == victron::limits_id)
            hear_limits(scene, ledger);
        // What needs several messages is looked at with each of them: any may come first.
        const CanFrame* limits = scene.receiver.last(victron::limits_id);
        if (limits == nullptr || limits->size < 6)
            return;
        const Scene at_limits{*limits, scene.receiver.heard(victron::limits_id)->last_at, scene.receiver};
        if (id == victron::limits_id || id == 0x355) {
            hear_full(at_limits, ledger);
            hear_dcl(at_limits, ledger);
        }
        if (id == victron::limits_id || id == 0x356)
            hear_voltages(at_limits, ledger);
    }

    void end(const End&, Ledger& ledger) const override {
        if (first_at_ && last_at_ - *first_at_ >= seconds{20})
            ledger.kept("cvl-slow");
        if (all_max_ - all_min_ >= moved)
            ledger.kept("cvl-not-following");
    }

private:
    static constexpr int moved = 50;    // 0.50 V
    static constexpr int together = 15; // 0.15 V: steps of CVL and noise

    void hear_limits(const Scene& scene, Ledger& ledger) {
        const auto cvl = u16(scene.frame, 0);
        const auto ccl = u16(scene.frame, 2);
        const auto dcl = u16(scene.frame, 4);
        if (!cvl || !ccl || !dcl)
            return; // core-length tells
        hear_cvl(*cvl, scene, ledger);
        is_unsigned("ccl-unsigned", "CCL ", *ccl, scene, ledger);
        is_unsigned("dcl-unsigned", "DCL ", *dcl, scene, ledger);
        if (const auto voltage = s16(scene.receiver.last(0x356), 0))
            hear_following(*cvl, *voltage, scene, ledger);
        last_at_ = scene.at;
    }

    void hear_cvl(int cvl, const Scene& scene, Ledger& ledger) {
        const std::string found = "CVL " + tenths(cvl) + " V";
        ledger.judge("cvl-not-zero", cvl != 0, scene.at, scene.frame, found,
                     "a voltage; to end charging, a lower one");
        if (cvl != 0)
            ledger.judge("cvl-plausible", is_battery_voltage(cvl), scene.at, scene.frame, found,
                         "5 to 70 V (more is the HV profile, another protocol)");
        if (is_battery_voltage(cvl))
            ledger.kept("byte-order");
        else if (is_battery_voltage(swapped(cvl)))
            ledger.broke("byte-order", {scene.at, scene.frame,
                                        found + "; the other way round " + tenths(swapped(cvl)) + " V",
                                        "the low byte first"});
        if (!first_at_)
            first_at_ = scene.at;
        changed_ = cvl_ && *cvl_ != cvl;
        changed_quickly_ = changed_ && changed_at_ && scene.at - *changed_at_ < slow;
        if (changed_) {
            if (changed_quickly_)
                ledger.broke("cvl-slow", {scene.at, scene.frame,
                                          tenths(*cvl_) + " to " + tenths(cvl) + " V, " +
                                              seconds_text(scene.at - *changed_at_) + " after another change",
                                          "20 s between changes, but for protection"});
            changed_at_ = scene.at;
        }
        cvl_ = cvl;
    }

    static void is_unsigned(RuleName rule, const std::string& name, int raw, const Scene& scene,
                            Ledger& ledger) {
        const std::string found =
            name + tenths(raw) + " A: " + tenths(raw - 0x10000) + " A as a signed number";
        const bool negative = raw - 0x10000 >= least_signed;
        ledger.judge(rule, !negative, scene.at, scene.frame, found, "a limit above 0, or 0");
        if (!negative)
            ledger.judge("limits-not-large", raw <= signed_limit, scene.at, scene.frame, found,
                         "0 to 3276.7 A");
    }

    static void hear_full(const Scene& limits, Ledger& ledger) {
        const auto soc = u16(limits.receiver.last(0x355), 0);
        if (!soc || *soc < full || any_active(limits.receiver.values()))
            return;
        const int ccl = u16(limits.frame, 2).value_or(0);
        ledger.judge("ccl-when-full", ccl > near_zero, limits.at, limits.frame,
                     "CCL " + tenths(ccl) + " A at SOC " + std::to_string(*soc) + " %, CVL " +
                         tenths(u16(limits.frame, 0).value_or(0)) + " V, no alarm",
                     "a lower CVL and some CCL: CCL 0 ends solar production");
    }

    static void hear_dcl(const Scene& limits, Ledger& ledger) {
        if (u16(limits.frame, 4) != 0) {
            ledger.kept("dcl-zero-reason");
            return;
        }
        const victron::Values& values = limits.receiver.values();
        const auto soc = u16(limits.receiver.last(0x355), 0);
        if (!soc)
            return;
        const bool blocked =
            values.modules_blocking_discharge && values.modules_blocking_discharge->count > 0;
        const bool offline = values.system_status == victron::Pair::active;
        ledger.judge("dcl-zero-reason", *soc < empty || blocked || offline || any_active(values), limits.at,
                     limits.frame, "DCL 0.0 A at SOC " + std::to_string(*soc) + " % without an alarm",
                     "above 0; in island mode 0 is a blackout, and no other value acts");
    }

    void hear_voltages(const Scene& limits, Ledger& ledger) {
        const auto cvl = u16(limits.frame, 0);
        const auto voltage = s16(limits.receiver.last(0x356), 0);
        if (!cvl || !voltage)
            return;
        const std::string found = hundredths(*voltage) + " V beside a CVL of " + tenths(*cvl) + " V";
        if (*cvl != 0 && is_battery_voltage(*voltage / 10))
            hear_near(*cvl, *voltage, found, limits, ledger);
        const auto limit = u16(limits.frame, 6);
        if (!limit)
            return;
        const auto soc = u16(limits.receiver.last(0x355), 0);
        const bool above = *limit * 10 > *voltage && (!soc || *soc >= empty);
        ledger.judge("discharge-voltage", *limit == 0 || (*limit < *cvl && !above), limits.at, limits.frame,
                     tenths(*limit) + " V, battery " + found, "0, or below both (a GX ignores it)");
    }

    // A full battery lowers CVL, and its voltage takes its time.
    void hear_near(int cvl, int voltage, const std::string& found, const Scene& limits, Ledger& ledger) {
        while (!cvls_.empty() && limits.at - cvls_.front().first > lowered)
            cvls_.pop_front();
        // Of falling values the first is the highest; one that a later one reaches is needed no more.
        while (!cvls_.empty() && cvls_.back().second <= cvl)
            cvls_.pop_back();
        cvls_.emplace_back(limits.at, cvl);
        const int most = cvls_.front().second * 10 + 100;
        ledger.judge("voltage-near-cvl", voltage <= most && voltage >= cvl * 6, limits.at, limits.frame,
                     found, hundredths(cvl * 6) + " to " + hundredths(most) + " V");
    }

    // A run of frames in which CVL and the voltage kept their distance; broken when both have moved.
    void hear_following(int cvl, int voltage, const Scene& scene, Ledger& ledger) {
        const int distance = cvl * 10 - voltage;
        if (run_ == 0 || std::max(high_, distance) - std::min(low_, distance) > together) {
            run_ = run_changes_ = run_quick_ = 0;
            low_ = high_ = distance;
            run_min_ = run_max_ = voltage;
        }
        ++run_;
        run_changes_ += changed_ ? 1 : 0;
        run_quick_ += changed_quickly_ ? 1 : 0;
        low_ = std::min(low_, distance);
        high_ = std::max(high_, distance);
        run_min_ = std::min(run_min_, voltage);
        run_max_ = std::max(run_max_, voltage);
        all_min_ = std::min(all_min_, voltage);
        all_max_ = std::max(all_max_, voltage);
        // A slow control loop may come near to it for a while.
        const bool quick = run_quick_ > 0 && run_quick_ * 2 >= run_changes_;
        if (run_ >= 5 && quick && run_max_ - run_min_ >= moved)
            ledger.broke("cvl-not-following",
                         {scene.at, scene.frame,
                          "CVL stays " + hundredths(distance) + " V above the voltage, which went from " +
                              hundredths(run_min_) + " to " + hundredths(run_max_) + " V",
                          "a CVL of its own: a lower one where charging has to end"});
    }

    std::optional<TimePoint> first_at_;
    TimePoint last_at_{};
    std::optional<int> cvl_;
    std::optional<TimePoint> changed_at_;
    bool changed_{}; ///< CVL, with the last frame
    bool changed_quickly_{};
    std::deque<std::pair<TimePoint, int>> cvls_; ///< of the last 10 min, falling
    int run_{};
    int run_changes_{}, run_quick_{};
    int low_{}, high_{};
    int run_min_{}, run_max_{};
    int all_min_{0x10000};
    int all_max_{-0x10000};
};

} // namespace

std::unique_ptr<Check> make_limit_check() {
    return std::make_unique<LimitCheck>();
}

} // namespace retrocan::gx
