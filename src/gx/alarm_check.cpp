// SPDX-License-Identifier: Apache-2.0
#include "gx/bytes.h"
#include "gx/checks.h"

#include <utility>

namespace retrocan::gx {

namespace {

using std::chrono::seconds;
using victron::Pair;

constexpr int active = 0b01;
constexpr int inactive = 0b10;
constexpr std::size_t too_many = 8;
constexpr std::size_t most_changes = 4;
constexpr Duration flicker{seconds{60}};
constexpr int some_current = 10; // 1.0 A

constexpr std::array hidden{AlarmKind::general, AlarmKind::contactor, AlarmKind::short_circuit};
constexpr std::array shown{AlarmKind::low_voltage,
                           AlarmKind::high_voltage,
                           AlarmKind::high_charge_current,
                           AlarmKind::high_current,
                           AlarmKind::low_temperature,
                           AlarmKind::high_temperature,
                           AlarmKind::low_charge_temperature,
                           AlarmKind::high_charge_temperature,
                           AlarmKind::internal,
                           AlarmKind::cell_imbalance};

bool is_active(const PerAlarm<Pair>& pairs, AlarmKind kind) {
    return pairs[static_cast<std::size_t>(kind)] == Pair::active;
}
bool is_active(const victron::Values& values, AlarmKind kind) {
    return is_active(values.alarms, kind) || is_active(values.warnings, kind);
}

std::string bits(int pair) {
    return {pair >> 1 != 0 ? '1' : '0', (pair & 1) != 0 ? '1' : '0'};
}

class AlarmCheck : public Check {
public:
    void hear(const Scene& scene, Ledger& ledger) override {
        const CanFrame& frame = scene.frame;
        if (!is_battery_message(frame) || frame.id != victron::alarms_id)
            return;
        ++frames_;
        last_ = Evidence{scene.at, frame, {}, {}};
        const auto fields = victron::find_message(frame.id)->fields;
        pairs_.resize(fields.size());
        bool marked = false;
        std::size_t alarms = 0;
        std::size_t idle = 0;
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const victron::Field& field = fields[i];
            if (field.byte >= frame.size)
                continue;
            const int value = frame.data.at(field.byte) >> field.bit & 0b11;
            const bool is_alarm = std::holds_alternative<victron::PairOf>(field.source);
            if (is_alarm) {
                alarms += value == active ? 1U : 0U;
                idle += value == inactive ? 1U : 0U;
            }
            supported_ = supported_ || (is_alarm && (value == active || value == inactive));
            all_zero_ = all_zero_ && (!is_alarm || value == 0);
            if (value == 0b11) {
                marked = true;
                ledger.broke("alarm-no-11", {scene.at, frame, std::string{field.name} + " is 11", "00"});
            }
            hear_pair(pairs_[i], field.name, value, scene, ledger);
        }
        if (!marked)
            ledger.kept("alarm-no-11");
        if (alarms + idle > 0)
            hear_polarity(alarms, scene, ledger);
        if (frame.size == 8)
            hear_byte_seven(scene, ledger);
        hear_meaning(scene, ledger);
    }

    void end(const End&, Ledger& ledger) const override {
        if (frames_ == 0)
            return;
        if (supported_) {
            ledger.kept("alarm-supported");
        } else {
            Evidence evidence = *last_;
            evidence.found = std::string{"all pairs are 00 "} + (all_zero_ ? "" : "or 11 ") + "in " +
                             std::to_string(frames_) + " frames";
            evidence.expected = "10 for each alarm that the battery can raise";
            ledger.broke("alarm-supported", std::move(evidence));
        }
        if (frames_ >= 10)
            ledger.kept("alarm-steady");
    }

private:
    struct Followed {
        std::optional<int> last;
        std::deque<TimePoint> changes{};
    };

    static void hear_polarity(std::size_t alarms, const Scene& scene, Ledger& ledger) {
        const victron::Values& values = scene.receiver.values();
        const auto together = [&](AlarmKind a, AlarmKind b) {
            return is_active(values, a) && is_active(values, b);
        };
        std::string found = std::to_string(alarms) + " alarms and warnings are active at once";
        bool good = alarms < too_many;
        if (good && together(AlarmKind::high_voltage, AlarmKind::low_voltage)) {
            good = false;
            found = "high and low voltage are active at once";
        } else if (good &&
                   (together(AlarmKind::high_temperature, AlarmKind::low_temperature) ||
                    together(AlarmKind::high_charge_temperature, AlarmKind::low_charge_temperature))) {
            good = false;
            found = "high and low temperature are active at once";
        }
        ledger.judge("alarm-polarity", good, scene.at, scene.frame, found, "10 for those that are not");
    }

    static void hear_pair(Followed& pair, std::string_view name, int value, const Scene& scene,
                          Ledger& ledger) {
        const auto before = std::exchange(pair.last, value);
        if (!before)
            return;
        const std::string change = std::string{name} + " goes from " + bits(*before) + " to " + bits(value);
        // What a battery does whose source for it is lost: it does not know, and says so.
        const bool lost = value == 0 && is_active(scene.receiver.values(), AlarmKind::internal);
        if (*before == active && value != active && !lost)
            ledger.judge("alarm-ok-is-10", value == inactive, scene.at, scene.frame, change, "10");
        if (*before == inactive && !lost)
            ledger.judge("alarm-support-stays", value == inactive || value == active, scene.at, scene.frame,
                         change, "10 or 01; if it cannot be told any more, BMS internal warning with it");
        if (*before == value)
            return;
        pair.changes.push_back(scene.at);
        while (scene.at - pair.changes.front() > flicker)
            pair.changes.pop_front();
        if (pair.changes.size() > most_changes)
            ledger.broke("alarm-steady", {scene.at, scene.frame,
                                          std::string{name} + " changed " +
                                              std::to_string(pair.changes.size()) + " times within 60 s",
                                          "hysteresis: at most 4 changes"});
    }

    static void hear_byte_seven(const Scene& scene, Ledger& ledger) {
        const CanFrame& frame = scene.frame;
        const bool reserved = frame.data[3] >> 2 != 0 || frame.data[7] >> 4 != 0;
        ledger.judge("alarm-reserved", !reserved, scene.at, frame, "reserved bits in byte 3 or 7 are set",
                     "0");
        const int status = frame.data[7] >> 2 & 0b11;
        if (status != 0)
            ledger.judge("alarm-status", status == active || status == inactive, scene.at, frame,
                         "bits 2 and 3 of byte 7 are " + bits(status), "10 online, 01 offline, 00 not told");
        const auto current = s16(scene.receiver.last(0x356), 2);
        if (!current)
            return;
        const bool flows = std::abs(*current) >= some_current;
        if (status == active)
            ledger.judge("alarm-status-agrees", !flows, scene.at, frame,
                         "offline (01) at " + tenths(*current) + " A", "10 for online");
        else if (status == inactive && flows)
            ledger.kept("alarm-status-agrees");
    }

    static void hear_meaning(const Scene& scene, Ledger& ledger) {
        const victron::Values& values = scene.receiver.values();
        const auto any = [&](const auto& kinds) {
            return std::any_of(kinds.begin(), kinds.end(),
                               [&](AlarmKind kind) { return is_active(values, kind); });
        };
        if (any(hidden))
            ledger.judge("alarm-shown", any(shown), scene.at, scene.frame,
                         "only an alarm that a GX does not show", "BMS internal alarm with it");
        const auto soc = u16(scene.receiver.last(0x355), 0);
        if (!soc || *soc > 100)
            return;
        const std::string at = " voltage alarm at SOC " + std::to_string(*soc) + " %";
        if (is_active(values.alarms, AlarmKind::low_voltage))
            ledger.judge("alarm-side", *soc < 90, scene.at, scene.frame, "low" + at, "high, or none");
        if (is_active(values.alarms, AlarmKind::high_voltage))
            ledger.judge("alarm-side", *soc > 10, scene.at, scene.frame, "high" + at, "low, or none");
    }

    std::vector<Followed> pairs_; ///< in the order of the message's fields
    std::uint64_t frames_{};
    bool supported_{};
    bool all_zero_{true}; ///< the alarms and warnings of all frames
    std::optional<Evidence> last_;
};

} // namespace

std::unique_ptr<Check> make_alarm_check() {
    return std::make_unique<AlarmCheck>();
}

} // namespace retrocan::gx
