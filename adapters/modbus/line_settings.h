// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "wire.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace retrocan::modbus {

enum class Parity : std::uint8_t { none, even, odd };
inline constexpr std::array<std::string_view, 3> parity_words{"none", "even", "odd"};

/// How bytes are sent on a serial line. Always eight bits of data.
struct LineSettings {
    int baud{9600};
    Parity parity{Parity::none};
    int stop_bits{1};

    friend bool operator==(const LineSettings&, const LineSettings&) = default;
};

/// A serial port, as a configuration names it.
struct SerialPort {
    std::string path; ///< empty: there is none
    LineSettings line;
    bool rs485{};         ///< the kernel switches the transmitter of the port by its RTS
    Duration rts_delay{}; ///< before and after a frame
};

/// The rates that a serial port may be asked for.
bool is_usual_baud(std::int64_t baud);

/// "9600 8N1".
std::string to_text(const LineSettings& line);

/// Byte time, silence of 3.5 characters (1.75 ms above 19200 baud: Modbus over serial line 1.02, 2.5.1.1).
Wire wire_of(const SerialPort& port);

} // namespace retrocan::modbus
