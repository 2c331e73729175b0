// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/can_frame.h"
#include "victron/message.h"
#include "victron/names.h"

#include <optional>

namespace retrocan::victron {

/// The frame of a message, or nothing if `values` has no source for it (see Absent, and PROTOCOL.md for each
/// message). Frames have 8 bytes, padded with zeros; only 0x373 may have 4. Names are guarded (names.h).
///
/// Values are in the caller's duty: a negative limit, or CVL below 0.1 V, is asserted, and in release there
/// is no frame. Values too large for a field are capped.
std::optional<CanFrame> encode(const Message& message, const Values& values,
                               NameRule rule = NameRule::guarded);

} // namespace retrocan::victron
