// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/fault.h"
#include "mapping/expression.h"
#include "mapping/point.h"

#include <vector>

/// What points name of each other, of blocks and of settings.
namespace retrocan::mapping {

/// Finds what each point of the scope names; `references` are in the order of the points. What a helper
/// counts for (a mask, a heartbeat) counts as used.
void resolve_references(Scope& scope, std::vector<PointReferences>& references, Faults& faults);

/// What is only written into texts is a number where its type is one, else a text. When all lines are read.
void settle_shown_points(Scope& scope);

} // namespace retrocan::mapping
