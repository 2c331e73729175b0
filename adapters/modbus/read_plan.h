// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan.h"
#include "wire.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace retrocan::modbus {

/// The reads of one battery as they are at the moment: the best plan for its points on this link, and what
/// the device has taught since it is connected:
///
/// - Registers that nobody needs, read along to save a request, that it refuses (exceptions 2 and 3): the
/// read
///   is split there, and stays so.
/// - A read without such registers that it refuses is halved, until the registers that it refuses are alone.
/// - What is refused alone three times, while the device answers other reads, is given up: not asked for, its
///   points are absent, and it is tried again every ten minutes. Not so what the battery cannot be run
///   without: that is asked for in every round.
/// - How long it takes until it answers: another plan may be better then.
///
/// Knows neither clock nor socket. Requests keep their number until a function returns that they have
/// changed.
class ReadPlan {
public:
    static constexpr std::uint32_t refusals_to_give_up = 3;
    static constexpr Duration look_again_after = std::chrono::minutes{10};

    /// `elements` and `options` outlive it.
    ReadPlan(std::span<const Element> elements, const Options& options, const Wire& wire);

    [[nodiscard]] const std::vector<Request>& requests() const { return requests_; }
    /// How many of them are live: they come first.
    [[nodiscard]] std::size_t live_requests() const { return live_requests_; }
    /// For each request the one of the plan before that read the same values; nothing where there was none.
    [[nodiscard]] const std::vector<std::optional<std::size_t>>& heirs() const { return heirs_; }
    [[nodiscard]] std::size_t requests_before() const { return requests_before_; }
    /// How long each of them takes on the wire, until the next can begin, as it is known now.
    [[nodiscard]] Duration wire_time(std::size_t request) const;
    /// All that are made in each poll.
    [[nodiscard]] Duration round_time() const;
    /// What is not read: live registers that were given up, and payloads whose write the owner does not
    /// allow. Their points count as refused in each round.
    [[nodiscard]] const std::vector<Request>& not_read() const { return not_read_; }

    struct Lesson {
        bool changed{};     ///< the requests are others now
        std::string remark; ///< what is to be said to the owner, if anything: "refuses ..."
    };
    /// The device refused a request with exception 2 or 3: it has no such registers.
    [[nodiscard]] Lesson refused(std::size_t request, std::uint8_t code, TimePoint now);
    [[nodiscard]] Lesson answered(std::size_t request);
    /// From the end of a request to the first byte of its answer (over TCP the round trip). True if the
    /// requests are others now.
    [[nodiscard]] bool learn(Duration turnaround);
    /// When given_up registers are to be tried again; max(): never.
    [[nodiscard]] TimePoint next_look() const;
    /// True if the requests are others now.
    [[nodiscard]] bool look_again(TimePoint now);
    /// It may be another device: what was given up is tried again, what was split stays so.
    [[nodiscard]] bool begin_again();

    [[nodiscard]] Duration turnaround() const { return turnaround_; }

private:
    enum class Standing : std::uint8_t { good, given_up, on_probation };
    struct AtomState {
        bool cut_before{}; ///< never in one read with the one before it
        bool required{};
        bool told{}; ///< that it is refused
        Standing standing{Standing::good};
        std::uint32_t refusals{};     ///< alone, in a row
        std::uint64_t answers_seen{}; ///< when it was refused first
        TimePoint look_at;
    };

    void plan();
    void find_forbidden();
    [[nodiscard]] std::vector<Share> shares() const;
    [[nodiscard]] ReadCost cost_of(const AtomGroup& group) const;
    [[nodiscard]] std::int64_t cost_of(const std::vector<Share>& shares) const;
    [[nodiscard]] bool has_gap_before(std::size_t atom) const;
    void mark_unreadable();
    [[nodiscard]] Lesson refused_alone(std::size_t atom, const Request& request, std::uint8_t code,
                                       TimePoint now);

    std::span<const Element> elements_;
    const Options& options_;
    Wire wire_;
    Atoms atoms_;
    std::vector<AtomState> states_; ///< of each atom
    std::vector<Share> shares_;
    std::vector<Request> requests_;
    std::size_t live_requests_{};
    std::vector<std::optional<std::size_t>> heirs_;
    std::size_t requests_before_{};
    std::vector<Request> forbidden_;
    std::vector<Request> not_read_;
    std::uint64_t answers_{};
    Duration turnaround_{};         ///< its mean
    Duration planned_turnaround_{}; ///< that the plan was made for
    std::uint32_t until_replan_{};
};

} // namespace retrocan::modbus
