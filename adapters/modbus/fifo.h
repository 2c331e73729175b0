// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "endpoint.h"

#include <chrono>

namespace retrocan::modbus {

/// How long a device may take to make its pieces ready: meanwhile no live point is read.
inline constexpr Duration longest_preparation = std::chrono::seconds{2};

/// A procedure of several questions: writes, waits until a register says that the pieces are ready (2 s at
/// most), and reads one address so often. `timeout` is for each answer. The first register of each piece is
/// dropped, and the rest put together. Fails as the question does that fails; busy devices refuse the write.
Exchange read_fifo(Connection& connection, const Request& request, Duration timeout);

/// How long a request may take in all.
inline Duration time_limit(const Request& request) {
    const auto& procedure = request.manner.procedure;
    if (!procedure || procedure->kind != Procedure::Kind::fifo)
        return request.manner.timeout;
    return longest_preparation + request.manner.timeout * (2 + procedure->pieces);
}

} // namespace retrocan::modbus
