// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/reading.h"
#include "block.h"
#include "core/time.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace retrocan::modbus {

/// The device (or a gateway before it) refused a read with a Modbus exception. The link is in order.
struct Refusal {
    std::uint8_t code{};

    /// A gateway says that the device itself does not answer (codes 10 and 11).
    [[nodiscard]] bool by_gateway() const { return code == 10 || code == 11; }
    /// Illegal data address or value (2 and 3): not these registers, or not so many of them.
    [[nodiscard]] bool no_such_registers() const { return code == 2 || code == 3; }
};

/// The device has taken what was written.
struct Written {};

/// No answer that counts.
struct Broken {
    adapter::Absence reason{adapter::Absence::timeout};
    std::string text; ///< "no answer within 0.5 s"
    bool closed{};    ///< the other side had closed the connection
    /// The connection may be used on: it tells by itself what still arrives from what is asked for next
    /// (serial lines). Otherwise what arrives is worthless, and the connection must be closed.
    bool usable{};
};

/// What became of one request.
using Exchange = std::variant<Block, Written, Refusal, Broken>;

/// How much longer than its timeout an exchange may take, as a busy machine wakes this process up late.
inline constexpr Duration wake_up_slack = std::chrono::milliseconds{250};

/// The exchange; but Broken if it took longer than it can, had the process been running. It was stopped then,
/// or the machine slept, and the answer may have lain in the socket all the while: taken for new, old data
/// would be sent as fresh.
Exchange in_time(Exchange exchange, Duration taken, Duration timeout);

} // namespace retrocan::modbus
