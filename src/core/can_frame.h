// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace retrocan {

/// A classic CAN frame (CAN 2.0A and B), free of any operating system's layout.
struct CanFrame {
    enum class Kind : std::uint8_t { standard, extended, error };

    std::uint32_t id{}; ///< 11 bits (standard), 29 bits (extended), or the kernel's error class bits (error)
    Kind kind{Kind::standard};
    bool remote{};
    std::uint8_t size{}; ///< 0 to 8 bytes of `data` are on the wire; the others are 0
    std::array<std::uint8_t, 8> data{};

    friend bool operator==(const CanFrame&, const CanFrame&) = default;
};

/// candump's short notation: "351#3802E803E803E001"; extended "1510A8A0#00..", remote "351#R".
std::string to_text(const CanFrame& frame);

/// Reads candump's short notation. Three hex digits are a standard identifier, eight an extended one (or an
/// error frame if its bit 29 is set).
Result<CanFrame, std::string> parse_frame(std::string_view text);

/// One line of `candump -L`: "(1700000000.010000) can0 382#5052454D49554D00".
struct LoggedFrame {
    std::chrono::microseconds at{}; ///< since whatever epoch the log has
    std::string interface;
    CanFrame frame;
};

std::string to_text(const LoggedFrame& line);
Result<LoggedFrame, std::string> parse_log_line(std::string_view text);

} // namespace retrocan
