// SPDX-License-Identifier: Apache-2.0
#include "line_settings.h"

#include "frame.h"

#include <algorithm>
#include <chrono>

namespace retrocan::modbus {

using namespace std::chrono_literals;

bool is_usual_baud(std::int64_t baud) {
    // Those that libmodbus can set; any other one it replaces by 9600.
    constexpr std::array usual{300,     600,     1200,    2400,    4800,    9600,    19200,  38400,
                               57600,   115200,  230400,  460800,  500000,  576000,  921600, 1000000,
                               1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000};
    return std::ranges::find(usual, baud) != usual.end();
}

std::string to_text(const LineSettings& line) {
    constexpr std::string_view letters = "NEO";
    return std::to_string(line.baud) + " 8" + letters[static_cast<std::size_t>(line.parity)] +
           std::to_string(line.stop_bits);
}

Wire wire_of(const SerialPort& port) {
    const LineSettings& line = port.line;
    const int bits = 1 + 8 + (line.parity == Parity::none ? 0 : 1) + line.stop_bits;
    const auto rounded_up = [&](std::int64_t tenths_of_bytes) { // in microseconds
        return Duration{(tenths_of_bytes * bits * 100'000 + line.baud - 1) / line.baud};
    };
    return {.byte_time = rounded_up(10),
            .silence = (line.baud > 19200 ? Duration{1750us} : rounded_up(35)) + port.rts_delay,
            .turnaround_guess = 10ms + port.rts_delay,
            .request_overhead = rtu_request_size,
            .answer_overhead = 3 + crc_size}; // unit, function, byte count
}

} // namespace retrocan::modbus
