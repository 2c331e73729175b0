// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "can/link.h"

#include <memory>
#include <string>
#include <vector>

namespace retrocan::can {

/// A CAN bus without a kernel, for tests: links on a fake clock, with faults on demand. It behaves as
/// SocketCAN does, apart from the echo of a frame, which comes with the next deliver(). Not thread-safe.
class MemoryBus {
public:
    explicit MemoryBus(TimePoint start = TimePoint{});
    ~MemoryBus();
    MemoryBus(const MemoryBus&) = delete;
    MemoryBus& operator=(const MemoryBus&) = delete;

    /// A new node of the bus, under a name that no other has. Links may outlive the bus; they are mute then.
    std::unique_ptr<Link> connect(std::string name);

    [[nodiscard]] TimePoint now() const;

    /// Reports what has happened to the listeners, and what they cause by it, until nothing is left.
    void deliver();

    /// Lets time pass (a frame may become stuck in it), then delivers.
    void advance(Duration time);

    // Faults of the link `name`; each lasts until it is taken back. Reported with the next deliver().
    void set_down(const std::string& name, bool down);   ///< not_ready; an open frame is dropped
    void set_stuck(const std::string& name, bool stuck); ///< frames stay unconfirmed; `stuck` after 100 ms;
                                                         ///< freed, the open frame is sent after all
    void set_queue_full(const std::string& name, bool full); ///< queue_full
    void set_bus_off(const std::string& name, bool off);     ///< not_ready; an open frame is dropped
    void nobody_acknowledges(const std::string& name);       ///< the error frame, once

    /// A frame from a node that is no link.
    void inject(const CanFrame& frame);

    /// All that was on the wire so far; `at` is the fake time, `interface` the sender (empty: injected).
    [[nodiscard]] const std::vector<LoggedFrame>& wire() const;

    struct State;

private:
    std::shared_ptr<State> state_;
};

} // namespace retrocan::can
