// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "backoff.h"
#include "core/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace retrocan::modbus {

/// Decides what one link does next. It knows neither clock nor socket: the link asks next(), does it, and
/// tells what came of it.
///
/// - The live requests of a battery make a round. Rounds begin on absolute deadlines, one poll period apart;
///   in a hurry as soon as 200 ms after the last began. One that is late begins at once, and the deadlines
///   move with it: nothing is made up for.
/// - Slow requests have their period. Once requests are due at the start, and again when the battery was away
///   (unreachable or silent), as another may have come back. In a hurry both go before the round.
/// - What was due first goes first, so no battery is starved by another.
/// - A battery that failed twice in a row is left alone for a while (Backoff), then goes on where it stopped.
///   So it costs the others one timeout in that while.
/// - A slow or once request that failed or was refused waits on its own, so that a block which is never
///   answered does not take the turns of the round.
/// - A live request whose answer was lost is made once more in its round, as soon as it may be, so that one
///   lost answer does not spoil it; but not where the battery or this request failed before.
/// - An optional request and a write fail for themselves: the battery is not left alone for it. Optional ones
///   are not tried while the battery does not answer, writes are: one of them may wake it.
/// - A write goes before the reads that are due at the same time. Once writes are made when once requests
/// are. One that came to nothing five times is given up until then, for the device may take it without an
/// echo; while the battery does not answer it goes on, as it may wake it.
/// - Before and after each request the link is silent for its `pause`.
class Schedule {
public:
    struct Task {
        adapter::Pace pace{adapter::Pace::live};
        Duration period{}; ///< of slow ones
        Duration pause{};
        bool optional{}; ///< slow or once, and may never be answered
        bool write{};    ///< slow or once
    };
    struct Battery {
        Duration poll{};
        std::vector<Task> tasks;
    };

    /// Open the connection.
    struct Connect {};
    /// Make a request.
    struct Read {
        std::size_t battery{};
        std::size_t task{};
        friend bool operator==(const Read&, const Read&) = default;
    };
    /// Say that the live points of a battery cannot be asked for: there is no connection.
    struct Miss {
        std::size_t battery{};
    };
    /// Nothing to do until then (TimePoint::max(): ever), unless hurry() changes that.
    struct Wait {
        TimePoint until{};
    };
    using Action = std::variant<Connect, Read, Miss, Wait>;

    static constexpr Duration hurried_round = std::chrono::milliseconds{200};
    static constexpr std::uint32_t most_tries = 5; ///< of a once write

    /// A new connection is left alone for `wait_after_connect`. `seed` makes the jitter of the back-off. Poll
    /// periods are above zero.
    Schedule(const std::vector<Battery>& batteries, Duration wait_after_connect, TimePoint now,
             std::uint32_t seed);

    [[nodiscard]] Action next(TimePoint now);

    // What became of a Connect.
    void connected(TimePoint now);
    void unreachable(TimePoint now);

    // What became of a Read.
    void answered(Read read, TimePoint now);
    void refused(Read read, TimePoint now);
    /// No good answer; the connection is closed or not. The battery is not asked before `not_before`, as its
    /// answer may still come. True if the request is made once more in this round: it is not lost yet.
    [[nodiscard]] bool failed(Read read, TimePoint now, bool connection_closed,
                              TimePoint not_before = TimePoint::min());
    /// An idle connection turned out to be closed by the other side: reconnect at once, and repeat the read.
    void closed(Read read, TimePoint now);
    /// Another request was made for it, and answered, which had to be made before: it is due again, behind
    /// what is due already.
    void prepared(Read read, TimePoint now);
    /// No request was made: what it reads is not there.
    void skipped(Read read, TimePoint now);

    /// The battery is read by other requests from now on. `heirs`: for each of the new tasks the old one that
    /// it stands in for; nothing: it is due now. A round that has begun is begun again.
    void replace(std::size_t battery, const std::vector<Task>& tasks,
                 const std::vector<std::optional<std::size_t>>& heirs, TimePoint now);

    /// False if it was so already.
    bool hurry(std::size_t battery, bool hurry, TimePoint now);

    /// The battery has answered nothing lately, though each of its live requests had its turn.
    [[nodiscard]] bool silent(std::size_t battery) const;

    /// A once write that is not made again before the battery was away.
    [[nodiscard]] bool given_up(Read write) const;

private:
    struct TaskState {
        Task task;
        TimePoint due;   ///< of slow and once requests; max(): done
        Backoff backoff; ///< of live ones only counted, not waited for
    };
    struct BatteryState {
        Duration poll;
        std::vector<TaskState> tasks;
        std::vector<std::size_t> live; ///< tasks of a round
        std::size_t position{};        ///< in `live`: the next of this round
        TimePoint round_due;
        TimePoint round_began;
        TimePoint miss_due;
        TimePoint retry_at;
        Backoff backoff;
        bool hurry{true};
    };
    struct Choice {
        Read read;
        TimePoint from; ///< when it may be made
    };

    /// Calls `take` with each request, when it is due, when it may be made, and its rank among those that are
    /// due at the same time.
    template <class Take>
    void each_request(const Take& take) const;
    [[nodiscard]] std::optional<Choice> first_due(TimePoint now) const;
    [[nodiscard]] TimePoint start_of(Read read, TimePoint now) const;
    [[nodiscard]] TimePoint next_miss() const;
    [[nodiscard]] TimePoint earliest() const;
    [[nodiscard]] TaskState& task_of(Read read) { return batteries_[read.battery].tasks[read.task]; }
    void made(Read read, TimePoint now);
    void done(Read read, TimePoint now);
    void end_live(BatteryState& battery, TimePoint now);
    void heard_from(std::size_t battery, TimePoint now);
    static void read_once_again(BatteryState& battery, TimePoint now);
    static void begin_again(BatteryState& battery, TimePoint now);

    std::vector<BatteryState> batteries_;
    Duration wait_after_connect_;
    Backoff connect_backoff_;
    bool connected_{};
    bool unreachable_{}; ///< the last attempt to connect failed
    TimePoint connect_at_;
    TimePoint settled_at_;              ///< of the connection
    std::optional<TimePoint> last_end_; ///< of the last request
    Duration last_pause_{};
};

} // namespace retrocan::modbus
