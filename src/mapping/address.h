// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "mapping/content.h"
#include "mapping/setting.h"

#include <string>
#include <vector>

/// The adapter's keys in a mapping, and the settings of the owner in them: at = "{base}".
namespace retrocan::mapping {

/// The names in braces in a text of the adapter's. What is in braces and no name of a setting, such as JSON,
/// is left alone.
std::vector<std::string> placeholders_of(const adapter::Setting& setting);

/// The keys with every placeholder replaced. One that is the whole text becomes a number if the setting is a
/// plain number; one whose setting has no value is a fault at `owner`. An `at` that adds up,
/// "38 + {cells} + {sensors}", becomes the sum.
adapter::Settings filled(const adapter::Settings& settings, const std::vector<SettingSpec>& specs,
                         const SettledSettings& settled, const adapter::Settings& owner, Faults& faults);

/// Every table of adapter keys in a mapping: the transport's own, blocks, points, writes.
template <class Visit>
void each_address(Content& content, Visit visit) {
    visit(content.transport);
    for (Block& block : content.scope.blocks)
        visit(block.keys);
    for (Point& point : content.scope.points)
        visit(point.address);
    for (Write& write : content.writes)
        visit(write.address);
}

} // namespace retrocan::mapping
