// SPDX-License-Identifier: Apache-2.0
#include "gx/bytes.h"
#include "gx/checks.h"

#include <array>
#include <map>
#include <set>
#include <utility>

namespace retrocan::gx {

namespace {

struct Least {
    std::uint32_t id;
    std::uint8_t bytes;
};

// Below this the core of the message cannot be read.
constexpr std::array core_lengths = std::to_array<Least>({{0x351, 6}, {0x355, 4}, {0x356, 4}, {0x35A, 4}});
// What receivers ask for.
constexpr std::array lengths =
    std::to_array<Least>({{0x351, 8}, {0x355, 4}, {0x356, 6}, {0x35A, 8}, {0x35E, 2}, {0x35F, 6}, {0x360, 1},
                          {0x370, 8}, {0x371, 8}, {0x372, 8}, {0x373, 4}, {0x374, 2}, {0x375, 2}, {0x376, 2},
                          {0x377, 2}, {0x378, 8}, {0x379, 2}, {0x380, 8}, {0x381, 8}, {0x382, 2}});

template <std::size_t N>
std::uint8_t least(const std::array<Least, N>& table, std::uint32_t id) {
    for (const Least& entry : table)
        if (entry.id == id)
            return entry.bytes;
    return 0;
}

// Of a period that batteries usually have: one second, and what the beat may shift.
constexpr Duration usual_least{std::chrono::milliseconds{700}};

constexpr std::array gx_ids{0x305U, 0x306U, 0x307U};
constexpr std::uint32_t old_alarms_id = 0x359;

struct Known {
    std::uint32_t id;
    std::string_view what;
};
constexpr std::array foreign_names = std::to_array<Known>({
    {0x354, "a maker's own"},
    {0x35B, "BYD's own"},
    {0x35C, "Pylontech's requests for charge"},
    {0x383, "a text that only newer GX devices know"},
    {0x384, "a text that only newer GX devices know"},
});

std::string with_name(std::uint32_t id) {
    for (const Known& known : foreign_names)
        if (known.id == id)
            return id_text(id) + " (" + std::string{known.what} + ")";
    return id_text(id);
}

/// The first byte of a frame that belongs to no field and is not 0.
std::optional<std::size_t> stray_byte(const CanFrame& frame) {
    std::array<bool, 8> used{};
    for (const victron::Field& field : victron::find_message(frame.id)->fields)
        for (std::size_t i = 0; i < victron::size_of(field); ++i)
            used.at(field.byte + i) = true;
    for (std::size_t i = 0; i < frame.size; ++i)
        if (!used.at(i) && frame.data.at(i) != 0)
            return i;
    return std::nullopt;
}

class IdentifierCheck : public Check {
public:
    void hear(const Scene& scene, Ledger& ledger) override {
        const CanFrame& frame = scene.frame;
        if (frame.kind == CanFrame::Kind::extended)
            hear_extended(scene, ledger);
        else if (frame.remote)
            hear_remote(scene, ledger);
        else if (is_battery_message(frame))
            hear_message(scene, ledger);
        else if (std::find(gx_ids.begin(), gx_ids.end(), frame.id) == gx_ids.end())
            foreign_.try_emplace(frame.id, Evidence{scene.at, frame, {}, {}});
    }

    void end(const End& end, Ledger& ledger) const override {
        has(0x351, "core-351", end, ledger);
        has(0x355, "core-355", end, ledger);
        has(0x356, "core-356", end, ledger);
        has(0x35A, "core-35a", end, ledger);
        has(0x35E, "supported-35e", end, ledger);
        has(0x35F, "supported-35f", end, ledger);
        end_foreign(end, ledger);
        if (messages_ == 0)
            return;
        ledger.kept("no-29-bit");
        if (is_one_sender(end))
            ledger.kept("one-battery");
        if (end.live)
            end_gx_ids(end, ledger);
    }

private:
    static void hear_extended(const Scene& scene, Ledger& ledger) {
        const bool ours =
            scene.frame.id >= victron::limits_id && victron::find_message(scene.frame.id) != nullptr;
        const std::string found = "a 29-bit identifier";
        if (ours)
            ledger.broke("standard-frames",
                         {scene.at, scene.frame, found, id_text(scene.frame.id) + " with 11 bits"});
        else
            ledger.broke("no-29-bit",
                         {scene.at, scene.frame, found, "11-bit identifiers only; a GX ignores the others"});
    }

    static void hear_remote(const Scene& scene, Ledger& ledger) {
        if (victron::find_message(scene.frame.id) != nullptr)
            ledger.broke("data-frames", {scene.at, scene.frame, "a remote frame", "a data frame"});
    }

    void hear_message(const Scene& scene, Ledger& ledger) {
        const CanFrame& frame = scene.frame;
        ++messages_;
        seen_.insert(frame.id);
        ledger.kept("standard-frames");
        ledger.kept("data-frames");
        const std::string bytes = std::to_string(frame.size) + " bytes";
        if (const auto core = least(core_lengths, frame.id); core > 0)
            ledger.judge("core-length", frame.size >= core, scene.at, frame, bytes,
                         "at least " + std::to_string(core));
        const auto wanted = least(lengths, frame.id);
        ledger.judge("length", frame.size >= wanted, scene.at, frame, bytes,
                     "at least " + std::to_string(wanted));
        ledger.judge("eight-bytes", frame.size == 8 || (frame.id == 0x373 && frame.size == 4), scene.at,
                     frame, bytes, "8");
        const auto stray = stray_byte(frame);
        ledger.judge("padding-zero", !stray, scene.at, frame,
                     "byte " + std::to_string(stray.value_or(0)) + " belongs to no field", "00");
        if (frame.id == victron::limits_id)
            hear_limits(scene, ledger);
    }

    // Two senders show as limits that go to and fro, with a short and a long pause in turn: each keeps its
    // own period. One battery whose limits go to and fro has its one period between all of them.
    void hear_limits(const Scene& scene, Ledger& ledger) {
        ++limits_;
        if (limits_ >= 3 && before_last_.frame == scene.frame && last_.frame != scene.frame)
            hear_turn(last_.at - before_last_.at, scene.at - last_.at, scene, ledger);
        else
            turns_ = 0;
        before_last_ = last_;
        last_ = {scene.frame, scene.at};
    }

    void hear_turn(Duration before, Duration now, const Scene& scene, Ledger& ledger) {
        ++all_turns_;
        const Duration shorter = std::min(before, now);
        const Duration longer = std::max(before, now);
        const bool goes_on = turns_ == 0 || (before < now) != first_is_shorter_;
        first_is_shorter_ = before < now;
        if (shorter * 10 >= longer * 7)
            turns_ = 0;
        else
            turns_ = goes_on ? turns_ + 1 : 1;
        const bool sure = shorter < std::chrono::milliseconds{200} && shorter + longer >= usual_least;
        if (turns_ < (sure ? 2 : 6) || std::exchange(two_told_, true))
            return;
        ledger.broke("one-battery", {scene.at, scene.frame,
                                     "limits that alternate with " + to_text(last_.frame) + ", " +
                                         seconds_text(shorter) + " and " + seconds_text(longer) + " apart",
                                     "one sender of 0x351: unplug one battery"});
    }

    // Two that send the same, or with the same pauses between them, look like one that sends twice as often.
    [[nodiscard]] bool is_one_sender(const End& end) const {
        const Heard* heard = end.receiver.heard(victron::limits_id);
        if (limits_ < 4 || heard == nullptr || all_turns_ * 2 > limits_)
            return false;
        const auto median = heard->median();
        if (!median || *median < usual_least)
            return false;
        const auto early = std::count_if(heard->intervals.begin(), heard->intervals.end(),
                                         [&](Duration interval) { return interval * 10 < *median * 7; });
        return early * 10 <= static_cast<std::ptrdiff_t>(heard->intervals.size()); // a change may come early
    }

    void has(std::uint32_t id, RuleName rule, const End& end, Ledger& ledger) const {
        if (seen_.contains(id))
            ledger.kept(rule);
        else if (end.receiver.frames() > 0 && (is_name(id) ? end.names_complete() : end.complete()))
            missing(id, rule, end, ledger);
    }

    static bool is_name(std::uint32_t id) { return id == 0x35E || id == 0x35F; }

    static void missing(std::uint32_t id, RuleName rule, const End& end, Ledger& ledger) {
        ledger.broke(rule, {end.at,
                            {},
                            "none in " + std::to_string(end.receiver.frames()) + " frames, " +
                                seconds_text(end.at - end.begin),
                            id_text(id) + ", once a second"});
    }

    void end_foreign(const End& end, Ledger& ledger) const {
        std::string names;
        const Evidence* first = nullptr;
        for (const auto& [id, evidence] : foreign_) {
            if (id == old_alarms_id)
                continue;
            names += (names.empty() ? "" : ", ") + with_name(id);
            if (first == nullptr || evidence.at < first->at)
                first = &evidence;
        }
        if (first != nullptr)
            ledger.broke("foreign-ids", {first->at, first->frame, names, "identifiers of chapter 2"});
        else if (messages_ > 0)
            ledger.kept("foreign-ids");
        const auto old = foreign_.find(old_alarms_id);
        const bool alarms = end.receiver.heard(victron::alarms_id) != nullptr;
        if (old != foreign_.end())
            ledger.broke("no-359", {old->second.at, old->second.frame,
                                    alarms ? "0x359 beside 0x35A" : "0x359 and no 0x35A", "0x35A alone"});
        else if (alarms)
            ledger.kept("no-359");
    }

    static void end_gx_ids(const End& end, Ledger& ledger) {
        ledger.kept("gx-ids");
        for (const std::uint32_t id : gx_ids)
            if (const Heard* heard = end.receiver.heard(id))
                ledger.broke("gx-ids", {heard->first_at, heard->last, id_text(id) + " from somebody else",
                                        "none, unless there is another GX on this bus"});
    }

    struct Sent {
        CanFrame frame{};
        TimePoint at{};
    };
    std::uint64_t messages_{};
    std::set<std::uint32_t> seen_; ///< messages, as data frames
    std::uint64_t limits_{};
    Sent last_;
    Sent before_last_;
    int turns_{}; ///< one after the other
    std::uint64_t all_turns_{};
    bool first_is_shorter_{}; ///< of the last turn's pauses
    bool two_told_{};
    std::map<std::uint32_t, Evidence> foreign_; ///< the first frame of each
};

} // namespace

std::unique_ptr<Check> make_identifier_check() {
    return std::make_unique<IdentifierCheck>();
}

} // namespace retrocan::gx
