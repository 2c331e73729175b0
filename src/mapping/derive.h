// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/toml_document.h"

#include <filesystem>
#include <optional>

namespace retrocan::mapping {

/// A mapping's document with that which it is `based_on` filled in, and without the lines that it leaves out.
/// Both keys are gone from the result; everything keeps the place where it was written. Nothing after a
/// fault. A text that names no `based_on` comes back as it is.
std::optional<toml_file::Node> derived(toml_file::Node document, const std::filesystem::path& file,
                                       Faults& faults);

/// The text of a file; nothing, and a fault, if it cannot be read.
std::optional<std::string> read_text(const std::filesystem::path& file, Faults& faults);

} // namespace retrocan::mapping
