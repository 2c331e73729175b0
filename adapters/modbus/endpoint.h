// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "exchange.h"
#include "plan.h"
#include "write.h"

#include <memory>
#include <string>

namespace retrocan::modbus {

/// An open line to one or more devices. Used by one thread. After a Broken exchange it must be thrown away.
class Connection {
public:
    virtual ~Connection() = default;

    /// Asks and waits for the answer, `timeout` at most in all. Blocks.
    virtual Exchange read(const Request& request, Duration timeout) = 0;
    virtual Exchange write(const Write& write, Duration timeout) = 0;

    /// Open, and nothing has arrived that nobody asked for.
    [[nodiscard]] virtual bool quiet() const = 0;
};

/// Where connections are made: a TCP port now; a serial line is another one.
class Endpoint {
public:
    virtual ~Endpoint() = default;

    /// For people: "192.168.1.50:502".
    [[nodiscard]] virtual std::string name() const = 0;

    /// The error is for people: "connection refused". Blocks for `timeout` at most (and for as long as the
    /// system's resolver takes, where the name is not an address).
    [[nodiscard]] virtual Result<std::unique_ptr<Connection>, std::string> open(Duration timeout) = 0;
};

} // namespace retrocan::modbus
