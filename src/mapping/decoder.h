// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "core/update.h"
#include "mapping/bound.h"
#include "mapping/formula.h"
#include "mapping/value.h"

#include <cstdint>
#include <vector>

namespace retrocan::mapping {

struct NamedCondition;

/// What one battery has told so far, and the signals that come of it. Pure: it has no clock, all time comes
/// from the answers. One thread at a time.
class Decoder {
public:
    /// `bound` outlives the decoder.
    explicit Decoder(const Bound& bound);
    Decoder(Decoder&&) = default;
    Decoder(const Decoder&) = delete; // readings_ points into the vectors
    Decoder& operator=(const Decoder&) = delete;
    Decoder& operator=(Decoder&&) = delete;
    ~Decoder() = default;

    /// The answer's readings come in the order in which they were read; a slot that does not exist is a
    /// mistake of the adapter's, and ignored. The update is good until the next call.
    const Update& take(const adapter::Answer& answer);

    /// Slow and once points count as not read again. Values and their ages stay, but those of once points,
    /// which would never expire.
    void restart();

    [[nodiscard]] const Update& update() const { return update_; }

    /// What one element of a point is now, for people: "53.12 V", "charging", "3"; empty without a
    /// value.
    [[nodiscard]] std::string text(std::size_t slot) const;

    /// All that answers have left behind, for snapshots: calls `visit(name, member)`. `self` is const or not.
    template <class Self, class Visit>
    static void each_member(Self& self, const Visit& visit) {
        visit("slots", self.slots_);
        visit("progress", self.progress_);
        visit("hashes", self.hashes_);
        visit("available", self.available_);
        visit("now", self.readings_.now);
        visit("update", self.update_);
    }
    /// After all of them have been set: what follows from them. False if they do not fit this mapping.
    [[nodiscard]] bool restored();

private:
    /// What became of a live slot in this round, and of a slow or once slot since restart().
    struct Progress {
        bool answered{};
        bool failed{};       ///< the last answer was no answer
        bool valued{};       ///< it has been answered, be it with "no value"
        bool doubted{};      ///< its next message may be an old one that is sent again: not taken
        TimePoint counted{}; ///< of a live slot that is published: when it last counted for a round

        template <class Self, class Visit>
        static void each_member(Self& self, const Visit& visit) {
            visit("answered", self.answered);
            visit("failed", self.failed);
            visit("valued", self.valued);
            visit("doubted", self.doubted);
            visit("counted", self.counted);
        }
    };

    void take(const adapter::Reading& reading, const adapter::Answer& answer);
    void find_risen_stamps(const adapter::Answer& answer);
    [[nodiscard]] bool is_old(std::size_t slot, const adapter::Answer& answer);
    void forget_connection(std::size_t slot);
    [[nodiscard]] bool counts(const Progress& progress, TimePoint at) const;
    void look_for_availability(bool retained);
    [[nodiscard]] bool may_be_missing(const NamedCondition& condition) const;
    [[nodiscard]] bool rests_on_retained(const NamedCondition& check) const;
    void store(std::size_t slot, const adapter::RawValue& raw, TimePoint at);
    void keep_alive(std::size_t point, TimePoint at);
    void evaluate(const Signal& signal, TimePoint at);
    void identify();
    void compare_sign();
    void end_round();
    [[nodiscard]] std::string standing_heartbeat() const;

    const Bound& bound_;
    std::vector<Slot> slots_;
    std::vector<Progress> progress_;
    std::vector<std::uint64_t> hashes_; ///< of the raw values of live analogue slots
    std::vector<Calculator> calculators_;
    std::vector<RunSummary> summaries_; ///< by index of the point
    std::vector<std::string> texts_;
    std::vector<bool> gates_; ///< by index of the point: availability is told by it
    std::vector<bool> risen_; ///< by index of the point: a time stamp that rose in this answer
    bool has_stamps_{};
    bool available_{};
    bool born_{};                   ///< in this answer the source says that it has just come
    std::vector<bool> keeps_alive_; ///< by index of the point: its changes say that others still hold
    Readings readings_;
    SignalSet touched_;       ///< by place in bound_.signals()
    std::size_t open_live_{}; ///< live slots that this round waits for
    std::size_t live_slots_{};
    std::size_t unread_{}; ///< slow and once slots not read since restart()
    std::size_t other_slots_{};
    Update update_;
};

} // namespace retrocan::mapping
