// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace retrocan::mqtt {

/// A time in milliseconds since 1970. Of a number: seconds up to 1e11, milliseconds up to 1e14, else
/// microseconds, perhaps with a fraction. Of ISO 8601: "2024-05-01T10:15:30.250+02:00"; a blank instead of
/// the T will do, seconds may be left out, and what has no offset is taken for UTC: only progress counts.
/// Nothing if it is neither, or before 1970.
std::optional<std::int64_t> milliseconds(std::string_view text);

} // namespace retrocan::mqtt
