// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"

#include <cstdint>
#include <span>
#include <string_view>

/// A GX device knows makers by the beginning of 0x35E or 0x382 and then overrides what the battery asks for:
/// other charge voltages, other currents. So a battery that we speak for must not bear such a name, whatever
/// its own name is, unless its owner insists.
namespace retrocan::victron {

/// Whether names go out as given (the owner insists) or guarded.
enum class NameRule : std::uint8_t { guarded, as_given };

/// A beginning that a GX device takes for a maker.
struct GuardedName {
    std::string_view beginning; ///< upper case; compared without case, blanks and unprintable bytes
    std::string_view maker;
    std::string_view effect; ///< what the GX device does to limits, for messages
    bool family_only{};      ///< matters in 0x382 only
};
std::span<const GuardedName> guarded_names();

/// The entry that a text in 0x35E, 0x370 or 0x382 begins with; nullptr if a GX device takes no notice.
const GuardedName* recognised(std::uint32_t id, std::string_view text);

/// Looks at the final bytes of 0x35E, 0x370 and 0x382 and puts a neutral name in place of a recognised one;
/// all other frames pass. When it changes 0x370, 0x371 has to be all zeros: encode() sees to that.
CanFrame guarded(CanFrame frame, NameRule rule);

} // namespace retrocan::victron
