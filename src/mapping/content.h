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
    std::string text;                   ///< as the file says it, for people
    std::optional<std::size_t> only_if; ///< the yes-or-no setting without which the line has no source
};

/// One line of [identity] or [availability].
struct NamedCondition {
    std::string name;
    ValuePtr condition;
    Place place;
    std::string text;
};

/// `publishes`: how often the battery tells its live points by itself. Neither: it is asked.
struct Publishing {
    Duration period{};
    std::optional<std::size_t> setting; ///< that says it
};

/// [current_sign]
struct CurrentSign {
    bool verified{};
    ValuePtr charging;    ///< null: nothing else tells the direction
    ValuePtr discharging; ///< likewise
};

/// One line of [writes].
struct Write {
    std::string name;
    std::string help;
    adapter::Pace pace{adapter::Pace::once};
    Duration period{};
    adapter::Settings address;
};

/// All that a mapping file says.
struct Content {
    std::string file;
    std::string vendor;
    std::string model;
    std::string title;
    Level level{Level::guess};
    Use use{Use::control};
    std::vector<std::string> sources;
    std::vector<std::string> wiring;
    std::vector<std::string> quirks;
    std::string adapter;
    adapter::Settings transport; ///< the table named after the adapter
    Scope scope;                 ///< blocks, points, settings, formulas
    std::vector<Signal> signals;
    std::vector<NamedCondition> identity;
    std::vector<NamedCondition> availability; ///< each is needed, none is enough
    CurrentSign sign;
    std::vector<Write> writes;
    Publishing publishing;
    std::vector<TestVector> tests;
};

} // namespace retrocan::mapping
