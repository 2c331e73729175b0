// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "adapter/spec.h"
#include "core/fault.h"

#include <string>
#include <vector>

namespace retrocan::cli {

/// "name=value" arguments as an owner's file would have them: a whole number, true or false, a list of whole
/// numbers ("1,2"), else a text such as an amount ("56.8 V"). `path` names them in messages: "settings".
adapter::Settings given_settings(const std::string& path, const std::vector<std::string>& arguments,
                                 Faults& faults);

} // namespace retrocan::cli
