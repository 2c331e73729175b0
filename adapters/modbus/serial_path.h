// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace retrocan::modbus {

/// The device that a path leads to now, through all links; the path itself where there is none.
std::string real_path(const std::string& path);

/// What should be known of a port before it is used: a path that another adapter may have next time, with the
/// one of `folder` (/dev/serial/by-id) that is this adapter's for ever; or that nothing is there now.
std::optional<std::string> serial_warning(const std::string& path,
                                          const std::filesystem::path& folder = "/dev/serial/by-id");

} // namespace retrocan::modbus
