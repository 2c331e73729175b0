// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/adapter.h"
#include "core/fault.h"
#include "core/time.h"

#include <istream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace retrocan::cli {

/// Finds in a capture the lines of one complete round: of each value the line that told it last.
class VectorLines {
public:
    /// `source` outlives it. `battery`: whose lines count; empty: those of the only one.
    VectorLines(const adapter::Source& source, std::string battery)
        : source_{source}, battery_{std::move(battery)} {}

    /// Reads all lines up to the time `until` of the capture. What cannot be understood is a fault with file,
    /// line and column; a last line that is cut short is left out.
    void read(std::istream& lines, const std::string& file, std::optional<Duration> until, Faults& faults);

    /// In the order in which they came, without time and battery.
    [[nodiscard]] std::vector<std::string> round() const;

private:
    void take(const std::string& line, const Place& place, Faults& faults);

    const adapter::Source& source_;
    std::string battery_;
    std::set<std::string> batteries_;                  ///< seen
    std::vector<std::string> lines_;                   ///< of this mapping
    std::map<std::size_t, std::size_t> last_answers_;  ///< by slot: the line that told it
    std::map<std::size_t, std::size_t> last_failures_; ///< by slot: the line that told why not
};

} // namespace retrocan::cli
