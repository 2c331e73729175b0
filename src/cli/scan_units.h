// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace retrocan::cli {

/// The line that is scanned, as a configuration would say it.
struct ScannedLine {
    std::string host; ///< empty: a serial port
    std::int64_t port{502};
    bool rtu{}; ///< serial frames over TCP
    std::string serial;
    std::int64_t baud{};
    std::string parity;

    [[nodiscard]] bool is_serial() const { return host.empty(); }
    /// "192.168.1.50:502", "/dev/ttyUSB0 at 9600 baud"
    [[nodiscard]] std::string name() const;
    /// The keys of [battery.modbus] that lead to it.
    [[nodiscard]] adapter::Settings connection() const;
};

/// Whom to ask: a unit id, and what its answers carry where the mapping that names it says another.
struct UnitId {
    std::int64_t unit{};
    std::optional<std::int64_t> answers_as;

    friend auto operator<=>(const UnitId&, const UnitId&) = default; // NOLINT(modernize-use-nullptr)
};

/// What a time limit for each answer makes of asking so many units, at most.
Duration longest_search(std::size_t units, Duration timeout);

/// The units that answer one cheap read (holding register 0) at all, be it with a refusal; those that a
/// gateway says are not there do not count. The error says why the line cannot be used.
Result<std::vector<UnitId>, std::string> answering_units(adapter::Adapter& adapter, const ScannedLine& line,
                                                         const std::vector<UnitId>& units, Duration timeout);

} // namespace retrocan::cli
