// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/dump.h"
#include "cli/scan_units.h"
#include "cli/workbench.h"

#include <memory>
#include <string>
#include <vector>

namespace retrocan::cli {

/// A mapping of the library that may be the one of a device.
struct Candidate {
    std::string name; ///< "jk/pb"
    std::shared_ptr<const mapping::Mapping> mapping;
    UnitId own; ///< that its file names
};

/// Those that the adapter reads.
std::vector<Candidate> candidates(const Workbench& workbench, const std::string& adapter, Faults& faults);

/// How well a mapping fits what a device answers.
struct Fit {
    std::string name;
    bool fits{};
    double score{};          ///< 0 to 100; compared among mappings that fit
    std::string reason;      ///< for people: what speaks for it, or against
    adapter::Settings owner; ///< what stood in for settings that the owner has to make
};

/// What the values that were read say: sets all but the name and the owner's settings.
void weigh(Fit& fit, const Dump& dump);

/// Scores that are so near say nothing about which is better.
inline constexpr double tie = 5.0;

/// No mapping is read for longer.
inline constexpr Duration longest_judging = std::chrono::seconds{5};

/// Reads a device once as the mapping says; not to the end where its first live read already fails.
Fit judge(const Workbench& workbench, const Candidate& candidate, const ScannedLine& line,
          const UnitId& whom);

} // namespace retrocan::cli
