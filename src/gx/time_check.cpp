// SPDX-License-Identifier: Apache-2.0
#include "gx/bytes.h"
#include "gx/checks.h"

#include <utility>

namespace retrocan::gx {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration a_second{milliseconds{1500}}; // one that comes late, or with one frame lost, is told
constexpr Duration median_second{milliseconds{1100}};
constexpr Duration values_limit{seconds{10}};
constexpr Duration rest_limit{seconds{60}};
constexpr std::size_t most_in_a_second = 100;
constexpr std::size_t burst = 12;
constexpr Duration burst_time{milliseconds{5}};
constexpr Duration frozen_time{seconds{60}};
constexpr int frozen_frames = 20;
constexpr int some_current = 50; // 5.0 A: a smaller one may stand still

class TimeCheck : public Check {
public:
    void hear(const Scene& scene, Ledger& ledger) override {
        if (scene.frame.kind == CanFrame::Kind::standard && scene.frame.id == 0x305)
            asked_ = true;
        if (!is_battery_message(scene.frame))
            return;
        hear_rate(scene, ledger);
        Last& last = last_[scene.frame.id];
        if (last.frames++ == 0)
            last.first_at = scene.at;
        else
            hear_interval(scene, scene.at - last.at, ledger);
        last.at = scene.at;
        if (scene.frame.id == victron::limits_id) {
            if (!asked_ && scene.at - last.first_at >= Receiver::lost_after)
                unasked_ = true;
        } else if (scene.frame.id == 0x356) {
            hear_measurement(scene, ledger);
        }
    }

    void end(const End& end, Ledger& ledger) const override {
        end_limits(end, ledger);
        for (const auto& [id, last] : last_) {
            if (id == victron::limits_id)
                continue;
            const bool value = is_value(id);
            const Duration limit = value ? values_limit : rest_limit;
            const RuleName rule = value ? RuleName{"values-each-10s"} : RuleName{"rest-each-60s"};
            // A lost battery is told by 0x351 already.
            if (end.at - last.at > limit && end.receiver.presence() == Presence::present)
                ledger.broke(rule, pause(end.at, {}, id, end.at - last.at, limit));
            else if (end.at - last.first_at >= limit)
                ledger.kept(rule);
        }
        if (end.at - end.begin >= seconds{1} && messages_ > 0)
            ledger.kept("bus-load");
        if (!end.live && messages_ >= burst) {
            if (burst_)
                ledger.broke("no-burst", *burst_);
            else
                ledger.kept("no-burst");
        }
        if (frozen_since_ && current_seen_ && end.at - first_measurement_ >= frozen_time)
            ledger.kept("not-frozen");
        if (!end.live && unasked_)
            ledger.kept("sends-unasked");
    }

private:
    struct Last {
        TimePoint first_at{};
        TimePoint at{};
        std::uint64_t frames{};
    };

    static bool is_value(std::uint32_t id) { return id == 0x355 || id == 0x356 || id == 0x35A; }

    static Evidence pause(TimePoint at, const std::optional<CanFrame>& frame, std::uint32_t id,
                          Duration found, Duration most) {
        return {at, frame, seconds_text(found) + " without " + id_text(id), "at most " + seconds_text(most)};
    }

    void hear_rate(const Scene& scene, Ledger& ledger) {
        ++messages_;
        times_.push_back(scene.at);
        while (scene.at - times_.front() > seconds{1})
            times_.pop_front();
        if (times_.size() > most_in_a_second)
            ledger.broke("bus-load",
                         {scene.at, scene.frame, std::to_string(times_.size()) + " messages within a second",
                          "at most " + std::to_string(most_in_a_second)});
        // On a bus the times are those of reading, not of the wire: end() looks at it for logs only.
        if (!burst_ && times_.size() >= burst && scene.at - times_[times_.size() - burst] < burst_time)
            burst_ = Evidence{scene.at, scene.frame, std::to_string(burst) + " frames within 5 ms",
                              "frames that lie some ms apart"};
    }

    void hear_interval(const Scene& scene, Duration interval, Ledger& ledger) {
        const std::uint32_t id = scene.frame.id;
        const auto at_most = [&](RuleName rule, Duration limit) {
            if (interval > limit)
                ledger.broke(rule, pause(scene.at, scene.frame, id, interval, limit));
        };
        if (id == victron::limits_id) {
            at_most("limits-each-3s", Receiver::lost_after);
            at_most("limits-each-1s", a_second);
            if (interval > longest_) {
                longest_ = interval;
                longest_evidence_ = pause(scene.at, scene.frame, id, interval, {});
            }
        } else if (is_value(id)) {
            at_most("values-each-10s", values_limit);
        } else {
            at_most("rest-each-60s", rest_limit);
        }
    }

    void end_limits(const End& end, Ledger& ledger) const {
        const auto found = last_.find(victron::limits_id);
        if (found == last_.end())
            return;
        const Last& last = found->second;
        if (end.at - last.at > Receiver::lost_after)
            ledger.broke("limits-each-3s",
                         pause(end.at, {}, victron::limits_id, end.at - last.at, Receiver::lost_after));
        const Heard* heard = end.receiver.heard(victron::limits_id);
        const auto median = heard == nullptr ? std::nullopt : heard->median();
        // Two frames may be one cycle and an extra one: they tell no period.
        if (last.frames < 3 || last.at - last.first_at < seconds{1} || !median)
            return;
        ledger.kept("limits-each-3s");
        if (*median > median_second)
            ledger.broke("limits-each-1s", {end.at, {}, "every " + seconds_text(*median), "every 1.00 s"});
        else
            ledger.kept("limits-each-1s");
        if (last.frames < 6)
            return;
        if (longest_ > *median * 2) {
            Evidence evidence = *longest_evidence_;
            evidence.expected = "about " + seconds_text(*median) + ", as usual";
            ledger.broke("period-steady", std::move(evidence));
        } else {
            ledger.kept("period-steady");
        }
    }

    // Voltage, current and cells that stay as they are while a current flows.
    void hear_measurement(const Scene& scene, Ledger& ledger) {
        const auto current = s16(scene.frame, 2);
        if (!current)
            return;
        const CanFrame* cells = scene.receiver.last(0x373);
        const std::pair now{scene.frame, cells == nullptr ? CanFrame{} : *cells};
        if (!frozen_since_)
            first_measurement_ = scene.at;
        if (!frozen_since_ || now != measured_) {
            measured_ = now;
            frozen_since_ = scene.at;
            frozen_count_ = 0;
        }
        ++frozen_count_;
        const bool flows = std::abs(*current) >= some_current;
        current_seen_ = current_seen_ || flows;
        if (flows && frozen_count_ >= frozen_frames && scene.at - *frozen_since_ >= frozen_time &&
            !std::exchange(frozen_told_, true))
            ledger.broke("not-frozen", {scene.at, scene.frame,
                                        "the same for " + seconds_text(scene.at - *frozen_since_) + " at " +
                                            tenths(*current) + " A",
                                        "voltages that move with the charge"});
    }

    std::map<std::uint32_t, Last> last_;
    std::uint64_t messages_{};
    std::deque<TimePoint> times_; ///< of the last second
    std::optional<Evidence> burst_;
    Duration longest_{};
    std::optional<Evidence> longest_evidence_;
    bool asked_{};
    bool unasked_{};
    std::pair<CanFrame, CanFrame> measured_;
    TimePoint first_measurement_{};
    std::optional<TimePoint> frozen_since_;
    int frozen_count_{};
    bool frozen_told_{};
    bool current_seen_{};
};

} // namespace

std::unique_ptr<Check> make_time_check() {
    return std::make_unique<TimeCheck>();
}

} // namespace retrocan::gx
