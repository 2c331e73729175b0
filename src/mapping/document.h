// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/mapping.h"

#include <memory>
#include <span>
#include <string>

namespace retrocan::mapping {

/// A mapping and what a configuration calls it.
struct Titled {
    std::string name;
    std::shared_ptr<const Mapping> mapping;
};

/// The page of a battery in Markdown.
std::string battery_page(const Titled& battery);

/// The table of batteries in Markdown, a line for each.
std::string battery_table(std::span<const Titled> batteries);

} // namespace retrocan::mapping
