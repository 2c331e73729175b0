// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "counters.h"
#include "exchange.h"
#include "plan.h"
#include "wire.h"
#include "write.h"

#include <memory>
#include <optional>
#include <string>

namespace retrocan::modbus {

/// An open line to one or more devices. Used by one thread. After an exchange that is Broken and not
/// `usable` it must be thrown away.
class Connection {
public:
    virtual ~Connection() = default;

    /// Asks and waits for the answer, `timeout` at most in all. Blocks.
    virtual Exchange read(const Request& request, Duration timeout) = 0;
    virtual Exchange write(const Write& write, Duration timeout) = 0;

    /// Open, and nothing has arrived that nobody asked for.
    [[nodiscard]] virtual bool quiet() const = 0;

    /// How long the device took for its last answer on this connection: from the end of the request on the
    /// wire to the first byte of the answer. On a serial line it is the whole time less that of the bytes;
    /// over TCP the round trip. Nothing before the first answer.
    [[nodiscard]] virtual std::optional<Duration> last_turnaround() const = 0;

    /// A request to this unit before then would wait, as the late answer to an earlier one may still come
    /// and could pass for its own (serial lines: an answer does not say what it answers). Others can be asked
    /// meanwhile.
    [[nodiscard]] virtual TimePoint not_before(std::uint8_t unit) const {
        static_cast<void>(unit);
        return TimePoint::min();
    }
};

/// Where connections are made: a TCP port or a serial line.
class Endpoint {
public:
    virtual ~Endpoint() = default;

    /// For people: "192.168.1.50:502".
    [[nodiscard]] virtual std::string name() const = 0;

    /// The error is for people: "connection refused". Blocks for `timeout` at most (and for as long as the
    /// system's resolver takes, where the name is not an address).
    [[nodiscard]] virtual Result<std::unique_ptr<Connection>, std::string> open(Duration timeout) = 0;

    /// What an exchange costs here. Never changes.
    [[nodiscard]] virtual Wire wire() const = 0;

    /// What was heard here so far. Of the thread that uses the connections.
    [[nodiscard]] virtual Counters counters() const = 0;
};

} // namespace retrocan::modbus
