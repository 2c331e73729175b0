// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "core/fault.h"
#include "mapping/expression.h"
#include "mapping/mapping.h"
#include "mapping/value.h"

#include <optional>
#include <string>
#include <vector>

namespace retrocan::mapping {

/// One line of [names], [signals], [alarms] or [warnings].
struct Signal {
    std::size_t index{}; ///< in a SignalSet
    ValuePtr value;
    Place place;
};

/// All that a mapping file says.
struct Content {
    std::string file;
    std::string vendor;
    std::string model;
    std::string title;
    Level level{Level::guess};
    std::vector<std::string> sources;
    std::string adapter;
    adapter::Settings transport; ///< the table named after the adapter
    Scope scope;                 ///< points, settings, formulas
    std::vector<Signal> signals;
    std::vector<TestVector> tests;
};

} // namespace retrocan::mapping
