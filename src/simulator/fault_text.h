// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"
#include "core/time.h"
#include "simulator/modbus_fault.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace retrocan::simulator {

/// What a battery tells wrongly, in answers that are right.
struct ValueFault {
    enum class Kind : std::uint8_t {
        frozen,   ///< its values stand still
        sentinel, ///< they mean "no value", or have all bits set
        negative, ///< its limits are below zero
        jump,     ///< one value is half as large again
    } kind{Kind::frozen};
    std::string name{}; ///< the point or signal; empty: all that move, or the voltage
    Duration from{};
    Duration until{Duration::max()};
};

using AnyFault = std::variant<ModbusFault, ValueFault>;

/// Reads a fault as a person writes it:
///
///     late:700ms                                   each answer
///     late:700ms@10s..20s every 3                  each third one from 10 s to 20 s
///     exception:2 unit 3 at 0x1300..0x1310         requests to this unit that begin there
///     sentinel:soc                                 of one point
///
/// Times count from `now`. The error says what is wrong and what there is.
Result<AnyFault, std::string> parse_fault(std::string_view text, Duration now, Framing framing);

/// The kinds, for help: "late:TIME", "silent" ...
std::string fault_kinds();

} // namespace retrocan::simulator
