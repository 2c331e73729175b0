// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "core/time.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace retrocan::can {

/// What became of a frame that was handed to a link.
enum class WriteResult : std::uint8_t {
    written,     ///< with the kernel; its echo confirms that the controller has sent it
    unconfirmed, ///< not written: an earlier frame has not been echoed yet
    queue_full,  ///< not written: ENOBUFS, EAGAIN
    not_ready,   ///< not written: no interface, interface down, bus-off
};

/// What happens on a link. All of it is reported on the thread of the event loop.
struct Event {
    enum class Kind : std::uint8_t {
        frame,               ///< received from the bus (not an own one)
        confirmed,           ///< an own frame came back: the controller has sent it (`frame` is it)
        up,                  ///< the link works, now or again
        down,                ///< it does not; `text` says why ("can0: the interface is down")
        bus_off,             ///< the controller left the bus: not_ready until `bus_back`
        bus_back,            ///< the controller works again
        nobody_acknowledges, ///< error frames say that no other node acknowledges
        error_frame,         ///< any other error frame of the kernel (`frame`)
        stuck,               ///< an own frame has stayed unconfirmed for longer than `confirm_within`
        unstuck,             ///< it was confirmed after all, or dropped (`text` says which)
    } kind;
    TimePoint at{};
    CanFrame frame{};
    std::string text{};
    bool this_host{}; ///< `frame` came from another program of this machine, not over the wire
    bool rests{}; ///< a `down` of what is sent only: nothing is, but for a try now and then; others are heard
};

class BusHealth;

using Listener = std::function<void(const Event&)>;

struct Counters {
    std::uint64_t written{};
    std::uint64_t confirmed{};
    std::uint64_t dropped_unconfirmed{};
    std::uint64_t dropped_queue_full{};
    std::uint64_t dropped_not_ready{};
    std::uint64_t never_confirmed{}; ///< written, and dropped with the controller's memory before it was sent
    std::uint64_t received{};
    std::uint64_t error_frames{};
};

/// One CAN bus. Used from the event loop's thread only.
///
/// Nothing is queued: a frame is with the controller, or it is dropped and counted. At most one written frame
/// is unconfirmed at any time, so at most one can leave late when a controller was stuck.
class Link {
public:
    virtual ~Link() = default;

    /// Begins to listen and to report, each change once. A link that is not there yet, or goes away, is tried
    /// again by itself. No event is reported from within start() or write(); the listener may call write(),
    /// and must not destroy the link.
    virtual void start(Listener listener) = 0;

    /// Never blocks, never waits. Before the first `up` it is `not_ready`.
    virtual WriteResult write(const CanFrame& frame) = 0;

    /// An earlier frame is still unconfirmed (and write() would refuse).
    [[nodiscard]] virtual bool unconfirmed() const = 0;

    [[nodiscard]] virtual const Counters& counters() const = 0;
    [[nodiscard]] virtual std::string name() const = 0;

    /// There is a bus, on which others can be heard; not with a log.
    [[nodiscard]] virtual bool hears() const { return true; }

    /// What the link has noticed of the bus; call its tick() at least once a second. Null where there is no
    /// wire.
    [[nodiscard]] virtual BusHealth* health() { return nullptr; }
};

} // namespace retrocan::can
